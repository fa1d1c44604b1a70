"""The page of people in a browser: axe, telephone, letting somebody in and taking them out."""

from playwright.sync_api import expect

from tests.browser.conftest import Place
from tests.browser.test_review_pages import ready


def test_somebody_is_let_in_changed_and_taken_out(place: Place) -> None:
    with place.open() as page:
        ready(page, "/agents")
        page.get_by_role("link", name="People").click()
        page.wait_for_url(f"{place.url}/people")
        form = page.get_by_role("form", name="Let somebody in")
        form.get_by_label("Signs in as").fill("newcomer")
        form.get_by_label("Roles").fill("reviewer@PAY")
        form.get_by_role("button").click()
        expect(page.locator("#link")).to_contain_text("/sign-in?link=")
        page.get_by_role("link", name="Back to the people").click()
        card = page.locator(".person-card", has_text="newcomer")
        card.locator("summary").click()
        card.get_by_label("Roles").fill("viewer")
        card.get_by_role("button", name="Save").click()
        card = page.locator(".person-card", has_text="newcomer")
        expect(card).to_contain_text("viewer")
        card.get_by_role("button", name="Take out").click()
        expect(page.locator(".person-card", has_text="newcomer")).to_contain_text("taken out")
