"""What Jira's own history says of a write whose answer was lost, and what it does not."""

from typing import Any

import pytest
from pydantic import JsonValue

from gateway.promotion.history import replaced_in
from gateway.promotion.readback import effects
from gateway.promotion.values import PlannedOperation, Request
from sandbox.contract.shapes import ChangeKind, JsonObject
from tests.gateway.promotion.world import text

US = frozenset({"gate"})
NO = {"from": None, "to": None, "fromString": None, "toString": None}
#: Field, base, wanted, the line's sides, and what was replaced (None: nobody can tell).
LINES: list[tuple[str, Any, Any, Any, Any]] = [
    ("summary", "Old", "New", {"fromString": "Old", "toString": "New"}, "Old"),
    ("summary", "Old", "New", {"fromString": "밥", "toString": "New"}, "밥"),
    ("summary", "Old", "New", {"fromString": None, "toString": "New"}, None),
    ("number", 3, 5, {"fromString": "4", "toString": "5"}, 4.0),
    (
        "priority",
        {"id": "3", "name": "Medium"},
        {"id": "2", "name": "High"},
        {"from": "1", "fromString": "Highest", "to": "2", "toString": "High"},
        {"id": "1", "name": "Highest"},
    ),
    (
        "assignee",
        {"accountId": "a", "displayName": "Ann"},
        None,
        {"from": "b", "fromString": "Bob", "to": None, "toString": None},
        {"accountId": "b", "displayName": "Bob"},
    ),
    ("option", {"id": "1", "value": "A"}, {"id": "2", "value": "B"},
     {"from": "3", "fromString": "C", "to": "2", "toString": "B"}, {"id": "3", "value": "C"}),
]  # fmt: skip


def planned(
    name: str, base: JsonValue, wanted: JsonValue, *, is_set: bool = False, **more: Any
) -> PlannedOperation:
    return PlannedOperation(
        position=1,
        kind=more.get("kind", ChangeKind.EDIT),
        change_ids=("c1",),
        issue_id="1",
        issue_key="AIR-1",
        project_key="AIR",
        request=Request(method="PUT", path="/rest/api/3/issue/1", body={}),
        base={name: base},
        wants={name: wanted},
        set_fields=(name,) if is_set else (),
    )


def issue(*entries: tuple[str, str, list[JsonObject]]) -> JsonObject:
    """Return an issue with these entries of its history: author, field, lines."""
    return {
        "changelog": {
            "histories": [
                {
                    "id": str(number),
                    "created": f"2026-11-02T10:00:0{number}.000+0000",
                    "author": {"accountId": by},
                    "items": [{"field": name, "fieldId": name, **NO, **one} for one in lines],
                }
                for number, (by, name, lines) in enumerate(entries)
            ]
        }
    }


@pytest.mark.parametrize(("name", "base", "wanted", "line", "was"), LINES)
def test_a_line_of_ours_says_what_was_there(
    name: str, base: Any, wanted: Any, line: JsonObject, was: Any
) -> None:
    doc = issue(("bob", name, [{"toString": "else"}]), ("gate", name, [line]))
    found = replaced_in(planned(name, base, wanted), effects(None, doc), US, marked=True)
    assert found.values == {name: (was, wanted)}
    assert found.told == (name,)


@pytest.mark.parametrize("marked", [True, False])
def test_without_a_line_of_ours_only_a_mark_makes_it_surely_ours(marked: bool) -> None:
    doc = issue(("bob", "summary", [{"fromString": "Old", "toString": "New"}]))
    found = replaced_in(planned("summary", "Old", "New"), effects(None, doc), US, marked=marked)
    assert found.values == ({"summary": ("Old", "New")} if marked else {})
    assert found.told == ()


def test_rich_text_is_told_in_a_form_of_its_own_so_what_was_approved_counts() -> None:
    base, wanted = text("Old"), text("New")
    doc = issue(("gate", "description", [{"fromString": "Old", "toString": "New"}]))
    found = replaced_in(planned("description", base, wanted), effects(None, doc), US, marked=True)
    assert found.values == {"description": (base, wanted)}


COMPONENTS: JsonObject = {"add": [{"id": "1", "name": "A"}], "remove": [{"id": "2", "name": "B"}]}
SETS: list[tuple[JsonObject, list[JsonObject], Any]] = [
    ({"add": ["x"], "remove": []}, [{"fromString": "web", "toString": "web x"}], ["web"]),
    # Somebody else's labels went with it: that is not what we wanted.
    ({"add": ["x"], "remove": []}, [{"fromString": "web", "toString": "x"}], None),
    (
        COMPONENTS,
        [{"to": "1", "toString": "A"}, {"from": "2", "fromString": "B"}],
        [{"id": "2", "name": "B"}],
    ),
    # One was there already: it is not ours to take out.
    (COMPONENTS, [{"from": "2", "fromString": "B"}],
     [{"id": "2", "name": "B"}, {"id": "1", "name": "A"}]),
    (COMPONENTS, [{"from": "[2]", "fromString": "B", "to": "[1]", "toString": "A"}], None),
    (COMPONENTS, [], None),
]  # fmt: skip


@pytest.mark.parametrize(("wants", "lines", "before"), SETS)
def test_a_set_is_told_by_its_elements_or_not_at_all(
    wants: JsonObject, lines: list[JsonObject], before: Any
) -> None:
    doc = issue(("gate", "things", lines)) if lines else issue()
    found = replaced_in(planned("things", [], wants, is_set=True), effects(None, doc), US,
                        marked=True)  # fmt: skip
    assert found.values.get("things", (None,))[0] == before


def test_comments_have_no_history_so_the_approved_text_counts() -> None:
    edited = planned("body", "Old", "New", kind=ChangeKind.COMMENT_EDIT)
    assert replaced_in(edited, [], US, marked=False).values == {"body": ("Old", "New")}
    moved = planned("add", None, "x", kind=ChangeKind.WATCHER)
    assert replaced_in(moved, [], US, marked=True).values == {}
