"""Comments and fields that travel on one request: one effect, one receipt, read back whole."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.operations import telling
from gateway.operations.duplicates import look_for_duplicates
from gateway.operations.promoting import Promoter
from gateway.promotion.states import OpState
from gateway.promotion.steps import Step
from gateway.review.states import State
from gateway.review.values import OperationView
from gateway.store import sites
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.databases import postgres
from tests.gateway.operations.cases_of_jira import CRASHES
from tests.gateway.operations.conftest import House
from tests.gateway.operations.fleet import Fleet
from tests.gateway.operations.quick import (
    finish,
    quick,
    reopened,
    standing,
)
from tests.gateway.operations.small_jira import GATE
from tests.gateway.operations.test_promoting_cases import operations, released, sound, state
from tests.gateway.promotion.world import (
    DOING,
    change,
    edit,
    site,
    site_with_screens,
    text,
)

__all__ = ["postgres", "quick", "standing"]

SAY = change(ChangeKind.COMMENT, {"id": "9", "body": text("Done, see the log")}, id="s")
MOVE = change(ChangeKind.TRANSITION, {"status": DOING, "transition": {"id": "11"}}, id="m")
CARRIERS: dict[str, tuple[Change, ...]] = {
    "edit": (edit("summary", "New"), SAY),
    "transition": (edit("summary", "New"), MOVE, SAY),
}


@pytest.fixture
def riding(quick: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Lend a house whose Jira shows comments on its screens and knows our account."""
    shown = {"summary": ["set"], "comment": ["add"]}
    seen = site_with_screens(site(), transition=shown, edit_screen=shown)
    with quick.gateway.database.write() as conn:
        sites.put_metadata(conn, seen)
    upstream = quick.gateway.upstream
    known = replace(upstream.expected, account=frozenset({str(GATE["accountId"])}))
    monkeypatch.setattr(quick.gateway, "upstream", replace(upstream, expected=known))
    return quick


def comments(house: House) -> list[Any]:
    return [one for one in house.jira.field("10001", "comment")["comments"] if "author" in one]


def only(house: House, review_id: int) -> OperationView:
    [found] = operations(house, review_id)
    return found


@pytest.mark.parametrize("carrier", CARRIERS)
def test_one_request_has_one_receipt_and_both_are_read_back(riding: House, carrier: str) -> None:
    review_id = released(riding, *CARRIERS[carrier])
    finish(riding)
    done = only(riding, review_id)
    [comment] = comments(riding)
    assert state(riding, review_id) is State.PROMOTED
    assert done.trouble == ""
    assert len(riding.jira.journal) == 1
    assert done.receipt is not None
    assert done.receipt.comment_id == comment["id"]
    assert done.receipt.url.endswith(f"?focusedCommentId={comment['id']}")
    assert set(done.receipt.replaced) == set(done.planned.values)
    sound(riding)
    told = {one["change_id"]: one for one in outcome(riding)["changes"]}
    assert told["s"]["upstream_id"] == comment["id"]
    assert {one["verdict"] for one in told.values()} == {"promoted"}


def outcome(house: House) -> Any:
    telling.tell(house.gateway)
    return house.door.outcomes[-1]


@pytest.mark.parametrize("way", CRASHES)
def test_dying_anywhere_leaves_one_effect_and_one_comment(riding: House, way: str) -> None:
    review_id = released(riding, *CARRIERS["transition"])
    fleet = Fleet(riding, reviews=[review_id])
    fleet.sink(*CRASHES[way])
    assert fleet.died[ChangeKind.TRANSITION] == set(CRASHES[way])
    done = only(riding, review_id)
    assert (done.state, len(comments(riding))) == (OpState.APPLIED, 1)
    assert done.receipt is not None
    assert done.receipt.comment_id == comments(riding)[0]["id"]
    fleet.sound()


@pytest.mark.parametrize("fault", ["after lost", "after 500", "lost", "503"])
def test_a_lost_answer_is_looked_up_by_mark_and_comment(riding: House, fault: str) -> None:
    review_id = released(riding, *CARRIERS["transition"])
    riding.jira.faults = [fault]
    finish(riding)
    assert state(riding, review_id) is State.PROMOTED
    assert (len(riding.jira.journal), len(comments(riding))) == (1, 1)
    sound(riding)


def test_values_that_somebody_else_wrote_do_not_stand_for_the_comment(riding: House) -> None:
    review_id = released(riding, *CARRIERS["edit"])
    riding.jira.faults = ["lost"]
    assert Promoter(riding.gateway, "first").run_once()
    riding.jira.edit("10001", "Bob", summary="New")
    finish(riding)
    assert state(riding, review_id) is State.PROMOTED
    assert len(comments(riding)) == 1, "the summary was there; the comment still had to be said"


def test_a_status_that_is_there_already_loses_no_comment_silently(riding: House) -> None:
    review_id = released(riding, *CARRIERS["transition"])
    riding.jira.edit("10001", "Bob", status=DOING)
    finish(riding)
    done = only(riding, review_id)
    assert done.state is OpState.CONFLICT
    assert "has the status already" in done.trouble
    assert (riding.jira.journal, comments(riding)) == ([], [])


def test_a_drifted_field_keeps_the_comment_back_too(riding: House) -> None:
    review_id = released(riding, *CARRIERS["edit"])
    riding.jira.edit("10001", "Bob", summary="Bob's")
    finish(riding)
    assert only(riding, review_id).state is OpState.CONFLICT
    assert (riding.jira.journal, comments(riding)) == ([], [])


def test_a_comment_that_jira_swallows_is_told(riding: House) -> None:
    review_id = released(riding, *CARRIERS["edit"])
    riding.jira.after_write = comments_gone(riding)
    finish(riding)
    done = only(riding, review_id)
    assert done.state is OpState.APPLIED
    assert "does not show the comment" in done.trouble


def comments_gone(house: House) -> Any:
    def gone() -> None:
        house.jira.field("10001", "comment")["comments"].clear()

    return gone


def test_who_was_overtaken_may_have_said_it_twice_and_that_is_an_alarm(riding: House) -> None:
    review_id = released(riding, *CARRIERS["edit"])
    done: list[Step] = []

    def stopped(step: Step) -> None:
        if step is Step.INTENT and not done:
            done.append(step)
            reopened(riding)
            finish(riding)

    Promoter(riding.gateway, "slow", stopped).run_once()
    assert len(comments(riding)) == 2
    assert look_for_duplicates(riding.gateway) == 1
    assert "more than once" in only(riding, review_id).trouble
