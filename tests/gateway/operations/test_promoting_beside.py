"""Post-functions and automation that reach other issues: named, and in nobody's way unseen."""

from typing import Any

import pytest

from gateway.operations import intake, telling
from gateway.promotion.naming import HISTORY_TYPE
from gateway.promotion.states import OpState
from gateway.store import baselines
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.databases import postgres
from tests.gateway.operations.conftest import House
from tests.gateway.operations.quick import finish, quick, standing
from tests.gateway.operations.test_promoting_cases import operations, released, sound
from tests.gateway.promotion.world import DOING, change, edit

__all__ = ["postgres", "quick", "standing"]

MOVE = change(ChangeKind.TRANSITION, {"status": DOING, "transition": {"id": "11"}})
LINK = {"id": "1", "type": {"id": "1"}, "outwardIssue": {"id": "10002", "key": "AIR-2"}}


def on_other(field: str, wanted: Any) -> Change:
    return edit(field, wanted, id="other", issue_id="10002", issue_key="AIR-2")


@pytest.fixture
def linked(quick: House) -> House:
    """Lend a house in whose Jira a rule follows each move of AIR-1 on AIR-2, linked with it."""
    quick.jira.issues["10001"]["fields"]["issuelinks"].append(LINK)

    def follow() -> None:
        if quick.jira.field("10001", "status") == DOING and not done:
            done.append(True)
            quick.jira.edit("10002", "Robo", priority={"id": "1", "name": "Highest"})

    done: list[bool] = []
    quick.jira.after_write = follow
    return quick


def test_what_a_rule_did_on_a_linked_issue_stands_on_the_receipt(linked: House) -> None:
    review_id = released(linked, MOVE)
    finish(linked)
    [done] = operations(linked, review_id)
    assert done.receipt is not None
    [effect] = done.receipt.side_effects
    assert (effect.issue, effect.issue_id, effect.field) == ("AIR-2", "10002", "priority")
    assert (effect.after, effect.by) == ("Highest", "Robo")
    assert done.receipt.unseen == ()
    telling.tell(linked.gateway)
    with linked.gateway.database.read() as conn:
        known = baselines.latest(conn, linked.gateway.site, "10002")
    assert known is not None
    assert known.doc["fields"]["priority"]["name"] == "Highest"  # type: ignore[index,call-overload]
    sound(linked)


def test_what_an_app_does_later_is_named_when_somebody_looks(linked: House) -> None:
    review_id = released(linked, MOVE)
    finish(linked)
    telling.tell(linked.gateway)
    issue = linked.jira.issues["10001"]
    own = issue["changelog"]["histories"][-1]
    app = {"displayName": "Automation for Jira", "accountType": "app"}
    item = {"field": "labels", "fieldId": "labels", "fromString": "", "toString": "auto"}
    issue["changelog"]["histories"].append({**own, "id": "99999", "author": app, "items": [item]})
    own["historyMetadata"] = {"type": HISTORY_TYPE}
    issue["fields"]["labels"] = ["auto"]
    intake.refresh(linked.gateway, ["10001"])
    [done] = operations(linked, review_id)
    assert done.receipt is not None
    assert [(one.field, one.by) for one in done.receipt.side_effects] == [
        ("priority", "Robo"),
        ("labels", "Automation for Jira"),
    ]


def test_an_operation_whose_field_was_hit_there_waits_for_a_person(linked: House) -> None:
    review_id = released(linked, MOVE, on_other("priority", {"id": "5", "name": "Lowest"}))
    finish(linked)
    moved, other = operations(linked, review_id)
    assert (moved.state, other.state) == (OpState.APPLIED, OpState.NEEDS_HUMAN)
    assert "made Robo change Priority" in other.trouble
    assert linked.jira.field("10002", "priority")["name"] == "Highest"
    sound(linked)


def test_an_operation_on_another_field_there_goes_on(linked: House) -> None:
    review_id = released(linked, MOVE, on_other("summary", "Another one"))
    finish(linked)
    assert [one.state for one in operations(linked, review_id)] == [OpState.APPLIED] * 2
    sound(linked)


def test_an_issue_that_cannot_be_read_is_named_and_the_write_stays_answered(
    linked: House,
) -> None:
    del linked.jira.issues["10002"]
    linked.jira.after_write = lambda: None
    review_id = released(linked, MOVE)
    finish(linked)
    [done] = operations(linked, review_id)
    assert done.state is OpState.APPLIED
    assert done.receipt is not None
    assert (done.receipt.unseen, done.receipt.side_effects) == (("AIR-2",), ())
