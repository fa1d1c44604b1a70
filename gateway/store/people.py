"""People, their one-time sign-in links and their sessions, as they are stored.

Links and sessions are kept by the hash of their secret: who reads the database cannot
sign in with what it holds.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import (
    Connection,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from gateway.review.people import Person, ProjectRole, Role
from gateway.store.installation_tables import PersonalTokenRow
from gateway.store.prepared import Prepared, Rows
from gateway.store.tables import GatewayTable

_TABLES = GatewayTable.metadata.tables
_PERSON = _TABLES["person"]
_ROLE = _TABLES["project_role"]
_LINK = _TABLES["sign_in_link"]
_SESSION = _TABLES["session"]
_PERSONAL = PersonalTokenRow.metadata.tables["personal_token"]


def get(conn: Connection, person: str) -> Person | None:
    """Return one person, or None."""
    return _one(conn, _GET.run(conn, whose=person))


def name_of(conn: Connection, person: str) -> str | None:
    """Return a person's name, or None."""
    found = _NAME.run(conn, whose=person).scalar()
    return None if found is None else str(found)


_NAME = Prepared(lambda: select(_PERSON.c.name).where(_PERSON.c.person == bindparam("whose")))
_GET = Prepared(lambda: select(_PERSON).where(_PERSON.c.person == bindparam("whose")))
_LISTED = Prepared(lambda: select(_PERSON).order_by(_PERSON.c.created_at, _PERSON.c.person))
_ROLES = Prepared(lambda: select(_ROLE).order_by(_ROLE.c.site, _ROLE.c.project))
_ROLES_OF = Prepared(
    lambda: (
        select(_ROLE)
        .where(_ROLE.c.person == bindparam("whose"))
        .order_by(_ROLE.c.site, _ROLE.c.project)
    )
)
_SIGNED_IN = Prepared(
    lambda: (
        select(_PERSON)
        .join(_SESSION, _SESSION.c.person == _PERSON.c.person)
        .where(
            _SESSION.c.session_hash == bindparam("hash"),
            _SESSION.c.revoked_at.is_(None),
            _SESSION.c.expires_at > bindparam("now"),
            _PERSON.c.disabled_at.is_(None),
        )
    )
)


def listed(conn: Connection) -> list[Person]:
    """Return everybody who may sign in."""
    roles: dict[str, list[ProjectRole]] = defaultdict(list)
    for one in _ROLES.run(conn):
        roles[one.person].append(_role(one.site, one.project, one.role))
    return [_person(row, roles[row.person]) for row in _LISTED.run(conn)]


def total(conn: Connection) -> int:
    """Return how many people may sign in."""
    return int(conn.execute(select(func.count()).select_from(_PERSON)).scalar_one())


def alone(conn: Connection, person: str) -> bool:
    """Return whether nobody else may sign in."""
    others = select(func.count()).where(_PERSON.c.person != person, _PERSON.c.disabled_at.is_(None))
    return int(conn.execute(others).scalar_one()) == 0


def add(conn: Connection, person: Person, *, now: int) -> None:
    """Store a new person."""
    values = person.model_dump(mode="json", include=_COLUMNS)
    conn.execute(insert(_PERSON).values(person=person.person, **values, created_at=now))
    _put_roles(conn, person)


def change(conn: Connection, person: Person) -> None:
    """Store a person's new name, roles or Jira account.

    Never of somebody as they are in some projects: that role is not theirs elsewhere.
    """
    if person.everywhere is not None:
        raise ValueError(person.person)
    values = person.model_dump(mode="json", include=_COLUMNS)
    conn.execute(update(_PERSON).where(_PERSON.c.person == person.person).values(**values))
    _put_roles(conn, person)


def set_account(conn: Connection, person: str, account: str | None) -> None:
    """Store which Jira account is a person's."""
    conn.execute(update(_PERSON).where(_PERSON.c.person == person).values(jira_account=account))


def disable(conn: Connection, person: str, *, now: int) -> None:
    """Take everything back at once: sessions, links and tokens end."""
    mine = update(_PERSON).where(_PERSON.c.person == person, _PERSON.c.disabled_at.is_(None))
    conn.execute(mine.values(disabled_at=now))
    _void(conn, person, now=now)


def enable(conn: Connection, person: str) -> None:
    """Let somebody in again; what ended stays ended."""
    conn.execute(update(_PERSON).where(_PERSON.c.person == person).values(disabled_at=None))


def add_link(conn: Connection, link_hash: str, person: str, *, expires_at: int) -> None:
    """Store a one-time link."""
    conn.execute(insert(_LINK).values(link_hash=link_hash, person=person, expires_at=expires_at))


def use_link(conn: Connection, link_hash: str, *, now: int) -> str | None:
    """Use a link up and return whose it is; None if unknown, expired or used before."""
    # One conditional UPDATE decides, so that two clicks cannot both win.
    used = conn.execute(
        update(_LINK)
        .where(_LINK.c.link_hash == link_hash, _LINK.c.used_at.is_(None), _LINK.c.expires_at > now)
        .values(used_at=now)
        .returning(_LINK.c.person)
    )
    return used.scalar_one_or_none()


def add_session(
    conn: Connection, session_hash: str, person: str, *, now: int, expires_at: int
) -> None:
    """Store a signed-in browser."""
    conn.execute(
        insert(_SESSION).values(
            session_hash=session_hash, person=person, signed_in_at=now, expires_at=expires_at
        )
    )


def session_person(conn: Connection, session_hash: str, *, now: int) -> Person | None:
    """Return who is signed in with a session, or None."""
    return _one(conn, _SIGNED_IN.run(conn, hash=session_hash, now=now))


def session_since(conn: Connection, session_hash: str) -> int | None:
    """Return when a session was begun, or None."""
    query = select(_SESSION.c.signed_in_at).where(_SESSION.c.session_hash == session_hash)
    return conn.execute(query).scalar()


def revoke_session(conn: Connection, session_hash: str, *, now: int) -> None:
    """End a session."""
    conn.execute(
        update(_SESSION)
        .where(_SESSION.c.session_hash == session_hash, _SESSION.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def sessions(conn: Connection, *, now: int) -> dict[str, int]:
    """Return person to how many browsers are signed in."""
    query = select(_SESSION.c.person, func.count()).where(
        _SESSION.c.revoked_at.is_(None), _SESSION.c.expires_at > now
    )
    found = conn.execute(query.group_by(_SESSION.c.person)).all()
    return {str(row[0]): int(row[1]) for row in found}


def void_all(conn: Connection, *, now: int) -> int:
    """End all sessions and use up all links and personal tokens; returns how many."""
    return _void(conn, None, now=now)


def end_sessions(conn: Connection, person: str, *, but: str = "", now: int) -> None:
    """End a person's sessions, without the one of that hash."""
    mine = update(_SESSION).where(_SESSION.c.person == person, _SESSION.c.revoked_at.is_(None))
    conn.execute(mine.where(_SESSION.c.session_hash != but).values(revoked_at=now))


def _void(conn: Connection, person: str | None, *, now: int) -> int:
    ended = 0
    for table, column in (
        (_SESSION, _SESSION.c.revoked_at),
        (_LINK, _LINK.c.used_at),
        (_PERSONAL, _PERSONAL.c.revoked_at),
    ):
        query = update(table).where(column.is_(None)).values({column.name: now})
        whose = query if person is None else query.where(table.c.person == person)
        ended += conn.execute(whose).rowcount
    return ended


_COLUMNS = {"name", "role", "jira_account"}


def _put_roles(conn: Connection, person: Person) -> None:
    conn.execute(delete(_ROLE).where(_ROLE.c.person == person.person))
    rows = [{"person": person.person, **one.model_dump(mode="json")} for one in person.roles]
    if rows:
        conn.execute(insert(_ROLE), rows)


def _one(conn: Connection, found: Rows) -> Person | None:
    row = found.first()
    if row is None:
        return None
    roles = _ROLES_OF.run(conn, whose=row.person)
    return _person(row, [_role(one.site, one.project, one.role) for one in roles])


def _role(site: str, project: str, role: str) -> ProjectRole:
    return ProjectRole(site=site, project=project, role=Role(role))


def _person(found: Any, roles: list[ProjectRole]) -> Person:
    return Person(
        person=found.person,
        name=found.name,
        role=Role(found.role),
        jira_account=found.jira_account,
        roles=tuple(roles),
        disabled=found.disabled_at is not None,
    )
