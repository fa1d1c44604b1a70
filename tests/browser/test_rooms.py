"""History and agents in a browser: read, filter, make a token, use it, revoke it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Place, shot
from tests.browser.test_review_pages import ready

THEMES = [("light", "en"), ("light", "ko"), ("dark", "en"), ("dark", "ko")]


def make_token(place: Place, page: Page, agent: str) -> str:
    """Fill the form as an admin would and return the token."""
    assert place.house.world is not None
    ready(page, "/agents")
    page.get_by_label("Agent", exact=True).fill(agent)
    page.get_by_label("Works for").fill(place.house.world.cast.person.email)
    page.get_by_role("checkbox", name=re.compile("WEB")).check()
    page.get_by_role("button", name="Make the token").click()
    return page.locator("#token").inner_text()


@pytest.mark.parametrize(("scheme", "lang"), [("light", "en"), ("dark", "ko")])
def test_a_new_token_has_a_page_without_faults(place: Place, scheme: str, lang: str) -> None:
    with place.open(color_scheme=scheme) as page:
        make_token(place, page, f"shown-{lang}")
        if lang == "ko":
            page.context.add_cookies([{"name": "airlock-lang", "value": "ko", "url": place.url}])
            page.reload()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        if lang == "en":
            shot(page, "new-token")


@pytest.mark.parametrize("path", ["/history", "/agents"])
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_room_on_a_telephone_needs_no_sideways_scrolling(
    place: Place, waiting: int, path: str, lang: str
) -> None:
    with place.open(viewport={"width": 375, "height": 800}, has_touch=True) as page:
        ready(page, f"{path}?lang={lang}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        for link in page.locator("header nav a").all():
            expect(link).to_be_visible()
        shot(page, f"telephone-{path.strip('/')}-{lang}")


def test_a_token_made_here_works_in_the_sandbox_until_it_is_revoked(place: Place) -> None:
    with place.open() as page:
        token = make_token(place, page, "made-here")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.locator("[data-copy=token]").click()
        expect(page.locator("#live")).to_have_text("Copied.")
        assert page.evaluate("navigator.clipboard.readText()") == token
        expect(page.locator("#s-claude-code")).to_contain_text(token)
        expect(page.locator("#s-mcp-json")).not_to_contain_text(token)
        agent = place.house.agent(token)
        assert agent.get("/rest/api/3/myself").status_code == 200
        page.get_by_role("link", name="I have kept it").click()
        expect(page.locator("main")).not_to_contain_text(token)
        card = page.locator(".agent", has_text="made-here")
        card.get_by_role("button", name=f"Revoke ala_…{token[-4:]}").click()
        expect(card).to_contain_text("No token of this agent works.")
        assert agent.get("/rest/api/3/myself").status_code == 401


def test_a_wrong_form_says_what_is_wrong_and_keeps_what_was_written(place: Place) -> None:
    with place.open(expected="400") as page:
        ready(page, "/agents")
        page.get_by_label("Agent", exact=True).fill("kept-name")
        page.get_by_label("Works for").fill("nobody@nowhere.example")
        page.get_by_role("checkbox", name=re.compile("PAY")).check()
        page.get_by_label("Days").fill("7")
        page.get_by_role("button", name="Make the token").click()
        expect(page.get_by_role("alert")).to_contain_text("is not an account of this site")
        expect(page.get_by_label("Agent", exact=True)).to_have_value("kept-name")
        expect(page.get_by_label("Days")).to_have_value("7")
        expect(page.get_by_role("checkbox", name=re.compile("PAY"))).to_be_checked()
        page.get_by_role("link", name="한국어").click()
        expect(page.get_by_role("heading", name="에이전트", exact=True)).to_be_visible()


def test_a_browsers_cookie_is_worthless_in_the_sandbox(place: Place) -> None:
    with place.open() as page:
        [cookie] = [one for one in page.context.cookies() if one["name"] == "airlock"]
    header = {"Cookie": f"airlock={cookie['value']}"}
    sandbox = place.house.agent("x")
    del sandbox.headers["Authorization"]
    for method, path in (
        ("GET", "/rest/api/3/myself"),
        ("GET", "/rest/api/3/field"),
        ("POST", "/mcp"),
    ):
        assert sandbox.request(method, path, headers=header).status_code == 401
    bearer = {"Authorization": f"Bearer {cookie['value']}"}
    assert sandbox.get("/rest/api/3/myself", headers=bearer).status_code == 401


def test_the_history_is_found_read_and_filtered_by_keyboard(place: Place, waiting: int) -> None:
    with place.open() as page:
        ready(page, "/")
        page.keyboard.press("g")
        page.keyboard.press("h")
        page.wait_for_url(f"{place.url}/history")
        page.locator("html[data-ready]").wait_for(state="attached")
        page.keyboard.press("j")
        expect(page.locator(".fact").first).to_be_focused()
        page.get_by_label("What").select_option("arrivals")
        page.get_by_label("Change set").fill(f"cs-{waiting}")
        page.get_by_role("button", name="Show").click()
        expect(page.locator(".fact")).to_have_count(1)
        page.locator("html[data-ready]").wait_for(state="attached")
        page.keyboard.press("j")
        page.keyboard.press("o")
        page.wait_for_url(f"{place.url}/cs/{waiting}")


def test_g_and_a_letter_go_to_a_page_also_in_hangul_mode(place: Place) -> None:
    with place.open() as page:
        ready(page, "/history")
        body = page.locator("body")
        body.dispatch_event("keydown", {"key": "ㅎ", "code": "KeyG", "bubbles": True})
        body.dispatch_event("keydown", {"key": "ㅔ", "code": "KeyP", "bubbles": True})
        page.wait_for_url(f"{place.url}/agents")
        page.locator("html[data-ready]").wait_for(state="attached")
        page.keyboard.press("g")
        page.keyboard.press("i")
        page.wait_for_url(f"{place.url}/")


def test_a_history_without_javascript_is_filtered_and_taken_away(place: Place) -> None:
    with place.open(java_script_enabled=False) as page:
        page.goto("/history")
        page.get_by_label("What").select_option("people")
        page.get_by_role("button", name="Show").click()
        expect(page.locator(".fact").first).to_contain_text("Signed in")
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        assert download.value.suggested_filename == "airlock-history.csv"
        text = download.value.path().read_text(encoding="utf-8-sig")
        assert text.splitlines()[0] == "row,time,who,kind,change set,values,hash"
        assert "set_received" not in text
