"""Undo puts back exactly what our writes replaced, and never what somebody else wrote."""

from typing import Any

import pytest

from gateway.promotion.lasting import cannot_undo
from gateway.promotion.plan import make_plan
from gateway.promotion.undo import Done, Known, Undo, undo
from gateway.promotion.values import PlannedOperation, Receipt
from sandbox.contract.shapes import Change, ChangeKind, Dialect, IssueBaseline, JsonObject
from tests.gateway.promotion.world import (
    ANN,
    DOING,
    DONE,
    SITE,
    TODO,
    change,
    change_set,
    create,
    doc,
    edit,
    ground,
    site,
    text,
    with_screens,
)


def planned(*changes: Change, base: JsonObject | None = None) -> tuple[PlannedOperation, ...]:
    """Return the operations that an agent's changes come to."""
    return make_plan(change_set(*changes), {}, ground(*changes, base=base)).operations


def done(operation: PlannedOperation, **given: Any) -> Done:
    """Return an operation as it was applied; ``replaced`` is name to before and after."""
    wrote = given.pop("wrote", True)
    receipt = Receipt(status=204, at=5, known_by="answer", **given)
    return Done(operation, receipt, wrote)


def baselines(*docs: JsonObject, **extra: Any) -> dict[str, tuple[IssueBaseline, ...]]:
    """Return AIR-1 as it was read, oldest first given, newest first returned."""
    found = [
        IssueBaseline(
            site=SITE,
            issue_id="10001",
            key="AIR-1",
            revision=number,
            fetched_at=number,
            dialect=Dialect.V3,
            doc=one,
            extra=extra,
        )
        for number, one in enumerate(docs, start=1)
    ]
    return {"10001": tuple(reversed(found))}


def undone(operation: Done, *docs: JsonObject, **given: Any) -> Undo:
    return undo([operation], Known(site=site(), baselines=baselines(*docs), now=9, **given))


def codes(found: Undo) -> list[str]:
    return [one.code for one in found.stays]


SUMMARY = planned(edit("summary", "New"))[0]
WRITTEN = done(SUMMARY, replaced={"summary": ("Login is slow", "New")})


def test_a_field_goes_back_on_the_baseline_that_shows_what_we_wrote() -> None:
    found = undone(WRITTEN, doc(), doc(summary="New"), doc(summary="New", labels=["x"]))
    [one] = found.changes
    assert (one.kind, one.field, one.after) == (ChangeKind.EDIT, "summary", "Login is slow")
    assert (one.issue_id, one.issue_key, one.base_revision) == ("10001", "AIR-1", 3)
    assert codes(found) == ["notices"]


def test_a_later_edit_keeps_the_base_at_what_we_wrote_so_that_it_is_a_conflict() -> None:
    [one] = undone(WRITTEN, doc(), doc(summary="New"), doc(summary="Bob's")).changes
    assert one.base_revision == 2


def test_a_later_edit_that_hides_ours_is_told_and_nothing_is_wanted() -> None:
    found = undone(WRITTEN, doc(), doc(summary="Bob's"))
    assert found.changes == ()
    assert [(one.code, one.keys) for one in found.stays] == [("untraced", ("AIR-1",))]


def test_what_is_put_back_already_is_left_alone() -> None:
    assert undone(WRITTEN, doc(), doc(summary="New"), doc()) == Undo((), ())


def test_what_jira_had_already_is_not_ours_to_take_back() -> None:
    found = undone(done(SUMMARY, wrote=False), doc(), doc(summary="New"))
    assert (found.changes, codes(found)) == ((), ["not_ours"])


def test_a_write_that_met_another_one_is_left_to_people() -> None:
    raced = done(SUMMARY, replaced={"summary": ("Login is slow", "New")}, overwrote=True)
    found = undone(raced, doc(), doc(summary="New"))
    assert (found.changes, codes(found)) == ((), ["raced"])


def test_a_read_back_that_is_somebody_elses_is_not_taken_for_ours() -> None:
    late = done(SUMMARY, replaced={"summary": ("Login is slow", "Bob's")})
    found = undone(late, doc(), doc(summary="Bob's"))
    assert (found.changes, codes(found)) == ((), ["untraced"])


def test_an_answer_that_never_came_is_undone_from_what_was_approved() -> None:
    [one] = undone(done(SUMMARY), doc(), doc(summary="New")).changes
    assert one.after == "Login is slow"


def test_labels_go_back_one_by_one_and_foreign_ones_stay() -> None:
    [operation] = planned(edit("labels", ["speed"]))
    applied = done(operation, replaced={"labels": (["web", "speed2"], ["speed2", "speed"])})
    [one] = undone(applied, doc(), doc(labels=["bobs", "speed", "speed2"])).changes
    assert one.after == ["bobs", "speed2", "web"]
    assert one.base_revision == 2


def test_a_label_that_was_there_before_us_is_not_taken_out() -> None:
    [operation] = planned(edit("labels", ["web", "speed"]))
    applied = done(operation, replaced={"labels": (["web", "speed"], ["web", "speed"])})
    assert undone(applied, doc(), doc(labels=["web", "speed"])) == Undo((), ())


MOVE = change(
    ChangeKind.TRANSITION,
    {"status": {"id": "3", "name": "In Progress"}, "transition": {"id": "11"}},
)
MOVED = done(planned(MOVE)[0], replaced={"status": (TODO, DOING)})
STOP: JsonObject = {"id": "31", "name": "Stop", "to": TODO}


def test_a_status_goes_back_by_what_the_workflow_offers_now() -> None:
    [one] = undone(MOVED, doc(), doc(status=DOING), offered={"10001": (STOP,)}).changes
    assert one.kind is ChangeKind.TRANSITION
    assert one.after == {
        "status": {"id": "1", "name": "To Do"},
        "transition": {"id": "31", "name": "Stop"},
        "fields": {},
    }


def test_a_status_without_a_way_back_is_told() -> None:
    found = undone(MOVED, doc(), doc(status=DOING), offered={"10001": ()})
    assert (found.changes, codes(found)) == ((), ["no_way"])


def test_two_steps_are_undone_as_one_change_from_the_last_to_the_first() -> None:
    whole = change(
        ChangeKind.TRANSITION, {"status": {"id": "10", "name": "Done"}, "transition": {"id": "21"}}
    )
    first, second = planned(whole)
    applied = [
        done(first, replaced={"status": (TODO, DOING)}),
        done(second, replaced={"status": (DOING, DONE)}),
    ]
    back: JsonObject = {"id": "41", "name": "Reopen", "to": TODO}
    known = Known(
        site=site(),
        baselines=baselines(doc(), doc(status=DONE)),
        offered={"10001": (back,)},
    )
    [one] = undo(applied, known).changes
    assert isinstance(one.after, dict)
    assert one.after["status"] == {"id": "1", "name": "To Do"}


def test_fields_of_a_transition_go_back_as_edits_but_not_its_resolution() -> None:
    given = {**MOVE.after, "fields": {"assignee": None, "resolution": {"name": "Done"}}}  # type: ignore[dict-item]  # an object
    [operation] = planned(MOVE.model_copy(update={"after": given}))
    applied = done(
        operation,
        replaced={
            "status": (TODO, DOING),
            "assignee": (ANN, None),
            "resolution": (None, {"name": "Done"}),
        },
    )
    now = doc(status=DOING, assignee=None)
    found = undone(applied, doc(), now, offered={"10001": (STOP,)})
    assert {(one.kind, one.field) for one in found.changes} == {
        (ChangeKind.TRANSITION, None),
        (ChangeKind.EDIT, "assignee"),
    }
    assert "workflow_field" in codes(found)


def comment(body: str) -> JsonObject:
    one = {"id": "77", "body": text(body)}
    return doc(comment={"comments": [one], "total": 1})


def test_an_edited_comment_gets_its_old_text_back() -> None:
    edited = change(ChangeKind.COMMENT_EDIT, {"id": "77", "body": text("new")})
    [operation] = planned(edited, base=comment("old"))
    applied = done(operation, replaced={"body": (text("old"), text("new"))})
    [one] = undone(applied, comment("old"), comment("new")).changes
    assert (one.kind, one.after) == (ChangeKind.COMMENT_EDIT, {"id": "77", "body": text("old")})
    assert codes(undone(applied, comment("old"), doc())) == ["gone"]


def test_a_watcher_that_we_added_is_removed() -> None:
    [operation] = planned(change(ChangeKind.WATCHER, {"add": ANN}))
    [one] = undone(done(operation), doc()).changes
    assert one.after == {"remove": ANN}
    known = Known(site=site(), baselines=baselines(doc(), watchers=[]))
    assert undo([done(operation)], known).changes == ()


def test_a_sprint_goes_back_to_the_one_before() -> None:
    moved = change(ChangeKind.SPRINT, {"id": 8})
    [operation] = planned(moved, base=doc(customfield_10020=[{"id": 7}]))
    applied = done(operation, replaced={"sprint": ("7", "8")})
    [one] = undone(applied, doc(), doc(customfield_10020=[{"id": 8}])).changes
    assert one.after == {"id": "7"}


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (create(), "create"),
        (change(ChangeKind.COMMENT, {"body": text("Hi")}), "comment"),
        (change(ChangeKind.WORKLOG, {"timeSpentSeconds": 60}), "worklog"),
        (change(ChangeKind.REMOTE_LINK, {"object": {"url": "https://x.example"}}), "remote_link"),
    ],
)
def test_what_only_deleting_would_take_back_is_told_before_and_after(
    made: Change, code: str
) -> None:
    plan = make_plan(change_set(made), {}, ground(made))
    before = cannot_undo(plan.operations, deletes=False)
    assert [(one.code, one.keys) for one in before] == [(code, (made.issue_key,)), ("notices", ())]
    found = undone(done(plan.operations[0]), doc())
    assert (found.changes, codes(found)) == ((), [code])


def test_an_issue_that_is_gone_is_told() -> None:
    found = undo([WRITTEN], Known(site=site(), baselines={"10001": ()}))
    assert (found.changes, codes(found)) == ((), ["gone"])


def test_a_plan_of_edits_leaves_only_the_mails_and_a_plan_of_nothing_nothing() -> None:
    wanted = edit("summary", "New")
    assert [one.code for one in make_plan(change_set(wanted), {}, ground(wanted)).stays] == [
        "notices"
    ]
    rejected = make_plan(change_set(wanted), {"c1": "reject"}, ground(wanted))
    assert cannot_undo(rejected.operations, deletes=False) == ()


def riding() -> PlannedOperation:
    say = change(ChangeKind.COMMENT, {"id": "9", "body": text("Hello")}, id="s")
    changes = (edit("summary", "New"), say)
    shown = with_screens(ground(*changes), edit_screen={"comment": ["add"]})
    [only] = make_plan(change_set(*changes), {}, shown).operations
    return only


def test_a_comment_that_travelled_along_is_taken_back_by_itself() -> None:
    operation = done(
        riding(),
        replaced={"summary": ("Login is slow", "New")},
        upstream_id="10001",
        comment_id="7",
    )
    said = [{"id": "7", "body": text("Hello"), "author": {"accountId": "gate"}}]
    now = doc(summary="New", comment={"comments": said})
    kept = undone(operation, doc(), now)
    assert [one.field for one in kept.changes] == ["summary"]
    assert codes(kept) == ["comment", "notices"]
    gone = undone(operation, doc(), now, deletes=True, account=frozenset({"gate"}))
    assert [(one.kind, one.field) for one in gone.changes] == [
        (ChangeKind.EDIT, "summary"),
        (ChangeKind.DELETE, None),
    ]
    assert isinstance(gone.changes[1].after, dict)
    assert gone.changes[1].after["id"] == "7"


def test_that_a_comment_stays_is_told_before_it_is_approved() -> None:
    told = {one.code for one in cannot_undo([riding()], deletes=False)}
    assert told == {"comment", "notices"}
    assert {one.code for one in cannot_undo([riding()], deletes=True)} == {"notices"}
