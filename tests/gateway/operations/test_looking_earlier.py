"""A page tells before the approval what the same transition did the last time."""

import pytest
from sqlalchemy import select

from gateway.operations import reviewing
from gateway.promotion.values import WORKFLOW, Receipt, SideEffect
from gateway.review.values import ChangeView
from gateway.store.tables import GatewayTable
from sandbox.contract.shapes import ChangeKind
from tests.gateway.databases import postgres
from tests.gateway.operations.conftest import House
from tests.gateway.operations.quick import finish, quick, standing
from tests.gateway.operations.test_promoting_cases import released
from tests.gateway.promotion.world import DOING, change, change_set

__all__ = ["postgres", "quick", "standing"]

_OPERATION = GatewayTable.metadata.tables["operation"]
MOVE = change(ChangeKind.TRANSITION, {"status": DOING, "transition": {"id": "11"}})
ON_OTHER = MOVE.model_copy(update={"issue_id": "10002", "issue_key": "AIR-2"})


def moved(house: House, number: int) -> ChangeView:
    review = house.arrive(change_set(ON_OTHER, number=number))
    [issue] = reviewing.view(house.gateway, review).issues
    return issue.changes[0]


@pytest.mark.usefixtures("standing")
def test_what_it_changed_the_last_time_stands_on_the_next_one(quick: House) -> None:
    assert moved(quick, 1).earlier is None
    review = released(quick, MOVE, number=2)
    finish(quick)
    told = moved(quick, 3).earlier
    assert told is not None
    assert (told.times, told.also) == (1, ())
    also = SideEffect(field="resolution", before=None, after="Done", how=WORKFLOW)
    mine = _OPERATION.c.review_id == review
    with quick.gateway.database.write() as conn:
        receipt = conn.execute(select(_OPERATION.c.receipt).where(mine)).scalar_one()
        known = Receipt.model_validate_json(receipt).model_copy(update={"side_effects": (also,)})
        conn.execute(_OPERATION.update().where(mine).values(receipt=known.model_dump_json()))
    told = moved(quick, 4).earlier
    assert told is not None
    [one] = told.also
    assert (one.field, one.after, one.times) == ("resolution", "Done", 1)
