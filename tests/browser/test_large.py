"""The sheet before a promotion to several issues, on a screen and on a telephone."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from gateway.identity import links
from gateway.operations import reviewing
from gateway.review.large import TYPED_ABOVE
from gateway.review.states import State
from tests.browser.test_spoofing import served, watched
from tests.gateway.operations.conftest import filled_in_memory
from tests.gateway.web.test_large import arrived


def test_a_telephone_asks_twice_and_a_large_set_for_its_number(browser: Browser) -> None:
    house = filled_in_memory()
    several, many = arrived(house, 6), arrived(house, TYPED_ABOVE + 1)
    for review in (several, many):
        digest = reviewing.view(house.gateway, review).digest
        reviewing.approve(house.gateway, "eve", review, digest)
    with served(house.gateway) as url, watched(browser) as (page, happened):
        page.goto(links.new_link(house.gateway, "eve"))
        page.locator("main button").click()
        page.wait_for_url(f"{url}/")
        once = page.locator(".run-buttons > button")
        again = page.locator(".ask-twice details button")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{url}/cs/{several}/promote?lang=en")
        expect(once).to_be_visible()
        expect(page.locator(".ask-twice summary")).to_be_hidden()
        page.set_viewport_size({"width": 760, "height": 375})  # a telephone held across
        expect(once).to_be_hidden()
        page.set_viewport_size({"width": 375, "height": 800})
        expect(once).to_be_hidden()
        expect(again).to_be_hidden()
        page.wait_for_selector("html[data-ready]")
        page.locator("details.later summary").click()
        page.locator("#zone").press("Enter")
        page.locator("body").press("Control+Enter")
        expect(page.get_by_text("This writes to 6 issues of")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        view = reviewing.view(house.gateway, several, read_now=False)
        assert view.state is State.APPROVED, "neither Enter nor Ctrl Enter is a second answer"
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        again.click()
        page.wait_for_url(f"{url}/cs/{several}/run")
        page.goto(f"{url}/cs/{many}/promote?lang=ko")
        box = page.get_by_label("이슈 21개에 씁니다. 그 숫자를 입력하세요.")
        once.click()
        expect(page).to_have_url(f"{url}/cs/{many}/promote?lang=ko")  # the box is not filled in
        box.fill("21")
        once.click()
        page.wait_for_url(f"{url}/cs/{many}/run")
        assert [one for one in happened if not one.startswith(f"request {url}/")] == []
    house.gateway.database.dispose()
