"""An approval ends by itself when Jira contradicts it, and for no other reason."""

from collections.abc import Callable

import pytest

from gateway.operations import intake, reviewing
from gateway.operations.lapsing import Lapsing, lapse
from gateway.promotion.states import OpState
from gateway.review.refusals import RefusedError, StaleError
from gateway.review.states import State
from gateway.store import audit, outbox, reviews
from sandbox.contract.shapes import ChangeKind
from tests.gateway.operations.conftest import House
from tests.gateway.operations.fleet import launched
from tests.gateway.promotion.world import DOING, DONE, change, change_set, edit


def approved(house: House) -> tuple[int, str]:
    """Return a set of two fields that Eve approved, and the digest."""
    wanted = change_set(edit("summary", "결제 화면이 비어 있음"), edit("labels", ["a"], id="c2"))
    review = house.arrive(wanted)
    digest = reviewing.view(house.gateway, review).digest
    reviewing.approve(house.gateway, "eve", review, digest)
    return review, digest


def test_what_jira_contradicts_is_for_a_person_again(house: House) -> None:
    review, digest = approved(house)
    house.jira.edit("10001", "Bob", summary="Bob's")
    now = reviewing.view(house.gateway, review)
    assert (now.state, now.lapsed) == (State.REVIEW, "AIR-1 Summary")
    assert "same field" in now.obstacles[0]
    with pytest.raises((RefusedError, StaleError)):
        reviewing.promote(house.gateway, "eve", review, digest)
    house.promote_all()
    assert house.jira.effects == []
    with house.gateway.database.read() as conn:
        assert {one.state for one in outbox.of_review(conn, review, digest)} <= {OpState.SUPERSEDED}
        assert reviews.approvals(conn, review, digest) == ()
        [entry] = [one for one in audit.entries(conn) if one.kind == "approval_lapsed"]
        assert entry.actor == "gateway"
        assert entry.body == {"review": review, "digest": digest, "moved": "AIR-1 Summary"}
    # Decided anew, it is approved anew, and nothing of the old approval is told any more.
    reviewing.decide(house.gateway, "eve", review, "c1", "reject", "Bob did it", now.digest)
    fresh = reviewing.view(house.gateway, review).digest
    assert fresh != digest
    reviewing.approve(house.gateway, "eve", review, fresh)
    assert reviewing.view(house.gateway, review).lapsed == ""
    reviewing.promote(house.gateway, "eve", review, fresh)
    house.promote_all()
    assert len(house.jira.effects) == 1


def untouched(_house: House) -> None:
    """Leave Jira as it is."""


def beside(house: House) -> None:
    """Change what nothing of the set is about."""
    house.jira.edit("10001", "Bob", priority={"id": "1", "name": "Highest"})


def another_label(house: House) -> None:
    """Change another element of the same set of labels."""
    house.jira.edit("10001", "Bob", labels=["web", "bobs"])


def done_already(house: House) -> None:
    """Have Bob do the very same."""
    house.jira.edit("10001", "Bob", summary="결제 화면이 비어 있음")


def away(house: House) -> None:
    """Let Jira not answer, which says nothing about what it has."""
    house.jira.edit("10001", "Bob", summary="Bob's")
    house.jira.reads = "500"


def hidden(house: House) -> None:
    """Hide the issue, as to a stranger."""
    house.jira.reads = "404"


@pytest.mark.parametrize("happens", [untouched, beside, another_label, done_already, away, hidden])
def test_what_does_not_contradict_it_leaves_an_approval_standing(
    house: House, happens: Callable[[House], None]
) -> None:
    review, digest = approved(house)
    happens(house)
    now = reviewing.view(house.gateway, review)
    assert (now.state, now.digest, now.lapsed) == (State.APPROVED, digest, "")


def test_of_no_kind_an_approval_ends_by_being_looked_at(house: House) -> None:
    fleet = launched(house)
    fleet.approve()
    for review in fleet.reviews:
        view = reviewing.view(fleet.house.gateway, review)
        assert (view.state, view.lapsed) == (State.APPROVED, "")
    Lapsing(fleet.house.gateway).run_once()
    assert fleet.states() == {State.APPROVED}


def test_what_is_on_its_way_or_written_is_not_called_back(house: House) -> None:
    review, digest = approved(house)
    reviewing.promote(house.gateway, "eve", review, digest)
    house.jira.edit("10001", "Bob", summary="Bob's")
    assert reviewing.view(house.gateway, review).state is State.PROMOTING
    house.promote_all()
    assert reviewing.view(house.gateway, review).state is not State.REVIEW


def test_a_status_behind_another_status_of_the_set_is_no_contradiction(house: House) -> None:
    steps = [
        change(ChangeKind.TRANSITION, {"status": DOING, "transition": {"id": "11"}}, id="c1"),
        change(ChangeKind.TRANSITION, {"status": DONE, "transition": {"id": "21"}}, id="c2"),
    ]
    review = house.arrive(change_set(*steps))
    digest = reviewing.view(house.gateway, review).digest
    reviewing.approve(house.gateway, "eve", review, digest)
    assert reviewing.view(house.gateway, review).state is State.APPROVED


def test_it_ends_without_anybody_looking_as_soon_as_we_read_of_it(house: House) -> None:
    review, _ = approved(house)
    lapsing = Lapsing(house.gateway)
    asked = len(house.jira.asked)
    assert lapsing.run_once() == 0
    house.jira.edit("10001", "Bob", summary="Bob's")
    assert lapsing.run_once() == 0, "we did not read of it yet"
    intake.refresh(house.gateway, ["10001"])
    assert lapsing.run_once() == 1
    assert reviewing.view(house.gateway, review, read_now=False).state is State.REVIEW
    before = len(house.jira.asked)
    assert lapsing.run_once() == 0
    assert len(house.jira.asked) == before > asked, "at rest it does not ask Jira"


def test_what_could_not_be_read_is_looked_at_again(house: House) -> None:
    review, _ = approved(house)
    lapsing = Lapsing(house.gateway)
    house.jira.edit("10001", "Bob", summary="Bob's")
    intake.refresh(house.gateway, ["10001"])
    house.jira.reads = "500"
    assert lapsing.run_once() == 0
    house.jira.reads = ""
    assert lapsing.run_once() == 1
    assert reviewing.view(house.gateway, review, read_now=False).state is State.REVIEW


def test_of_two_that_look_at_the_same_moment_one_ends_it(house: House) -> None:
    review, _ = approved(house)
    house.jira.edit("10001", "Bob", summary="Bob's")
    sights = [reviewing.look(house.gateway, review) for _ in range(2)]
    assert [lapse(house.gateway, one) for one in sights] == [True, False]
