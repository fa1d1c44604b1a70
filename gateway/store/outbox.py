"""The outbox: approved operations waiting to be carried upstream.

Leases, quarantine and waiting go by the database's own clock, never by a process's. A
claim gives a new *fence*; whoever finishes with an old fence is too late and changes
nothing.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, insert, not_, select, update

from gateway.promotion.markers import operation_id
from gateway.promotion.states import OP_TRANSITIONS, SETTLED, OpEvent, OpState, next_op_state
from gateway.promotion.values import Plan, PlannedOperation, Receipt
from gateway.store import waits
from gateway.store.database import database_now
from gateway.store.tables import GatewayTable
from sandbox.contract.digest import canonical
from sandbox.contract.shapes import ChangeKind

_TABLES = GatewayTable.metadata.tables
_OP = _TABLES["operation"]
_SITE = _TABLES["site"]
_OPEN = tuple(state for state in OpState if state not in SETTLED)
_TRAVELLING = (OpState.INFLIGHT, OpState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Operation:
    """One stored operation."""

    id: int
    review_id: int
    site: str
    digest: str
    position: int
    state: OpState
    #: Real issue id as soon as it is known, else the temporary one.
    issue_id: str
    #: ``PlannedOperation`` as stored, to be compared with the approved plan.
    body: str
    marker: str
    fence: int
    intent_at: int | None
    lease_until: int
    attempts: int
    probe_from: int | None
    receipt: Receipt | None
    trouble: str

    @property
    def planned(self) -> PlannedOperation:
        """The operation as it was planned."""
        return PlannedOperation.model_validate_json(self.body)


def hold(conn: Connection, review_id: int, plan: Plan, edition: int) -> None:
    """Store an approved plan's operations; nothing runs before ``release``."""
    digest, real = plan.digest(), resolved(conn, plan.identity.site)
    for planned in plan.operations:
        body = planned.model_dump(mode="json")
        conn.execute(
            insert(_OP).values(
                review_id=review_id,
                site=plan.identity.site,
                digest=digest,
                position=planned.position,
                state=OpState.HELD,
                issue_id=real.get(planned.issue_id, planned.issue_id),
                issue_key=planned.issue_key,
                body=canonical(body).decode("utf-8", "surrogatepass"),
                marker=operation_id(review_id, edition, digest, planned.position),
                depends_on=json.dumps(list(planned.depends_on)),
                fence=0,
                lease_until=0,
                not_before=0,
                attempts=0,
                trouble="",
            )
        )


def of_review(conn: Connection, review_id: int, digest: str) -> tuple[Operation, ...]:
    """Return the operations of one approval, in order, without withdrawn ones."""
    query = select(_OP).where(
        _OP.c.review_id == review_id,
        _OP.c.digest == digest,
        _OP.c.state != OpState.SUPERSEDED,
    )
    return tuple(_operation(row) for row in conn.execute(query.order_by(_OP.c.position, _OP.c.id)))


def get(conn: Connection, operation: int) -> Operation | None:
    """Return one operation."""
    row = conn.execute(select(_OP).where(_OP.c.id == operation)).first()
    return None if row is None else _operation(row)


def happen(conn: Connection, review_id: int, digest: str, event: OpEvent, trouble: str = "") -> int:
    """Let an event happen to every operation of an approval that it can happen to."""
    count = 0
    for state in (one for one, events in OP_TRANSITIONS.items() if event in events):
        query = update(_OP).where(
            _OP.c.review_id == review_id, _OP.c.digest == digest, _OP.c.state == state
        )
        values = {
            "state": next_op_state(state, event),
            "trouble": trouble,
            "not_before": 0,
            "lease_until": 0,
        }
        count += conn.execute(query.values(**values)).rowcount
    return count


def claim(
    conn: Connection, site: str, owner: str, *, lease: int, quarantine: int
) -> Operation | None:
    """Take the next operation, or return None; ``lease`` and ``quarantine`` in µs.

    One that was ready becomes ``inflight``; one whose outcome is unknown stays so and is
    given out to be looked up.
    """
    paused = select(_SITE.c.paused).where(_SITE.c.site == site).with_for_update()
    # The site's row is also the lock that lets one claim see what the one before took.
    if conn.execute(paused).scalar() is not None:
        return None
    now = database_now(conn)
    _expire(conn, site, now, quarantine)
    row = conn.execute(_next(site, now)).first()
    if row is None:
        return None
    found = _operation(row)
    values: dict[str, Any] = {"fence": found.fence + 1, "owner": owner, "lease_until": now + lease}
    if found.state is OpState.READY:
        values |= {"state": next_op_state(found.state, OpEvent.CLAIM), "intent_at": None}
    conn.execute(update(_OP).where(_OP.c.id == found.id).values(**values))
    return get(conn, found.id)


def intend(conn: Connection, operation: Operation, probe_from: int | None) -> bool:
    """Commit to sending: from now on only a probe can say that nothing happened."""
    return _mine(
        conn,
        operation,
        intent_at=database_now(conn),
        attempts=operation.attempts + 1,
        probe_from=probe_from,
    )


def renew(conn: Connection, operation: Operation, lease: int) -> bool:
    """Prolong the lease; False when somebody else took the operation over."""
    now = database_now(conn)
    return _mine(conn, operation, unless_before=now, lease_until=now + lease)


def finish(
    conn: Connection,
    operation: Operation,
    event: OpEvent,
    *,
    receipt: Receipt | None = None,
    trouble: str = "",
    wait: int = 0,
    forgive: bool = False,
) -> bool:
    """Record what happened; False when the fence is no longer ours.

    ``wait`` (µs) delays the next try; ``forgive`` takes the attempt back.
    """
    values: dict[str, Any] = {
        "state": next_op_state(operation.state, event),
        "trouble": trouble,
        "owner": None,
        "lease_until": 0,
        "not_before": database_now(conn) + wait,
    }
    if receipt is not None:
        values["receipt"] = receipt.model_dump_json()
    if forgive:
        values["attempts"] = operation.attempts
    done = _mine(conn, operation, **values)
    if done and receipt is not None and receipt.upstream_id:
        _now_real(conn, operation, receipt)
    return done


def wait_more(conn: Connection, operation: Operation, wait: int) -> bool:
    """Leave an unknown outcome unknown, to be looked up again after ``wait`` µs."""
    until = database_now(conn) + wait
    return _mine(conn, operation, owner=None, lease_until=0, not_before=until)


def since_intent(conn: Connection, operation: Operation) -> int:
    """Return how many µs ago, by the database's clock, the last request was begun."""
    return database_now(conn) - (operation.intent_at or 0)


def resolved(conn: Connection, site: str) -> dict[str, str]:
    """Return temporary id to real id and temporary key to real key, of all created issues."""
    query = select(_OP).where(
        _OP.c.site == site,
        _OP.c.state == OpState.APPLIED,
        _OP.c.body.contains('"kind":"create"'),
    )
    found: dict[str, str] = {}
    for operation in map(_operation, conn.execute(query)):
        planned, receipt = operation.planned, operation.receipt
        if planned.kind is ChangeKind.CREATE and receipt is not None:
            if receipt.upstream_id:
                found[planned.issue_id] = receipt.upstream_id
            if receipt.upstream_key:
                found[planned.issue_key] = receipt.upstream_key
    return found


def _next(site: str, now: int) -> Any:
    lower, busy = _OP.alias("lower"), _OP.alias("busy")
    earlier = exists().where(
        lower.c.review_id == _OP.c.review_id,
        lower.c.digest == _OP.c.digest,
        lower.c.position < _OP.c.position,
        lower.c.state.in_(_OPEN),
    )
    same_issue = exists().where(
        busy.c.site == _OP.c.site,
        busy.c.issue_id == _OP.c.issue_id,
        busy.c.id != _OP.c.id,
        busy.c.state.in_(_TRAVELLING),
    )
    return (
        select(_OP)
        .where(
            _OP.c.site == site,
            _OP.c.state.in_((OpState.READY, OpState.UNKNOWN)),
            and_(_OP.c.not_before <= now, _OP.c.lease_until <= now),
            not_(earlier),
            not_(same_issue),
            not_(waits.holds(site, _OP.c.issue_id, now)),
        )
        .order_by(_OP.c.review_id, _OP.c.position)
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite leaves it out: BEGIN IMMEDIATE does it
    )


def _expire(conn: Connection, site: str, now: int, quarantine: int) -> None:
    """Take back what a dead process held: harmless without an intent, unknown with one."""
    dead = and_(_OP.c.site == site, _OP.c.state == OpState.INFLIGHT, _OP.c.lease_until <= now)
    back = next_op_state(OpState.INFLIGHT, OpEvent.PUT_BACK)
    lost = next_op_state(OpState.INFLIGHT, OpEvent.NO_ANSWER)
    freed = {"owner": None, "lease_until": 0}
    query = update(_OP).where(dead, _OP.c.intent_at.is_(None))
    conn.execute(query.values(state=back, fence=_OP.c.fence + 1, **freed))
    query = update(_OP).where(dead, _OP.c.intent_at.is_not(None))
    until = _OP.c.intent_at + quarantine
    conn.execute(query.values(state=lost, fence=_OP.c.fence + 1, not_before=until, **freed))


def _mine(conn: Connection, operation: Operation, *, unless_before: int = 0, **values: Any) -> bool:
    query = update(_OP).where(
        _OP.c.id == operation.id,
        _OP.c.fence == operation.fence,
        _OP.c.state == operation.state,
        _OP.c.lease_until >= unless_before,
    )
    return conn.execute(query.values(**values)).rowcount == 1


def _now_real(conn: Connection, operation: Operation, receipt: Receipt) -> None:
    """Let the queue know a new issue by its real id, for one write at a time per issue."""
    planned = operation.planned
    if planned.kind is ChangeKind.CREATE:
        query = update(_OP).where(_OP.c.site == operation.site)
        query = query.where(_OP.c.issue_id == planned.issue_id)
        conn.execute(query.values(issue_id=receipt.upstream_id))


def _operation(row: Row[Any]) -> Operation:
    receipt = row.receipt
    return Operation(
        id=row.id,
        review_id=row.review_id,
        site=row.site,
        digest=row.digest,
        position=row.position,
        state=OpState(row.state),
        issue_id=row.issue_id,
        body=row.body,
        marker=row.marker,
        fence=row.fence,
        intent_at=row.intent_at,
        lease_until=row.lease_until,
        attempts=row.attempts,
        probe_from=row.probe_from,
        receipt=None if receipt is None else Receipt.model_validate_json(receipt),
        trouble=row.trouble,
    )
