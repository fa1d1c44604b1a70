"""Promotion: what was approved happens once, and nothing else ever does."""

from typing import Any

import pytest

from gateway.operations import heart, reviewing
from gateway.operations.background import resume
from gateway.operations.promoting import Promoter
from gateway.promotion.states import OpState
from gateway.review.states import State
from gateway.review.values import OperationView, ReviewView
from gateway.store import sites
from gateway.upstream import wire
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import (
    DONE,
    NEW_ID,
    NEW_KEY,
    change,
    change_set,
    create,
    edit,
    text,
)
from tests.invariants import assert_sound, check_again


def released(house: House, *changes: Change, number: int = 1) -> int:
    """Have a set arrive, be approved and released."""
    review_id = house.arrive(change_set(*changes, number=number))
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.approve(house.gateway, "eve", review_id, digest)
    reviewing.promote(house.gateway, "eve", review_id, digest)
    return review_id


def view(house: House, review_id: int) -> ReviewView:
    return reviewing.view(house.gateway, review_id, read_now=False)


def only(house: House, review_id: int) -> OperationView:
    (found,) = view(house, review_id).operations
    return found


COMMENT = change(ChangeKind.COMMENT, {"id": "9", "body": text("Hello")}, id="say")
KINDS = {
    "edit": edit("summary", "New"),
    "create": create(),
    "comment": COMMENT,
    "transition": change(
        ChangeKind.TRANSITION,
        {"status": {"id": "3", "name": "In Progress"}, "transition": {"id": "11"}},
    ),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


@each_kind
def test_an_approved_change_is_written_once_and_read_back(house: House, kind: str) -> None:
    review_id = released(house, KINDS[kind])
    house.promote_all()
    found = only(house, review_id)
    assert (found.state, found.trouble) == (OpState.APPLIED, "")
    assert found.receipt is not None
    assert (found.receipt.known_by, found.receipt.overwrote) == ("answer", False)
    assert view(house, review_id).state is State.PROMOTED
    check_again(house.gateway, lambda: house.jira.journal)
    assert_sound(house.gateway.database, house.jira.journal)
    assert len(house.jira.effects) == 1


@each_kind
@pytest.mark.parametrize("fault", ["after lost", "after 500", "lost", "504"])
def test_a_lost_answer_is_looked_up_and_there_is_one_effect(
    house: House, kind: str, fault: str
) -> None:
    review_id = released(house, KINDS[kind])
    house.jira.faults = [fault]
    house.promote_all()
    found = only(house, review_id)
    assert found.state is OpState.APPLIED
    assert found.receipt is not None
    assert found.receipt.known_by == ("probe" if fault.startswith("after") else "answer")
    assert len(house.jira.effects) == 1


@each_kind
@pytest.mark.parametrize("status", ["400", "404"])
def test_a_refusal_that_jira_itself_contradicts_is_none(
    house: House, kind: str, status: str
) -> None:
    review_id = released(house, KINDS[kind])
    house.jira.faults = [f"after {status}"]
    house.promote_all()
    found = only(house, review_id)
    assert (found.state, found.trouble) == (OpState.APPLIED, "")
    assert found.receipt is not None
    assert found.receipt.known_by == "probe"
    assert len(house.jira.effects) == 1


def test_a_refusal_that_cannot_be_looked_at_is_looked_up_later(house: House) -> None:
    review_id = released(house, KINDS["edit"])
    house.jira.faults = ["after 400"]
    house.jira.after_write = lambda: setattr(house.jira, "reads", "500")
    Promoter(house.gateway, "alone").run_once()
    assert only(house, review_id).state is OpState.UNKNOWN
    house.jira.reads = ""
    house.promote_all()
    found = only(house, review_id)
    assert (found.state, len(house.jira.effects)) == (OpState.APPLIED, 1)


@pytest.mark.parametrize("fault", ["429", "unreachable"])
def test_being_told_to_wait_costs_no_attempt(
    house: House, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.operations.results._BACKOFF", 0)
    review_id = released(house, KINDS["edit"])
    house.jira.faults = [fault] * 3
    house.promote_all()
    assert only(house, review_id).state is OpState.APPLIED
    assert len(house.jira.effects) == 1


@pytest.mark.parametrize("times", [2, 9])
def test_a_concurrent_change_is_tried_again_but_not_for_ever(house: House, times: int) -> None:
    review_id = released(house, KINDS["transition"])
    house.jira.faults = ["409"] * times
    for _ in range(6):
        house.promote_all()
        no_waiting(house)
    found = only(house, review_id).state
    assert found is (OpState.APPLIED if times < 4 else OpState.REJECTED)
    assert len(house.jira.effects) == (1 if times < 4 else 0)


@pytest.mark.parametrize("let_through", ["after 409", "after 401"])
def test_a_refused_look_does_not_say_that_nothing_was_written(
    house: House, let_through: str
) -> None:
    review_id = released(house, KINDS["edit"])
    house.jira.faults = [let_through]
    house.promote_all()
    assert only(house, review_id).state is OpState.READY
    resume(house.gateway)
    house.jira.reads = "418"
    no_waiting(house)
    house.promote_all()
    found = only(house, review_id)
    assert (found.state, len(house.jira.effects)) == (OpState.NEEDS_HUMAN, 1)
    assert "may have been written before" in found.trouble


def test_a_lost_login_pauses_the_site_and_goes_on_after_it(house: House) -> None:
    review_id = released(house, KINDS["edit"])
    house.jira.faults = ["401"]
    house.promote_all()
    assert only(house, review_id).state is OpState.READY
    with house.gateway.database.read() as conn:
        stored = sites.get(conn, house.gateway.site)
    assert stored is not None
    assert stored.paused
    assert house.jira.effects == []
    assert resume(house.gateway)
    house.promote_all()
    assert view(house, review_id).state is State.PROMOTED


@each_kind
def test_what_was_let_through_to_somebody_else_is_not_sent_again(house: House, kind: str) -> None:
    review_id = released(house, KINDS[kind])
    house.jira.faults = ["after 401"]
    house.promote_all()
    assert only(house, review_id).state is OpState.READY
    assert resume(house.gateway)
    house.promote_all()
    assert only(house, review_id).state is OpState.APPLIED
    assert len(house.jira.effects) == 1


def test_a_refusal_is_shown_in_jiras_words_and_stops_the_set(house: House) -> None:
    review_id = released(house, edit("summary", "New"), COMMENT)
    house.jira.faults = ["400"]
    house.promote_all()
    first, second = view(house, review_id).operations
    assert (first.state, second.state) == (OpState.REJECTED, OpState.SKIPPED)
    assert "fault 400" in first.trouble
    assert view(house, review_id).state is State.FAILED
    assert house.jira.effects == []
    digest = view(house, review_id).digest
    reviewing.promote(house.gateway, "eve", review_id, digest)
    house.promote_all()
    assert view(house, review_id).state is State.PROMOTED
    assert len(house.jira.effects) == 2


def test_a_touched_field_that_moved_after_the_approval_is_not_written(house: House) -> None:
    review_id = released(house, edit("summary", "New"))
    house.jira.edit("10001", "Bob", summary="Bob's")
    house.promote_all()
    found = only(house, review_id)
    assert found.state is OpState.CONFLICT
    assert "Summary" in found.trouble
    assert house.jira.field("10001", "summary") == "Bob's"
    assert house.jira.effects == []


def test_an_untouched_field_that_moved_stays_and_labels_merge(house: House) -> None:
    review_id = released(house, edit("labels", ["speed"]))
    house.jira.edit("10001", "Bob", summary="Bob's", labels=["web", "bobs"])
    house.promote_all()
    assert view(house, review_id).state is State.PROMOTED
    assert house.jira.field("10001", "labels") == ["bobs", "speed"]
    assert house.jira.field("10001", "summary") == "Bob's"


def test_what_jira_has_already_is_not_written_again(house: House) -> None:
    review_id = released(house, edit("summary", "New"))
    house.jira.edit("10001", "Bob", summary="New")
    house.promote_all()
    found = only(house, review_id)
    assert found.state is OpState.APPLIED
    assert found.receipt is not None
    assert found.receipt.known_by == "probe"
    assert house.jira.effects == []


def test_an_edit_between_our_read_and_our_write_is_flagged(house: House) -> None:
    review_id = released(house, edit("summary", "New"))
    house.jira.before_write = lambda: house.jira.edit("10001", "Bob", summary="Bob's")
    house.promote_all()
    receipt = only(house, review_id).receipt
    assert receipt is not None
    assert receipt.overwrote


def test_an_edit_before_a_write_whose_answer_is_lost_is_flagged(house: House) -> None:
    review_id = released(house, edit("summary", "New"))
    house.jira.faults = ["after lost"]
    house.jira.before_write = lambda: house.jira.edit("10001", "Bob", summary="Bob's")
    house.promote_all()
    found = only(house, review_id)
    assert found.state is OpState.APPLIED
    assert found.receipt is not None
    assert (found.receipt.known_by, found.receipt.overwrote) == ("probe", True)


def test_what_an_automation_did_stands_in_the_receipt(house: House) -> None:
    review_id = released(house, edit("summary", "New"))
    house.jira.after_write = lambda: house.jira.edit(
        "10001", "Robo", resolution={"id": "1", "name": "Done"}
    )
    house.promote_all()
    receipt = only(house, review_id).receipt
    assert receipt is not None
    assert [(one.field, one.by) for one in receipt.side_effects] == [("resolution", "Robo")]


def test_temporary_names_are_filled_in_with_real_ones(house: House) -> None:
    about = change(
        ChangeKind.COMMENT,
        {"id": "9", "body": text(f"Moved to {NEW_KEY}")},
        id="say",
    )
    on_new = change(
        ChangeKind.COMMENT,
        {"id": "8", "body": text("First")},
        id="first",
        issue_id=NEW_ID,
        issue_key=NEW_KEY,
    )
    review_id = released(house, create(), about, on_new)
    house.promote_all()
    assert view(house, review_id).state is State.PROMOTED
    said = house.jira.field("10001", "comment")["comments"][0]["body"]
    assert said == text("Moved to AIR-3")
    made = next(one for one in house.jira.issues.values() if one["key"] == "AIR-3")
    assert made["fields"]["comment"]["comments"][0]["body"] == text("First")


def test_a_later_set_waits_for_the_issue_that_an_earlier_one_makes(house: House) -> None:
    first = house.arrive(change_set(create()))
    more = edit("labels", ["x"], issue_id=NEW_ID, issue_key=NEW_KEY, base_revision=0)
    second = house.arrive(change_set(more, number=2))
    assert "has to be promoted first" in reviewing.view(house.gateway, second).obstacles[0]
    digest = reviewing.view(house.gateway, first).digest
    reviewing.approve(house.gateway, "eve", first, digest)
    reviewing.promote(house.gateway, "eve", first, digest)
    house.promote_all()
    now = reviewing.view(house.gateway, second)
    assert now.obstacles == ()
    reviewing.approve(house.gateway, "eve", second, now.digest)
    reviewing.promote(house.gateway, "eve", second, now.digest)
    house.promote_all()
    assert view(house, second).state is State.PROMOTED


def test_a_transition_goes_by_target_status_and_takes_every_step(house: House) -> None:
    wanted = {"status": {"id": "10", "name": "Done"}, "transition": {"id": "renamed"}}
    review_id = released(house, change(ChangeKind.TRANSITION, wanted))
    house.promote_all()
    assert view(house, review_id).state is State.PROMOTED
    assert house.jira.field("10001", "status") == DONE
    assert len(house.jira.effects) == 2


TAMPERINGS = {
    "operation": "UPDATE operation SET body = replace(body, 'New', 'Evil')",
    "approval": "DELETE FROM approval",
    "plan": "UPDATE review SET approved_plan = replace(approved_plan, 'New', 'Evil')",
    "both": (
        "UPDATE review SET approved_plan = replace(approved_plan, 'New', 'Evil');"
        "UPDATE operation SET body = replace(body, 'New', 'Evil')"
    ),
    "state": "UPDATE review SET state = 'review'",
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_was_altered_in_the_database_is_not_written(house: House, tampering: str) -> None:
    review_id = released(house, edit("summary", "New"))
    with house.gateway.database.write() as conn:
        for statement in TAMPERINGS[tampering].split(";"):
            conn.exec_driver_sql(statement)
    house.promote_all()
    assert house.jira.effects == []
    with house.gateway.database.read() as conn:
        found = conn.exec_driver_sql("SELECT state FROM operation").scalar()
    assert (found, review_id) == ("rejected", review_id)


def test_who_was_overtaken_writes_nothing_and_records_nothing(house: House) -> None:
    review_id = released(house, edit("summary", "New"))

    def overtaken(step: str) -> None:
        if step == "checked" and not house.jira.effects:
            _lapse(house)
            house.promote_all()

    Promoter(house.gateway, "slow", overtaken).run_once()
    assert view(house, review_id).state is State.PROMOTED
    assert len(house.jira.effects) == 1


def test_who_slept_between_intent_and_request_sends_nothing_when_it_wakes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    review_id, slept = released(house, COMMENT), [0.0]
    for one in (heart, wire):
        monkeypatch.setattr(one, "steady", lambda: slept[0])

    def sleeps(step: str) -> None:
        if step == "intent" and not slept[0]:
            # Its lease is over, and another one has looked for the write and sent it.
            slept[0] = house.gateway.settings.lease_seconds
            _lapse(house)
            house.promote_all()

    Promoter(house.gateway, "sleeper", sleeps).run_once()
    assert len(house.jira.effects) == 1
    no_waiting(house)
    house.promote_all()
    assert view(house, review_id).state is State.PROMOTED
    assert len(house.jira.effects) == 1


def _lapse(house: House) -> None:
    """Let every lease run out, as the database's clock would in a minute."""
    with house.gateway.database.write() as conn:
        conn.exec_driver_sql("UPDATE operation SET lease_until = 1 WHERE lease_until > 0")


def no_waiting(house: House) -> None:
    with house.gateway.database.write() as conn:
        conn.exec_driver_sql("UPDATE operation SET not_before = 0")


def test_two_sets_write_the_same_issue_one_after_the_other(house: House) -> None:
    first = released(house, edit("summary", "New"))
    second = released(house, COMMENT, number=2)
    taken: list[Any] = []

    def other(step: str) -> None:
        if step == "checked" and not taken:
            taken.append(Promoter(house.gateway, "other").run_once())

    house.promote_all(other)
    assert taken == [False]
    assert {view(house, one).state for one in (first, second)} == {State.PROMOTED}
