"""Which operation is next, for any number of promoters in any number of processes.

A claim locks nothing but the row it takes (``SKIP LOCKED``); two claims at once that want
the same issue are told apart by an advisory lock, and by a unique index behind it. On
SQLite the one write lock does all of that.
"""

from typing import Any

from sqlalchemy import BigInteger, Connection, and_, cast, exists, func, not_, select, update

from gateway.promotion.states import SETTLED, OpEvent, OpState, next_op_state
from gateway.store import outbox, waits
from gateway.store.database import database_now
from gateway.store.outbox import Operation
from gateway.store.tables import GatewayTable

_TABLES = GatewayTable.metadata.tables
_OP = _TABLES["operation"]
_NEED = _TABLES["operation_need"]
_SITE = _TABLES["site"]
_OPEN = tuple(state for state in OpState if state not in SETTLED)
_TRAVELLING = (OpState.INFLIGHT, OpState.UNKNOWN)
#: Issues that others may snatch away before a claim gives up for this time.
_TRIES = 8


def claim(
    conn: Connection, site: str, owner: str, *, lease: int, quarantine: int
) -> Operation | None:
    """Take the next operation, or return None; ``lease`` and ``quarantine`` in µs.

    One that was ready becomes ``inflight``; one whose outcome is unknown stays so and is
    given out to be looked up.
    """
    paused = select(_SITE.c.paused).where(_SITE.c.site == site)
    if conn.execute(paused).scalar() is not None:
        return None
    now = database_now(conn)
    _expire(conn, site, now, lease, quarantine)
    taken: list[str] = []
    for _ in range(_TRIES):
        row = _first(conn, site, now, taken)
        if row is None:
            return None
        if _take(conn, row, owner, now + lease):
            return outbox.get(conn, row.id)
        taken.append(row.issue_id)
    return None


def next_due(conn: Connection, site: str) -> int | None:
    """Return in how many µs something may be claimed that cannot be claimed yet."""
    now = database_now(conn)
    here = _OP.c.site == site
    waiting = _OP.c.state.in_((OpState.READY, OpState.UNKNOWN)) & (_OP.c.not_before > now)
    held = _OP.c.state.in_(_TRAVELLING) & (_OP.c.lease_until > now)
    times = (
        conn.execute(select(func.min(_OP.c.not_before)).where(here, waiting)).scalar(),
        conn.execute(select(func.min(_OP.c.lease_until)).where(here, held)).scalar(),
    )
    known = [int(one) - now for one in times if one is not None]
    return min(known) if known else None


def _first(conn: Connection, site: str, now: int, taken: list[str]) -> Any:
    """Return the row to take: what has to be looked up goes before what has to be sent."""
    for state in (OpState.UNKNOWN, OpState.READY):
        query = _next(site, state, now)
        if taken:
            query = query.where(_OP.c.issue_id.not_in(taken))
        row = conn.execute(query).first()
        if row is not None:
            return row
    return None


def _take(conn: Connection, row: Any, owner: str, until: int) -> bool:
    """Take a row whose issue nobody else has taken in the meantime."""
    values: dict[str, Any] = {"fence": row.fence + 1, "owner": owner, "lease_until": until}
    query = update(_OP).where(_OP.c.id == row.id, _OP.c.state == row.state)
    if row.state == OpState.READY:
        values |= {"state": next_op_state(OpState.READY, OpEvent.CLAIM), "intent_at": None}
        if conn.dialect.name == "postgresql":
            # Held until the commit. Only a statement begun behind it sees who came before.
            place = func.hashtextextended(f"{row.site} {row.issue_id}", cast(0, BigInteger))
            if not conn.execute(select(func.pg_try_advisory_xact_lock(place))).scalar():
                return False
        query = query.where(not_(_busy(row.site, row.issue_id, row.id)))
    return conn.execute(query.values(**values)).rowcount == 1


def _busy(site: Any, issue_id: Any, but: Any) -> Any:
    busy = _OP.alias("busy")
    return exists().where(
        busy.c.site == site,
        busy.c.issue_id == issue_id,
        busy.c.id != but,
        busy.c.state.in_(_TRAVELLING),
    )


def _next(site: str, state: OpState, now: int) -> Any:
    return (
        select(_OP.c.id, _OP.c.site, _OP.c.issue_id, _OP.c.state, _OP.c.fence)
        .where(
            _OP.c.site == site,
            _OP.c.state == state,
            and_(_OP.c.not_before <= now, _OP.c.lease_until <= now),
            not_(and_(_OP.c.carry_on.is_(False), _earlier())),
            not_(_earlier_here()),
            not_(_unmet()),
            not_(_busy(_OP.c.site, _OP.c.issue_id, _OP.c.id)),
            not_(waits.holds(site, _OP.c.issue_id, now)),
        )
        .order_by(_OP.c.review_id, _OP.c.position)
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite leaves it out: BEGIN IMMEDIATE does it
    )


def _earlier() -> Any:
    """Something before it in its set is not done: a set that stops goes strictly in order."""
    lower = _OP.alias("lower")
    return exists().where(
        lower.c.review_id == _OP.c.review_id,
        lower.c.digest == _OP.c.digest,
        lower.c.state.in_(_OPEN),
        lower.c.position < _OP.c.position,
    )


def _earlier_here() -> Any:
    """Something before it in its set on the same issue is not done."""
    lower = _OP.alias("here")
    return exists().where(
        lower.c.state.in_(_OPEN),
        lower.c.site == _OP.c.site,
        lower.c.issue_id == _OP.c.issue_id,
        lower.c.review_id == _OP.c.review_id,
        lower.c.digest == _OP.c.digest,
        lower.c.position < _OP.c.position,
    )


def _unmet() -> Any:
    """Something that it depends on is not applied."""
    needed = _OP.alias("needed")
    return exists().where(
        _NEED.c.operation == _OP.c.id,
        _NEED.c.needs == needed.c.id,
        needed.c.state != OpState.APPLIED,
    )


def _expire(conn: Connection, site: str, now: int, lease: int, quarantine: int) -> None:
    """Take back what a dead process held: harmless without an intent, unknown with one."""
    dead = and_(_OP.c.site == site, _OP.c.state == OpState.INFLIGHT, _OP.c.lease_until <= now)
    query = select(_OP.c.id, _OP.c.intent_at, _OP.c.lease_until).where(dead)
    for row in conn.execute(query.with_for_update(skip_locked=True)).all():
        sent = row.intent_at is not None
        event = OpEvent.NO_ANSWER if sent else OpEvent.PUT_BACK
        # It lived for up to a third of a lease after it last prolonged it.
        rest = max(quarantine - 2 * lease // 3, 0) if sent else 0
        conn.execute(
            update(_OP)
            .where(_OP.c.id == row.id)
            .values(
                state=next_op_state(OpState.INFLIGHT, event),
                fence=_OP.c.fence + 1,
                owner=None,
                lease_until=0,
                not_before=row.lease_until + rest,
            )
        )
