"""What Jira does not show a person, and what it would not let them do, is so here too."""

from dataclasses import replace

import pytest

from gateway.operations import reviewing
from gateway.people_settings import JiraSays, PeopleRules
from gateway.review.jira_rights import BROWSE
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.store import people
from tests.gateway.web.conftest import Visit

ALL = {BROWSE: {"10001"}, "EDIT_ISSUES": {"10001"}}
MINUTE = 60 * 1_000_000


@pytest.fixture
def asked(visit: Visit) -> Visit:
    """Lend a house with CS-1 on AIR-1, in which Eve's Jira account is known."""
    visit.arrive()
    with visit.house.gateway.database.write() as conn:
        people.set_account(conn, "eve", "acc-eve")
    visit.sign_in("eve")
    return visit


def says(visit: Visit, jira: JiraSays) -> None:
    gateway = visit.house.gateway
    gateway.settings = replace(gateway.settings, people=PeopleRules(jira=jira))


def later(visit: Visit) -> None:
    now = visit.house.gateway.clock()
    visit.house.gateway.clock = lambda: now + 11 * MINUTE


def sees(visit: Visit) -> bool:
    """Return whether Eve sees CS-1, everywhere alike."""
    gateway = visit.house.gateway
    page = visit.get("/cs/1").status_code == 200
    inbox = 'href="/cs/1"' in visit.get("/").text
    history = 'href="/cs/1"' in visit.get("/history").text
    exported = '"review":1' in visit.get("/history.jsonl").text.replace(" ", "")
    assert {page, inbox, history, exported} == {page}
    if not page:
        with pytest.raises(UnknownReviewError):
            reviewing.reject(gateway, "eve", 1, visit.digest(1), "no")
    return page


def test_whom_jira_shows_the_issue_sees_it_and_approves_it(asked: Visit) -> None:
    asked.house.jira.allowed = {"acc-eve": ALL}
    assert sees(asked)
    reviewing.approve(asked.house.gateway, "eve", 1, asked.digest(1))


def test_whom_jira_does_not_show_it_is_told_that_there_is_none(asked: Visit) -> None:
    asked.house.jira.allowed = {"acc-eve": {}}
    assert not sees(asked)
    # Others are asked about on their own, and who has no known account goes by roles.
    asked.sign_in("max")
    assert sees(asked)


def test_who_could_not_edit_it_there_cannot_approve_it_here(asked: Visit) -> None:
    asked.house.jira.allowed = {"acc-eve": {BROWSE: {"10001"}}}
    assert sees(asked)
    page = asked.get("/cs/1").text
    assert "In Jira you could not do this yourself (AIR-1: EDIT_ISSUES)." in page
    assert 'action="/cs/1/approve"' not in page
    with pytest.raises(RefusedError) as caught:
        reviewing.approve(asked.house.gateway, "eve", 1, asked.digest(1))
    assert caught.value.refusal.code == "jira_permission"
    answer = asked.post("/cs/1/approve", digest=asked.digest(1))
    assert answer.status_code == 403
    assert "EDIT_ISSUES" in answer.text
    # What she may see she may still send back.
    reviewing.reject(asked.house.gateway, "eve", 1, asked.digest(1), "no")


def test_an_approval_asks_anew_whatever_is_kept(asked: Visit) -> None:
    jira = asked.house.jira
    jira.allowed = {"acc-eve": ALL}
    assert sees(asked)
    checks = jira.asked.count("permissions/check")
    assert sees(asked)
    assert jira.asked.count("permissions/check") == checks
    jira.allowed = {"acc-eve": {}}
    assert sees(asked)
    with pytest.raises(UnknownReviewError):
        reviewing.approve(asked.house.gateway, "eve", 1, asked.digest(1))
    later(asked)
    assert not sees(asked)


def test_while_jira_is_away_its_last_word_counts(asked: Visit) -> None:
    jira = asked.house.jira
    jira.allowed = {"acc-eve": {}}
    assert not sees(asked)
    later(asked)
    jira.reads = "unreachable"
    assert not sees(asked)


def test_where_jira_will_not_tell_the_setting_decides(asked: Visit) -> None:
    assert asked.house.jira.allowed is None
    assert sees(asked)
    says(asked, JiraSays.REQUIRE)
    assert not sees(asked)
    says(asked, JiraSays.OFF)
    assert sees(asked)


def test_where_it_is_required_who_has_no_known_account_sees_nothing(asked: Visit) -> None:
    asked.house.jira.allowed = {"acc-eve": ALL}
    says(asked, JiraSays.REQUIRE)
    assert sees(asked)
    asked.sign_in("max")
    assert asked.get("/cs/1").status_code == 404
    assert 'href="/cs/1"' not in asked.get("/").text
