"""Remarks in a browser: said without a script on a telephone in Korean, read beside an answer."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from gateway.operations import reviewing
from gateway.store import remarks
from gateway.store.remarks import Said
from tests.browser.conftest import Place, shot
from tests.browser.test_review_pages import ready


def test_a_remark_is_said_without_a_script_and_the_agents_answer_stands_below(place: Place) -> None:
    review = place.review("remarks", number=2, priority={"name": "High"}, labels=["한글"])
    gateway = place.house.gateway
    change = reviewing.view(gateway, review, read_now=False).issues[0].changes[0].change.id
    small = {"width": 375, "height": 800}
    with place.open(java_script_enabled=False, locale="ko-KR", viewport=small) as page:
        page.goto(f"/cs/{review}")
        thread = page.locator(".thread").first
        thread.locator("summary").click()
        thread.get_by_label("동료(@이름)와 에이전트에게").fill("@mina 왜 이 값인가요? <b>확인</b>")
        thread.get_by_role("button", name="남기기").click()
        assert page.url.endswith(f"/cs/{review}#c-{change}")
        expect(page.locator(".thread li")).to_contain_text("<b>확인</b>")
    with gateway.database.write() as conn:
        said = Said(
            0,
            change,
            "agent-remarks",
            by_agent=True,
            text="이슈에 그렇게 적혀 있습니다.",
            at=gateway.clock(),
        )
        remarks.add_answer(conn, gateway.site, review, said, answer=1_000_000 + review)
    with place.open(color_scheme="dark") as page:
        ready(page, f"/cs/{review}")
        lines = page.locator(".thread li")
        expect(lines).to_have_count(2)
        expect(lines.nth(1)).to_contain_text("agent-remarks")
        expect(page.locator(".called")).to_have_text("@mina")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        lines.first.scroll_into_view_if_needed()
        shot(page, "remarks-dark")
