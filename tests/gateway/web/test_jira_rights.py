"""What Jira does not show a person, and what it would not let them do, is so here too."""

from dataclasses import replace

import pytest

from gateway.identity import admitting
from gateway.identity.people import admit
from gateway.operations import reviewing
from gateway.people_settings import JiraSays, PeopleRules
from gateway.review.jira_rights import BROWSE
from gateway.review.people import Person, ProjectRole, Role
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.settings import Settings, SettingsError
from gateway.store import people
from sandbox.contract.shapes import Read
from tests.gateway.promotion.world import SITE
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


def test_silence_is_a_no_by_default_but_where_jira_is_make_believe() -> None:
    def of(**env: str) -> JiraSays:
        given = {"AIRLOCK_DATABASE_URL": "sqlite://", **env}
        return Settings.from_env(given).people.jira

    assert (of(), PeopleRules().jira) == (JiraSays.REQUIRE, JiraSays.REQUIRE)
    assert of(AIRLOCK_DEMO="yes") is JiraSays.ASK
    assert of(AIRLOCK_TEST_UPSTREAM="http://127.0.0.1:9") is JiraSays.ASK
    assert of(AIRLOCK_DEMO="yes", AIRLOCK_REVIEWER_JIRA="require") is JiraSays.REQUIRE
    with pytest.raises(SettingsError, match="it may be off or ask or require"):
        of(AIRLOCK_REVIEWER_JIRA="maybe")


def test_who_sees_nothing_for_want_of_an_account_is_told_what_to_do(visit: Visit) -> None:
    visit.arrive()
    says(visit, JiraSays.REQUIRE)
    visit.sign_in("max")
    inbox = visit.get("/").text
    assert "data-unknown-account" in inbox
    assert 'href="/jira"' in inbox
    for number in (1, 99):
        page = visit.get(f"/cs/{number}")
        assert page.status_code == 404
        assert "connect it, or ask an admin to name it" in page.text
    assert "Jira 계정 연결" in visit.get("/?lang=ko").text


def test_a_lone_admin_stands_for_the_gateways_own_account(visit: Visit) -> None:
    visit.arrive()
    gateway = visit.house.gateway
    admit(gateway, Person(person="root", name="Root", role=Role.ADMIN), by="test")
    says(visit, JiraSays.REQUIRE)
    visit.house.jira.allowed = {"": ALL}
    visit.sign_in("root")
    assert visit.get("/cs/1").status_code == 404
    for one in ("eve", "max", "ann", "rob"):
        admitting.disable(gateway, one, by="test")
    visit.sign_in("root")
    assert visit.get("/cs/1").status_code == 200
    assert 'href="/cs/1"' in visit.get("/").text
    later(visit)
    visit.house.jira.allowed = {"": {}}
    visit.sign_in("root")
    assert visit.get("/cs/1").status_code == 404


def test_what_the_agent_read_names_nothing_the_reader_may_not_see(visit: Visit) -> None:
    gateway = visit.house.gateway
    keys = ("AIR-1", "AIR-2", "SECRET-7")
    visit.house.door.reads = [Read(issue_key=key, at=40, door="mcp") for key in keys]
    visit.arrive()
    only = (ProjectRole(site=SITE, project="AIR", role=Role.VIEWER),)
    admit(gateway, Person(person="air", name="Air", role=Role.NONE, roles=only), by="test")
    visit.sign_in("eve")
    assert "SECRET-7" in visit.get("/cs/1").text
    visit.sign_in("air")
    page = visit.get("/cs/1").text
    assert "SECRET-7" not in page
    assert "AIR-2" in page
    assert "1 reading is of an issue that is not yours to see." in page
    with gateway.database.write() as conn:
        people.set_account(conn, "air", "acc-air")
    visit.house.jira.allowed = {"acc-air": ALL}
    page = visit.get("/cs/1").text
    assert "AIR-2" not in page
    assert "2 readings are of issues that are not yours to see." in page
