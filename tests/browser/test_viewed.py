"""Marks of what was looked at, by keyboard, by issue, without JavaScript."""

from playwright.sync_api import expect

from tests.browser.conftest import Place
from tests.browser.test_review_pages import ready


def test_a_key_marks_a_change_as_viewed_and_the_plan_line_counts(place: Place) -> None:
    review = place.review("viewed")
    with place.open() as page:
        ready(page, f"/cs/{review}")
        count = page.locator("[data-viewed]")
        total = page.locator(".change").count()
        expect(count).to_have_text(f"0 of {total} viewed")
        page.keyboard.press("j")
        page.keyboard.press("v")
        expect(count).to_have_text(f"1 of {total} viewed")
        expect(page.locator(".change").nth(1)).to_be_focused()
        page.keyboard.press("k")
        page.keyboard.press("v")
        expect(page.locator(".change").first).to_be_focused()
        expect(count).to_have_text(f"0 of {total} viewed")
        issue = page.locator("article.card").first
        issue.locator("header .viewed button").click()
        expect(issue.locator(".change .viewed button[aria-pressed=false]")).to_have_count(0)
        expect(page.locator(".side .ticked")).to_have_count(1)
        page.reload()
        marked = issue.locator(".change").count()
        expect(count).to_have_text(f"{marked} of {total} viewed")
    with place.open(java_script_enabled=False) as page:
        page.goto(f"/cs/{review}")
        page.locator(".change .viewed button[aria-pressed=true]").first.click()
        expect(page.locator("[data-viewed]")).to_have_text(f"{marked - 1} of {total} viewed")
