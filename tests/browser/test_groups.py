"""A group of changes in a browser: looked at once, left out at once; axe, telephone."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from gateway.identity import links
from tests.browser.conftest import shot
from tests.browser.test_spoofing import served, watched
from tests.gateway.operations.conftest import fill, house_on
from tests.gateway.promotion.world import change_set, doc, edit

NOON = 1_795_176_000_000_000


def test_the_same_label_on_five_issues_is_looked_at_once(browser: Browser) -> None:
    house = house_on("sqlite://")
    house.gateway.clock = lambda: NOON
    numbers = range(1, 6)
    for number in numbers:
        house.jira.add(doc(f"AIR-{number}", str(10_000 + number), summary=f"결제 오류 {number}"))
    house.gateway.database.migrate()
    fill(house)
    same = [
        edit("labels", ["web", "4.2"], id=f"c{n}", issue_id=str(10_000 + n), issue_key=f"AIR-{n}")
        for n in numbers
    ]
    review = house.arrive(change_set(*same, title="Label for 4.2"))
    with served(house.gateway) as url, watched(browser) as (page, happened):
        page.goto(links.new_link(house.gateway, "eve"))
        page.locator("main button").click()
        page.wait_for_url(f"{url}/")
        for scheme, lang in (("light", "en"), ("dark", "ko")):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # one of the two
            page.set_viewport_size({"width": 1280, "height": 900})
            page.goto(f"{url}/cs/{review}?lang={lang}")
            page.wait_for_selector("html[data-ready]")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            shot(page, "group" if lang == "en" else "group-ko-dark")
            page.set_viewport_size({"width": 375, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= 375
        group = page.locator(".alike")
        expect(group.locator(".group-issues a")).to_have_count(5)
        group.locator(".viewed button").click()
        expect(page.locator(".side .ticked")).to_have_count(5)
        group.get_by_role("button", name="모두 제외").click()
        expect(page.locator(".change.left-out")).to_have_count(5)
        group.get_by_role("button", name="모두 유지").click()
        expect(page.locator(".change.left-out")).to_have_count(0)
        assert [one for one in happened if not one.startswith(f"request {url}/")] == []
    house.gateway.database.dispose()
