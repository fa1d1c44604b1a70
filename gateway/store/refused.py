"""What people have refused of an agent's task so far, as stored."""

from sqlalchemy import Connection, bindparam, literal_column, select

from gateway.review.states import State
from gateway.store.prepared import Prepared
from gateway.store.reviews import Review
from gateway.store.tables import GatewayTable
from sandbox.contract.shapes import Change, ChangeSet

_TABLES = GatewayTable.metadata.tables
_REVIEW = _TABLES["review"]
_DECISION = _TABLES["decision"]
#: So many sets of a task are looked back at.
_MOST = 30
_LEFT_OUT = "reject"


def before(conn: Connection, review: Review) -> dict[int, tuple[Change, ...]]:
    """Return earlier review of the same task to the changes that people refused in it.

    All of a rejected set; of any other what was left out of it.
    """
    asked = {"here": review.site, "of": review.change_set.workspace, "this": review.id}
    earlier = _EARLIER.run(conn, **asked).every
    if not earlier:
        return {}
    wholly = {row.id for row in earlier if row.state == State.REJECTED}
    left_out: dict[int, set[str]] = {}
    decided = select(_DECISION.c.review_id, _DECISION.c.change_id).where(
        _DECISION.c.review_id.in_([row.id for row in earlier]), _DECISION.c.verdict == _LEFT_OUT
    )
    for row in conn.execute(decided):
        left_out.setdefault(row.review_id, set()).add(row.change_id)
    some = wholly | set(left_out)
    if not some:
        return {}
    bodies = select(_REVIEW.c.id, _REVIEW.c.body).where(_REVIEW.c.id.in_(sorted(some)))
    return {
        row.id: tuple(
            one
            for one in ChangeSet.model_validate_json(row.body).changes
            if row.id in wholly or one.id in left_out[row.id]
        )
        for row in conn.execute(bodies)
    }


_EARLIER = Prepared(
    lambda: (
        select(_REVIEW.c.id, _REVIEW.c.state)
        .where(
            _REVIEW.c.site == bindparam("here"),
            _REVIEW.c.workspace == bindparam("of"),
            _REVIEW.c.id < bindparam("this"),
        )
        .order_by(_REVIEW.c.id.desc())
        .limit(literal_column(str(_MOST)))
    )
)
