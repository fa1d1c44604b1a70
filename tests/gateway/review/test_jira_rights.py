"""What Jira's answers come to: yes, no, and silence under both settings."""

import itertools

import pytest

from gateway.review.jira_rights import (
    BROWSE,
    Need,
    Place,
    Rights,
    needs_of,
    places_of,
    rights_of,
)
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import NEW_ID, change, change_set, create, edit

ONE, TWO = Place("10001", "AIR-1"), Place("10002", "AIR-2")
EDIT = Need(ONE, ("EDIT_ISSUES",))


@pytest.mark.parametrize("strict", [True, False])
def test_every_issue_has_to_be_shown_and_every_change_allowed(*, strict: bool) -> None:
    for first, second, edits in itertools.product((True, False, None), repeat=3):
        answers = {(ONE, BROWSE): first, (TWO, BROWSE): second, (ONE, "EDIT_ISSUES"): edits}
        found = rights_of((ONE, TWO), (EDIT,), answers, strict=strict)
        good = (True,) if strict else (True, None)
        if first not in good or second not in good:
            assert found == Rights(sees=False)
        elif edits not in good:
            assert found == Rights(lacks=("AIR-1: EDIT_ISSUES",))
        else:
            assert found == Rights()


def test_one_of_several_permissions_is_enough() -> None:
    need = Need(ONE, ("EDIT_OWN_COMMENTS", "EDIT_ALL_COMMENTS"))
    answers = {(ONE, "EDIT_OWN_COMMENTS"): False, (ONE, "EDIT_ALL_COMMENTS"): True}
    assert rights_of((), (need,), answers, strict=True) == Rights()
    answers[ONE, "EDIT_ALL_COMMENTS"] = False
    assert rights_of((), (need,), answers, strict=False).lacks == (
        "AIR-1: EDIT_OWN_COMMENTS / EDIT_ALL_COMMENTS",
    )


def test_each_kind_of_change_needs_its_permission() -> None:
    wanted = change_set(
        edit("summary", "x"),
        edit("assignee", {"accountId": "a"}, id="c2"),
        change(ChangeKind.COMMENT, {"body": "x"}, id="c3"),
        change(ChangeKind.DELETE, None, id="c4"),
        create(),
        edit("labels", [], id="c6", issue_id=NEW_ID, issue_key="AIR-9000001"),
    )
    assert places_of(wanted) == (ONE,)
    project = Place("100", "AIR", is_project=True)
    assert set(needs_of(wanted)) == {
        EDIT,
        Need(ONE, ("ASSIGN_ISSUES",)),
        Need(ONE, ("ADD_COMMENTS",)),
        Need(ONE, ("DELETE_ISSUES",)),
        Need(project, ("CREATE_ISSUES",)),
    }
    assert Need(ONE, ("DELETE_ISSUES",)) not in needs_of(wanted, ["c4"])
