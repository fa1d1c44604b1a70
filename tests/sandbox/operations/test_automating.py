"""An upstream that changes more than it was asked to: post-functions and automation."""

import pytest
from pydantic import ValidationError

from sandbox.contract.shapes import Flavour, JsonObject
from sandbox.domain.automation import Rule, Trigger
from sandbox.domain.errors import InvalidError
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, objects_of
from sandbox.operations import commenting, reading, writing
from sandbox.operations.context import Caller, Sandbox
from tests.sandbox.operations.acting import V3, create, edit
from tests.sandbox.tiny import agent_caller, person_caller, person_id, rich

SOOJIN = person_id(Flavour.CLOUD, "soojin")


def rule(on: Trigger, value: str = "", **more: object) -> Rule:
    return Rule.model_validate({"name": "a rule", "on": on, "value": value, **more})


def entries(issue: IssueState, since: int) -> list[tuple[str, list[str]]]:
    """Return the author and the fields of each changelog entry after the first ``since``."""
    return [
        (
            str(object_of(one["author"])["displayName"]),
            [str(item["field"]) for item in objects_of(one["items"])],
        )
        for one in issue.histories[since:]
    ]


def move(sandbox: Sandbox, caller: Caller, ref: str, status: str) -> None:
    offered = reading.transitions(sandbox, caller, ref)
    taken = next(one for one in offered if object_of(one["to"])["name"] == status)
    writing.transition_issue(sandbox, caller, ref, str(taken["id"]), dialect=V3)


def test_a_post_function_stands_in_the_entry_of_the_write(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    upstream.rules = (rule(Trigger.STATUS, "Done", set={"priority": {"name": "Low"}}),)
    move(upstream, me, "AIR-1", "Done")

    found = reading.issue(upstream, me, "AIR-1")
    assert object_of(found.fields["priority"])["name"] == "Low"
    assert entries(found, 2) == [("Jonas Weber", ["resolution", "status", "priority"])]


def moved_saying(sandbox: Sandbox, caller: Caller) -> IssueState:
    """Start AIR-1 with a comment, on a transition whose screen shows none."""
    said: JsonObject = {"comment": [{"add": {"body": rich(Flavour.CLOUD, "끝")}}]}
    offered = reading.transitions(sandbox, caller, "AIR-1")
    way = next(one for one in offered if object_of(one["to"])["name"] == "In Progress")
    assert "comment" not in object_of(way["fields"])
    return writing.transition_issue(sandbox, caller, "AIR-1", str(way["id"]), {}, said, dialect=V3)


def test_jira_takes_no_comment_with_a_transition_whose_screen_shows_none(
    upstream: Sandbox,
) -> None:
    with pytest.raises(InvalidError, match="cannot be set"):
        moved_saying(upstream, person_caller(upstream))
    assert entries(reading.issue(upstream, person_caller(upstream), "AIR-1"), 2) == []


def test_an_agents_comment_is_staged_beside_the_transition(sandbox: Sandbox) -> None:
    assert "끝" in str(moved_saying(sandbox, agent_caller(sandbox)).fields["comment"])


def test_automation_writes_an_entry_of_its_own(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    upstream.rules = (
        rule(Trigger.LABEL, "긴급", set={"priority": {"name": "Highest"}}, by=SOOJIN),
    )
    before = reading.issue(upstream, me, "AIR-1")
    edit(upstream, "AIR-1", me, labels=["team", "긴급"])
    edit(upstream, "AIR-1", me, labels=["긴급"])

    found = reading.issue(upstream, me, "AIR-1")
    assert object_of(found.fields["priority"])["name"] == "Highest"
    assert entries(found, len(before.histories)) == [
        ("Jonas Weber", ["labels"]),
        ("이수진", ["priority"]),
        ("Jonas Weber", ["labels"]),
    ]


def test_rules_follow_new_issues_changed_fields_and_comments(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    upstream.rules = (
        rule(Trigger.CREATED, update={"labels": [{"add": "new"}]}, by=SOOJIN),
        rule(Trigger.FIELD, "summary", update={"labels": [{"add": "renamed"}]}, by=SOOJIN),
        rule(Trigger.COMMENT, move="In Progress", by=SOOJIN),
    )
    made = create(upstream, me)
    edit(upstream, made.key, me, summary="other")
    commenting.add_comment(upstream, me, made.key, rich(Flavour.CLOUD, "hi"), dialect=V3)

    found = reading.issue(upstream, me, made.key)
    assert found.fields["labels"] == ["new", "renamed"]
    assert object_of(found.fields["status"])["name"] == "In Progress"


def test_a_rule_of_another_project_or_value_does_not_act(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    low: JsonObject = {"priority": {"name": "Low"}}
    upstream.rules = (
        rule(Trigger.STATUS, "Done", project="OPS", set=low),
        rule(Trigger.STATUS, "In Progress", set=low),
    )
    move(upstream, me, "AIR-1", "Done")

    assert object_of(reading.issue(upstream, me, "AIR-1").fields["priority"])["name"] == "Medium"


def test_a_rule_that_fails_leaves_the_write(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    upstream.rules = (rule(Trigger.FIELD, "summary", set={"priority": {"name": "none such"}}),)
    edit(upstream, "AIR-1", me, summary="stands")

    assert reading.issue(upstream, me, "AIR-1").fields["summary"] == "stands"


def test_where_agents_work_no_rule_acts(sandbox: Sandbox) -> None:
    sandbox.rules = (rule(Trigger.FIELD, "summary", set={"priority": {"name": "Low"}}),)
    edit(sandbox, "AIR-1", summary="mine alone")

    found = reading.issue(sandbox, agent_caller(sandbox), "AIR-1")
    assert object_of(found.fields["priority"])["name"] == "Medium"


@pytest.mark.parametrize(
    "wrong",
    [
        {"on": "status", "set": {"summary": "x"}},
        {"on": "created", "value": "x", "set": {"summary": "x"}},
        {"on": "comment"},
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(wrong: JsonObject) -> None:
    with pytest.raises(ValidationError, match="odd"):
        Rule.model_validate({"name": "odd", **wrong})
