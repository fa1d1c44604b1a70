"""Which operation is next, for any number of promoters in any number of processes.

A claim locks nothing but the row it takes (``SKIP LOCKED``); two claims at once that want
the same issue are told apart by an advisory lock, and by a unique index behind it. On
SQLite the one write lock does all of that.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Text,
    all_,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    not_,
    select,
    true,
    update,
)

from gateway.promotion.states import SETTLED, OpEvent, OpState, next_op_state
from gateway.store import outbox, waits, windows
from gateway.store.outbox import Operation
from gateway.store.prepared import CLOCK, Prepared
from gateway.store.tables import GatewayTable
from gateway.store.windows import OPEN, Shut

_TABLES = GatewayTable.metadata.tables
_OP = _TABLES["operation"]
_NEED = _TABLES["operation_need"]
_SITE = _TABLES["site"]
_OPEN = tuple(state for state in OpState if state not in SETTLED)
_TRAVELLING = (OpState.INFLIGHT, OpState.UNKNOWN)
#: Issues that others may snatch away before a claim gives up for this time.
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Claimed:
    """The operation that was taken."""

    operation: Operation
    #: Another one could be taken at the same moment: somebody else should look.
    more: bool


def claim(
    conn: Connection, site: str, owner: str, *, lease: int, quarantine: int
) -> Claimed | None:
    """Take the next operation, or return None; ``lease`` and ``quarantine`` in µs.

    One that was ready becomes ``inflight``; one whose outcome is unknown stays so and is
    given out to be looked up.
    """
    seen = _LOOK.run(conn, here=site, state=OpState.READY).every
    stand = seen[0]
    if stand.paused is not None:
        return None
    now = int(stand.now)
    unknown = bool(stand.unknown)
    if stand.lease is not None and stand.lease <= now:
        _expire(conn, site, now, lease, quarantine)
        unknown = True
    shut = windows.shut(conn, site, now) if stand.windows else OPEN
    # What has to be looked up goes before what has to be sent.
    states = (OpState.UNKNOWN, OpState.READY) if unknown else (OpState.READY,)
    ready = tuple(one for one in seen if one.id is not None)
    taken: list[str] = []
    for _ in range(_TRIES):
        seen_already = not taken and not unknown and shut is OPEN
        rows = ready if seen_already else _first(conn, states, site, now, taken, shut)
        if not rows:
            return None
        found = _take(conn, rows[0], owner, now + lease)
        if found is not None:
            # Behind one that has to be looked up there may always be others to send.
            more = len(rows) > 1 or found.state is OpState.UNKNOWN
            return Claimed(found, more=more)
        taken.append(rows[0].issue_id)
    return None


def next_due(conn: Connection, site: str) -> int | None:
    """Return in how many µs something may be claimed that cannot be claimed yet."""
    due = _DUE.run(conn, site=site).one()
    known = [int(one) - int(due.now) for one in due[1:] if one is not None]
    return min(known) if known else None


def _first(
    conn: Connection,
    states: tuple[OpState, ...],
    site: str,
    now: int,
    taken: list[str],
    shut: Shut,
) -> tuple[Any, ...]:
    """Return the row to take, and the next one: of the first of these states that has any."""
    for state in states:
        # What has begun is looked up and ended, whatever window is on.
        sets = shut.sets if state is OpState.READY else ""
        if shut.whole and state is OpState.READY:
            continue
        given = ({"taken": taken} if taken else {}) | ({"shut": sets} if sets else {})
        rows = _NEXT[bool(taken), bool(sets)].run(conn, here=site, state=state, now=now, **given)
        if rows.every:
            return rows.every
    return ()


def _take(conn: Connection, row: Any, owner: str, until: int) -> Operation | None:
    """Take a row whose issue nobody else has taken in the meantime."""
    values = {"id_is": row.id, "fence_is": row.fence, "to_owner": owner, "to_until": until}
    if row.state != OpState.READY:
        found = _TAKE_UNKNOWN.run(conn, **values).first()
        return None if found is None else outbox.operation_of(found)
    if conn.dialect.name == "postgresql":
        # Held until the commit. Only a statement begun behind it sees who came before.
        place = f"{row.site} {row.issue_id}"
        if not _TURN.run(conn, place=place).scalar():
            return None
    found = _TAKE_READY.run(conn, **values, here=row.site, issue=row.issue_id).first()
    return None if found is None else outbox.operation_of(found)


def _said(states: tuple[OpState, ...]) -> list[Any]:
    """Return states as part of a statement's text."""
    return [literal_column(f"'{state}'") for state in states]


def _busy(site: Any, issue_id: Any, but: Any) -> Any:
    busy = _OP.alias("busy")
    return exists().where(
        busy.c.site == site,
        busy.c.issue_id == issue_id,
        busy.c.id != but,
        busy.c.state.in_(_said(_TRAVELLING)),
    )


def _next(now: Any = None) -> Any:
    site: Any = bindparam("here")
    now = bindparam("now") if now is None else now
    return (
        select(_OP.c.id, _OP.c.site, _OP.c.issue_id, _OP.c.state, _OP.c.fence)
        .where(
            _OP.c.site == site,
            _OP.c.state == bindparam("state"),
            and_(_OP.c.not_before <= now, _OP.c.lease_until <= now),
            not_(and_(_OP.c.carry_on.is_(False), _earlier())),
            not_(_earlier_here()),
            not_(_unmet()),
            not_(_busy(_OP.c.site, _OP.c.issue_id, _OP.c.id)),
            not_(waits.holds(site, _OP.c.issue_id, now)),
        )
        .order_by(_OP.c.review_id, _OP.c.position)
        .limit(2)
        .with_for_update(skip_locked=True)  # SQLite leaves it out: BEGIN IMMEDIATE does it
    )


def _taking(of: OpState, **values: Any) -> Any:
    return (
        update(_OP)
        .where(
            _OP.c.id == bindparam("id_is"),
            _OP.c.fence == bindparam("fence_is"),
            _OP.c.state == of,
        )
        .values(
            fence=_OP.c.fence + 1,
            owner=bindparam("to_owner"),
            lease_until=bindparam("to_until"),
            **values,
        )
        .returning(*_OP.c)
    )


def _taking_ready() -> Any:
    query = _taking(
        OpState.READY, state=next_op_state(OpState.READY, OpEvent.CLAIM), intent_at=None
    )
    return query.where(not_(_busy(bindparam("here"), bindparam("issue"), bindparam("id_is"))))


def _look() -> Any:
    """Where the site stands, and beside it what is ready: in every row, or in one alone."""
    stand, ready = _standing().subquery("stand"), _next(CLOCK).subquery("ready")
    return select(stand, ready).select_from(stand.outerjoin(ready, true()))


def _standing() -> Any:
    here = _OP.c.site == bindparam("here")
    paused = select(_SITE.c.paused).where(_SITE.c.site == bindparam("here")).scalar_subquery()
    lease = select(func.min(_OP.c.lease_until)).where(here, _OP.c.state == OpState.INFLIGHT)
    unknown = exists().where(here, _OP.c.state == OpState.UNKNOWN)
    return select(
        CLOCK.label("now"),
        paused.label("paused"),
        lease.scalar_subquery().label("lease"),
        unknown.label("unknown"),
        windows.there_are(bindparam("here")).label("windows"),
    )


def _due() -> Any:
    here, now = _OP.c.site == bindparam("site"), CLOCK
    waiting = _OP.c.state.in_(_said((OpState.READY, OpState.UNKNOWN))) & (_OP.c.not_before > now)
    held = _OP.c.state.in_(_said(_TRAVELLING)) & (_OP.c.lease_until > now)
    return select(
        CLOCK.label("now"),
        select(func.min(_OP.c.not_before)).where(here, waiting).scalar_subquery().label("ready"),
        select(func.min(_OP.c.lease_until)).where(here, held).scalar_subquery().label("lease"),
        waits.first_end(bindparam("site")).label("wait"),
    )


_DUE = Prepared(_due)
_LOOK = Prepared(_look)
#: By whether issues are left out that others have taken, and sets that a window holds.
_NEXT = {
    (False, False): Prepared(_next),
    (True, False): Prepared(lambda: _next().where(_not_taken())),
    (False, True): Prepared(lambda: _next().where(_not_shut())),
    (True, True): Prepared(lambda: _next().where(_not_taken(), _not_shut())),
}
_TAKE_READY = Prepared(_taking_ready)
_TAKE_UNKNOWN = Prepared(lambda: _taking(OpState.UNKNOWN))
_TURN = Prepared(
    lambda: select(
        func.pg_try_advisory_xact_lock(
            func.hashtextextended(bindparam("place"), cast(0, BigInteger))
        )
    )
)


def _not_taken() -> Any:
    """Only where others claim at the same time: on PostgreSQL."""
    return _OP.c.issue_id != all_(cast(bindparam("taken", type_=ARRAY(Text)), ARRAY(Text)))


def _not_shut() -> Any:
    return bindparam("shut", type_=Text).not_like(
        literal_column("'%;'", Text) + cast(_OP.c.review_id, Text) + literal_column("';%'", Text)
    )


def _earlier() -> Any:
    """Something before it in its set is not done: a set that stops goes strictly in order."""
    lower = _OP.alias("lower")
    return exists().where(
        lower.c.review_id == _OP.c.review_id,
        lower.c.digest == _OP.c.digest,
        lower.c.state.in_(_said(_OPEN)),
        lower.c.position < _OP.c.position,
    )


def _earlier_here() -> Any:
    """Something before it in its set on the same issue is not done."""
    lower = _OP.alias("here")
    return exists().where(
        lower.c.state.in_(_said(_OPEN)),
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
