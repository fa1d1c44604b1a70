"""What people decided about the newest change sets, change by change, as stored."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from gateway.policy.drafting import Fate, Past, Sort
from gateway.promotion.undo import is_undo
from gateway.review.states import State
from gateway.store.tables import GatewayTable
from sandbox.contract.shapes import ChangeKind

_REVIEW = GatewayTable.metadata.tables["review"]
_DECISION = GatewayTable.metadata.tables["decision"]
#: So many decided sets of a site are looked back at.
MOST = 300
_APPROVED = (
    State.APPROVED,
    State.PROMOTING,
    State.PROMOTED,
    State.PARTLY_PROMOTED,
    State.FAILED,
)
_LEFT_OUT = "reject"


def past(conn: Connection, site: str) -> tuple[Past, ...]:
    """Return the changes of the newest sets that people approved or rejected.

    What was sent back is decided when its next round is; undos are people's own wishes.
    """
    columns = _REVIEW.c.id, _REVIEW.c.change_set, _REVIEW.c.agent, _REVIEW.c.state, _REVIEW.c.body
    query = select(*columns).where(
        _REVIEW.c.site == site, _REVIEW.c.state.in_((*_APPROVED, State.REJECTED))
    )
    rows = conn.execute(query.order_by(_REVIEW.c.id.desc()).limit(MOST)).all()
    fates = _fates(conn, rows[-1].id if rows else 0)
    return tuple(one for row in rows if not is_undo(row.change_set) for one in _changes(row, fates))


def _fates(conn: Connection, oldest: int) -> dict[tuple[int, str], Fate]:
    """Return what was left out or settled, by review and change."""
    query = select(
        _DECISION.c.review_id, _DECISION.c.change_id, _DECISION.c.verdict, _DECISION.c.settled
    ).where(_DECISION.c.review_id >= oldest)
    return {
        (row.review_id, row.change_id): Fate.LEFT_OUT if row.verdict == _LEFT_OUT else Fate.EDITED
        for row in conn.execute(query)
        if row.verdict == _LEFT_OUT or row.settled is not None
    }


def _changes(row: Any, fates: dict[tuple[int, str], Fate]) -> Iterator[Past]:
    whole = Fate.LEFT_OUT if row.state == State.REJECTED else None
    for change in json.loads(row.body)["changes"]:
        project = str(change["issue_key"]).rpartition("-")[0]
        sort = Sort(row.agent, ChangeKind(change["kind"]), change["field"] or "", project)
        yield Past(sort, whole or fates.get((row.id, change["id"]), Fate.KEPT))
