"""What the sandbox says is a claim: altered, foreign and forged sets are refused, visibly."""

from typing import Any

import pytest

from gateway.operations import receiving, reviewing
from gateway.review.refusals import RefusedError
from gateway.review.states import State
from gateway.store import audit, registry, reviews, sites
from sandbox.contract.digest import seal
from sandbox.contract.shapes import ChangeSet
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import change_set, create, edit


def resealed(given: ChangeSet, **lie: Any) -> ChangeSet:
    """Return a set with a lie in it, sealed as a lying sandbox would."""
    lying = given.model_copy(update=lie)
    return lying.model_copy(update={"seal": seal(lying)})


def state_of(house: House, review_id: int) -> State:
    return reviewing.view(house.gateway, review_id, read_now=False).state


def test_a_good_set_waits_for_review(house: House) -> None:
    view = reviewing.view(house.gateway, house.arrive(change_set(edit("summary", "New"))))
    assert (view.state, view.obstacles, view.agent) == (State.REVIEW, (), "robot")
    assert view.digest
    assert view.issues[0].changes[0].base == "Login is slow"


def test_fetching_again_after_a_crash_stores_nothing_twice(house: House) -> None:
    house.arrive(change_set(edit("summary", "New")))
    with house.gateway.database.write() as conn:
        sites.set_fetched(conn, house.gateway.site, 0)
    assert receiving.fetch(house.gateway) == []
    assert len(reviewing.inbox(house.gateway)) == 1


def test_a_changed_set_for_a_known_id_is_refused_and_audited(house: House) -> None:
    first = change_set(edit("summary", "New"))
    review_id = house.arrive(first)
    house.door.sealed.append(change_set(edit("summary", "Worse")))
    assert receiving.fetch(house.gateway) == []
    view = reviewing.view(house.gateway, review_id)
    assert view.issues[0].changes[0].wants == "New"
    with house.gateway.database.read() as conn:
        assert audit.has(conn, "changed_set_refused", review=review_id)


LIES = [
    {"title": "altered after the seal"},
    {"agent": "stranger"},
    {"person": "acc-bob"},
    {"workspace": "ws-000000000000"},
    {"site": "elsewhere"},
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: next(iter(lie)))
def test_a_lie_is_stored_refused_and_can_never_be_approved(
    house: House, lie: dict[str, str]
) -> None:
    given = change_set(edit("summary", "New"))
    lying = given.model_copy(update=lie) if "title" in lie else resealed(given, **lie)
    review_id = house.arrive(lying)
    view = reviewing.view(house.gateway, review_id)
    assert view.state is State.REFUSED
    assert view.obstacles
    assert view.digest == ""
    with pytest.raises(RefusedError):
        reviewing.approve(house.gateway, "eve", review_id, "")


def test_an_issue_out_of_scope_is_refused_on_the_gateways_own_baseline(house: House) -> None:
    given = change_set(edit("summary", "New", issue_id="404", issue_key="OPS-1", before="mine"))
    assert state_of(house, house.arrive(given)) is State.REFUSED


def test_a_revoked_agents_set_is_refused_at_fetch_and_at_approval(house: House) -> None:
    early = house.arrive(change_set(edit("summary", "New")))
    digest = reviewing.view(house.gateway, early).digest
    with house.gateway.database.write() as conn:
        registry.revoke(conn, house.gateway.site, "t1", now=5)
    late = house.arrive(change_set(edit("summary", "New"), number=2))
    assert state_of(house, late) is State.REFUSED
    with pytest.raises(RefusedError, match="registered"):
        reviewing.approve(house.gateway, "eve", early, digest)


def test_a_forged_before_value_is_not_believed(house: House) -> None:
    given = change_set(edit("summary", "New", before="forged", base_revision=999))
    (change,) = reviewing.view(house.gateway, house.arrive(given)).issues[0].changes
    assert change.base == "Login is slow"


def test_a_second_round_replaces_only_what_was_sent_back_and_only_its_own(house: House) -> None:
    first = change_set(edit("summary", "New"))
    review_id = house.arrive(first)
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.send_back(house.gateway, "rob", review_id, digest, "Not so.")
    second = change_set(edit("summary", "Newer"), number=2, round=2, replaces=first.id)
    assert state_of(house, house.arrive(second)) is State.REVIEW
    assert state_of(house, review_id) is State.REPLACED
    again = change_set(edit("summary", "Third"), number=3, round=3, replaces=first.id)
    assert state_of(house, house.arrive(again)) is State.REFUSED


def test_a_later_set_leaves_an_approved_one_alone(house: House) -> None:
    first = change_set(edit("summary", "New"))
    review_id = house.arrive(first)
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.approve(house.gateway, "eve", review_id, digest)
    greedy = change_set(edit("summary", "Sly"), number=2, round=2, replaces=first.id)
    assert state_of(house, house.arrive(greedy)) is State.REFUSED
    later = house.arrive(change_set(edit("labels", ["x"]), number=3))
    assert state_of(house, later) is State.REVIEW
    view = reviewing.view(house.gateway, review_id)
    assert (view.state, view.digest) == (State.APPROVED, digest)


def test_placeholders_become_the_real_address(house: House) -> None:
    wanted = "see https://u0.airlock.invalid/browse/AIR-2"
    review_id = house.arrive(change_set(edit("summary", wanted)))
    (change,) = reviewing.view(house.gateway, review_id).issues[0].changes
    assert change.wants == "see http://127.0.0.1:9/jira/browse/AIR-2"


def test_a_sandbox_without_a_journal_counts_as_unread(house: House) -> None:
    house.door.reads = None
    review_id = house.arrive(change_set(edit("summary", "New")))
    flags = reviewing.view(house.gateway, review_id).issues[0].changes[0].flags
    assert "unread_write" in {flag.id for flag in flags}


def test_a_new_issue_is_shown_as_new(house: House) -> None:
    view = reviewing.view(house.gateway, house.arrive(change_set(create())))
    (issue,) = view.issues
    assert (issue.new, issue.url, issue.summary) == (True, "", "Cache the login page")
    with house.gateway.database.read() as conn:
        assert reviews.get(conn, view.id) is not None


def test_an_issue_that_may_exist_by_now_is_not_made_again(house: House) -> None:
    first = house.arrive(change_set(create()))
    reviewing.approve(house.gateway, "eve", first, reviewing.view(house.gateway, first).digest)
    assert state_of(house, house.arrive(change_set(create(), number=2))) is State.REFUSED


def test_a_second_round_makes_the_same_new_issue_anew(house: House) -> None:
    first = change_set(create())
    review_id = house.arrive(first)
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.send_back(house.gateway, "rob", review_id, digest, "A better summary, please.")
    better = change_set(create(summary="Better"), number=2, round=2, replaces=first.id)
    assert state_of(house, house.arrive(better)) is State.REVIEW
