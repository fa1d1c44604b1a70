"""Undo as a review of its own: who may ask, when, and what it does to Jira."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.operations import receiving, reviewing, telling, undo_authority, undoing
from gateway.operations.undoing import Proposed
from gateway.policy.self_approval import SelfApproval
from gateway.promotion.states import OpState
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.review.states import State
from gateway.review.values import ReviewView
from gateway.store import audit, registry, reviews
from sandbox.contract.compare import Three
from sandbox.contract.digest import seal
from sandbox.contract.shapes import Change, ChangeKind, ChangeSet
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import ANN, change, change_set, edit, text

STATUS = {"status": {"id": "3", "name": "In Progress"}, "transition": {"id": "11"}}
MOVE = change(ChangeKind.TRANSITION, STATUS, id="move")
COMMENT = change(ChangeKind.COMMENT, {"id": "9", "body": text("Hello")}, id="say")


def carry(house: House, review_id: int) -> ReviewView:
    """Approve, promote and carry a review; returns how it ended."""
    shown = reviewing.view(house.gateway, review_id)
    assert shown.obstacles == ()
    reviewing.approve(house.gateway, "eve", review_id, shown.digest)
    reviewing.promote(house.gateway, "eve", review_id, shown.digest)
    house.promote_all()
    telling.tell(house.gateway)
    return reviewing.view(house.gateway, review_id, read_now=False)


def promoted(house: House, *changes: Change, number: int = 1) -> int:
    review_id = house.arrive(change_set(*changes, number=number))
    assert carry(house, review_id).state is State.PROMOTED
    return review_id


def propose(house: House, review_id: int, position: int | None = None) -> Proposed:
    return undoing.propose(house.gateway, "rob", review_id, position)


def refusal(house: House, review_id: int, person: str = "rob", position: int | None = None) -> str:
    with pytest.raises(RefusedError) as error:
        undoing.propose(house.gateway, person, review_id, position)
    return error.value.refusal.code


def values(house: House, *names: str) -> list[Any]:
    return [house.jira.field("10001", name) for name in names]


def test_an_undo_is_a_review_that_puts_everything_back_after_its_own_approval(
    house: House,
) -> None:
    names = ("summary", "labels", "status")
    before = values(house, *names)
    review_id = promoted(house, edit("summary", "New"), edit("labels", ["x"], id="c2"), MOVE)
    assert values(house, *names) != before
    made = propose(house, review_id)
    view = reviewing.view(house.gateway, made.review_id)
    assert (view.state, view.agent) == (State.REVIEW, f"undo of CS-{review_id}")
    assert f"CS-{review_id}" in view.reason
    assert {one.three for issue in view.issues for one in issue.changes} == {Three.OURS}
    assert values(house, *names) != before
    effects = len(house.jira.effects)
    assert carry(house, made.review_id).state is State.PROMOTED
    assert values(house, *names) == before
    assert len(house.jira.effects) == effects + 2
    with house.gateway.database.read() as conn:
        assert audit.verify(conn) is None


def test_a_later_edit_is_a_conflict_that_cannot_be_approved(house: House) -> None:
    review_id = promoted(house, edit("summary", "New"), edit("labels", ["web", "x"], id="c2"))
    house.jira.edit("10001", "Bob", summary="Bob's", labels=["web", "x", "bobs"])
    made = propose(house, review_id)
    view = reviewing.view(house.gateway, made.review_id)
    threes = {one.change.field: one.three for one in view.issues[0].changes}
    assert threes == {"summary": Three.CONFLICT, "labels": Three.OURS}
    with pytest.raises(RefusedError, match="same field"):
        reviewing.approve(house.gateway, "eve", made.review_id, view.digest)
    [left_out] = [one.change.id for one in view.issues[0].changes if one.three is Three.CONFLICT]
    reviewing.decide(
        house.gateway, "rob", made.review_id, left_out, "reject", "Bob's stays", view.digest
    )
    assert carry(house, made.review_id).state is State.PROMOTED
    assert values(house, "summary", "labels") == ["Bob's", ["web", "bobs"]]


def test_an_edit_after_the_undos_approval_is_not_overwritten(house: House) -> None:
    made = propose(house, promoted(house, edit("summary", "New")))
    digest = reviewing.view(house.gateway, made.review_id).digest
    reviewing.approve(house.gateway, "eve", made.review_id, digest)
    house.jira.edit("10001", "Bob", summary="Bob's")
    reviewing.promote(house.gateway, "eve", made.review_id, digest)
    house.promote_all()
    [operation] = reviewing.view(house.gateway, made.review_id, read_now=False).operations
    assert operation.state is OpState.CONFLICT
    assert values(house, "summary") == ["Bob's"]


def test_one_operation_of_several_is_undone_alone(house: House) -> None:
    review_id = promoted(house, edit("summary", "New"), MOVE)
    operations = reviewing.view(house.gateway, review_id, read_now=False).operations
    [moved] = [one.planned for one in operations if one.planned.kind is ChangeKind.TRANSITION]
    made = propose(house, review_id, moved.position)
    assert carry(house, made.review_id).state is State.PROMOTED
    assert values(house, "summary") == ["New"]
    assert house.jira.field("10001", "status")["id"] == "1"
    assert refusal(house, review_id, position=99) == "operation"


def test_an_undo_waiting_and_an_undo_done_are_not_made_again(house: House) -> None:
    review_id = promoted(house, edit("summary", "New"))
    first = propose(house, review_id)
    assert refusal(house, review_id) == "twice"
    carry(house, first.review_id)
    effects = len(house.jira.effects)
    assert refusal(house, review_id) == "nothing"
    assert len(house.jira.effects) == effects


def test_a_rejected_undo_may_be_asked_for_again(house: House) -> None:
    review_id = promoted(house, edit("summary", "New"))
    first = propose(house, review_id)
    digest = reviewing.view(house.gateway, first.review_id).digest
    reviewing.reject(house.gateway, "eve", first.review_id, digest, "not yet")
    telling.tell(house.gateway)
    assert propose(house, review_id).review_id != first.review_id


def test_an_undo_can_be_undone(house: House) -> None:
    review_id = promoted(house, edit("summary", "New"), edit("labels", ["x"], id="c2"))
    first = propose(house, review_id)
    carry(house, first.review_id)
    second = propose(house, first.review_id)
    assert carry(house, second.review_id).state is State.PROMOTED
    assert values(house, "summary", "labels") == ["New", ["x"]]
    assert reviewing.view(house.gateway, second.review_id).agent == f"undo of CS-{first.review_id}"


def test_what_is_not_or_not_yet_written_is_not_undone(house: House) -> None:
    review_id = house.arrive(change_set(edit("summary", "New")))
    assert refusal(house, review_id) == "unwritten"
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.approve(house.gateway, "eve", review_id, digest)
    reviewing.promote(house.gateway, "eve", review_id, digest)
    assert refusal(house, review_id) == "promoting"
    with pytest.raises(UnknownReviewError):
        propose(house, 999)


def test_agents_and_strangers_cannot_ask_for_it(house: House) -> None:
    review_id = promoted(house, edit("summary", "New"))
    with house.gateway.database.write() as conn:
        registry.add_agent(conn, "eve", now=1, by="admin")
    assert refusal(house, review_id, "eve") == "role"
    assert refusal(house, review_id, "nobody") == "role"


def test_a_comment_stays_and_the_page_says_so(house: House) -> None:
    review_id = promoted(house, edit("summary", "New"), COMMENT)
    made = propose(house, review_id)
    assert {one.code for one in made.stays} == {"comment", "notices"}
    view = reviewing.view(house.gateway, made.review_id)
    assert "AIR-1: A comment is not deleted by an undo." in view.reason
    only_comment = promoted(house, COMMENT, number=2)
    assert refusal(house, only_comment) == "nothing"


def test_it_works_for_an_agent_whose_token_was_revoked_since(house: House) -> None:
    review_id = promoted(house, edit("summary", "New"))
    with house.gateway.database.write() as conn:
        registry.revoke(conn, house.gateway.site, "t1", now=2)
    made = propose(house, review_id)
    assert carry(house, made.review_id).state is State.PROMOTED
    assert values(house, "summary") == ["Login is slow"]


def test_the_person_the_agent_worked_for_may_not_approve_the_undo_either(house: House) -> None:
    gateway = house.gateway
    people = replace(gateway.settings.people, self_approval=SelfApproval.NO)
    gateway.settings = replace(gateway.settings, people=people)
    made = propose(house, promoted(house, edit("summary", "New")))
    digest = reviewing.view(house.gateway, made.review_id).digest
    with pytest.raises(RefusedError) as error:
        reviewing.approve(house.gateway, "ann", made.review_id, digest)
    assert error.value.refusal.code == "self"


def test_the_sandbox_is_told_of_the_set_but_not_of_its_undo(house: House) -> None:
    review_id = promoted(house, edit("summary", "New"))
    made = propose(house, review_id)
    carry(house, made.review_id)
    with house.gateway.database.read() as conn:
        told = reviews.get(conn, made.review_id)
    assert told is not None
    assert told.told
    assert not any(one["change_set"].startswith("undo-") for one in house.door.outcomes)


def test_a_set_from_the_sandbox_that_calls_itself_an_undo_is_refused(house: House) -> None:
    review_id = promoted(house, edit("summary", "New"))
    forged = _forged(review_id)
    house.door.sealed.append(forged)
    [refused] = receiving.fetch(house.gateway)
    view = reviewing.view(house.gateway, refused)
    assert view.state is State.REFUSED
    assert "never made this undo" in view.obstacles[0]
    # The id that it took does not stand in the way of the real one.
    assert carry(house, propose(house, review_id).review_id).state is State.PROMOTED


def test_an_undo_that_was_altered_in_the_database_is_not_ours_any_more(house: House) -> None:
    made = propose(house, promoted(house, edit("summary", "New")))
    with house.gateway.database.read() as conn:
        stored = reviews.get(conn, made.review_id)
        assert stored is not None
        change_set_now = stored.change_set
        assert undo_authority.why_not(conn, change_set_now) is None
        altered = change_set_now.model_copy(update={"title": "other"})
        resealed = altered.model_copy(update={"seal": seal(altered)})
        for one in (altered, resealed):
            found = undo_authority.why_not(conn, one)
            assert found is not None
            assert found.code == "undo"


def test_jira_that_cannot_be_read_makes_no_undo(house: House) -> None:
    review_id = promoted(house, edit("summary", "New"))
    house.jira.reads = "500"
    assert refusal(house, review_id) == "unreadable"
    house.jira.reads = ""
    house.door.away = True
    assert propose(house, review_id).review_id


def _forged(review_id: int) -> ChangeSet:
    whole = change_set(
        edit("summary", "Evil"),
        id=f"undo-{review_id}.1",
        workspace=f"undo-{review_id}",
        agent=f"undo of CS-{review_id}",
    )
    return whole.model_copy(update={"seal": seal(whole)})


def told(house: House, review_id: int) -> dict[str, tuple[str, str, str]]:
    """Return what the sandbox was told last of each change of a review."""
    name = house.door.sealed[review_id - 1].id
    last = [one for one in house.door.outcomes if one["change_set"] == name][-1]
    return {one["change_id"]: (one["verdict"], one["by"], one["words"]) for one in last["changes"]}


def test_the_agent_is_told_that_its_change_was_undone_and_by_whom(house: House) -> None:
    review_id = promoted(house, edit("summary", "New"), edit("labels", ["x"], id="c2"), MOVE)
    assert told(house, review_id)["c1"] == ("promoted", "", "")
    position = next(
        one.planned.position
        for one in reviewing.view(house.gateway, review_id, read_now=False).operations
        if one.planned.kind is ChangeKind.TRANSITION
    )
    undo_id = propose(house, review_id, position).review_id
    carry(house, undo_id)
    telling.tell(house.gateway)
    found = told(house, review_id)
    assert found[MOVE.id] == ("undone", "eve", f"CS-{undo_id}")
    assert found["c1"] == ("promoted", "", "")
    redo = propose(house, undo_id).review_id
    carry(house, redo)
    telling.tell(house.gateway)
    telling.tell(house.gateway)
    assert told(house, review_id)[MOVE.id] == ("promoted", "", "")


def test_a_lost_answer_still_tells_what_was_replaced_and_the_undo_puts_it_back(
    house: House,
) -> None:
    house.jira.account = ANN
    know(house)
    house.jira.faults = ["after lost"]
    house.jira.before_write = lambda: house.jira.edit(
        "10001", "Bob", summary="Bob's", labels=["web", "bobs"]
    )
    changes = (edit("summary", "New"), edit("labels", ["web", "x"], id="c2"))
    review_id = promoted(house, *changes)
    house.jira.before_write = lambda: None
    [done] = reviewing.view(house.gateway, review_id, read_now=False).operations
    assert done.receipt is not None
    assert (done.receipt.known_by, done.receipt.overwrote) == ("probe", True)
    assert done.receipt.replaced == {
        "summary": ("Bob's", "New"),
        "labels": (["web", "bobs"], ["web", "bobs", "x"]),
    }
    assert carry(house, propose(house, review_id).review_id).state is State.PROMOTED
    assert values(house, "summary", "labels") == ["Bob's", ["web", "bobs"]]


def test_where_jira_does_not_tell_what_was_replaced_the_undo_says_so(house: House) -> None:
    house.jira.account = ANN
    know(house)
    house.jira.faults = ["after lost"]

    def forgotten() -> None:
        house.jira.issues["10001"]["changelog"]["histories"].clear()

    house.jira.after_write = forgotten
    review_id = promoted(house, edit("summary", "New"), edit("labels", ["web", "x"], id="c2"))
    made = propose(house, review_id)
    assert "untold" in {one.code for one in made.stays}
    assert carry(house, made.review_id).state is State.PROMOTED
    assert values(house, "summary", "labels") == ["Login is slow", ["web", "x"]]


def know(house: House) -> None:
    """Let the gateway know the account that it writes as."""
    upstream = house.gateway.upstream
    known = replace(upstream.expected, account=frozenset({str(ANN["accountId"])}))
    house.gateway.upstream = replace(upstream, expected=known)
