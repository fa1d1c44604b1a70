"""Local accounts in a browser: set a password by a link, come in by keyboard, without script."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from gateway.identity import admitting, passwords
from gateway.people_settings import JiraSays, PeopleRules
from gateway.store import people
from tests.browser.conftest import Place, shot

WORDS = "하늘이 맑은 날에는 산책"
THEMES = [("light", "en"), ("light", "ko"), ("dark", "en"), ("dark", "ko")]


@pytest.fixture
def local(place: Place) -> Iterator[Place]:
    """Lend the house with local accounts switched on and 김지우 let in."""
    gateway = place.house.gateway
    before = gateway.settings
    gateway.settings = replace(before, people=PeopleRules(local_accounts=True, jira=JiraSays.ASK))
    with place.open():  # the first person of the house is its admin
        pass
    if not any(one for one in _people(place) if one == "kim"):
        roles = admitting.parsed(gateway.site, ["reviewer@WEB"])
        admitting.add(gateway, "kim", "김지우", roles, "", by="test")
    yield place
    gateway.settings = before


def _people(place: Place) -> list[str]:
    with place.house.gateway.database.read() as conn:
        return [one.person for one in people.listed(conn)]


def _context(place: Place, **options: object) -> BrowserContext:
    return place.browser.new_context(base_url=place.url, locale="en-US", **options)  # type: ignore[arg-type]  # Playwright's options


def _faultless(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("scheme", "lang"), THEMES)
def test_its_pages_have_no_accessibility_fault(local: Place, scheme: str, lang: str) -> None:
    link = passwords.new_link(local.house.gateway, "kim").removeprefix(local.url)
    width = 375 if scheme == "dark" else 1280
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    context = _context(local, **options)
    page = context.new_page()
    for name, path in (("sign-in", "/sign-in"), ("set-password", link)):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        _faultless(page, width)
        if (scheme, lang) in (("light", "en"), ("dark", "ko")):
            shot(page, name if lang == "en" else f"{name}-ko-dark")
    page.goto("/sign-in")
    page.locator("#f-name").fill("kim")
    page.locator("#f-password").fill("not the right one")
    page.locator("form.account button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    _faultless(page, width)
    context.close()


def test_a_password_is_set_and_used_by_keyboard_alone(local: Place) -> None:
    link = passwords.new_link(local.house.gateway, "kim").removeprefix(local.url)
    context = _context(local)
    page = context.new_page()
    page.goto(link)
    page.locator("#f-password").focus()
    page.keyboard.type(WORDS)
    page.keyboard.press("Tab")
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{local.url}/")
    page.locator("form.who button").press("Enter")
    page.wait_for_url(f"{local.url}/sign-in")
    page.locator("#f-name").focus()
    page.keyboard.type("kim")
    page.keyboard.press("Tab")
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{local.url}/")
    expect(page.locator("header")).to_contain_text("김지우")
    page.goto("/account/password")
    _faultless(page, 1280)
    context.close()


def test_a_password_is_set_without_javascript_and_a_wrong_one_is_told(local: Place) -> None:
    link = passwords.new_link(local.house.gateway, "kim").removeprefix(local.url)
    context = _context(local, java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    for field in ("#f-password", "#f-again"):
        page.locator(field).fill("another long sentence")
    page.locator("main button").click()
    page.wait_for_url(f"{local.url}/")
    page.goto("/account/password")
    page.locator("#f-old").fill("something else entirely")
    for field in ("#f-password", "#f-again"):
        page.locator(field).fill(WORDS)
    page.locator("main button").click()
    expect(page.get_by_role("alert")).to_contain_text("another one")
    context.close()
