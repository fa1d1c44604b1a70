"""Markers prove a write; temporary keys turn into real ones; readback tells the truth."""

from typing import Any

from pydantic import JsonValue

from gateway.promotion.drift import Now
from gateway.promotion.fields import Fields
from gateway.promotion.markers import (
    PLACEHOLDER,
    is_ours,
    marker,
    operation_id,
    with_marker,
)
from gateway.promotion.plan import make_plan
from gateway.promotion.probing import judge, judge_create
from gateway.promotion.readback import effects, overwrote, side_effects
from gateway.promotion.references import addressed, mentioned, unresolved
from gateway.promotion.states import OpEvent
from gateway.promotion.values import PlannedOperation, Request
from sandbox.contract.shapes import JsonObject
from tests.gateway.promotion.world import (
    NEW_ID,
    NEW_KEY,
    change_set,
    doc,
    edit,
    ground,
    site,
)

SECRET = b"only the gateway knows"
FIELDS = Fields.of(site())


def test_only_our_own_marker_of_this_operation_and_digest_counts() -> None:
    found = marker(SECRET, "op1", "ws.1", "digest")
    assert is_ours(found, SECRET, "op1", "digest")
    forgeries: list[Any] = [
        None,
        {},
        "x",
        {**found, "mac": "0"},
        {**found, "op": "op2"},
        {"op": "op1"},
    ]
    for forged in forgeries:
        assert not is_ours(forged, SECRET, "op1", "digest")
    assert not is_ours(found, SECRET, "op1", "another digest")
    assert not is_ours(found, b"other secret", "op1", "digest")


def test_the_placeholder_alone_is_filled_in() -> None:
    own: JsonObject = {"key": "mine", "value": 1}
    body: JsonObject = {"fields": {"a": 1}, "properties": [own, PLACEHOLDER]}
    value: JsonObject = {"op": "x"}
    assert with_marker(body, value) == {
        "fields": {"a": 1},
        "properties": [own, {"key": "airlock.last", "value": value}],
    }
    assert with_marker("bob", value) == "bob"


def test_the_same_approval_given_again_has_another_marker() -> None:
    assert operation_id(1, 0, "d", 1) != operation_id(1, 2, "d", 1)


def test_temporary_names_become_real_ones_everywhere_but_inside_other_words() -> None:
    real = {NEW_ID: "10555", NEW_KEY: "AIR-55"}
    request = Request(
        method="POST",
        path=f"/rest/api/3/issue/{NEW_ID}/comment",
        query={"issue": NEW_KEY},
        body={
            "parent": {"id": NEW_ID, "key": NEW_KEY},
            "text": f"See {NEW_KEY}, not X{NEW_KEY} nor {NEW_KEY}9 nor 1{NEW_ID}.",
            "list": [NEW_KEY],
            "card": f"https://j.example/browse/{NEW_KEY}?focusedId={NEW_ID}#x",
            "encoded": f"https://j.example/?to=https%3A%2F%2Fj.example%2Fbrowse%2F{NEW_KEY}%3Fa",
            "jql": f"key in ({NEW_KEY.lower()}, OPS-1) OR parent = {NEW_ID}",
            "wiki": f"[{NEW_KEY}|https://j.example/browse/{NEW_KEY}|smart-link]",
        },
    )
    assert addressed(request, real) == Request(
        method="POST",
        path="/rest/api/3/issue/10555/comment",
        query={"issue": "AIR-55"},
        body={
            "parent": {"id": "10555", "key": "AIR-55"},
            "text": f"See AIR-55, not X{NEW_KEY} nor {NEW_KEY}9 nor 1{NEW_ID}.",
            "list": ["AIR-55"],
            "card": "https://j.example/browse/AIR-55?focusedId=10555#x",
            "encoded": "https://j.example/?to=https%3A%2F%2Fj.example%2Fbrowse%2FAIR-55%3Fa",
            "jql": "key in (AIR-55, OPS-1) OR parent = 10555",
            "wiki": "[AIR-55|https://j.example/browse/AIR-55|smart-link]",
        },
    )


def test_what_does_not_exist_yet_is_found_before_anything_is_sent() -> None:
    temporary = {NEW_KEY: NEW_ID}
    in_path = Request(method="PUT", path=f"/rest/api/3/issue/{NEW_ID}")
    in_text = Request(method="PUT", path="/rest/api/3/issue/1", body={"a": f"see {NEW_KEY}"})
    assert unresolved(in_path, temporary, {}) == {NEW_ID} == unresolved(in_text, temporary, {})
    real = {NEW_ID: "1", NEW_KEY: "AIR-1"}
    assert unresolved(in_path, temporary, real) == set() == unresolved(in_text, temporary, real)
    assert mentioned({"a": ["AIR-9999999999"]}, temporary) == set()


def operation() -> PlannedOperation:
    wanted = edit("summary", "New")
    return make_plan(change_set(wanted), {}, ground(wanted)).operations[0]


def with_histories(*items: tuple[str, str, str, str], **fields: Any) -> JsonObject:
    """Return an issue whose changelog has these: author, field, from, to."""
    histories: list[JsonValue] = [
        {
            "id": str(number),
            "created": f"2026-11-01T10:0{number}:00.000+0000",
            "author": {"displayName": author},
            "items": [{"field": name, "fieldId": name, "fromString": old, "toString": new}],
        }
        for number, (author, name, old, new) in enumerate(items)
    ]
    return {**doc(**fields), "changelog": {"histories": list(reversed(histories))}}


def test_an_edit_that_fell_between_read_and_write_is_found_afterwards() -> None:
    clean = effects(doc(), with_histories(("Gate", "summary", "Login is slow", "New")))
    assert not overwrote(operation(), clean)
    foreign = effects(
        doc(),
        with_histories(
            ("Bob", "summary", "Login is slow", "Bob's"), ("Gate", "summary", "Bob's", "New")
        ),
    )
    assert overwrote(operation(), foreign)
    moved = effects(doc(), with_histories(("Gate", "summary", "Bob's", "New")))
    assert overwrote(operation(), moved)


def test_what_automations_did_is_named() -> None:
    after = with_histories(
        ("Gate", "summary", "Login is slow", "New"), ("Robo", "priority", "Low", "High")
    )
    (found,) = side_effects(operation(), effects(doc(), after))
    assert (found.field, found.before, found.after, found.by) == ("priority", "Low", "High", "Robo")


def test_a_probe_believes_values_and_marker_but_never_neither() -> None:
    planned = operation()
    assert judge(planned, Now(doc(summary="New")), FIELDS, marked=False).event is OpEvent.FOUND
    assert judge(planned, Now(doc()), FIELDS, marked=False).event is OpEvent.NOT_FOUND
    changed_since = with_histories(
        ("Gate", "summary", "Login is slow", "New"),
        ("Bob", "summary", "New", "Bob's"),
        summary="Bob's",
    )
    assert judge(planned, Now(changed_since), FIELDS, marked=True).event is OpEvent.FOUND
    assert judge(planned, Now(doc()), FIELDS, marked=True).event is OpEvent.CANNOT_TELL
    assert judge(planned, Now(None), FIELDS, marked=False).event is OpEvent.CANNOT_TELL


def test_two_issues_with_one_marker_are_for_a_person() -> None:
    assert judge_create([doc()], whole=False).upstream_key == "AIR-1"
    twice = judge_create([doc(), doc("AIR-2", "10002")], whole=True)
    assert twice.event is OpEvent.CANNOT_TELL
    assert "AIR-1, AIR-2" in twice.sentence


def test_a_new_issue_is_nowhere_only_when_everything_was_looked_at() -> None:
    assert judge_create([], whole=True).event is OpEvent.NOT_FOUND
    assert judge_create([], whole=False).event is OpEvent.CANNOT_TELL
