"""A change set on a telephone: what is decided about comes first, the rest is folded."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from gateway.identity import links
from tests.browser.test_spoofing import served, watched
from tests.gateway.operations.conftest import filled_in_memory
from tests.gateway.promotion.world import change_set, edit

TELEPHONE = (375, 812)
SCREEN = (1280, 900)
_FOLDS = ".fold-small > summary"


@contextmanager
def opened(
    browser: Browser, size: tuple[int, int], lang: str, title: str = "결제 화면이 비어 있음"
) -> Iterator[Page]:
    """Open a set of two edits in a demo, with its page as wide and high as asked."""
    house = filled_in_memory()
    house.gateway.demo = True
    house.arrive(*(change_set(edit("labels", [str(n)]), number=n) for n in range(2, 10)))
    review = house.arrive(change_set(edit("summary", title), edit("labels", ["4.2"], id="c2")))
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
        expect(page.locator(".demo")).to_be_visible()
        values = page.locator(".change").first.locator(".panel-body")
        assert _foot(values.last) <= _top(page.locator("#decide")), "its values are behind the bar"
        assert _foot(page.locator("#decide")) - _top(page.locator("#decide")) <= TELEPHONE[1] / 4
        assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE[0]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_what_blocks_is_on_the_first_screen_beside_what_it_blocks(
    browser: Browser, lang: str
) -> None:
    with opened(browser, TELEPHONE, lang, "key AKIAIOSFODNN7EXAMPLE") as page:
        bar = _top(page.locator("#decide"))
        assert _foot(page.locator(".content > .flags .flag-bad")) <= bar
        assert _foot(page.locator(".change .pair").first) <= bar
        fold = page.locator("summary.obstacles-title")
        expect(page.locator(".obstacles li")).to_be_hidden()
        fold.click()
        expect(page.locator(".obstacles li").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE[0]
    with opened(browser, SCREEN, lang, "key AKIAIOSFODNN7EXAMPLE") as page:
        expect(page.locator(".obstacles li").first).to_be_visible()


def _top(there: Locator) -> float:
    """Return how far below the top of the window an element begins, in CSS pixels."""
    box = there.bounding_box()
    assert box is not None
    return box["y"]


def _foot(there: Locator) -> float:
    """Return how far below the top of the window an element ends, in CSS pixels."""
    box = there.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("path", ["", "history"])
def test_a_filter_is_folded_until_it_is_asked_for(browser: Browser, path: str, lang: str) -> None:
    with opened(browser, TELEPHONE, lang) as page:
        page.goto(f"{page.url.partition('/cs/')[0]}/{path}?lang={lang}")
        page.wait_for_selector("html[data-ready]")
        title, line = page.locator("h1"), page.locator("[data-row]").first
        assert _top(title) < _top(page.locator(".filter-fold")) < _top(line)
        assert _foot(line) <= TELEPHONE[1], "the first line is on the first screen"
        field = page.locator(".filter :is(select, [data-search])").first
        expect(field).to_be_hidden()
        page.keyboard.press("/")
        expect(field).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    with opened(browser, SCREEN, lang) as page:
        page.goto(f"{page.url.partition('/cs/')[0]}/{path}?lang={lang}")
        expect(page.locator(".filter select").first).to_be_visible()


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
