"""Keys that lead to where one writes, from issue to issue, and back out again."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Place
from tests.browser.test_review_pages import ready


def test_keys_open_what_is_written_in_and_escape_leaves_it(place: Place, waiting: int) -> None:
    with place.open() as page:
        ready(page, f"/cs/{waiting}")
        for key, label in (("s", "#send-back-words"), ("r", "#reject-words")):
            page.keyboard.press(key)
            expect(page.locator(label)).to_be_focused()
            # Letters are words there, and no keys.
            page.keyboard.type("jas")
            expect(page.locator(label)).to_have_value("jas")
            page.keyboard.press("Escape")
            expect(page.locator(label)).to_be_hidden()
        page.keyboard.press("j")
        row = page.locator("[data-row][data-current]")
        page.keyboard.press("c")
        expect(row.locator(".thread textarea")).to_be_focused()


def test_brackets_go_from_issue_to_issue_also_in_hangul_mode(place: Place, waiting: int) -> None:
    with place.open(locale="ko-KR") as page:
        ready(page, f"/cs/{waiting}")
        issues = page.locator("article.card")
        assert issues.count() >= 2
        page.keyboard.press("]")
        expect(issues.nth(0).locator("[data-row]").first).to_be_focused()
        page.keyboard.press("j")
        page.locator("body").dispatch_event(
            "keydown", {"key": "]", "code": "BracketRight", "bubbles": True}
        )
        expect(issues.nth(1).locator("[data-row]").first).to_be_focused()
        page.keyboard.press("[")
        expect(issues.nth(0).locator("[data-row]").first).to_be_focused()
        page.keyboard.press("Shift+?")
        expect(page.locator("#keys")).to_contain_text("다음, 이전 이슈")
        page.keyboard.press("Escape")
        ready(page, "/history")
        page.keyboard.press("/")
        expect(page.locator("[name=cs]")).to_be_focused()


def test_u_takes_back_the_last_decision_though_the_keys_went_on(place: Place, waiting: int) -> None:
    with place.open() as page:
        ready(page, f"/cs/{waiting}")
        page.keyboard.press("j")
        first = page.locator("[data-row]").first
        page.keyboard.press("x")
        expect(first).to_have_class(re.compile("left-out"))
        expect(page.locator("[data-row][data-current]")).not_to_have_id(
            str(first.get_attribute("id"))
        )
        page.keyboard.press("u")
        expect(first).not_to_have_class(re.compile("left-out|is-decided"))
        expect(first).to_be_focused()
        # With nothing left to take back the key does nothing.
        page.keyboard.press("u")
        expect(first.locator("[data-act=undo]")).to_have_count(0)
