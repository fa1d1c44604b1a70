"""Marks of what was looked at, by keyboard, by issue, without JavaScript."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from gateway.operations import reviewing
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


def test_the_keyboard_passes_by_what_jira_has_already(place: Place) -> None:
    review = place.review("no-ops", labels=["이미"], duedate="2027-03-02", number=2)
    [issue] = reviewing.view(place.house.gateway, review, read_now=False).issues
    # Somebody else sets the very same labels in Jira meanwhile.
    with place.house.jira() as http:
        body = {"fields": {"labels": ["이미"]}}
        assert http.put(f"/rest/api/3/issue/{issue.key}", json=body).status_code == 204
    with place.open() as page:
        ready(page, f"/cs/{review}")
        folded = page.locator("details.idle")
        summary = page.locator("details.idle > summary")
        expect(summary).to_contain_text("1 no-op hidden")
        hidden = folded.locator("[data-row]")
        expect(hidden).to_be_hidden()
        seen = page.locator("[data-row]:visible")
        expect(seen).to_have_count(1)
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(seen.first).to_be_focused()
        assert Axe().run(page).violations_count == 0
        summary.click()
        page.keyboard.press("j")
        expect(hidden).to_be_focused()


def test_one_press_marks_what_has_no_flag_and_the_rest_is_linked(place: Place) -> None:
    review = place.review("glance")
    with place.open() as page:
        ready(page, f"/cs/{review}")
        total = page.locator(".change").count()
        links = page.locator("[data-glance] details a")
        left = links.count()
        assert total - left > 0
        page.locator("[data-glance] button").click()
        expect(page.locator("[data-viewed]")).to_have_text(f"{total - left} of {total} viewed")
        expect(page.locator("[data-glance] button")).to_have_count(0)
        expect(links).to_have_count(left)
        for at in range(left):
            place_of = links.nth(at).get_attribute("href")
            expect(page.locator(f"{place_of} .viewed button")).to_have_attribute(
                "aria-pressed", "false"
            )


def test_one_key_keeps_what_is_safe_and_says_what_it_leaves(place: Place) -> None:
    review = place.review("glance")
    with place.open() as page:
        ready(page, f"/cs/{review}")
        safe = page.locator('form:has([data-press="safe"]) input[name="change"]').count()
        left = page.locator("[data-safe] li")
        rest = left.count()
        assert safe
        assert rest
        page.keyboard.press("Shift+A")
        report = page.locator("[data-safe]")
        expect(report).to_have_attribute("open", "")
        expect(report.locator("summary")).to_contain_text(f"{safe} safe change")
        expect(left).to_have_count(rest)
        expect(page.locator('[data-press="safe"]')).to_have_count(0)
        expect(page.locator(".change.is-decided")).to_have_count(safe)
        for at in range(rest):
            place_of = left.nth(at).locator("a").get_attribute("href")
            expect(page.locator(f"{place_of}.is-decided")).to_have_count(0)


def test_what_does_not_change_is_unfolded_in_its_place_and_without_a_script(place: Place) -> None:
    review = place.review("left")
    with place.open() as page:
        ready(page, f"/cs/{review}")
        rest = page.locator("details.left-as-is").first
        number = (rest.locator("summary").text_content() or "").split()[0]
        rest.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(rest.locator("dt")).to_have_count(int(number))
        expect(rest.locator("dt").first).to_be_visible()
        assert page.url.endswith(f"/cs/{review}")
        rest.scroll_into_view_if_needed()
    with place.open(java_script_enabled=False) as page:
        page.goto(f"/cs/{review}")
        rest = page.locator("details.left-as-is").first
        rest.locator("summary").click()
        rest.get_by_role("link").click()
        expect(page.locator("dt")).to_have_count(int(number))
