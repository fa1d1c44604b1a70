from typing import Any

import pytest
from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject
from sandbox.domain import errors
from sandbox.domain.errors import InvalidError
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, objects_of
from sandbox.domain.site import Site
from sandbox.domain.workflow import Transitioned, available, transition
from tests.sandbox.domain.world import CLOUD, LATER, SERVER, actor, cf, issue

STAMP = "2026-09-28T19:33:13.094+0000"


def moved(
    before: IssueState,
    transition_id: str,
    fields: JsonObject | None = None,
    update: JsonObject | None = None,
    *,
    site: Site = CLOUD,
) -> Transitioned:
    return transition(
        site,
        before,
        transition_id,
        fields or {},
        update or {},
        dialect=site.native,
        actor=actor(site),
        now_us=LATER,
    )


def refusal(*args: Any, **more: Any) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        moved(*args, **more)
    return caught.value


def with_screen(fields: JsonValue, **flags: JsonValue) -> Site:
    """Return the site with another screen on every transition."""
    changed = [
        one.model_copy(update={"transition": {**one.transition, "fields": fields, **flags}})
        for one in CLOUD.baseline.transitions
    ]
    return Site.of(CLOUD.baseline.model_copy(update={"transitions": changed}))


def test_only_observed_transitions_are_available() -> None:
    offered = available(CLOUD, issue())
    assert [(one["id"], object_of(one["to"])["name"]) for one in offered] == [
        ("21", "In Progress"), ("31", "In Review"), ("41", "Done"),
    ]  # fmt: skip
    assert available(CLOUD, issue(status={"id": "1", "name": "Elsewhere"})) == []


def test_flags_stay_and_unavailable_transitions_are_hidden() -> None:
    assert {
        one["isConditional"] for one in available(with_screen({}, isConditional=True), issue())
    } == {True}
    assert available(with_screen({}, isAvailable=False), issue()) == []


def test_a_transition_sets_the_status_and_says_both() -> None:
    found = moved(issue(), "21")
    assert (found.before_status["name"], found.after_status["name"]) == ("To Do", "In Progress")
    assert object_of(found.issue.fields["status"])["name"] == "In Progress"
    assert found.issue.fields["statuscategorychangedate"] == STAMP
    assert (found.issue.fields["updated"], found.edits) == (STAMP, ())
    items = objects_of(found.issue.histories[-1]["items"])
    assert [(one["field"], one["fromString"], one["toString"]) for one in items] == [
        ("status", "To Do", "In Progress")
    ]


def test_done_sets_a_resolution_and_leaving_it_takes_it_away() -> None:
    done = moved(issue(), "41").issue
    assert object_of(done.fields["resolution"])["name"] == "Done"
    assert done.fields["resolutiondate"] == STAMP
    items = objects_of(done.histories[-1]["items"])
    assert [one["field"] for one in items] == ["resolution", "status"]
    again = moved(done, "11").issue
    assert (again.fields["resolution"], again.fields["resolutiondate"]) == (None, None)


def test_a_resolution_on_the_screen_is_taken() -> None:
    found = moved(issue(), "41", {"resolution": {"name": "Duplicate"}})
    assert object_of(found.issue.fields["resolution"])["name"] == "Duplicate"
    assert found.issue.fields["resolutiondate"] == STAMP
    assert [one.field for one in found.edits] == ["resolution"]


def test_a_field_that_is_not_on_the_transitions_screen_is_refused() -> None:
    found = refusal(issue(), "21", {"summary": "x"})
    assert found.errors == {"summary": errors.cannot_be_set("summary")}


def test_where_the_screen_was_not_observed_editable_fields_are_taken() -> None:
    found = moved(issue(), "21", {"summary": "x"}, site=with_screen(None))
    assert (found.issue.fields["summary"], len(found.issue.histories)) == ("x", 1)


def test_a_required_field_must_be_there() -> None:
    meta: JsonObject = {
        "name": "이유",
        "required": True,
        "schema": {"type": "string"},
        "operations": ["set"],
    }
    site = with_screen({cf(101): meta})
    assert refusal(issue(), "21", site=site).errors == {cf(101): "이유 is required."}
    assert moved(issue(), "21", {cf(101): "끝"}, site=site).issue.fields[cf(101)] == "끝"
    filled = issue().with_fields({cf(101): "이미"})
    assert moved(filled, "21", site=site).after_status["name"] == "In Progress"


@pytest.mark.parametrize(
    ("transition_id", "message"),
    [
        ("99", "Transition id '99' is not valid for this issue."),
        ("11", "Transition id '11' is not valid for this issue."),
        ("Done", errors.TRANSITION_NOT_A_NUMBER),
        ("", errors.TRANSITION_REQUIRED),
    ],
)
def test_a_transition_that_is_not_offered_is_refused(transition_id: str, message: str) -> None:
    before = issue()
    assert refusal(before, transition_id).messages == (message,)
    assert before == issue()


def test_a_comment_travels_with_a_transition() -> None:
    found = moved(issue(SERVER), "21", update={"comment": [{"add": {"body": "시작"}}]}, site=SERVER)
    assert found.comments == ({"body": "시작"},)
