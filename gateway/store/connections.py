"""Jira accounts that people connected, with their tokens encrypted.

A connection belongs to the Jira account that its token proves; an empty owner is the
gateway itself. One process renews the tokens at a time: whoever holds the lease, by the
database's clock. A row lock held while Atlassian answers would stop every writer on
SQLite.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from gateway.store.database import database_now
from gateway.store.prepared import Prepared
from gateway.store.tables import GatewayTable

_TABLES = GatewayTable.metadata.tables
_ROW = _TABLES["connection"]
_ATTEMPT = _TABLES["connect_attempt"]
#: The owner of the connection that the gateway itself reads and writes with.
SERVICE = ""
_SECOND = 1_000_000
#: How long somebody may take to consent at Atlassian.
_ATTEMPT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection as stored, its tokens still encrypted."""

    site: str
    owner: str
    kind: str
    account: str
    account_name: str
    scopes: str
    #: Ciphertext.
    secret: str
    #: Seconds until the access token ends, by the database's clock; None: nobody told.
    seconds_left: float | None
    created_at: int
    version: int
    trouble: str


@dataclass(frozen=True, slots=True)
class NewTokens:
    """What is stored when an account is connected or its tokens renewed."""

    secret: str
    #: Seconds until the access token ends; 0: nobody told.
    lasts: float
    scopes: str


def put(
    conn: Connection,
    site: str,
    owner: str,
    *,
    kind: str,
    account: str,
    account_name: str,
    tokens: NewTokens,
    now: int,
) -> None:
    """Store a connection in place of an earlier one of the same owner."""
    conn.execute(delete(_ROW).where(_ROW.c.site == site, _ROW.c.owner == owner))
    conn.execute(
        insert(_ROW).values(
            site=site,
            owner=owner,
            kind=kind,
            account=account,
            account_name=account_name,
            created_at=now,
            revoked_at=None,
            renewing_until=0,
            version=0,
            trouble="",
            **_columns(conn, tokens),
        )
    )


def get(conn: Connection, site: str, owner: str) -> Connected | None:
    """Return a connection that was not revoked."""
    row = _GET.run(conn, here=site, whose=owner).first()
    return None if row is None else _connected(row, database_now(conn))


def every(conn: Connection, site: str) -> tuple[Connected, ...]:
    """Return all connections that were not revoked, by name."""
    query = select(_ROW).where(_ROW.c.site == site, _ROW.c.revoked_at.is_(None))
    now = database_now(conn)
    return tuple(_connected(row, now) for row in conn.execute(query.order_by(_ROW.c.account_name)))


def revoke(conn: Connection, site: str, owner: str, now: int) -> bool:
    """End a connection and forget its tokens; False when there was none."""
    query = update(_ROW).where(
        _ROW.c.site == site, _ROW.c.owner == owner, _ROW.c.revoked_at.is_(None)
    )
    return conn.execute(query.values(revoked_at=now, secret="")).rowcount == 1


def begin_renewal(conn: Connection, known: Connected, seconds: float) -> bool:
    """Take the lease to renew exactly these tokens; False when somebody else has it."""
    now = database_now(conn)
    query = update(_ROW).where(_mine(known), _ROW.c.renewing_until <= now)
    until = now + round(seconds * _SECOND)
    return conn.execute(query.values(renewing_until=until)).rowcount == 1


def end_renewal(conn: Connection, known: Connected, tokens: NewTokens | None, trouble: str) -> None:
    """Store renewed tokens, or why there are none, and give the lease back."""
    values: dict[str, Any] = {"renewing_until": 0, "trouble": trouble}
    if tokens is not None:
        values |= {**_columns(conn, tokens), "version": known.version + 1}
    conn.execute(update(_ROW).where(_mine(known)).values(**values))


def attempt(conn: Connection, site: str, owner: str, state_hash: str) -> None:
    """Remember that somebody was sent to Atlassian to consent."""
    until = database_now(conn) + _ATTEMPT_SECONDS * _SECOND
    conn.execute(
        insert(_ATTEMPT).values(site=site, owner=owner, state_hash=state_hash, expires_at=until)
    )


def attempted(conn: Connection, site: str, state_hash: str) -> str | None:
    """Return who was sent with this state, once; None for a state that is not good."""
    now = database_now(conn)
    query = (
        update(_ATTEMPT)
        .where(
            _ATTEMPT.c.state_hash == state_hash,
            _ATTEMPT.c.site == site,
            _ATTEMPT.c.used_at.is_(None),
            _ATTEMPT.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(_ATTEMPT.c.owner)
    )
    found = conn.execute(query).scalar()
    return None if found is None else str(found)


def _mine(known: Connected) -> Any:
    return (
        (_ROW.c.site == known.site)
        & (_ROW.c.owner == known.owner)
        & (_ROW.c.version == known.version)
        & (_ROW.c.created_at == known.created_at)
        & _ROW.c.revoked_at.is_(None)
    )


def _columns(conn: Connection, tokens: NewTokens) -> dict[str, Any]:
    ends = database_now(conn) + round(tokens.lasts * _SECOND) if tokens.lasts else 0
    return {"secret": tokens.secret, "expires_at": ends, "scopes": tokens.scopes}


_GET = Prepared(
    lambda: select(_ROW).where(
        _ROW.c.site == bindparam("here"),
        _ROW.c.owner == bindparam("whose"),
        _ROW.c.revoked_at.is_(None),
    )
)


def _connected(row: Row[Any], now: int) -> Connected:
    left = (row.expires_at - now) / _SECOND if row.expires_at else None
    return Connected(
        site=row.site,
        owner=row.owner,
        kind=row.kind,
        account=row.account,
        account_name=row.account_name,
        scopes=row.scopes,
        secret=row.secret,
        seconds_left=left,
        created_at=row.created_at,
        version=row.version,
        trouble=row.trouble,
    )
