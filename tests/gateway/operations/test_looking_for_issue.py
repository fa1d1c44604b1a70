"""What was sent and never answered is not sent again because Jira shows us nothing of it."""

import pytest

from gateway.operations.promoting import Promoter
from gateway.promotion.probing import KEY_WALK
from gateway.promotion.states import OpState
from gateway.promotion.values import Place
from gateway.review.values import OperationView
from sandbox.contract.shapes import ChangeKind
from tests.databases import postgres
from tests.gateway.operations.conftest import House
from tests.gateway.operations.few import KINDS
from tests.gateway.operations.fleet import issue_of, launched
from tests.gateway.operations.quick import finish, quick, standing
from tests.gateway.operations.test_promoting_cases import operations, released
from tests.gateway.promotion.world import create, doc
from tests.invariants import assert_sound

__all__ = ["postgres", "quick", "standing"]


def only(house: House, review: int) -> OperationView:
    (found,) = operations(house, review)
    return found


def looks_again(house: House, times: int = 3) -> None:
    """Look as often, whatever rest was ordered."""
    for _ in range(times):
        with house.gateway.database.write() as conn:
            conn.exec_driver_sql("UPDATE operation SET not_before = 0")
        Promoter(house.gateway, "again").run_once()


def test_a_project_that_shows_nothing_is_not_taken_for_an_empty_one(quick: House) -> None:
    review = released(quick, create())
    quick.jira.hidden = set(quick.jira.issues)
    assert Promoter(quick.gateway, "first").run_once()
    found = only(quick, review)
    assert (found.state, quick.jira.journal) == (OpState.READY, [])
    assert "shows no issue of project AIR" in found.trouble
    quick.jira.hidden = set()
    finish(quick)
    assert only(quick, review).state is OpState.APPLIED


def test_a_project_that_nobody_knows_an_issue_of_takes_its_first(quick: House) -> None:
    review = released(quick, create())
    quick.jira.hidden = set(quick.jira.issues)
    with quick.gateway.database.write() as conn:
        conn.exec_driver_sql("DELETE FROM baseline")
    finish(quick)
    assert only(quick, review).state is OpState.APPLIED


@pytest.mark.parametrize("searched", [True, False])
def test_behind_more_keys_than_are_asked_for_nothing_is_called_nowhere(
    quick: House, *, searched: bool
) -> None:
    jira, review = quick.jira, released(quick, create())
    jira.first_key = KEY_WALK + 20
    for number in range(3, jira.first_key):
        jira.add(doc(f"AIR-{number}", str(10_000 + number)))
    # The search knows of none of them, so the point it tells is far too low.
    jira.hidden = {one for one in jira.issues if int(one) > 10_002}
    jira.faults = ["after lost"]
    if not searched:
        jira.after_write = lambda: jira.hidden.update(jira.issues)
    finish(quick)
    found = only(quick, review)
    assert len(jira.journal) == 1
    assert found.state is (OpState.APPLIED if searched else OpState.NEEDS_HUMAN)
    if not searched:
        assert "not all were looked at" in found.trouble
        assert [one.seen for one in found.evidence if one.place is Place.KEYS] == [KEY_WALK]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seen", ["stranger", "half"])
@pytest.mark.parametrize("fault", ["after lost", "after 403"])
def test_who_is_shown_nothing_for_a_while_says_nothing(
    quick: House, kind: str, seen: str, fault: str
) -> None:
    jira, review = quick.jira, released(quick, KINDS[kind])
    jira.faults = [fault]
    jira.after_write = lambda: setattr(jira, "reads", seen)
    looks_again(quick, 5)
    assert len(jira.journal) == 1
    jira.reads = ""
    finish(quick)
    assert len(jira.journal) == 1
    assert only(quick, review).state in (OpState.APPLIED, OpState.NEEDS_HUMAN)
    assert_sound(quick.gateway.database, jira.journal)


@pytest.mark.parametrize("fault", ["", "after lost"])
def test_what_is_hidden_for_a_while_was_not_deleted(standing: House, fault: str) -> None:
    fleet = launched(standing)
    fleet.reviews = fleet.reviews[1:]  # the undo that deletes, alone
    fleet.approve()
    fleet.promote()
    jira, (place, _) = fleet.house.jira, issue_of(ChangeKind.DELETE)
    if fault:
        jira.faults_of = {place: [fault]}
        jira.after_write = lambda: setattr(jira, "reads", "stranger")
    else:
        jira.reads = "stranger"
    looks_again(fleet.house, 5)
    assert len(fleet.effects(ChangeKind.DELETE)) == (1 if fault else 0)
    expected = OpState.NEEDS_HUMAN if fault else OpState.CONFLICT
    assert fleet.operation(ChangeKind.DELETE).state is expected
