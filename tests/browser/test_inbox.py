"""The inbox in a browser: several sets approved together by keys; axe, telephone, no script."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from gateway.identity import admitting, links
from gateway.identity.people import admit
from gateway.operations import reviewing
from gateway.review.people import Person, Role
from gateway.review.states import State
from tests.browser.conftest import Place, shot
from tests.browser.test_review_pages import ready

LOOKS = [("light", "en", ""), ("dark", "ko", "-ko-dark")]
TELEPHONE: ViewportSize = {"width": 375, "height": 800}


@pytest.fixture(scope="module")
def harmless(place: Place, waiting: int) -> list[int]:
    """Return reviews of short edits that an undo puts back, beside one that needs a look."""
    assert waiting
    return [
        place.review("labels", labels=["checked", "안내"], number=1),
        place.review("urgent", priority={"name": "Highest"}, number=2),
    ]


def fine(page: Page, picture: str, *, lang: str, look: str) -> None:
    """Ask axe, at a desk and on a telephone; keep pictures if they are asked for."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    shot(page, picture + look)
    before = page.viewport_size
    page.set_viewport_size(TELEPHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
    shot(page, f"telephone-{picture}-{lang}")
    if before:
        page.set_viewport_size(before)


@pytest.mark.parametrize(("scheme", "lang", "look"), LOOKS)
def test_inbox_and_what_is_asked_before_have_no_fault(
    place: Place, harmless: list[int], scheme: str, lang: str, look: str
) -> None:
    with place.open(color_scheme=scheme) as page:
        ready(page, f"/?lang={lang}")
        for number in harmless:
            page.locator(f"#cs-{number} input[name=pick]").check()
        fine(page, "inbox-picks", lang=lang, look=look)
        page.locator("#together button").click()
        expect(page.locator("section.ready-set")).to_have_count(2)
        fine(page, "together", lang=lang, look=look)


def test_two_sets_are_approved_by_keys_alone_and_the_report_names_what_was_skipped(
    place: Place,
) -> None:
    one, two = (place.review(f"keys-{name}", labels=[name], number=3) for name in ("x", "y"))
    gateway = place.house.gateway
    with place.open() as page:
        ready(page, "/")
        for number in (one, two):
            page.locator(f"#cs-{number}").focus()
            page.locator(f"#cs-{number}").click(position={"x": 700, "y": 5})
            page.keyboard.press("a")
            expect(page.locator(f"#cs-{number} input[name=pick]")).to_be_checked()
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/together?*")
        page.locator("html[data-ready]").wait_for(state="attached")
        expect(page.locator("section.ready-set")).to_have_count(2)
        digest = reviewing.view(gateway, two).digest
        reviewing.reject(gateway, "mina", two, digest, "not this one")
        page.keyboard.press("Control+Enter")
        expect(page.locator("h1")).to_have_text("1 approved, 1 skipped")
        expect(page.locator("[data-approved]")).to_contain_text(f"CS-{one}")
        expect(page.locator("[data-skipped]")).to_contain_text(f"CS-{two}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        shot(page, "together-report")
    assert reviewing.view(gateway, one, read_now=False).state is State.APPROVED


def test_without_a_script_sets_are_approved_together(place: Place) -> None:
    number = place.review("no-script", labels=["z"], number=4)
    with place.open(java_script_enabled=False) as page:
        page.goto("/?lang=ko")
        page.locator(f"#cs-{number} input[name=pick]").check()
        page.locator("#together button").click()
        page.locator("form.bar button").click()
        expect(page.locator("h1")).to_have_text("1건 승인, 0건 건너뜀")


@pytest.fixture(scope="module")
def colleague(place: Place) -> Iterator[str]:
    """Let somebody else in for a while: only where there are several is anything shared out."""
    links.new_link(place.house.gateway, "mina")  # the first one is the admin
    admit(place.house.gateway, Person(person="joon", name="이준", role=Role.REVIEWER), by="mina")
    yield "joon"
    admitting.disable(place.house.gateway, "joon", by="mina")


@pytest.mark.parametrize(("scheme", "lang", "look"), LOOKS)
def test_who_looks_after_what_is_shown_and_changed_without_fault(
    place: Place, harmless: list[int], colleague: str, scheme: str, lang: str, look: str
) -> None:
    with place.open(color_scheme=scheme) as page:
        ready(page, f"/?whose=all&lang={lang}")
        page.locator("details.follow > summary").click()
        fine(page, "inbox-follow", lang=lang, look=look)
        page.locator(f"#cs-{harmless[0]} button.take").click()
        page.wait_for_url("**/?whose=all*")
        expect(page.locator(f"#cs-{harmless[0]}")).to_contain_text("mina")
        ready(page, f"/cs/{harmless[0]}?lang={lang}")
        page.locator("[data-desk] details > summary").first.click()
        fine(page, "desk", lang=lang, look=look)
        page.locator("#hand-over").select_option(colleague)
        page.locator("[data-desk] .pop-form button").first.click()
        expect(page.locator("[data-desk] b")).to_have_text("이준")
        page.locator("[data-desk] form[action$=assignee] button").first.click()
        page.locator("[data-desk] form[action$=assignee] button").first.click()
        expect(page.locator("[data-desk] b")).to_have_text(
            {"en": "nobody yet"}.get(lang, "아직 없음")
        )


@pytest.mark.parametrize(("scheme", "lang", "look"), LOOKS)
def test_not_now_and_a_note_are_set_and_taken_away_without_fault(
    place: Place, harmless: list[int], scheme: str, lang: str, look: str
) -> None:
    number = harmless[1]
    with place.open(color_scheme=scheme) as page:
        ready(page, f"/cs/{number}?lang={lang}")
        page.locator("[data-follow-up] > summary").click()
        page.keyboard.press("Tab")
        page.keyboard.type("Ask 김지우 about the refunds")
        page.keyboard.press("Control+Enter")
        expect(page.locator("[data-note]")).to_contain_text("김지우")
        page.locator("html[data-ready]").wait_for(state="attached")
        page.locator("[data-not-now] > summary").click()
        fine(page, "not-now", lang=lang, look=look)
        page.locator("[data-not-now] button[value=day]").click()
        page.wait_for_url(f"{place.url}/")
        expect(page.locator(f"#cs-{number}")).to_have_count(0)
        ready(page, "/?whose=resting")
        expect(page.locator(f"#cs-{number} .row-note")).to_contain_text("refunds")
        fine(page, "inbox-resting", lang=lang, look=look)
        page.locator(f"#cs-{number} a").click()
        page.locator("[data-aside] button").click()
        page.locator("[data-note] button").click()
        expect(page.locator("[data-note]")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "lang", "look"), LOOKS)
def test_a_view_is_saved_and_opened_without_fault(
    place: Place, harmless: list[int], scheme: str, lang: str, look: str
) -> None:
    with place.open(color_scheme=scheme) as page:
        ready(page, f"/?kind=edit&sort=risk&lang={lang}")
        page.locator("#view-name").fill(f"위험한 수정 {lang}")
        page.locator(".save-view button").click()
        expect(page.locator(".saved a[aria-current]")).to_have_text(f"위험한 수정 {lang}")
        page.locator("html[data-ready]").wait_for(state="attached")
        expect(page.locator(f"#cs-{harmless[0]}")).to_be_visible()
        fine(page, "inbox-view", lang=lang, look=look)
        page.locator(".saved button").first.click()
        expect(page.locator(".saved")).to_have_count(0)
