"""The sandbox browser in Chromium: the board, an issue three ways, a conflict made by playing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from gateway.operations import reviewing
from gateway.sandbox_link import SandboxLink
from tests.browser.axe import Scheme, faults
from tests.browser.conftest import Place, shot
from tests.browser.test_review_pages import ready

LOOKS: list[tuple[str, Scheme, str]] = [("en", "light", ""), ("ko", "dark", "-ko-dark")]


@pytest.fixture
def demo(place: Place) -> Iterator[Place]:
    """Lend the pages of a demo: the house's Jira is make-believe, and can be played in."""
    gateway, upstream = place.house.gateway, place.house.upstream
    secret = (place.house.folder / "upstream-secret").read_bytes().strip()
    before = gateway.settings
    gateway.settings = replace(before, demo=True)
    gateway.demo, gateway.stage = True, SandboxLink(upstream.control, secret)
    yield place
    gateway.stage.close()
    gateway.settings, gateway.demo, gateway.stage = before, False, None


def first_key(place: Place, review: int) -> str:
    """Return the key of the issue that a set changes first."""
    return reviewing.view(place.house.gateway, review, read_now=False).issues[0].key


@pytest.mark.parametrize(("lang", "scheme", "name"), LOOKS)
def test_the_sandbox_browser_has_no_accessibility_fault(
    demo: Place, waiting: int, lang: str, scheme: Scheme, name: str
) -> None:
    key = first_key(demo, waiting)
    with demo.open(color_scheme=scheme) as page:
        for path, picture in (
            ("/sandbox?project=WEB", "sandbox-board"),
            (f"/sandbox/{key}?view=now", "sandbox-now"),
            (f"/sandbox/{key}?view=shadow", "sandbox-shadow"),
            (f"/sandbox/{key}?view=after", "sandbox-after"),
        ):
            page.set_viewport_size({"width": 1280, "height": 900})
            ready(page, f"{path}&lang={lang}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 1280
            assert faults(page, scheme) == [], path
            shot(page, picture + name)
            page.set_viewport_size({"width": 375, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= 375, path


def test_a_conflict_is_made_by_playing_somebody_and_settled(demo: Place) -> None:
    review = demo.review("played-with", number=1, summary="What the agent would call it")
    key = first_key(demo, review)
    with demo.open() as page:
        ready(page, "/")
        page.keyboard.press("g")
        page.keyboard.press("s")
        page.wait_for_url(f"{demo.url}/sandbox")
        page.get_by_role("textbox", name="Issue").fill(key)
        page.get_by_role("button", name="Open", exact=True).click()
        page.wait_for_url(f"{demo.url}/sandbox/{key}")
        form = page.get_by_role("form", name="Play another person")
        form.get_by_label("Summary").fill("다른 사람이 고친 제목")
        form.get_by_role("button", name="Change it in Jira").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("다른 사람이 고친 제목")
        page.get_by_role("link", name="After promotion").click()
        expect(page.locator("main")).to_contain_text("conflict")
        page.get_by_role("link", name=f"CS-{review}").first.click()
        page.wait_for_url(f"{demo.url}/cs/{review}")
        row = page.locator(".change.in-conflict")
        expect(row).to_contain_text("다른 사람이 고친 제목")
        expect(page.get_by_text("Approve what is kept")).to_have_count(0)
        page.locator("html[data-ready]").wait_for(state="attached")
        page.keyboard.press("n")
        page.keyboard.press("2")
        expect(page.locator(".change.in-conflict")).to_have_count(0)
        expect(page.get_by_role("button", name="Approve what is kept")).to_be_visible()


def test_what_was_approved_waits_for_a_person_again_once_jira_contradicts_it(demo: Place) -> None:
    review = demo.review("approved-too-early", number=2, summary="What was approved")
    key = first_key(demo, review)
    with demo.open() as page:
        ready(page, f"/cs/{review}")
        page.get_by_role("button", name="Approve what is kept").click()
        page.wait_for_url(f"{demo.url}/cs/{review}/promote")
        ready(page, f"/sandbox/{key}")
        form = page.get_by_role("form", name="Play another person")
        form.get_by_label("Summary").fill("그동안 고친 제목")
        form.get_by_role("button", name="Change it in Jira").click()
        ready(page, f"/cs/{review}/promote")
        page.wait_for_url(f"{demo.url}/cs/{review}")
        expect(page.locator("[data-lapsed]")).to_contain_text(f"{key} Summary")
        expect(page.locator(".title")).to_have_attribute("data-state", "review")
        expect(page.get_by_role("link", name="Promote")).to_have_count(0)
        shot(page, "lapsed")
        page.keyboard.press("n")
        page.keyboard.press("2")
        expect(page.locator(".change.in-conflict")).to_have_count(0)
        page.get_by_role("button", name="Approve what is kept").click()
        page.wait_for_url(f"{demo.url}/cs/{review}/promote")
        expect(page.get_by_role("button", name="Promote to")).to_be_visible()


def test_a_board_is_read_without_javascript_and_by_keyboard(place: Place, waiting: int) -> None:
    key = first_key(place, waiting)
    with place.open(java_script_enabled=False) as page:
        page.goto("/sandbox?project=WEB")
        page.locator(f"#k-{key} .ticket-title a").click()
        page.wait_for_url(f"{place.url}/sandbox/{key}")
        expect(page.get_by_text("Play another person")).to_have_count(0)
    with place.open() as page:
        ready(page, "/sandbox?project=WEB")
        page.keyboard.press("j")
        expect(page.locator(".ticket").first).to_be_focused()
        page.keyboard.press("o")
        page.wait_for_url(f"{place.url}/sandbox/*")
