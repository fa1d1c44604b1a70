"""What happens to one operation, recorded only by whoever holds its fence.

A claim gives a new fence; who comes with an old one is too late and changes nothing. All
times are the database's own, read by the very statement that stores them.
"""

from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, update

from gateway.promotion.states import OpEvent, OpState, next_op_state
from gateway.promotion.values import Receipt
from gateway.store.bell import ring
from gateway.store.database import database_now
from gateway.store.outbox import Operation
from gateway.store.prepared import CLOCK, Prepared
from gateway.store.tables import GatewayTable
from sandbox.contract.shapes import ChangeKind

_OP = GatewayTable.metadata.tables["operation"]
_MADE = GatewayTable.metadata.tables["made"]


def intend(conn: Connection, operation: Operation, lease: int, probe_from: int | None) -> bool:
    """Commit to sending, and prolong the lease; False when somebody else took over.

    It is committed when this returns: ``conn`` is in no transaction. From now on only a
    probe can say that nothing happened, and quarantine counts from here.
    """
    return _change(
        conn,
        operation,
        {"attempts": operation.attempts + 1, "probe_from": probe_from},
        {"lease_until": lease, "intent_at": 0},
        alive=True,
        alone=True,
    )


def prolong(conn: Connection, operation: Operation, lease: int) -> bool:
    """Prolong the lease of one that is being carried by a process that is alive."""
    return _change(conn, operation, {}, {"lease_until": lease}, alive=True)


def finish(
    conn: Connection,
    operation: Operation,
    event: OpEvent,
    *,
    receipt: Receipt | None = None,
    trouble: str = "",
    wait: int = 0,
    forgive: bool = False,
    wary: bool = False,
) -> bool:
    """Record what happened; False when the fence is no longer ours.

    ``wait`` (µs) delays the next try; ``forgive`` takes the attempt back; ``wary``: it is
    looked up before it is sent again all the same.
    """
    values: dict[str, Any] = {
        "state": next_op_state(operation.state, event),
        "trouble": trouble,
        "owner": None,
        "lease_until": 0,
    }
    if receipt is not None:
        values["receipt"] = receipt.model_dump_json()
    if forgive:
        values["attempts"] = operation.attempts
    if wary:
        values["wary"] = True
    done = _change(conn, operation, values, {"not_before": wait})
    if done and receipt is not None and receipt.upstream_id:
        _now_real(conn, operation, receipt)
    if done and operation.carry_on and receipt is not None and receipt.upstream_key:
        # Many may have waited for it. Of what waited alone, the one who finished takes care.
        ring(conn)
    return done


def wait_more(conn: Connection, operation: Operation, wait: int) -> bool:
    """Leave an unknown outcome unknown, to be looked up again after ``wait`` µs."""
    return _change(conn, operation, {"owner": None, "lease_until": 0}, {"not_before": wait})


def since_intent(conn: Connection, operation: Operation) -> int:
    """Return how many µs ago, by the database's clock, the last request was begun."""
    return database_now(conn) - (operation.intent_at or 0)


def decide(
    conn: Connection, operation: Operation, event: OpEvent, receipt: Receipt | None = None
) -> bool:
    """Let a person's decision happen to an operation that nobody is carrying."""
    values: dict[str, Any] = {"state": next_op_state(operation.state, event), "not_before": 0}
    if receipt is not None:
        values["receipt"] = receipt.model_dump_json()
    if values["state"] is OpState.READY:
        # One person asked for this one: what failed beside it is no reason to stop.
        values |= {"trouble": "", "carry_on": True}
    done = _change(conn, operation, values, {})
    if done and receipt is not None and receipt.upstream_id:
        _now_real(conn, operation, receipt)
    ring(conn)
    return done


def _change(
    conn: Connection,
    operation: Operation,
    values: dict[str, Any],
    from_now: dict[str, int],
    *,
    alive: bool = False,
    alone: bool = False,
) -> bool:
    """Set columns if the fence is still ours; ``from_now`` are µs from the database's now.

    ``alive``: only while the lease has not run out. ``alone``: a transaction of its own.
    """
    statement = _statement(tuple(values), tuple(from_now), alive)
    mine = {"id_is": operation.id, "fence_is": operation.fence, "state_is": operation.state}
    given = {f"to_{name}": value for name, value in (values | from_now).items()}
    run = statement.run_alone if alone else statement.run
    return run(conn, **mine, **given).rowcount == 1


@cache
def _statement(names: tuple[str, ...], times: tuple[str, ...], alive: bool) -> Prepared:
    def make() -> Any:
        query = update(_OP).where(
            _OP.c.id == bindparam("id_is"),
            _OP.c.fence == bindparam("fence_is"),
            _OP.c.state == bindparam("state_is"),
        )
        if alive:
            query = query.where(_OP.c.lease_until >= CLOCK)
        values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names}
        return query.values(values | {name: CLOCK + bindparam(f"to_{name}") for name in times})

    return Prepared(make)


def _now_real(conn: Connection, operation: Operation, receipt: Receipt) -> None:
    """Let the queue know a new issue by its real id, for one write at a time per issue."""
    planned = operation.planned
    if planned.kind is not ChangeKind.CREATE:
        return
    names = {planned.issue_id: receipt.upstream_id, planned.issue_key: receipt.upstream_key}
    for temporary, real in names.items():
        conn.execute(
            delete(_MADE).where(_MADE.c.site == operation.site, _MADE.c.temporary == temporary)
        )
        if real:
            values = {"site": operation.site, "temporary": temporary, "real": real}
            conn.execute(insert(_MADE).values(**values))
    query = update(_OP).where(_OP.c.state.in_(tuple(OpState)), _OP.c.site == operation.site)
    query = query.where(_OP.c.issue_id == planned.issue_id)
    conn.execute(query.values(issue_id=receipt.upstream_id))
