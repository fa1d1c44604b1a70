"""More of the failure cases of promotion.md 1.4, each on both databases."""

import threading
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from gateway.operations import reviewing
from gateway.promotion.states import OpState
from gateway.review.refusals import RefusedError, StaleError
from gateway.review.states import State
from tests.gateway.databases import postgres
from tests.gateway.operations.conftest import House
from tests.gateway.operations.few import KINDS
from tests.gateway.operations.quick import finish, quick, standing
from tests.gateway.operations.test_promoting_cases import operations, released, sound, state
from tests.gateway.promotion.world import change_set, edit, text

__all__ = ["postgres", "quick", "standing"]


@pytest.mark.parametrize("kind", ["edit", "transition", "comment"])
def test_9_an_issue_that_goes_right_before_the_write_is_not_made_again(
    quick: House, kind: str
) -> None:
    review_id = released(quick, KINDS[kind])

    def gone() -> None:
        quick.jira.issues.pop("10001", None)

    quick.jira.before_write = gone
    finish(quick)
    assert operations(quick, review_id)[0].state in (OpState.REJECTED, OpState.CONFLICT)
    assert quick.jira.journal == []
    sound(quick)


@pytest.fixture
def four_eyes(quick: House) -> Iterator[House]:
    """Let two people have to approve."""
    gateway, before = quick.gateway, quick.gateway.settings
    gateway.settings = replace(before, people=replace(before.people, approvals=2))
    yield quick
    gateway.settings = before


def asked(house: House) -> tuple[int, str]:
    review_id = house.arrive(change_set(edit("summary", "New")))
    return review_id, reviewing.view(house.gateway, review_id).digest


def test_13_two_people_who_both_approve_are_two(four_eyes: House) -> None:
    review_id, digest = asked(four_eyes)
    reviewing.approve(four_eyes.gateway, "eve", review_id, digest)
    assert state(four_eyes, review_id) is State.REVIEW
    with pytest.raises(RefusedError):
        reviewing.promote(four_eyes.gateway, "eve", review_id, digest)
    reviewing.approve(four_eyes.gateway, "max", review_id, digest)
    assert state(four_eyes, review_id) is State.APPROVED
    reviewing.promote(four_eyes.gateway, "eve", review_id, digest)
    finish(four_eyes)
    assert state(four_eyes, review_id) is State.PROMOTED
    sound(four_eyes)


def test_13_one_person_who_approves_twice_is_one(four_eyes: House) -> None:
    review_id, digest = asked(four_eyes)
    reviewing.approve(four_eyes.gateway, "eve", review_id, digest)
    with suppress(RefusedError, StaleError):
        reviewing.approve(four_eyes.gateway, "eve", review_id, digest)
    with pytest.raises((RefusedError, StaleError)):
        reviewing.promote(four_eyes.gateway, "eve", review_id, digest)
    assert state(four_eyes, review_id) is State.REVIEW
    finish(four_eyes)
    assert four_eyes.jira.journal == []


def test_13_an_approval_beside_a_rejection_is_none(four_eyes: House) -> None:
    review_id, digest = asked(four_eyes)
    reviewing.approve(four_eyes.gateway, "eve", review_id, digest)
    reviewing.reject(four_eyes.gateway, "max", review_id, digest, "아니요")
    with pytest.raises((RefusedError, StaleError)):
        reviewing.approve(four_eyes.gateway, "max", review_id, digest)
    assert state(four_eyes, review_id) is State.REJECTED
    finish(four_eyes)
    assert four_eyes.jira.journal == []


def at_once(*acts: Callable[[], None]) -> list[bool]:
    """Do things at the very same moment; returns which of them were done."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> bool:
        gate.wait()
        try:
            act()
        except (RefusedError, StaleError):
            return False
        return True

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_13_two_of_two_at_the_very_same_moment_lose_no_approval(four_eyes: House) -> None:
    review_id, digest = asked(four_eyes)
    gateway, people = four_eyes.gateway, ("eve", "max")
    done = at_once(*(partial(reviewing.approve, gateway, one, review_id, digest) for one in people))
    assert any(done)
    for one, through in zip(people, done, strict=True):
        if not through:
            reviewing.approve(gateway, one, review_id, digest)
    assert state(four_eyes, review_id) is State.APPROVED
    assert len(operations(four_eyes, review_id)) == 1
    reviewing.promote(gateway, "eve", review_id, digest)
    finish(four_eyes)
    assert len(four_eyes.jira.journal) == 1
    sound(four_eyes)


def test_13_one_person_twice_at_the_very_same_moment_is_one(four_eyes: House) -> None:
    review_id, digest = asked(four_eyes)
    again = partial(reviewing.approve, four_eyes.gateway, "eve", review_id, digest)
    assert sum(at_once(again, again)) == 1
    view = reviewing.view(four_eyes.gateway, review_id)
    assert (view.state, view.approved_by, view.approvals) == (State.REVIEW, ("Eve",), 2)


def test_13_an_approval_and_a_rejection_at_the_very_same_moment_have_one_winner(
    quick: House,
) -> None:
    review_id, digest = asked(quick)
    approved, rejected = at_once(
        partial(reviewing.approve, quick.gateway, "eve", review_id, digest),
        partial(reviewing.reject, quick.gateway, "max", review_id, digest, "아니요"),
    )
    # Whoever was first; an approval that is not promoted yet can still be rejected.
    assert rejected or approved
    assert state(quick, review_id) is (State.REJECTED if rejected else State.APPROVED)
    if rejected:
        with pytest.raises((RefusedError, StaleError)):
            reviewing.promote(quick.gateway, "eve", review_id, digest)
        finish(quick)
        assert quick.jira.journal == []


@pytest.mark.parametrize(
    ("field", "want"),
    [
        ("summary", unicodedata.normalize("NFC", "로그인 오류")),
        ("summary", unicodedata.normalize("NFD", "로그인 오류")),
        ("summary", "👩‍💻 é"),
        ("description", text("가" * 32_000)),
        ("description", None),
        ("description", text("<b>not bold</b> & _wiki_ *text*")),
        ("labels", []),
        ("assignee", None),
    ],
    ids=["nfc", "nfd", "emoji", "long", "null", "markup", "empty set", "nobody"],
)
def test_20_whatever_is_written_reads_back_without_a_phantom_difference(
    quick: House, field: str, want: Any
) -> None:
    review_id = released(quick, edit(field, want))
    finish(quick)
    [done] = operations(quick, review_id)
    assert (done.state, done.trouble) == (OpState.APPLIED, "")
    assert len(quick.jira.journal) == 1
    sound(quick)


def test_20_null_and_not_there_are_the_same(quick: House) -> None:
    quick.jira.issues["10001"]["fields"] |= {"description": None, "environment": None}
    review_id = released(quick, edit("summary", "New"))
    del quick.jira.issues["10001"]["fields"]["environment"]
    finish(quick)
    assert state(quick, review_id) is State.PROMOTED
    sound(quick)
