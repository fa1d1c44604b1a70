"""What takes more than one go or person: rounds, a failing request, four eyes, company sign-in."""

import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from gateway.identity import links
from gateway.identity.people import admit
from gateway.operations import reviewing, telling
from gateway.people_settings import GroupRole, Oidc
from gateway.review.people import Person, Role
from gateway.review.states import State
from tests.browser.conftest import Place, shot
from tests.browser.test_review_pages import ready
from tests.journeys.agents import Agent, work
from tests.oidc_issuer import issuing


def agent_does(place: Place, task: str, job: Callable[[Agent], Awaitable[str]]) -> str:
    """Let the agent of an earlier review go on in its task."""
    assert place.house.world is not None
    person = place.house.world.cast.person.account_id
    token = place.house.token(f"agent-{task}", person)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, place.house.shadow.url, token, job, task=task).result()


def test_sent_back_with_words_the_second_round_shows_what_is_new_and_is_approved(
    place: Place,
) -> None:
    review = place.review("rounds", duedate="2027-06-30", labels=["first"], number=2)
    key = reviewing.view(place.house.gateway, review).issues[0].key
    with place.open(locale="ko-KR") as page:
        ready(page, f"/cs/{review}")
        page.keyboard.press("s")
        page.get_by_label("에이전트가 무엇을 다르게 해야 합니까?").fill("마감일은 7월입니다.")
        page.get_by_role("button", name="되돌려 보내기", exact=True).click()
        page.wait_for_url(f"{place.url}/")
    telling.tell(place.house.gateway)

    async def again(agent: Agent) -> str:
        told = await agent.must("getReviewOutcome")
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"duedate": "2027-07-31"})
        await agent.must("submitForReview", title="7월로 고침", reason="말씀대로 고쳤습니다.")
        return told.text

    assert "마감일은 7월입니다." in agent_does(place, "rounds", again)
    [second] = place.house.fetch()
    with place.open() as page:
        ready(page, f"/cs/{second}")
        expect(page.locator(".rounds")).to_contain_text("마감일은 7월입니다.")
        expect(page.locator("main")).to_contain_text("round 2")
        rows = page.locator("[data-row]")
        expect(rows).to_have_count(2)
        shot(page, "round-2")
        page.get_by_role("link", name="Show only that").click()
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("July 31, 2027")
        page.get_by_role("button", name="Approve what is kept").click()
        page.wait_for_url(f"{place.url}/cs/{second}/promote")
    assert reviewing.view(place.house.gateway, review).state is State.REPLACED


def test_one_request_fails_the_rest_is_written_and_it_is_tried_again(place: Place) -> None:

    async def two(agent: Agent) -> str:
        jql = "assignee = currentUser() AND statusCategory != Done ORDER BY key"
        found = await agent.must("searchJiraIssuesUsingJql", jql=jql, fields=["summary"])
        keys = [one["key"] for one in found.structured["issues"]["nodes"][1:3]]
        for key in keys:
            await agent.must("editJiraIssue", issueIdOrKey=key, fields={"duedate": "2027-09-30"})
        await agent.must("submitForReview", title="Two due dates", reason="The plan says so.")
        return str(keys[0])

    key = agent_does(place, "failing", two)
    [review] = place.house.fetch()
    with place.open() as page, place.house.jira() as http:
        ready(page, f"/cs/{review}")
        page.get_by_role("button", name="Approve what is kept").click()
        page.wait_for_url(f"{place.url}/cs/{review}/promote")
        path = f"/rest/api/3/issue/{key}"
        before = http.get(path).json()["fields"]["duedate"]
        quicker = {"fields": {"duedate": "2027-10-01"}}
        http.put(path, json=quicker).raise_for_status()
        page.get_by_label("carry on with what does not depend on it").check()
        page.get_by_role("button", name="Promote to").click()
        place.house.promote_until_ended(review)
        expect(page.locator("[data-state=partly_promoted]")).to_be_visible(timeout=10_000)
        failed = page.locator(".step-bad")
        expect(failed).to_have_count(1)
        expect(failed).to_contain_text(key)
        expect(page.locator(".step-ok").first).to_be_visible()
        shot(page, "run-partly")
        http.put(path, json={"fields": {"duedate": before}}).raise_for_status()
        page.get_by_role("button", name="Try the rest again").first.click()
        place.house.promote_until_ended(review)
        expect(page.locator("[data-state=promoted]")).to_be_visible(timeout=10_000)
        expect(page.locator(".step-bad")).to_have_count(0)
        assert http.get(path).json()["fields"]["duedate"] == "2027-09-30"


def test_four_eyes_the_first_persons_approval_waits_for_another(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = place.house.gateway
    rules = replace(gateway.settings.people, approvals=2)
    monkeypatch.setattr(gateway, "settings", replace(gateway.settings, people=rules))
    place.session()
    admit(gateway, Person(person="jun", name="준", role=Role.APPROVER), by="test")
    review = place.review("eyes", duedate="2027-08-31", number=1)
    approve = "Approve what is kept"
    with place.open() as page:
        ready(page, f"/cs/{review}")
        expect(page.locator("[data-approvals]")).to_contain_text("2")
        page.get_by_role("button", name=approve).click()
        page.locator("html[data-ready]").wait_for(state="attached")
        page.goto(f"/cs/{review}")
        expect(page.locator("[data-approvals]")).to_contain_text("Approved by")
        # Not hers to give again, and nothing is written by one alone.
        expect(page.get_by_role("link", name="Promote…")).to_have_count(0)
        page.context.clear_cookies()
        page.goto(links.new_link(gateway, "jun"))
        page.locator("main button").click()
        page.wait_for_url(f"{place.url}/")
        ready(page, f"/cs/{review}")
        page.get_by_role("button", name=approve).click()
        page.wait_for_url(f"{place.url}/cs/{review}/promote")
    assert "준" in reviewing.view(gateway, review).approved_by
    assert len(reviewing.view(gateway, review).approved_by) == 2


def test_somebody_signs_in_with_their_companys_account(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = place.house.gateway
    kim = {"sub": "kim", "name": "김지우", "groups": ["jira-leads"]}
    with issuing(kim) as url, place.open() as page:
        roles = (GroupRole(Role.APPROVER, "jira-leads"),)
        oidc = Oidc(url, "airlock", "a secret", "openid profile email", "groups", roles)
        changed = replace(gateway.settings, oidc=oidc, secret_key=b"k" * 32)
        monkeypatch.setattr(gateway, "settings", changed)
        # The issuer's own page wants a style sheet from elsewhere; ours want nothing.
        page.context.route("**/pico*.css", lambda one: one.fulfill(content_type="text/css"))
        page.context.clear_cookies()
        page.goto("/")
        page.get_by_role("link", name="Sign in with your account").click()
        page.wait_for_url(re.compile(f"^{url}"))
        page.get_by_role("button", name="kim").click()
        page.wait_for_url(f"{place.url}/")
        expect(page.locator("header")).to_contain_text("김지우")
