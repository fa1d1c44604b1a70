"""What a lying sandbox claims is held against what the gateway itself knows."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.policy.authority import Known, why_not
from gateway.policy.facts import facts_of_new
from sandbox.contract.scope import IssueFacts
from sandbox.contract.shapes import ChangeKind, ChangeSet, Scope
from tests.gateway.promotion.world import PERSON, change, change_set, create, edit, text

MINE = IssueFacts("AIR", "7", "Task", frozenset({PERSON}))
HERS = IssueFacts("AIR", "7", "Task", frozenset({"acc-bob"}))
KNOWN = Known(
    (Scope(projects=("AIR",)),),
    {"10001": MINE, "10002": HERS, "10003": replace(MINE, project_key="OPS")},
)


def reason(given: ChangeSet, known: Known = KNOWN) -> str:
    refusal = why_not(given, known)
    return "" if refusal is None else refusal.code


def test_what_the_person_may_touch_passes() -> None:
    comment = change(ChangeKind.COMMENT, {"id": "1", "body": text("x")}, id="c2")
    assert reason(change_set(edit("summary", "x"), comment, create())) == ""


@pytest.mark.parametrize("issue", ["10002", "10003", "404"])
def test_somebody_elses_another_projects_and_an_unknown_issue_are_refused_alike(issue: str) -> None:
    assert reason(change_set(edit("summary", "x", issue_id=issue))) == "not_visible"


def test_one_bad_change_refuses_the_whole_set() -> None:
    given = change_set(edit("summary", "x"), edit("labels", [], id="c2", issue_id="10002"))
    assert reason(given) == "not_visible"


def test_an_unregistered_or_revoked_agent_is_refused() -> None:
    assert reason(change_set(edit("summary", "x")), replace(KNOWN, scopes=())) == "agent"


@pytest.mark.parametrize("lie", [{"workspace": "ws-other"}, {"id": "ws-other.1"}, {"task": "t"}])
def test_a_workspace_that_is_not_the_agents_is_refused(lie: dict[str, Any]) -> None:
    given = change_set(edit("summary", "x")).model_copy(update=lie)
    assert reason(given) == "workspace"


def test_a_new_issue_must_not_stand_for_one_that_exists() -> None:
    honest = create()
    assert reason(change_set(honest)) == ""
    for lie in ({"issue_id": "10001"}, {"issue_key": "AIR-1"}, {"issue_id": "9000000777"}):
        forged = honest.model_copy(update=lie)
        given = change_set(honest).model_copy(update={"changes": (forged,)})
        assert reason(given) == "new_issue"


def test_an_earlier_sets_new_issue_may_be_worked_on_but_not_made_again() -> None:
    made = create()
    new = facts_of_new({"project": {"key": "AIR"}, "issuetype": {"id": "7"}}, made.issue_key)
    known = replace(KNOWN, earlier_new={made.issue_id: new})
    more = edit("summary", "y", issue_id=made.issue_id, issue_key=made.issue_key)
    assert reason(change_set(more, number=2), known) == ""
    assert reason(change_set(made, number=2), known) == "new_issue"


def test_kinds_fields_and_projects_of_the_scope_hold() -> None:
    reading = replace(KNOWN, scopes=(Scope(projects=("AIR",), kinds=()),))
    assert reason(change_set(edit("summary", "x")), reading) == "kind"
    labels = replace(KNOWN, scopes=(Scope(projects=("AIR",), fields=("labels",)),))
    assert reason(change_set(edit("summary", "x")), labels) == "field"
    other = create(project={"id": "300", "key": "OPS"})
    assert reason(change_set(other)) == "project"


def test_any_one_of_several_tokens_may_allow_a_change() -> None:
    both = replace(KNOWN, scopes=(Scope(projects=("OPS",)), Scope(projects=("AIR",))))
    assert reason(change_set(edit("summary", "x")), both) == ""


def test_both_ends_of_a_link_have_to_be_in_sight() -> None:
    ends = {"inwardIssue": {"id": "10001"}, "outwardIssue": {"id": "10002"}}
    link = change(ChangeKind.LINK, {"type": {"id": "1"}, **ends})
    assert reason(change_set(link)) == "not_visible"
