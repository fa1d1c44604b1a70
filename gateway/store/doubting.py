"""What a restored backup does to the outbox: nothing is taken for unsent any more."""

from sqlalchemy import Connection, func, select, update

from gateway.promotion.states import SETTLED, OpEvent, OpState, next_op_state
from gateway.store.database import database_now
from gateway.store.tables import GatewayTable

_OP = GatewayTable.metadata.tables["operation"]
_OPEN = tuple(state for state in OpState if state not in SETTLED)


def doubt_all(conn: Connection, site: str) -> int:
    """Doubt everything unfinished, because a backup was restored; returns how many.

    What was on its way is of unknown outcome; all else is looked up in Jira before it is
    sent for the first time.
    """
    ours, lost = _OP.c.site == site, next_op_state(OpState.INFLIGHT, OpEvent.NO_ANSWER)
    unfinished = _OP.c.state.not_in((OpState.APPLIED, OpState.SUPERSEDED))
    conn.execute(update(_OP).where(ours, unfinished).values(wary=True))
    sent = update(_OP).where(ours, _OP.c.state == OpState.INFLIGHT)
    freed = {"owner": None, "lease_until": 0, "not_before": 0}
    now = database_now(conn)
    conn.execute(sent.values(state=lost, fence=_OP.c.fence + 1, intent_at=now, **freed))
    return doubted(conn, site)


def doubted(conn: Connection, site: str) -> int:
    """Return how many operations are looked up before anything of them is sent."""
    query = select(func.count()).select_from(_OP)
    query = query.where(_OP.c.site == site, _OP.c.wary, _OP.c.state.in_(_OPEN))
    return int(conn.execute(query).scalar_one())
