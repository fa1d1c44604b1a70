"""Somebody answers 200 to a write that Jira never did: no receipt says that it was done."""

import pytest

from gateway.operations.promoting import Promoter
from gateway.promotion.states import OpState
from tests.databases import postgres
from tests.gateway.operations.conftest import House
from tests.gateway.operations.few import KINDS
from tests.gateway.operations.quick import finish, quick, standing
from tests.gateway.operations.test_promoting_together import released, states
from tests.invariants import assert_sound

__all__ = ["postgres", "quick", "standing"]

#: Kinds that carry a mark: what became of them can be looked up like any lost answer.
MARKED = ("edit", "create", "transition", "comment")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", ["200", "204"])
def test_an_answer_that_the_issue_does_not_bear_out_is_no_receipt(
    quick: House, kind: str, status: str
) -> None:
    review = released(quick, KINDS[kind])
    quick.jira.faults = [status]
    assert Promoter(quick.gateway, "first").run_once()
    assert quick.jira.journal == []
    if kind not in MARKED:
        assert states(quick, review) == [OpState.NEEDS_HUMAN]
        finish(quick)
        assert quick.jira.journal == []
        return
    assert states(quick, review) == [OpState.UNKNOWN]
    finish(quick)
    assert states(quick, review) == [OpState.APPLIED]
    assert len(quick.jira.journal) == 1
    assert_sound(quick.gateway.database, quick.jira.journal)
