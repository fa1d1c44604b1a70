"""Passwords by their hash, links to set one, and how often somebody guessed."""

from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.store.password_tables import PasswordRow

_TABLES = PasswordRow.metadata.tables
_PASSWORD = _TABLES["password"]
_LINK = _TABLES["password_link"]
_GUESS = _TABLES["guess"]


class Counter(StrEnum):
    """What guesses are counted by."""

    ACCOUNT = "account"
    ADDRESS = "address"


def get(conn: Connection, person: str) -> str | None:
    """Return the hash of a person's password, or None."""
    query = select(_PASSWORD.c.hash).where(_PASSWORD.c.person == person)
    return conn.execute(query).scalar()


def put(conn: Connection, person: str, password_hash: str, *, now: int) -> None:
    """Store a password's hash in place of an earlier one."""
    conn.execute(delete(_PASSWORD).where(_PASSWORD.c.person == person))
    values = {"person": person, "hash": password_hash, "set_at": now}
    conn.execute(insert(_PASSWORD).values(**values))


def add_link(conn: Connection, link_hash: str, person: str, *, expires_at: int) -> None:
    """Store a link to set a password in place of earlier ones of that person."""
    conn.execute(delete(_LINK).where(_LINK.c.person == person))
    values = {"link_hash": link_hash, "person": person, "expires_at": expires_at}
    conn.execute(insert(_LINK).values(**values))


def is_good(conn: Connection, link_hash: str, *, now: int) -> bool:
    """Return whether a link could be used now."""
    query = select(_LINK.c.person).where(_LINK.c.link_hash == link_hash, _LINK.c.expires_at > now)
    return conn.execute(query).first() is not None


def use_link(conn: Connection, link_hash: str, *, now: int) -> str | None:
    """Use a link up and return whose it is; None if unknown, expired or used before."""
    query = delete(_LINK).where(_LINK.c.link_hash == link_hash, _LINK.c.expires_at > now)
    return conn.execute(query.returning(_LINK.c.person)).scalar()


def drop_links(conn: Connection, person: str | None = None) -> None:
    """Make a person's links worthless; without a person everybody's."""
    query = delete(_LINK)
    conn.execute(query if person is None else query.where(_LINK.c.person == person))


def blocked(conn: Connection, kind: Counter, who: str) -> int:
    """Return until when nobody may guess; 0: now."""
    # Locked, so that guesses sent at the same time are counted one after another.
    query = select(_GUESS.c.until).where(_mine(kind, who)).with_for_update()
    return conn.execute(query).scalar() or 0


def count(conn: Connection, kind: Counter, who: str, *, now: int, forgotten: int) -> int:
    """Count one more guess; returns how many there were since they were last forgotten.

    What was last counted before ``forgotten`` does not count any more.
    """
    tried = _one_more(conn, kind, who, now=now, forgotten=forgotten)
    if tried is not None:
        return tried
    conn.execute(delete(_GUESS).where(_GUESS.c.at < forgotten))
    values = {"kind": kind, "who": who, "tried": 1, "at": now, "until": 0}
    try:
        with conn.begin_nested():
            conn.execute(insert(_GUESS).values(**values))
    except IntegrityError:
        # Somebody guessed for the first time at the same moment.
        return _one_more(conn, kind, who, now=now, forgotten=forgotten) or 1
    return 1


def block(conn: Connection, kind: Counter, who: str, *, until: int) -> None:
    """Let nobody guess before a time."""
    conn.execute(update(_GUESS).where(_mine(kind, who)).values(until=until))


def forget(conn: Connection, kind: Counter, who: str) -> None:
    """Forget what was guessed: the right password came."""
    conn.execute(delete(_GUESS).where(_mine(kind, who)))


def _one_more(conn: Connection, kind: Counter, who: str, *, now: int, forgotten: int) -> int | None:
    query = update(_GUESS).where(_mine(kind, who), _GUESS.c.at >= forgotten)
    more = query.values(tried=_GUESS.c.tried + 1, at=now).returning(_GUESS.c.tried)
    return conn.execute(more).scalar()


def _mine(kind: Counter, who: str) -> ColumnElement[bool]:
    return (_GUESS.c.kind == kind) & (_GUESS.c.who == who)
