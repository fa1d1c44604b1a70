"""Journal in, changes out: values only."""

from typing import Any

import pytest
from pydantic import JsonValue

from sandbox.contract.shapes import ChangeKind, JsonObject
from sandbox.operations.folding import fold
from sandbox.store.journal import Entry

TODO: JsonObject = {"status": {"id": "1", "name": "To Do"}}
DOING: JsonObject = {
    "status": {"id": "2", "name": "Doing"},
    "transition": {"id": "21"},
    "fields": {},
}
DONE: JsonObject = {"status": {"id": "3", "name": "Done"}, "transition": {"id": "31"}, "fields": {}}
NEW = "9000000001"


def entry(
    seq: int,
    kind: ChangeKind,
    after: JsonValue,
    before: JsonValue = None,
    *,
    field: str | None = None,
    issue_id: str = "1",
) -> Entry:
    return Entry(
        site="s",
        ws="w",
        seq=seq,
        at=seq * 10,
        act="write",
        kind=kind,
        issue_id=issue_id,
        issue_key=f"AIR-{issue_id}",
        field=field,
        detail={"before": before, "after": after, "base_revision": 7},
        door="mcp",
        client="",
    )


def edited(seq: int, before: JsonValue, after: JsonValue, **more: Any) -> Entry:
    return entry(seq, ChangeKind.EDIT, after, before, **{"field": "summary", **more})


def created(seq: int, issue_id: str = NEW, **fields: JsonValue) -> Entry:
    return entry(seq, ChangeKind.CREATE, {"fields": dict(fields)}, issue_id=issue_id)


def said(seq: int, comment_id: str, body: str, **more: Any) -> Entry:
    return entry(seq, ChangeKind.COMMENT, {"id": comment_id, "body": body}, **more)


def reworded(seq: int, comment_id: str, before: str, after: str) -> Entry:
    old: JsonValue = {"id": comment_id, "body": before}
    return entry(seq, ChangeKind.COMMENT_EDIT, {"id": comment_id, "body": after}, old)


def watched(seq: int, verb: str) -> Entry:
    return entry(seq, ChangeKind.WATCHER, {verb: {"accountId": "mina"}})


#: What was written, and what it comes to: kind, before, after.
TABLE: list[tuple[str, list[Entry], list[tuple[str, JsonValue, JsonValue]]]] = [
    ("nothing is nothing", [], []),
    ("one edit stays one", [edited(1, "a", "b")], [("edit", "a", "b")]),
    (
        "edits of one field keep the first before and the last after",
        [edited(1, "a", "b"), edited(2, "b", "c")],
        [("edit", "a", "c")],
    ),
    ("what comes back is dropped", [edited(1, "a", "b"), edited(2, "b", "a")], []),
    (
        "labels in another order are no change",
        [edited(1, ["x", "y"], ["y", "x"], field="labels")],
        [],
    ),
    ("null and empty are no change", [edited(1, None, "", field="environment")], []),
    (
        "two fields are two changes",
        [edited(1, "a", "b"), edited(2, None, ["x"], field="labels")],
        [("edit", "a", "b"), ("edit", None, ["x"])],
    ),
    (
        "transitions keep the first status and the last",
        [
            entry(1, ChangeKind.TRANSITION, DOING, TODO),
            entry(2, ChangeKind.TRANSITION, DONE, {"status": DOING["status"]}),
        ],
        [("transition", TODO, DONE)],
    ),
    (
        "a transition there and back is dropped",
        [
            entry(1, ChangeKind.TRANSITION, DOING, TODO),
            entry(2, ChangeKind.TRANSITION, TODO, {"status": DOING["status"]}),
        ],
        [],
    ),
    (
        "a comment of this set takes its later wording",
        [said(1, "9", "helo"), reworded(2, "9", "helo", "hello")],
        [("comment", None, {"id": "9", "body": "hello"})],
    ),
    (
        "an older comment's wordings fold",
        [reworded(1, "4", "a", "b"), reworded(2, "4", "b", "c")],
        [("comment_edit", {"id": "4", "body": "a"}, {"id": "4", "body": "c"})],
    ),
    (
        "an older comment put back is dropped",
        [reworded(1, "4", "a", "b"), reworded(2, "4", "b", "a")],
        [],
    ),
    (
        "two comments stay two",
        [said(1, "8", "a"), said(2, "9", "a")],
        [("comment", None, {"id": "8", "body": "a"}), ("comment", None, {"id": "9", "body": "a"})],
    ),
    ("watching and not watching is nothing", [watched(1, "add"), watched(2, "remove")], []),
    (
        "watching, not, and again is watching",
        [watched(1, "add"), watched(2, "remove"), watched(3, "add")],
        [("watcher", None, {"add": {"accountId": "mina"}})],
    ),
    (
        "moves between sprints fold",
        [
            entry(1, ChangeKind.SPRINT, {"id": "2"}, {"id": "1"}),
            entry(2, ChangeKind.SPRINT, {"id": "3"}, {"id": "2"}),
        ],
        [("sprint", {"id": "1"}, {"id": "3"})],
    ),
    (
        "edits of a new issue are part of its creation",
        [
            created(1, summary="a"),
            edited(2, "a", "b", issue_id=NEW),
            edited(3, None, "x", issue_id=NEW, field="environment"),
        ],
        [("create", None, {"fields": {"summary": "b", "environment": "x"}})],
    ),
    (
        "a transition of a new issue stays a change of its own",
        [created(1, summary="a"), entry(2, ChangeKind.TRANSITION, DOING, TODO, issue_id=NEW)],
        [("create", None, {"fields": {"summary": "a"}}), ("transition", TODO, DOING)],
    ),
]


@pytest.mark.parametrize(
    ("entries", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_writes_come_to(
    entries: list[Entry], expected: list[tuple[str, JsonValue, JsonValue]]
) -> None:
    assert [(one.kind.value, one.before, one.after) for one in fold(entries)] == expected


def test_changes_are_numbered_and_say_when_and_what_they_stand_on() -> None:
    first, second = fold([edited(1, "a", "b"), said(2, "9", "x")], {1: 5})

    assert (first.id, first.written_at, first.read_at, first.base_revision) == ("c1", 10, 5, 7)
    assert (second.id, second.written_at, second.read_at) == ("c2", 20, None)


def test_a_comment_on_a_new_issue_depends_on_its_creation() -> None:
    _, comment = fold([created(1), said(2, "9", "x", issue_id=NEW)])

    assert comment.depends_on == ("c1",)


def test_a_child_depends_on_its_new_parent() -> None:
    _, child = fold([created(1), created(2, "9000000002", parent={"id": NEW, "key": "AIR-9"})])

    assert child.depends_on == ("c1",)


def test_a_link_depends_on_both_new_ends() -> None:
    other = "9000000002"
    ends: JsonValue = {
        "type": {"id": "1"},
        "inwardIssue": {"id": NEW},
        "outwardIssue": {"id": other},
    }
    *_, link = fold([created(1), created(2, other), entry(3, ChangeKind.LINK, ends, issue_id=NEW)])

    assert link.depends_on == ("c1", "c2")


def test_an_edit_that_names_a_later_issue_stands_behind_it() -> None:
    epic = f"AIR-{NEW}"
    changes = fold(
        [
            edited(1, None, "AIR-7", field="customfield_1"),
            created(2),
            edited(3, "AIR-7", epic, field="customfield_1"),
        ]
    )

    assert [(one.kind.value, one.depends_on) for one in changes] == [
        ("create", ()),
        ("edit", ("c1",)),
    ]


def test_new_issues_that_name_each_other_do_not_wait_for_each_other() -> None:
    other = "9000000002"
    changes = fold(
        [
            created(1),
            created(2, other, parent={"id": NEW}),
            edited(3, None, f"AIR-{other}", issue_id=NEW, field="customfield_1"),
        ]
    )

    assert [(one.kind.value, one.depends_on) for one in changes] == [
        ("create", ()),
        ("create", ("c1",)),
        ("edit", ("c1", "c2")),
    ]


def test_a_field_that_is_not_on_the_create_screen_is_set_afterwards() -> None:
    entries = [created(1, summary="a"), edited(2, None, "x", issue_id=NEW, field="environment")]

    changes = fold(entries, on_create_screen=lambda _issue, _field: False)

    assert [one.kind.value for one in changes] == ["create", "edit"]
    assert changes[1].depends_on == ("c1",)


def test_a_new_issue_may_name_itself() -> None:
    own: JsonValue = [f"AIR-{NEW}"]
    [change] = fold([created(1), edited(2, [], own, issue_id=NEW, field="labels")])

    assert (change.after, change.depends_on) == ({"fields": {"labels": own}}, ())


def test_a_key_in_prose_is_no_reference() -> None:
    _, other = fold([created(1), edited(2, "a", f"AIR-{NEW}", field="description")])

    assert other.depends_on == ()

    _, comment = fold([created(1), said(2, "9", f"AIR-{NEW}")])
    assert comment.depends_on == ()
