"""The dry run reads, judges and never writes."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.operations import preflight, resolving, reviewing
from gateway.operations.resolving import Verdict as Decided
from gateway.promotion.preflight import Preflight, Verdict
from gateway.promotion.states import OpState
from gateway.review.dry_runs import FRESH_S, DryRun, stops
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.store import sites
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import ChangeKind
from tests.gateway.databases import postgres
from tests.gateway.operations.conftest import House
from tests.gateway.operations.quick import quick, standing
from tests.gateway.operations.small_jira import SmallJira
from tests.gateway.promotion.world import DOING, NEW_ID, NEW_KEY, change, change_set, create, edit

__all__ = ["postgres", "quick", "standing"]


@pytest.fixture
def house(quick: House) -> House:
    """Lend the quick house with a gateway of its own, to be changed."""
    return House(replace(quick.gateway), quick.jira, quick.door)


def codes(report: Preflight) -> set[str]:
    every = [*report.remarks, *(one for each in report.operations for one in each.remarks)]
    return {one.code for one in every}


def test_a_dry_run_of_every_state_writes_nothing(house: House) -> None:
    move = change(ChangeKind.TRANSITION, {"status": DOING, "transition": {"id": "11"}}, id="c2")
    review = house.arrive(change_set(edit("summary", "New"), move))
    fresh = preflight.dry_run(house.gateway, review)
    # This Jira tells of no permissions and no screens: said so, and nothing is assumed.
    assert fresh.verdict is Verdict.WARNING
    assert codes(fresh) == {"permission_unknown", "screen_unknown"}
    assert fresh.author == "gate"
    digest = reviewing.view(house.gateway, review).digest
    assert fresh.digest == digest
    reviewing.approve(house.gateway, "eve", review, digest)
    assert preflight.dry_run(house.gateway, review).operations == fresh.operations
    assert house.jira.effects == []
    reviewing.promote(house.gateway, "eve", review, digest)
    house.promote_all()
    before = list(house.jira.effects)
    after = preflight.dry_run(house.gateway, review)
    assert codes(after) == {"done"}
    assert after.verdict is Verdict.OK
    assert house.jira.effects == before


@pytest.mark.parametrize("fault", ["500", "401", "429", "unreachable", "lost"])
def test_a_jira_that_cannot_be_read_blocks(house: House, fault: str) -> None:
    review = house.arrive(change_set(edit("summary", "New")))
    house.jira.reads = fault
    report = preflight.dry_run(house.gateway, review)
    assert report.verdict is Verdict.BLOCKED
    assert "unread" in codes(report)
    assert report.operations[0].request.body


def test_drift_blocks_and_says_which_field(house: House) -> None:
    review = house.arrive(change_set(edit("summary", "New")))
    house.jira.edit("10001", "Bob", summary="Bob's")
    report = preflight.dry_run(house.gateway, review)
    [drift] = [one for one in report.operations[0].remarks if one.code == "drift"]
    assert "Summary" in drift.sentence
    assert {"drift", "obstacle"} <= codes(report)


def test_an_issue_that_an_earlier_set_makes_has_to_be_made_first(house: House) -> None:
    house.arrive(change_set(create()))
    late = change(ChangeKind.COMMENT, {"body": "x"}, issue_id=NEW_ID, issue_key=NEW_KEY)
    review = house.arrive(change_set(late, number=2))
    report = preflight.dry_run(house.gateway, review)
    assert {"temporary", "obstacle"} <= codes(report)
    assert report.operations[0].request.later[0].shown == NEW_ID


def test_a_paused_site_and_a_rejected_change_are_told(house: House) -> None:
    review = house.arrive(change_set(edit("summary", "New")))
    with house.gateway.database.write() as conn:
        sites.pause(conn, house.gateway.site, "Jira no longer accepts our credentials (401).")
    assert "paused" in codes(preflight.dry_run(house.gateway, review))
    digest = reviewing.view(house.gateway, review).digest
    reviewing.decide(house.gateway, "rob", review, "c1", "reject", "no", digest)
    assert "obstacle" in codes(preflight.dry_run(house.gateway, review))


def approved(house: House) -> tuple[int, str]:
    review = house.arrive(change_set(edit("summary", "New")))
    digest = reviewing.view(house.gateway, review).digest
    reviewing.approve(house.gateway, "eve", review, digest)
    return review, digest


def later(house: House, seconds: int) -> None:
    now = house.gateway.clock() + seconds * 1_000_000
    house.gateway.clock = lambda: now


def refusal(house: House, review: int, digest: str) -> Refusal:
    with pytest.raises(RefusedError) as error:
        reviewing.promote(house.gateway, "eve", review, digest)
    return error.value.refusal


def test_a_blocked_dry_run_stops_promotion_until_a_newer_one_is_not(house: House) -> None:
    review, digest = approved(house)
    house.jira.edit("10001", "Bob", summary="Bob's")
    report = preflight.dry_run(house.gateway, review)
    assert report.digest == digest
    stopped = refusal(house, review, digest)
    assert stopped.code == "dry_run"
    assert (
        stopped.sentence
        == report.troubles[0].sentence
        == ("Somebody changed it in Jira since: Summary.")
    )
    assert stopped.next_step.startswith(report.troubles[0].next_step)
    assert "new dry run" in stopped.next_step
    house.promote_all()
    assert house.jira.effects == []
    house.jira.edit("10001", "Bob", summary="Login is slow")
    assert refusal(house, review, digest).code == "dry_run", "nobody has looked again"
    assert preflight.dry_run(house.gateway, review).verdict is not Verdict.BLOCKED
    reviewing.promote(house.gateway, "eve", review, digest)
    house.promote_all()
    assert house.jira.field("10001", "summary") == "New"


def test_a_stale_dry_run_neither_stops_nor_excuses(house: House) -> None:
    review, digest = approved(house)
    house.jira.edit("10001", "Bob", summary="Bob's")
    preflight.dry_run(house.gateway, review)
    later(house, FRESH_S)
    assert refusal(house, review, digest).code == "dry_run"
    later(house, 1)
    reviewing.promote(house.gateway, "eve", review, digest)
    house.promote_all()
    [operation] = reviewing.view(house.gateway, review, read_now=False).operations
    assert operation.state is OpState.CONFLICT, "each request is still checked by itself"
    assert house.jira.effects == []


def test_a_dry_run_of_another_digest_does_not_count() -> None:
    found = DryRun("one", "It is blocked.", "Do this.", 1_000)
    assert stops(found, "one", 2_000) is not None
    assert stops(found, "other", 2_000) is None
    assert stops(found, "one", 999) is None, "of a time to come"
    assert stops(DryRun("one", "", "", 1_000), "one", 2_000) is None
    assert stops(None, "one", 2_000) is None


def test_what_a_person_left_out_is_no_trouble_any_more(house: House) -> None:
    review, digest = approved(house)
    reviewing.promote(house.gateway, "eve", review, digest)
    house.jira.edit("10001", "Bob", summary="Bob's")
    house.promote_all()
    assert preflight.dry_run(house.gateway, review).verdict is Verdict.BLOCKED
    assert refusal(house, review, digest).code == "dry_run"
    resolving.resolve(house.gateway, "eve", review, 1, Decided.LEAVE, digest)
    assert codes(preflight.dry_run(house.gateway, review)) == {"left"}


def test_an_unknown_review_is_said(house: House) -> None:
    with pytest.raises(UnknownReviewError):
        preflight.dry_run(house.gateway, 99)


def test_only_reads_are_sent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    review = house.arrive(change_set(create(), edit("labels", ["a"])))
    sent: list[tuple[str, str]] = []

    def note(request: Any) -> None:
        sent.append((request.method, request.url.path))

    house.gateway.upstream.http.event_hooks = {"request": [note]}
    preflight.dry_run(house.gateway, review)
    assert len(sent) > 4
    assert {method for method, _ in sent} == {"GET"}


def test_it_is_checked_as_the_account_that_writes(house: House) -> None:
    review = house.arrive(change_set(edit("summary", "New")))
    own = SmallJira()
    writer = replace(house.gateway.upstream, http=own.http())
    house.gateway.writer = writer
    own.reads = "401"
    assert "unread" in codes(preflight.dry_run(house.gateway, review))
    own.reads = ""
    assert "unread" not in codes(preflight.dry_run(house.gateway, review))
    house.gateway.settings = replace(house.gateway.settings, read_only=True)
    assert "read_only" in codes(preflight.dry_run(house.gateway, review))
