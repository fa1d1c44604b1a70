"""How somebody likes their pages, in a browser: four ways to see a text, keys switched off."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Place, shot
from tests.browser.test_review_pages import ready


def test_a_text_is_seen_in_four_ways_by_key_also_in_hangul_mode(place: Place, waiting: int) -> None:
    with place.open() as page:
        ready(page, f"/cs/{waiting}")
        chosen = page.locator(".looks [name=look][aria-pressed=true]")
        for name in ("Side by side", "Result", "Source", "Visual"):
            page.evaluate(
                "document.body.dispatchEvent(new KeyboardEvent('keydown', "
                "{key: 'ㅅ', code: 'KeyT', bubbles: true}))"
            )
            expect(chosen).to_have_text(name)
            if name == "Side by side":
                old, new = page.locator(".panel-old").first, page.locator(".panel-new").first
                expect(old.locator("ins").first).to_be_hidden()
                expect(new.locator("del, .del").first).to_be_hidden()
                old.scroll_into_view_if_needed()
                shot(page, "side-by-side")
        page.keyboard.press("w")
        expect(page.locator("[data-press=spaces]")).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("w")
        expect(page.locator("[data-press=spaces]")).to_have_attribute("aria-pressed", "false")


def test_single_keys_are_switched_off_and_on_again_without_a_script(
    place: Place, waiting: int
) -> None:
    with place.open(java_script_enabled=False, locale="ko-KR") as page:
        page.goto("/")
        page.get_by_role("link", name="내 화면 설정").click()
        page.get_by_role("radio", name="끔").check()
        page.get_by_role("button", name="이 설정 저장").click()
        expect(page.get_by_text("저장했습니다.")).to_be_visible()
        shot(page, "settings-ko")
    with place.open() as page:
        ready(page, f"/cs/{waiting}")
        for key in ("j", "?", "g"):
            page.keyboard.press(key)
        expect(page.locator("[data-current]")).to_have_count(0)
        expect(page.locator("#keys")).to_be_hidden()
        page.get_by_role("button", name="Keyboard shortcuts").click()
        expect(page.locator("#keys")).to_contain_text("Single keys are switched off.")
        page.locator("#keys").get_by_role("link", name="Settings of your pages").click()
        page.get_by_role("radio", name="Switched on").check()
        page.get_by_role("button", name="Keep these settings").click()
        ready(page, f"/cs/{waiting}")
        page.keyboard.press("j")
        expect(page.locator("[data-current]")).to_have_count(1)


def test_a_plain_page_has_what_changes_why_and_two_buttons(place: Place) -> None:
    review = place.review("plain", number=1, summary="평범한 제목")
    blocked = place.review("plain-blocked", number=1, summary="key AKIAIOSFODNN7EXAMPLE")
    with place.open() as page:
        page.goto("/settings")
        page.get_by_role("radio", name="What changes, why, and two buttons").check()
        page.get_by_role("button", name="Keep these settings").click()
        ready(page, f"/cs/{review}")
        buttons = page.locator("#decide .bar-buttons :is(button, summary, a)")
        shown = [one.inner_text() for one in buttons.all() if one.is_visible()]
        assert [one.split("…")[0].splitlines()[0] for one in shown] == [
            "More",
            "Send back",
            "Approve what is kept",
        ]
        expect(page.get_by_role("heading", name="Why, in the agent's own words")).to_be_visible()
        expect(page.locator(".change .panel").first).to_be_visible()
        for rest in (".side", ".exact", ".viewed", ".desk"):
            expect(page.locator(rest).first).to_be_hidden()
        shot(page, "plain")
        page.get_by_text("Notes", exact=True).click()
        expect(page.locator(".desk").first).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        # Whatever a reader wants to see less of: what blocks is shown, and what was remarked.
        thread = page.locator(".thread").first
        expect(thread).to_be_hidden()
        thread.evaluate("there => { there.open = true }")
        expect(thread).to_be_visible()
        ready(page, f"/cs/{blocked}")
        expect(page.locator(".content > .flags .flag-bad").first).to_be_visible()
        expect(page.locator(".change .flag-bad").first).to_be_visible()
        ready(page, f"/cs/{review}")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".title")).to_have_attribute("data-state", "approved")
        page.goto("/settings")
        page.get_by_role("radio", name="Everything on it").check()
        page.get_by_role("button", name="Keep these settings").click()
        ready(page, f"/cs/{review}")
        expect(page.locator(".side").first).to_be_visible()
