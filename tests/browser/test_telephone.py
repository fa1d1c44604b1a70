"""A change set on a telephone: what is decided about comes first, the rest is folded."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from gateway.identity import links
from tests.browser.test_spoofing import served, watched
from tests.gateway.operations.conftest import filled_in_memory
from tests.gateway.promotion.world import change_set, edit

TELEPHONE = (375, 812)
SCREEN = (1280, 900)
_FOLDS = ".fold-small > summary"


@contextmanager
def opened(browser: Browser, size: tuple[int, int], lang: str) -> Iterator[Page]:
    """Open a set of two edits, with its page as wide and high as asked."""
    house = filled_in_memory()
    review = house.arrive(
        change_set(edit("summary", "결제 화면이 비어 있음"), edit("labels", ["4.2"], id="c2"))
    )
    with served(house.gateway) as url, watched(browser) as (page, happened):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(links.new_link(house.gateway, "eve"))
        page.locator("main button").click()
        page.wait_for_url(f"{url}/")
        page.goto(f"{url}/cs/{review}?lang={lang}")
        page.wait_for_selector("html[data-ready]")
        yield page
        assert [one for one in happened if not one.startswith(f"request {url}/")] == []
    house.gateway.database.dispose()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_first_change_is_on_the_first_screen(browser: Browser, lang: str) -> None:
    with opened(browser, TELEPHONE, lang) as page:
        change, bar = page.locator(".change").first, page.locator("#decide")
        shown, below = change.bounding_box(), bar.bounding_box()
        assert shown is not None
        assert below is not None
        assert shown["y"] + 44 <= below["y"], "its heading is not behind the bar"
        assert below["height"] <= TELEPHONE[1] / 4
        assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE[0]


def test_what_is_folded_is_one_touch_away(browser: Browser) -> None:
    with opened(browser, TELEPHONE, "en") as page:
        reject = page.locator("summary", has_text="Reject")
        why = page.get_by_text("Why, in the agent's own words").last
        expect(reject).to_be_hidden()
        for fold in page.locator(_FOLDS).all():
            box = fold.bounding_box()
            assert box is not None
            assert box["height"] >= 44
            fold.click()
        expect(reject).to_be_visible()
        expect(why).to_be_visible()
        expect(page.locator("summary", has_text="Not now")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE[0]
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_a_key_opens_what_its_words_are_folded_in(browser: Browser) -> None:
    with opened(browser, TELEPHONE, "en") as page:
        page.keyboard.press("r")
        expect(
            page.locator("#send-back-words, #reject-words").locator("visible=true")
        ).to_be_focused()


def test_on_a_wide_screen_nothing_is_folded(browser: Browser) -> None:
    with opened(browser, SCREEN, "en") as page:
        for fold in page.locator(_FOLDS).all():
            expect(fold).to_be_hidden()
        expect(page.locator("summary", has_text="Reject")).to_be_visible()
        expect(page.locator("summary", has_text="Not now")).to_be_visible()
        expect(page.get_by_role("heading", name="Why, in the agent's own words")).to_be_visible()
