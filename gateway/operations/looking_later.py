"""Looks up what apps did to issues after our last write to them was read back."""

from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.promotion.beside import late
from gateway.promotion.states import OpState
from gateway.promotion.values import SideEffect
from gateway.store import baselines
from gateway.store.outbox import Operation

#: Of so many issues it is looked what apps did later.
_ISSUES = 50


def late_of(
    conn: Connection, gateway: Gateway, operations: tuple[Operation, ...]
) -> dict[int, tuple[SideEffect, ...]]:
    """Return what apps did after each issue's last write, from our newest reading of it."""
    account = gateway.writing().upstream.expected.account
    last = {one.issue_id: one for one in operations if one.state is OpState.APPLIED}
    found: dict[int, tuple[SideEffect, ...]] = {}
    for issue_id, one in [*last.items()][:_ISSUES]:
        known = baselines.latest(conn, gateway.site, issue_id)
        if known is not None and one.receipt is not None:
            found[one.id] = late(one.planned, one.receipt, known.doc, account)
    return found
