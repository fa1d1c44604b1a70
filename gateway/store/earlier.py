"""What was promoted before, with its receipts, as stored."""

from sqlalchemy import Connection, select

from gateway.promotion.states import OpState
from gateway.promotion.values import PlannedOperation, Receipt
from gateway.store.tables import GatewayTable
from sandbox.contract.shapes import ChangeKind

_OP = GatewayTable.metadata.tables["operation"]
#: So many of what went through last are looked at.
_LAST = 50


def transitions(
    conn: Connection, site: str, project: str
) -> tuple[tuple[PlannedOperation, Receipt], ...]:
    """Return the transitions of a project that went through last, newest first."""
    query = select(_OP.c.body, _OP.c.receipt).where(
        _OP.c.site == site,
        _OP.c.state == OpState.APPLIED,
        _OP.c.issue_key.startswith(f"{project}-", autoescape=True),
        _OP.c.receipt.is_not(None),
        # As canonical JSON has it; inside a text the quotes would be escaped.
        _OP.c.body.contains(f'"kind":"{ChangeKind.TRANSITION}"'),
    )
    rows = conn.execute(query.order_by(_OP.c.id.desc()).limit(_LAST))
    return tuple(
        (PlannedOperation.model_validate_json(body), Receipt.model_validate_json(receipt))
        for body, receipt in rows
    )
