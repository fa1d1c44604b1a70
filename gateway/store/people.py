"""People, their one-time sign-in links and their sessions, as they are stored.

Links and sessions are kept by the hash of their secret: who reads the database cannot
sign in with what it holds.
"""

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from gateway.review.people import Person, Role
from gateway.store.installation_tables import PersonalTokenRow
from gateway.store.tables import GatewayTable

_TABLES = GatewayTable.metadata.tables
_PERSON = _TABLES["person"]
_LINK = _TABLES["sign_in_link"]
_SESSION = _TABLES["session"]
_PERSONAL = PersonalTokenRow.metadata.tables["personal_token"]


def get(conn: Connection, person: str) -> Person | None:
    """Return one person, or None."""
    found = conn.execute(select(_PERSON).where(_PERSON.c.person == person))
    row = found.mappings().one_or_none()
    return None if row is None else _person(row)


def listed(conn: Connection) -> list[Person]:
    """Return everybody who may sign in."""
    rows = conn.execute(select(_PERSON).order_by(_PERSON.c.created_at, _PERSON.c.person))
    return [_person(row) for row in rows.mappings()]


def total(conn: Connection) -> int:
    """Return how many people may sign in."""
    return int(conn.execute(select(func.count()).select_from(_PERSON)).scalar_one())


def add(conn: Connection, person: Person, *, now: int) -> None:
    """Store a new person."""
    values = person.model_dump(mode="json")
    conn.execute(insert(_PERSON).values(**values, created_at=now))


def change(conn: Connection, person: Person) -> None:
    """Store a person's new name, role or Jira account."""
    values = person.model_dump(mode="json", exclude={"person"})
    conn.execute(update(_PERSON).where(_PERSON.c.person == person.person).values(**values))


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
    found = conn.execute(
        select(_PERSON)
        .join(_SESSION, _SESSION.c.person == _PERSON.c.person)
        .where(
            _SESSION.c.session_hash == session_hash,
            _SESSION.c.revoked_at.is_(None),
            _SESSION.c.expires_at > now,
        )
    )
    row = found.mappings().one_or_none()
    return None if row is None else _person(row)


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


def void_all(conn: Connection, *, now: int) -> int:
    """End all sessions and use up all links and personal tokens; returns how many."""
    ended = [
        update(table).where(column.is_(None)).values({column.name: now})
        for table, column in (
            (_SESSION, _SESSION.c.revoked_at),
            (_LINK, _LINK.c.used_at),
            (_PERSONAL, _PERSONAL.c.revoked_at),
        )
    ]
    return sum(conn.execute(one).rowcount for one in ended)


def _person(found: RowMapping) -> Person:
    return Person(
        person=found["person"],
        name=found["name"],
        role=Role(found["role"]),
        jira_account=found["jira_account"],
    )
