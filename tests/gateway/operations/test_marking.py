"""*Not now* and follow-ups, on both databases: they end by themselves, and decide nothing."""

import pytest

from gateway.operations import desk, intake, marking, reviewing
from gateway.review.people import Person, Role
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.review.resting import LENGTHS, Mark, Pause, Rest, rests, until
from gateway.review.routing import Whose, chosen
from gateway.review.states import State
from gateway.store import audit
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import change_set, edit

EVE = Person(person="eve", name="Eve", role=Role.APPROVER)
MAX = Person(person="max", name="Max", role=Role.APPROVER)


def seen(house: House, person: Person, whose: Whose = Whose.ALL) -> list[int]:
    rows = reviewing.inbox(house.gateway)
    return [one.id for one in chosen(rows, desk.desk_of(house.gateway, person, rows), whose)]


@pytest.mark.parametrize("pause", Pause)
def test_a_rest_ends_at_its_time_or_with_any_change(pause: Pause) -> None:
    mark = Mark(3, 7)
    rest = Rest(until(pause, 1000), mark)
    length = LENGTHS.get(pause)
    assert rests(rest, mark, 1000)
    assert rests(rest, mark, 1000 + (length or 10**18) - 1)
    assert rests(rest, mark, 1000 + (length or 0)) is (length is None)
    for other in (Mark(4, 7), Mark(3, 8), None):
        assert not rests(rest, other, 1000)


def test_a_set_is_away_for_one_person_until_the_time_has_come(house: House) -> None:
    gateway = house.gateway
    first = house.arrive(change_set(edit("summary", "One")))
    second = house.arrive(change_set(edit("labels", ["x"]), number=2))
    digest = reviewing.view(gateway, first).digest
    marking.set_aside(gateway, EVE, first, Pause.DAY)
    marking.set_aside(gateway, EVE, first, Pause.HOURS)
    assert seen(house, EVE) == [second]
    assert seen(house, EVE, Whose.RESTING) == [first]
    assert seen(house, MAX) == [second, first]
    # It is no verdict: everything stands as it did.
    view = reviewing.view(gateway, first)
    assert (view.state, view.digest) == (State.REVIEW, digest)
    marking.set_aside(gateway, EVE, first, None)
    assert seen(house, EVE) == [second, first]
    marking.set_aside(gateway, EVE, first, Pause.HOURS)
    gateway.clock = lambda: 1_000 + LENGTHS[Pause.HOURS]
    assert seen(house, EVE) == [second, first]
    assert marking.rest_of(gateway, EVE, first) is None


def test_a_change_of_the_set_or_of_its_issue_brings_it_back(house: House) -> None:
    gateway = house.gateway
    review = house.arrive(change_set(edit("summary", "One")))
    marking.set_aside(gateway, EVE, review, Pause.CHANGE)
    assert seen(house, EVE) == []
    reviewing.decide(
        gateway, "max", review, "c1", "reject", "", reviewing.view(gateway, review).digest
    )
    assert seen(house, EVE) == [review]
    marking.set_aside(gateway, EVE, review, Pause.CHANGE)
    house.jira.edit("10001", "acc-bob", labels=["theirs"])
    intake.refresh(gateway, intake.known_of(gateway, ["10001"]))
    assert seen(house, EVE) == [review]
    reviewing.reject(gateway, "max", review, reviewing.view(gateway, review).digest, "no")
    with pytest.raises(RefusedError, match="Nothing is left"):
        marking.set_aside(gateway, EVE, review, Pause.DAY)
    with pytest.raises(UnknownReviewError):
        marking.set_aside(gateway, EVE, 999, Pause.DAY)


def test_a_note_of_what_is_still_to_do_outlives_the_verdict_and_goes_to_the_next_round(
    house: House,
) -> None:
    gateway = house.gateway
    one = change_set(edit("summary", "One"))
    first = house.arrive(one)
    marking.note_follow_up(gateway, EVE, first, "  Tell the shop 안내  ")
    reviewing.send_back(gateway, "eve", first, reviewing.view(gateway, first).digest, "again")
    again = change_set(edit("summary", "Two"), number=2, round=2, replaces=one.id)
    second = house.arrive(again)
    assert seen(house, MAX, Whose.FOLLOW_UP) == [second]
    care = desk.care(gateway, MAX, second)
    assert care is not None
    assert care.follow_up is not None
    assert (care.follow_up.note, care.noted_by) == ("Tell the shop 안내", "Eve")
    reviewing.reject(gateway, "eve", second, reviewing.view(gateway, second).digest, "no")
    assert seen(house, MAX, Whose.FOLLOW_UP) == [second]
    marking.note_follow_up(gateway, MAX, second, " ")
    assert seen(house, MAX, Whose.FOLLOW_UP) == []
    with gateway.database.read() as conn:
        rows = [row for row in audit.entries(conn, after=0) if row.kind.startswith("follow_up")]
    assert [(row.kind, row.actor, row.body["words"]) for row in rows] == [
        ("follow_up", "eve", "Tell the shop 안내"),
        ("follow_up_done", "max", ""),
    ]
    viewer = Person(person="vi", name="Vi", role=Role.VIEWER)
    with pytest.raises(RefusedError, match="Your role may look"):
        marking.note_follow_up(gateway, viewer, second, "x")
    with pytest.raises(UnknownReviewError):
        marking.note_follow_up(gateway, EVE, 999, "x")
