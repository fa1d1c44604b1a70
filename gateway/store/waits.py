"""What Jira asked to be left alone, and until when: for all processes of a site.

Times go by the database's own clock, like leases. An empty issue id is the whole site.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    bindparam,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from gateway.store.database import database_now
from gateway.store.prepared import CLOCK, Prepared
from gateway.store.tables import GatewayTable

_WAIT = GatewayTable.metadata.tables["wait"]
_SITE = ""
_SECOND = 1_000_000
#: Seconds that are waited at least at the second, third … refusal in a row.
_BACKOFF = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One wait that is not over."""

    #: Empty: the whole site.
    issue_id: str
    #: Microseconds by the database's clock.
    until: int
    seconds_left: float
    reason: str


def told(conn: Connection, site: str, issue_id: str, seconds: float, reason: str) -> float:
    """Store a wait; returns its seconds, longer than asked after refusals in a row."""
    row = _locked(conn, site, issue_id)
    now = database_now(conn)
    # Requests that were under way together are refused together: that is one refusal.
    again = row.until > now
    wait = max(seconds, 0.0 if again else _BACKOFF[min(row.strikes, len(_BACKOFF) - 1)])
    # Whoever was told to wait longer is right.
    until: int = max(now + round(wait * _SECOND), row.until)
    strikes = row.strikes if again else row.strikes + 1
    values = {"until": until, "reason": reason, "strikes": strikes}
    conn.execute(update(_WAIT).where(_mine(site, issue_id)).values(**values))
    return max(0.0, (until - now) / _SECOND)


def _mine(site: str, issue_id: str) -> ColumnElement[bool]:
    return (_WAIT.c.site == site) & (_WAIT.c.issue_id == issue_id)


def _locked(conn: Connection, site: str, issue_id: str) -> Any:
    """Return a wait's row, locked; made if nobody else just makes it, or took it away."""
    query = select(_WAIT.c.strikes, _WAIT.c.until).where(_mine(site, issue_id)).with_for_update()
    make = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    new = make(_WAIT).values(site=site, issue_id=issue_id, until=0, reason="", strikes=0)
    while (row := conn.execute(query).first()) is None:
        conn.execute(new.on_conflict_do_nothing())
    return row


def eased(conn: Connection, site: str, issue_id: str = _SITE) -> None:
    """Forget a wait that is over: Jira did what it was asked."""
    mine = _mine(site, issue_id)
    conn.execute(delete(_WAIT).where(mine, _WAIT.c.until <= database_now(conn)))


def left(conn: Connection, site: str) -> float | None:
    """Return the seconds that the whole site still has to be left alone.

    None: Jira refused nothing since it last did something, whichever process asked.
    """
    row = _LEFT.run(conn, here=site).first()
    return None if row is None else max(0.0, (row.until - row.now) / _SECOND)


def waiting(conn: Connection, site: str) -> tuple[Waiting, ...]:
    """Return all waits that are not over, the whole site's first."""
    now = database_now(conn)
    query = select(_WAIT).where(_WAIT.c.site == site, _WAIT.c.until > now)
    return tuple(
        Waiting(row.issue_id, row.until, (row.until - now) / _SECOND, row.reason)
        for row in conn.execute(query.order_by(_WAIT.c.issue_id))
    )


def holds(
    site: ColumnElement[str], issue_id: ColumnElement[str], now: ColumnElement[int]
) -> ColumnElement[bool]:
    """Return the condition that the site or an issue has to be left alone."""
    return exists().where(
        _WAIT.c.site == site,
        _WAIT.c.issue_id.in_((_SITE, issue_id)),
        _WAIT.c.until > now,
    )


def first_end(site: ColumnElement[str]) -> ScalarSelect[int]:
    """Return the query for when the first wait of a site is over."""
    query = select(func.min(_WAIT.c.until)).where(_WAIT.c.site == site, _WAIT.c.until > CLOCK)
    return query.scalar_subquery()


_LEFT = Prepared(
    lambda: select(_WAIT.c.until, CLOCK.label("now")).where(
        _WAIT.c.site == bindparam("here"), _WAIT.c.issue_id == _SITE
    )
)
