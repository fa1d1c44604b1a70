"""People's own tokens for the machine API, and answers that were given under a key."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.store.installation_tables import PersonalTokenRow

_TABLES = PersonalTokenRow.metadata.tables
_TOKEN, _ANSWERED = _TABLES["personal_token"], _TABLES["answered"]


@dataclass(frozen=True, slots=True)
class PersonalToken:
    """One token, without its secret."""

    token_id: str
    person: str
    #: What it is for, in its owner's words.
    name: str
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int
    revoked_at: int | None = None
    used_at: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a request under a key was, and the answer it got."""

    request: str
    #: 0 while it is being worked on.
    status: int
    body: str
    at: int


def add(conn: Connection, token: PersonalToken, token_hash: str) -> None:
    """Store a new token by the hash of its secret."""
    conn.execute(
        insert(_TOKEN).values(
            token_id=token.token_id,
            token_hash=token_hash,
            person=token.person,
            name=token.name,
            scopes=",".join(token.scopes),
            created_at=token.created_at,
            expires_at=token.expires_at,
        )
    )


def listed(conn: Connection) -> tuple[PersonalToken, ...]:
    """Return all tokens, oldest first."""
    rows = conn.execute(select(_TOKEN).order_by(_TOKEN.c.created_at, _TOKEN.c.token_id))
    return tuple(_token(dict(row)) for row in rows.mappings())


def live(conn: Connection, token_hash: str, *, now: int) -> PersonalToken | None:
    """Return the token with this hash if it may be used now."""
    found = conn.execute(
        select(_TOKEN).where(
            _TOKEN.c.token_hash == token_hash,
            _TOKEN.c.revoked_at.is_(None),
            _TOKEN.c.expires_at > now,
        )
    )
    row = found.mappings().first()
    return None if row is None else _token(dict(row))


def touch(conn: Connection, token_id: str, *, now: int) -> None:
    """Remember that a token was used."""
    conn.execute(update(_TOKEN).where(_TOKEN.c.token_id == token_id).values(used_at=now))


def revoke(conn: Connection, token_id: str, *, now: int) -> bool:
    """Revoke a token; returns False when there is none that is not revoked yet."""
    query = update(_TOKEN).where(_TOKEN.c.token_id == token_id, _TOKEN.c.revoked_at.is_(None))
    return conn.execute(query.values(revoked_at=now)).rowcount == 1


def begin(conn: Connection, person: str, key: str, request: str, *, now: int) -> bool:
    """Take a key for a request; False when it was taken before."""
    values = {"person": person, "key": key, "request": request, "status": 0, "body": "", "at": now}
    try:
        with conn.begin_nested():
            conn.execute(insert(_ANSWERED).values(**values))
    except IntegrityError:
        return False
    return True


def answered(conn: Connection, person: str, key: str) -> Answered | None:
    """Return what is known of a key."""
    query = select(_ANSWERED).where(_ANSWERED.c.person == person, _ANSWERED.c.key == key)
    row = conn.execute(query).first()
    return None if row is None else Answered(row.request, row.status, row.body, row.at)


def finish(conn: Connection, person: str, key: str, status: int, body: str) -> None:
    """Store the answer that was given under a key."""
    query = update(_ANSWERED).where(_ANSWERED.c.person == person, _ANSWERED.c.key == key)
    conn.execute(query.values(status=status, body=body))


def forget(conn: Connection, person: str, key: str) -> None:
    """Free a key, because nothing came of its request."""
    query = delete(_ANSWERED).where(_ANSWERED.c.person == person, _ANSWERED.c.key == key)
    conn.execute(query)


def forget_older(conn: Connection, before: int) -> None:
    """Forget answers given before a time."""
    conn.execute(delete(_ANSWERED).where(_ANSWERED.c.at < before))


def _token(row: dict[str, object]) -> PersonalToken:
    scopes = tuple(str(row.pop("scopes")).split(","))
    row.pop("token_hash")
    return PersonalToken(scopes=scopes, **row)  # type: ignore[arg-type]  # columns are the fields
