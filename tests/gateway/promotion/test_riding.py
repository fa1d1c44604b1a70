"""What travels together in one request, and what never does."""

from typing import Any

import pytest

from gateway.promotion.ground import Ground
from gateway.promotion.markers import PLACEHOLDER
from gateway.promotion.plan import make_plan
from gateway.promotion.values import Plan
from sandbox.contract.shapes import Change, ChangeKind, JsonObject
from tests.gateway.promotion.world import (
    BOB,
    DOING,
    DONE,
    change,
    change_set,
    doc,
    edit,
    ground,
    text,
    with_screens,
)

TO_DOING = {"status": DOING, "transition": {"id": "11"}, "fields": {}}
HELLO = {"id": "9", "body": text("Hello")}
SAID = {"add": {"body": text("Hello")}}
READY = {"id": "1", "name": "Ready"}


def move(**given: Any) -> Change:
    return change(ChangeKind.TRANSITION, {**TO_DOING, **given.pop("after", {})}, id="m", **given)


def say(**after: Any) -> Change:
    return change(ChangeKind.COMMENT, {**HELLO, **after}, id="s")


def ground_of(*changes: Change, **screens: Any) -> Ground:
    found = ground(*changes)
    return with_screens(found, **screens)


def plan_of(*changes: Change, decided: dict[str, str] | None = None, **screens: Any) -> Plan:
    return make_plan(change_set(*changes), decided or {}, ground_of(*changes, **screens))


def requests(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.kind.value, one.change_ids) for one in plan.operations]


def test_edits_and_a_comment_travel_on_the_transition_whose_screen_takes_them() -> None:
    plan = plan_of(
        edit("assignee", BOB),
        edit("labels", ["web", "fast"], id="c2"),
        say(visibility={"type": "role", "value": "Developers"}),
        move(after={"fields": {"customfield_1": READY}}),
        transition={"assignee": ["set"], "labels": ["add", "set"], "comment": ["add"]},
    )
    (only,) = plan.operations
    assert only.change_ids == ("m", "c1", "c2", "s")
    assert only.request.path == "/rest/api/3/issue/10001/transitions"
    visible = {"type": "role", "value": "Developers"}
    assert only.request.body == {
        "transition": {"id": "11"},
        "fields": {"assignee": {"accountId": "acc-bob"}, "customfield_1": {"id": "1"}},
        "update": {
            "labels": [{"add": "fast"}],
            "comment": [{"add": {"body": text("Hello"), "visibility": visible}}],
        },
        "properties": [PLACEHOLDER],
    }
    assert only.said == {"body": text("Hello"), "visibility": visible}
    assert set(only.base) == {"status", "assignee", "labels", "customfield_1"}
    assert set(only.values) == {"status", "assignee", "labels", "customfield_1"}
    assert only.set_fields == ("labels",)


def test_without_a_transition_the_comment_travels_on_the_edit() -> None:
    plan = plan_of(edit("summary", "New"), say(), edit_screen={"comment": ["add"]})
    (only,) = plan.operations
    assert (only.kind, only.change_ids) == (ChangeKind.EDIT, ("c1", "s"))
    assert only.request.body == {
        "fields": {"summary": "New"},
        "update": {"comment": [SAID]},
        "properties": [PLACEHOLDER],
    }


def test_what_the_transition_does_not_take_goes_on_the_edit_before_it() -> None:
    plan = plan_of(
        edit("summary", "New"),
        say(),
        move(),
        transition={"assignee": ["set"]},
        edit_screen={"comment": ["add"]},
    )
    assert requests(plan) == [("edit", ("c1", "s")), ("transition", ("m",))]


SEPARATE: dict[str, tuple[tuple[Change, ...], dict[str, Any]]] = {
    "an unobserved screen": ((edit("summary", "New"), say(), move()), {}),
    "a screen without verbs": (
        (edit("summary", "New"), say(), move()),
        {"transition": {"summary": [], "comment": []}, "edit_screen": {"comment": []}},
    ),
    "an assumed transition": (
        (edit("summary", "New"), say(), move()),
        {"transition": {"summary": ["set"], "comment": ["add"]}, "inferred": True},
    ),
    "an assumed edit screen": (
        (edit("summary", "New"), say()),
        {"edit_screen": {"comment": ["add"]}, "inferred": True},
    ),
    "a property of its own": (
        (edit("summary", "New"), say(properties=[{"key": "k", "value": 1}])),
        {"edit_screen": {"comment": ["add"]}},
    ),
    "a service project": (
        (edit("summary", "New"), say()),
        {"edit_screen": {"comment": ["add"]}, "desk": True},
    ),
}


@pytest.mark.parametrize("why", SEPARATE)
def test_what_does_not_fit_has_a_request_of_its_own(why: str) -> None:
    changes, screens = SEPARATE[why]
    plan = plan_of(*changes, **screens)
    assert sorted(one for _, one in requests(plan)) == sorted((one.id,) for one in changes)
    assert all(one.said is None for one in plan.operations)


def test_a_rejected_rider_stays_behind_and_changes_the_digest() -> None:
    changes = (edit("summary", "New"), say())
    screens: dict[str, Any] = {"edit_screen": {"comment": ["add"]}}
    whole = plan_of(*changes, **screens)
    left = plan_of(*changes, decided={"s": "reject"}, **screens)
    alone = plan_of(*changes, decided={"c1": "reject"}, **screens)
    assert requests(left) == [("edit", ("c1",))]
    assert requests(alone) == [("comment", ("s",))]
    assert len({one.digest() for one in (whole, left, alone)}) == 3


def test_a_comment_beside_an_edit_that_changes_nothing_is_still_written() -> None:
    plan = plan_of(edit("summary", "Login is slow"), say(), edit_screen={"comment": ["add"]})
    assert requests(plan) == [("comment", ("s",))]


def test_only_the_last_step_of_a_longer_way_takes_the_comment_along() -> None:
    far = change(ChangeKind.TRANSITION, {"status": DONE, "transition": {"id": "21"}}, id="m")
    fine = {"summary": ["set"], "comment": ["add"]}
    plan = plan_of(edit("summary", "New"), say(), far, transition=fine)
    assert requests(plan) == [
        ("edit", ("c1",)),
        ("transition", ("m",)),
        ("transition", ("m", "s")),
    ]
    assert [one.said is not None for one in plan.operations] == [False, False, True]


def test_a_second_comment_follows_the_first() -> None:
    more = change(ChangeKind.COMMENT, {"id": "8", "body": text("And more")}, id="t")
    plan = plan_of(edit("summary", "New"), say(), more, edit_screen={"comment": ["add"]})
    assert requests(plan) == [("edit", ("c1", "s")), ("comment", ("t",))]


def test_a_field_of_the_transition_itself_is_not_taken_over_by_an_edit() -> None:
    own: JsonObject = {"fields": {"summary": "As moved"}}
    plan = plan_of(edit("summary", "New"), move(after=own), transition={"summary": ["set"]})
    assert requests(plan) == [("edit", ("c1",)), ("transition", ("m",))]


def test_the_base_is_what_the_gateway_read() -> None:
    plan = plan_of(edit("summary", "New", before="a lie"), say(), edit_screen={"comment": ["add"]})
    assert plan.operations[0].base == {"summary": doc()["fields"]["summary"]}  # type: ignore[index,call-overload]
