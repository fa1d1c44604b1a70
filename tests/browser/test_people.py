"""The page of people in a browser: axe, telephone, letting somebody in and taking them out."""

from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from gateway.identity.people import admit, known
from gateway.review.people import Person, ProjectRole, Role
from tests.browser.conftest import Place, shot
from tests.browser.test_review_pages import ready

LOOKS = [
    ("light", "en", ""),
    ("light", "ko", None),
    ("dark", "en", None),
    ("dark", "ko", "-ko-dark"),
]


@pytest.mark.parametrize(("scheme", "lang", "name"), LOOKS)
def test_people_and_accounts_have_no_accessibility_fault(
    place: Place, scheme: str, lang: str, name: str | None
) -> None:
    gateway = place.house.gateway
    known(gateway, "mina")
    only = (ProjectRole(site=gateway.site, project="WEB", role=Role.APPROVER),)
    admit(gateway, Person(person="jiwoo", name="김지우", role=Role.VIEWER, roles=only), by="mina")
    before = gateway.settings
    gateway.settings = replace(before, people=replace(before.people, local_accounts=True))
    paths = {"/people": "people", "/account/password": None, "/oauth/grants": None, "/jira": None}
    try:
        with place.open(color_scheme=scheme) as page:
            for path, picture in paths.items():
                page.set_viewport_size({"width": 1280, "height": 900})
                ready(page, f"{path}?lang={lang}")
                found = Axe().run(page)
                assert found.violations_count == 0, found.generate_report()
                if name is not None and picture:
                    shot(page, picture + name)
                page.set_viewport_size({"width": 375, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= 375, path
    finally:
        gateway.settings = before


def test_axe_finds_what_is_wrong(place: Place) -> None:
    """Control: the same check sees a picture without a text and grey words."""
    with place.open() as page:
        ready(page, "/people")
        page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', "
            "'<img src=\"/static/favicon.svg\"><input>')"
        )
        assert Axe().run(page).violations_count >= 2


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
