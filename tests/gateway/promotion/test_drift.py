"""Whether an approved operation still fits Jira: only fields that it touches count."""

import itertools
from typing import Any

import pytest

from gateway.promotion.drift import Now, compare, missing
from gateway.promotion.fields import Fields
from gateway.promotion.plan import make_plan
from gateway.promotion.probing import judge
from gateway.promotion.states import OpEvent
from gateway.promotion.values import PlannedOperation
from sandbox.contract.compare import Three
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.promotion.world import (
    BOB,
    DOING,
    DONE,
    TODO,
    change,
    change_set,
    create,
    doc,
    edit,
    ground,
    site,
    text,
)

FIELDS = Fields.of(site())


def operation(*changes: Change, **base: Any) -> PlannedOperation:
    plan = make_plan(change_set(*changes), {}, ground(*changes, base=doc(**base)))
    return plan.operations[0]


def three(planned: PlannedOperation, field: str, **now: Any) -> Three:
    return compare(planned, Now(doc(**now)), FIELDS).threes[field]


SCALARS = [None, "A", "B", "C"]


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [one for one in itertools.product(SCALARS, repeat=3) if one[0] != one[1]],
)
def test_every_scalar_follows_the_table_of_three(
    base: str | None, ours: str | None, theirs: str | None
) -> None:
    found = three(operation(edit("summary", ours), summary=base), "summary", summary=theirs)
    if theirs == base:
        assert found is Three.OURS
    elif theirs == ours:
        assert found is Three.BOTH
    else:
        assert found is Three.CONFLICT


def test_an_edit_of_another_field_is_no_drift() -> None:
    planned = operation(edit("summary", "New"))
    found = compare(planned, Now(doc(priority={"id": "1", "name": "High"})), FIELDS)
    assert found.conflicts == ()
    assert not found.already_there


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (["web"], Three.OURS),
        (["web", "theirs"], Three.OURS),
        ([], Three.OURS),
        (["speed"], Three.BOTH),
        (["speed", "theirs"], Three.BOTH),
    ],
)
def test_labels_of_other_people_never_conflict(now: list[str], expected: Three) -> None:
    planned = operation(edit("labels", ["speed"]))
    assert planned.wants["labels"] == {"add": ["speed"], "remove": ["web"]}
    assert three(planned, "labels", labels=now) is expected


def test_removing_what_is_gone_already_is_fine() -> None:
    planned = operation(edit("labels", []))
    assert compare(planned, Now(doc(labels=[])), FIELDS).already_there


@pytest.mark.parametrize(
    ("now", "expected"), [(TODO, Three.OURS), (DOING, Three.BOTH), (DONE, Three.CONFLICT)]
)
def test_a_transition_fits_only_from_the_status_that_was_shown(now: Any, expected: Three) -> None:
    planned = operation(
        change(ChangeKind.TRANSITION, {"status": DOING, "transition": {"id": "11"}})
    )
    assert three(planned, "status", status=now) is expected


def test_a_deleted_or_moved_issue_has_no_place_for_the_operation() -> None:
    planned = operation(edit("summary", "New"))
    assert "no longer exists" in compare(planned, Now(None), FIELDS).lost
    moved = doc(project={"id": "200", "key": "OPS"}, key="OPS-9")
    assert "moved to project OPS" in compare(planned, Now(moved), FIELDS).lost


def test_a_comment_needs_only_the_issue() -> None:
    planned = operation(change(ChangeKind.COMMENT, {"id": "9", "body": text("Hi")}))
    changed = Now(doc(summary="Other", status=DONE))
    assert compare(planned, changed, FIELDS).conflicts == ()
    assert compare(planned, Now(None), FIELDS).lost


def test_an_edited_comment_conflicts_when_somebody_else_edited_it() -> None:
    mine = {"comments": [{"id": "77", "body": text("old")}]}
    planned = operation(
        change(ChangeKind.COMMENT_EDIT, {"id": "77", "body": text("new")}), comment=mine
    )
    theirs = {"comments": [{"id": "77", "body": text("theirs")}]}
    found = compare(planned, Now(doc(comment=theirs)), FIELDS)
    assert found.conflicts == ("body",)
    assert "comment no longer" in compare(planned, Now(doc()), FIELDS).lost


def test_a_link_or_watcher_that_is_there_already_is_nothing_to_do() -> None:
    kind = {"id": "5", "name": "Blocks"}
    ends = {"inwardIssue": {"id": "10001"}, "outwardIssue": {"id": "10002"}}
    link = operation(change(ChangeKind.LINK, {"type": kind, **ends}))
    there = [{"id": "1", "type": kind, "outwardIssue": {"id": "10002", "key": "AIR-2"}}]
    assert compare(link, Now(doc(issuelinks=there)), FIELDS).already_there
    assert not compare(link, Now(doc()), FIELDS).already_there
    watch = operation(change(ChangeKind.WATCHER, {"add": BOB}))
    assert compare(watch, Now(doc(), watchers=[BOB]), FIELDS).already_there
    assert not compare(watch, Now(doc(), watchers=[]), FIELDS).already_there


def test_an_edit_of_a_new_issue_does_not_trip_over_jiras_defaults() -> None:
    new = create()
    high = edit("priority", {"id": "1", "name": "High"}, id="c2", issue_id=new.issue_id)
    plan = make_plan(
        change_set(new, high), {}, ground(new, high.model_copy(update={"issue_key": new.issue_key}))
    )
    planned = plan.operations[1]
    assert "priority" not in planned.base
    found = compare(planned, Now(doc(priority={"id": "3", "name": "Medium"})), FIELDS)
    assert found.threes == {"priority": Three.OURS}


def test_read_back_names_the_fields_that_jira_shows_otherwise() -> None:
    planned = operation(edit("summary", "New"), edit("labels", ["web", "speed"], id="c2"))
    assert missing(planned, Now(doc(summary="New", labels=["speed", "x"])), FIELDS) == ()
    assert missing(planned, Now(doc(summary="New!", labels=["web"])), FIELDS) == (
        "summary",
        "labels",
    )


@pytest.mark.parametrize("thing", ["issue", "comment"])
@pytest.mark.parametrize("shown", [True, False])
def test_an_issue_that_is_not_shown_was_deleted_only_where_its_project_is_shown(
    thing: str, *, shown: bool
) -> None:
    edited = operation(edit("summary", "New"))
    update = {"kind": ChangeKind.DELETE, "wants": {"thing": thing, "id": "1"}}
    planned = edited.model_copy(update=update)
    now = Now(None, place_shown=shown)
    found = compare(planned, now, FIELDS)
    gone = thing == "issue" and shown
    assert found.already_there is gone
    assert ("hidden from us" in found.lost) is not gone
    looked_up = judge(planned, now, FIELDS, marked=False).event
    assert looked_up is (OpEvent.FOUND if gone else OpEvent.CANNOT_TELL)
