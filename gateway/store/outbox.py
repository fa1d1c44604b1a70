"""The outbox: approved operations waiting to be carried upstream.

Leases, quarantine and waiting go by the database's own clock, never by a process's. A
claim gives a new *fence*; whoever finishes with an old fence is too late and changes
nothing.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, exists, func, insert, select, update

from gateway.promotion.markers import operation_id
from gateway.promotion.references import is_temporary, names_of
from gateway.promotion.states import FAILED, OP_TRANSITIONS, OpEvent, OpState, next_op_state
from gateway.promotion.values import Look, Plan, PlannedOperation, Receipt
from gateway.store.bell import ring
from gateway.store.database import database_now
from gateway.store.prepared import Prepared
from gateway.store.tables import GatewayTable
from sandbox.contract.digest import canonical

_TABLES = GatewayTable.metadata.tables
_OP = _TABLES["operation"]
_NEED = _TABLES["operation_need"]
_MADE = _TABLES["made"]
#: Names looked up in one statement.
_MANY = 500
#: Looks of probes that are kept of one operation.
_EVIDENCE = 20


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
    #: It may have been sent in a life that a restored backup knows nothing of.
    wary: bool
    receipt: Receipt | None
    trouble: str
    #: Goes on although an earlier one of its set failed.
    carry_on: bool = False
    #: What probes looked at, oldest first.
    evidence: tuple[Look, ...] = ()

    @property
    def planned(self) -> PlannedOperation:
        """The operation as it was planned."""
        return _planned(self.body)

    @property
    def names(self) -> frozenset[str]:
        """The temporary names in everything that it sends, assumes or wants."""
        return _names(self.body)


# Asked for again and again while one is carried; a frozen value is shared.
_planned = lru_cache(maxsize=256)(PlannedOperation.model_validate_json)


@lru_cache(maxsize=256)
def _names(body: str) -> frozenset[str]:
    return frozenset(names_of(_planned(body)))


def hold(conn: Connection, review_id: int, plan: Plan, edition: int, *, wary: bool = False) -> None:
    """Store an approved plan's operations; nothing runs before ``release``.

    With ``wary`` each is looked up in Jira before it is sent for the first time.
    """
    digest = plan.digest()
    real = resolved(conn, plan.identity.site, [one.issue_id for one in plan.operations])
    ids: dict[int, int] = {}
    for planned in plan.operations:
        body = planned.model_dump(mode="json")
        made = conn.execute(
            insert(_OP)
            .values(
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
                wary=wary,
                trouble="",
                carry_on=False,
                evidence="[]",
            )
            .returning(_OP.c.id)
        )
        ids[planned.position] = int(made.scalar_one())
    needs = [
        {"operation": ids[planned.position], "needs": ids[position]}
        for planned in plan.operations
        for position in planned.depends_on
    ]
    if needs:
        conn.execute(insert(_NEED), needs)


def release(
    conn: Connection, review_id: int, digest: str, *, carry_on: bool, not_before: int = 0
) -> None:
    """Let an approval's operations go, those that failed again; all promoters hear of it.

    ``carry_on``: what does not depend on a failed one goes on all the same.
    ``not_before``: none of them earlier, by the database's clock.
    """
    here = and_(_OP.c.review_id == review_id, _OP.c.digest == digest)
    conn.execute(update(_OP).where(here).values(carry_on=carry_on))
    happen(conn, review_id, digest, OpEvent.RELEASE)
    happen(conn, review_id, digest, OpEvent.RETRY)
    if not_before:
        ready = update(_OP).where(here, _OP.c.state == OpState.READY)
        conn.execute(ready.values(not_before=not_before))
    ring(conn)


def stop(conn: Connection, review_id: int, digest: str, trouble: str) -> bool:
    """Begin nothing more of a released set; returns whether nothing of it had begun.

    Then it is held as before it was released; else what was not begun is skipped. Waits
    for nobody: what a promoter has in its hands at this moment goes its way.
    """
    here = and_(
        _OP.c.review_id == review_id, _OP.c.digest == digest, _OP.c.state != OpState.SUPERSEDED
    )
    ready = select(_OP.c.id, _OP.c.attempts).where(here, _OP.c.state == OpState.READY)
    free = conn.execute(ready.with_for_update(skip_locked=True)).all()
    every = conn.execute(select(func.count()).where(here)).scalar_one()
    back = len(free) == every and not any(row.attempts for row in free)
    after = next_op_state(OpState.READY, OpEvent.CALL_BACK if back else OpEvent.STOP)
    values = {"state": after, "not_before": 0, "trouble": "" if back else trouble}
    for start in range(0, len(free), _MANY):
        some = [row.id for row in free[start : start + _MANY]]
        conn.execute(update(_OP).where(_OP.c.id.in_(some)).values(**values))
    return back


def of_review(conn: Connection, review_id: int, digest: str) -> tuple[Operation, ...]:
    """Return the operations of one approval, in order, without withdrawn ones."""
    rows = _OF_REVIEW.run(conn, review=review_id, of=digest)
    return tuple(operation_of(row) for row in rows)


def get(conn: Connection, operation: int) -> Operation | None:
    """Return one operation."""
    row = conn.execute(select(_OP).where(_OP.c.id == operation)).first()
    return None if row is None else operation_of(row)


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


def counts(conn: Connection, review_id: int, digest: str) -> dict[OpState, int]:
    """Return how many of an approval's operations are in which state, without withdrawn ones."""
    rows = _COUNTS.run(conn, review=review_id, digest=digest)
    return {OpState(row.state): int(row.number) for row in rows}


def skip_rest(conn: Connection, review_id: int, digest: str, trouble: str) -> int:
    """Skip what is ready in a set that stops at its first failure."""
    return _skip(conn, review_id, digest, _OP.c.carry_on.is_(False), trouble)


def skip_dependants(conn: Connection, review_id: int, digest: str, trouble: str) -> int:
    """Skip what depends on one that failed, and what depends on that, and so on."""
    needed = _OP.alias("needed")
    lost = exists().where(
        _NEED.c.operation == _OP.c.id,
        _NEED.c.needs == needed.c.id,
        needed.c.state.in_(tuple(FAILED)),
    )
    total = 0
    while found := _skip(conn, review_id, digest, lost, trouble):
        total += found
    return total


def receipts_before(conn: Connection, operation: Operation) -> tuple[Receipt, ...]:
    """Return the receipts of what the same approval did earlier on the same issue."""
    rows = _RECEIPTS_BEFORE.run(
        conn,
        review=operation.review_id,
        digest=operation.digest,
        issue=operation.issue_id,
        position=operation.position,
    )
    return tuple(Receipt.model_validate_json(text) for (text,) in rows)


def receipts_about(conn: Connection, operation: Operation) -> tuple[Receipt, ...]:
    """Return the receipts of the same approval on other issues that name this one."""
    query = select(_OP.c.receipt).where(
        _OP.c.review_id == operation.review_id,
        _OP.c.digest == operation.digest,
        _OP.c.issue_id != operation.issue_id,
        _OP.c.receipt.contains(f'"issue_id":"{operation.issue_id}"', autoescape=True),
    )
    rows = conn.execute(query.order_by(_OP.c.position, _OP.c.id))
    return tuple(Receipt.model_validate_json(text) for (text,) in rows)


def dependants(conn: Connection, operation: int) -> tuple[Operation, ...]:
    """Return those that need an operation directly."""
    query = select(_OP).where(_NEED.c.needs == operation, _NEED.c.operation == _OP.c.id)
    return tuple(operation_of(row) for row in conn.execute(query.order_by(_OP.c.position)))


def unmet(conn: Connection, operation: Operation, positions: Iterable[int]) -> bool:
    """Return whether one of these places of the same approval is not applied."""
    needed = list(positions)
    if not needed:
        return False
    query = select(func.count()).where(
        _OP.c.review_id == operation.review_id,
        _OP.c.digest == operation.digest,
        _OP.c.position.in_(needed),
        _OP.c.state != OpState.APPLIED,
    )
    return bool(conn.execute(query).scalar())


def add_looks(conn: Connection, operation: Operation, looks: Iterable[Look]) -> None:
    """Keep what a probe looked at; of many the newest."""
    new = list(looks)
    if not new:
        return
    every = [*operation.evidence, *new][-_EVIDENCE:]
    body = json.dumps([one.model_dump(mode="json") for one in every])
    conn.execute(update(_OP).where(_OP.c.id == operation.id).values(evidence=body))


def recheck(conn: Connection, operation: Operation, wait: int) -> None:
    """Have it looked up in ``wait`` µs whether an operation is in Jira twice."""
    until = database_now(conn) + wait
    conn.execute(update(_OP).where(_OP.c.id == operation.id).values(recheck_at=until))


def to_recheck(conn: Connection, site: str) -> tuple[Operation, ...]:
    """Return operations of which it is due to look whether they are in Jira twice."""
    query = select(_OP).where(
        _OP.c.site == site,
        _OP.c.recheck_at <= database_now(conn),
        _OP.c.state.in_((OpState.APPLIED, OpState.NEEDS_HUMAN, OpState.LEFT)),
    )
    return tuple(operation_of(row) for row in conn.execute(query.order_by(_OP.c.id)))


def rechecked(conn: Connection, operation: Operation, trouble: str | None) -> bool:
    """Remember that it was looked; with a sentence when it is there twice. Once only."""
    query = update(_OP).where(_OP.c.id == operation.id, _OP.c.recheck_at.is_not(None))
    values: dict[str, Any] = {"recheck_at": None}
    if trouble is not None:
        values["trouble"] = trouble
    return conn.execute(query.values(**values)).rowcount == 1


def resolved(conn: Connection, site: str, names: Iterable[str] | None = None) -> dict[str, str]:
    """Return temporary to real ids and keys of created issues: of ``names``, or of all."""
    wanted = None if names is None else sorted(set(filter(is_temporary, names)))
    if wanted == []:
        return {}  # as before nearly every request
    query = select(_MADE.c.temporary, _MADE.c.real).where(_MADE.c.site == site)
    if wanted is None:
        return {row.temporary: row.real for row in _RESOLVED.run(conn, here=site)}
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _MANY):
        some = query.where(_MADE.c.temporary.in_(wanted[start : start + _MANY]))
        found |= {row.temporary: row.real for row in conn.execute(some)}
    return found


def _skip(conn: Connection, review_id: int, digest: str, which: Any, trouble: str) -> int:
    query = update(_OP).where(
        _OP.c.review_id == review_id, _OP.c.digest == digest, _OP.c.state == OpState.READY, which
    )
    after = next_op_state(OpState.READY, OpEvent.DEPENDENCY_FAILED)
    return conn.execute(query.values(state=after, trouble=trouble)).rowcount


def operation_of(row: Row[Any]) -> Operation:
    """Return a whole row of the table as an operation."""
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
        wary=bool(row.wary),
        receipt=None if receipt is None else Receipt.model_validate_json(receipt),
        trouble=row.trouble,
        carry_on=bool(row.carry_on),
        evidence=_looks(row.evidence),
    )


def _looks(text: str) -> tuple[Look, ...]:
    return () if text == "[]" else tuple(map(Look.model_validate, json.loads(text)))


_RESOLVED = Prepared(
    lambda: select(_MADE.c.temporary, _MADE.c.real).where(_MADE.c.site == bindparam("here"))
)
_OF_REVIEW = Prepared(
    lambda: (
        select(_OP)
        .where(
            _OP.c.review_id == bindparam("review"),
            _OP.c.digest == bindparam("of"),
            _OP.c.state != OpState.SUPERSEDED,
        )
        .order_by(_OP.c.position, _OP.c.id)
    )
)
_COUNTS = Prepared(
    lambda: (
        select(_OP.c.state, func.count().label("number"))
        .where(
            _OP.c.review_id == bindparam("review"),
            _OP.c.digest == bindparam("digest"),
            _OP.c.state != OpState.SUPERSEDED,
        )
        .group_by(_OP.c.state)
    )
)
_RECEIPTS_BEFORE = Prepared(
    lambda: (
        select(_OP.c.receipt)
        .where(
            _OP.c.review_id == bindparam("review"),
            _OP.c.digest == bindparam("digest"),
            _OP.c.issue_id == bindparam("issue"),
            _OP.c.position < bindparam("position"),
            _OP.c.state != OpState.SUPERSEDED,
            _OP.c.receipt.is_not(None),
        )
        .order_by(_OP.c.position, _OP.c.id)
    )
)
