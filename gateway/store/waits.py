"""What Jira asked to be left alone, and until when: for all processes of a site.

Times go by the database's own clock, like leases. An empty issue id is the whole site.
"""

from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from gateway.store.database import database_now
from gateway.store.prepared import CLOCK
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
    now = database_now(conn)
    mine = (_WAIT.c.site == site) & (_WAIT.c.issue_id == issue_id)
    query = select(_WAIT.c.strikes, _WAIT.c.until).where(mine).with_for_update()
    row = conn.execute(query).first()
    strikes = 0 if row is None else row.strikes
    # Requests that were under way together are refused together: that is one refusal.
    again = row is not None and row.until > now
    wait = max(seconds, 0.0 if again else _BACKOFF[min(strikes, len(_BACKOFF) - 1)])
    # Whoever was told to wait longer is right.
    until = max(now + round(wait * _SECOND), 0 if row is None else row.until)
    values = {"until": until, "reason": reason, "strikes": strikes if again else strikes + 1}
    if row is None:
        conn.execute(insert(_WAIT).values(site=site, issue_id=issue_id, **values))
    else:
        conn.execute(update(_WAIT).where(mine).values(**values))
    return max(0.0, (until - now) / _SECOND)


def eased(conn: Connection, site: str, issue_id: str = _SITE) -> None:
    """Forget a wait that is over: Jira did what it was asked."""
    mine = (_WAIT.c.site == site) & (_WAIT.c.issue_id == issue_id)
    conn.execute(delete(_WAIT).where(mine, _WAIT.c.until <= database_now(conn)))


def left(conn: Connection, site: str) -> float:
    """Return the seconds that the whole site still has to be left alone."""
    query = select(_WAIT.c.until).where(_WAIT.c.site == site, _WAIT.c.issue_id == _SITE)
    until = conn.execute(query).scalar()
    return 0.0 if until is None else max(0.0, (until - database_now(conn)) / _SECOND)


def is_struck(conn: Connection, site: str) -> bool:
    """Return whether Jira refused since it last did something, whichever process asked."""
    query = select(_WAIT.c.until).where(_WAIT.c.site == site, _WAIT.c.issue_id == _SITE)
    return conn.execute(query).first() is not None


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
