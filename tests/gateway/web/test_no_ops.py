"""The page of a change set folds what Jira has already, and counts it."""

import re

from gateway.operations import reviewing
from sandbox.contract.shapes import ChangeKind
from tests.gateway.operations.conftest import keep_issues
from tests.gateway.promotion.world import change, change_set, edit, text
from tests.gateway.web.visit import Visit


def folded(page: str) -> list[str]:
    """Return the ids of the changes that stand in a closed part of the page."""
    parts = re.findall(r'<details class="fold idle".*?</details>\s*</article>', page, re.DOTALL)
    return [one for part in parts for one in re.findall(r'data-row[^>]*h-c-(\w+)"', part)]


def chips(page: str) -> str:
    found = re.search(r'<p class="chips">(.*?)</p>', page, re.DOTALL)
    assert found
    return " ".join(re.sub("<[^>]+>", " ", found[1]).split())


def test_what_jira_has_by_now_is_folded_and_counted(eve: Visit) -> None:
    said = change(ChangeKind.COMMENT, {"id": "1", "body": text("안녕")}, id="c3")
    review = eve.house.arrive(
        change_set(edit("summary", "빠른 로그인"), edit("labels", ["web", "new"], id="c2"), said)
    )
    page = eve.get(f"/cs/{review}?lang=en").text
    assert folded(page) == []
    assert "hidden" not in chips(page)
    before = eve.digest(review)
    # Somebody else wrote both meanwhile.
    eve.house.jira.edit("10001", "acc-bob", summary="빠른 로그인", labels=["web", "new", "more"])
    page = eve.get(f"/cs/{review}?lang=en").text
    assert folded(page) == ["c1", "c2"]
    assert chips(page).startswith("1 new comment on 1 issue 2 no-ops hidden")
    assert "2 no-ops hidden · Jira has it already" in page
    assert "바뀌는 것 없는 변경 2개 접음" in eve.get(f"/cs/{review}?lang=ko").text
    # They are still part of what is approved, and nothing was decided for anybody.
    assert eve.digest(review) == before
    # What a person has left out is to be seen.
    reviewing.decide(eve.house.gateway, "eve", review, "c1", "reject", "no", before)
    assert folded(eve.get(f"/cs/{review}").text) == ["c2"]


def counted(page: str) -> list[str]:
    return re.findall(r"\d+/\d+ decided", page)


def test_inbox_and_bar_count_the_same_once_we_read_it_again(eve: Visit) -> None:
    said = change(ChangeKind.COMMENT, {"id": "1", "body": text("안녕")}, id="c3")
    review = eve.house.arrive(change_set(edit("summary", "빠른 로그인"), said))
    reviewing.decide(eve.house.gateway, "eve", review, "c3", "keep", "", eve.digest(review))
    assert counted(eve.get("/").text) == counted(eve.get(f"/cs/{review}").text) == ["1/2 decided"]
    eve.house.jira.edit("10001", "acc-bob", summary="빠른 로그인")
    with eve.house.gateway.database.write() as conn:
        keep_issues(conn, eve.house)
    assert counted(eve.get(f"/cs/{review}").text) == ["1/1 decided"]
    assert counted(eve.get("/").text) == ["1/1 decided"]


def test_what_was_written_is_not_hidden_for_being_there(eve: Visit) -> None:
    gateway = eve.house.gateway
    review = eve.house.arrive(change_set(edit("summary", "빠른 로그인")))
    digest = eve.digest(review)
    reviewing.approve(gateway, "eve", review, digest)
    reviewing.promote(gateway, "eve", review, digest)
    eve.house.promote_all()
    page = eve.get(f"/cs/{review}").text
    assert folded(page) == []
    assert 'id="c-c1"' in page
