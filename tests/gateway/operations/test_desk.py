"""Taking, handing over and letting go of change sets, on both databases; following projects."""

import pytest

from gateway.operations import desk, reviewing
from gateway.review.people import Person, Role
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.store import audit, people
from gateway.store import desk as stored
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import SITE, change_set, edit


def person(house: House, name: str) -> Person:
    with house.gateway.database.read() as conn:
        found = people.get(conn, name)
    assert found is not None
    return found


def holder(house: House, review: int) -> str:
    with house.gateway.database.read() as conn:
        return stored.assignee(conn, review)


def test_a_set_is_taken_handed_over_and_let_go_and_the_audit_knows(house: House) -> None:
    gateway, eve, rob = house.gateway, person(house, "eve"), person(house, "rob")
    review = house.arrive(change_set(edit("summary", "New")))
    desk.assign(gateway, eve, review, "eve", "")
    assert holder(house, review) == "eve"
    with pytest.raises(RefusedError, match="Somebody else took it"):
        desk.assign(gateway, rob, review, "rob", "")
    desk.assign(gateway, rob, review, "max", "eve")
    assert holder(house, review) == "max"
    desk.assign(gateway, rob, review, "max", "max")
    desk.assign(gateway, eve, review, "", "max")
    assert holder(house, review) == ""
    with gateway.database.read() as conn:
        rows = [one for one in audit.entries(conn, after=0) if one.kind.startswith("review_")]
    assert [(one.kind, one.actor, one.body["person"]) for one in rows] == [
        ("review_assigned", "eve", "eve"),
        ("review_assigned", "rob", "max"),
        ("review_let_go", "eve", "max"),
    ]
    # Whoever looks after it, others decide all the same.
    desk.assign(gateway, eve, review, "max", "")
    reviewing.reject(gateway, "rob", review, reviewing.view(gateway, review).digest, "no")
    with pytest.raises(RefusedError, match="Nothing is left"):
        desk.assign(gateway, eve, review, "eve", "max")


def test_nobody_who_may_not_decide_is_given_a_set(house: House) -> None:
    gateway, eve = house.gateway, person(house, "eve")
    with gateway.database.write() as conn:
        people.add(conn, Person(person="view", name="View", role=Role.VIEWER), now=1)
        people.disable(conn, "max", now=2)
    review = house.arrive(change_set(edit("summary", "New")))
    for name in ("view", "max", "nobody", "robot"):
        with pytest.raises(RefusedError, match="They may not decide"):
            desk.assign(gateway, eve, review, name, "")
    with pytest.raises(UnknownReviewError):
        desk.assign(gateway, eve, 999, "", "")
    care = desk.care(gateway, eve, review)
    assert care is not None
    assert {name for name, _ in care.able} == {"ann", "eve", "rob"}


def test_the_next_round_is_looked_after_by_the_same_person(house: House) -> None:
    gateway, eve = house.gateway, person(house, "eve")
    first = change_set(edit("summary", "One"))
    review = house.arrive(first)
    desk.assign(gateway, eve, review, "rob", "")
    reviewing.send_back(gateway, "eve", review, reviewing.view(gateway, review).digest, "again")
    again = change_set(edit("summary", "Two"), number=2, round=2, replaces=first.id)
    assert holder(house, house.arrive(again)) == "rob"
    care = desk.care(gateway, eve, review)
    assert care is not None
    assert not care.open


def test_people_follow_projects_in_which_they_may_decide(house: House) -> None:
    gateway, eve = house.gateway, person(house, "eve")
    desk.follow(gateway, eve, ["AIR", "WEB", "AIR"])
    desk.follow(gateway, person(house, "rob"), ["WEB"])
    assert desk.desk_of(gateway, eve).mine == {"AIR", "WEB"}
    desk.follow(gateway, eve, ["AIR"])
    with gateway.database.read() as conn:
        assert stored.follows(conn, SITE) == {"eve": {"AIR"}, "rob": {"WEB"}}
    view = Person(person="view", name="View", role=Role.VIEWER)
    with pytest.raises(RefusedError, match="You may decide nothing"):
        desk.follow(gateway, view, ["AIR"])
    assert desk.offered(gateway, view) == ()
