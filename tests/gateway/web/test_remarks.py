"""Remarks on the page: who may say what, words shown as words, who is called by name."""

from typing import Any

import pytest

from gateway.operations import remarking, reviewing
from gateway.review.people import Person, Role
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.store import remarks
from gateway.store.remarks import Said
from tests.databases import database_url, postgres
from tests.gateway.operations.conftest import fill, house_on
from tests.gateway.promotion.world import change_set, edit
from tests.gateway.web.visit import SAME, Visit

__all__ = ["database_url", "postgres"]

EVE = Person(person="eve", name="Eve", role=Role.APPROVER)


def said_to(review: int, **more: Any) -> dict[str, Any]:
    """Return an agent's answer as a sandbox gives it out."""
    return {"position": 1, "change_set": "ws-1.1", "change": "c1", "text": "예", "at": 1} | more


def test_a_remark_stands_with_its_change_and_decides_nothing(eve: Visit) -> None:
    review = eve.arrive()
    digest = eve.digest(review)
    answer = eve.post(f"/cs/{review}/changes/c1/remarks", words="왜 <b>이</b> 제목인가요?\n둘째 줄")
    assert answer.headers["location"] == f"/cs/{review}#c-c1"
    page = eve.get(f"/cs/{review}").text
    row = page.split('id="c-c1"')[1].split("data-row")[1]
    assert "1 remark" in row
    assert "왜 &lt;b&gt;이&lt;/b&gt; 제목인가요?\n둘째 줄" in row
    assert "1 remark" not in page.split('id="c-c2"')[1].split("data-row")[1]
    assert eve.digest(review) == digest
    assert "한 마디 1개" in eve.get(f"/cs/{review}?lang=ko").text
    assert "Said something about" in eve.get("/history?lang=en").text


def test_what_cannot_be_said_is_told(eve: Visit) -> None:
    review = eve.arrive()
    empty = eve.http.post(
        f"/cs/{review}/changes/c1/remarks?lang=ko", data={"words": "  "}, headers=SAME
    )
    assert "쓴 내용이 없습니다." in empty.text
    assert eve.post(f"/cs/{review}/changes/c9/remarks", words="x").status_code == 404
    assert eve.post(f"/cs/{review}/changes/c1/remarks", words="x" * 2001).status_code == 400
    assert "1 remark" not in eve.get(f"/cs/{review}").text
    viewer = EVE.model_copy(update={"role": Role.VIEWER})
    with pytest.raises(RefusedError, match="may look"):
        remarking.say(eve.house.gateway, viewer, review, "c1", "x")
    with pytest.raises(UnknownReviewError):
        remarking.say(eve.house.gateway, EVE, 99, "c1", "x")


def test_whoever_is_called_by_name_is_told_so(visit: Visit) -> None:
    review = visit.arrive()
    gateway = visit.house.gateway
    visit.sign_in("eve")
    remarking.say(gateway, EVE, review, "c1", "@max, look; @nobody and x@max.example do not count")
    page = visit.get(f"/cs/{review}").text
    assert '<b class="called">@max</b>' in page
    assert page.count('class="called"') == 1
    assert "data-called" not in page
    visit.sign_in("max")
    assert "data-called" in visit.get(f"/cs/{review}").text


def test_answers_are_taken_once_and_only_of_the_sets_own_changes(database_url: str) -> None:
    house = house_on(database_url)
    house.gateway.database.migrate()
    fill(house)
    review = house.arrive(change_set(edit("summary", "New")))
    own = reviewing.look(house.gateway, review, read_now=False).review.change_set.id
    house.door.answers = [
        said_to(review, change_set=own, text="첫째\0 \ud800".replace("\ud800", "?")),
        said_to(review, change_set="ws-9.9", position=2),
        said_to(review, change_set=own, change="c7", position=3),
        said_to(review, change_set=own, position=4, text="x" * 5000),
    ]
    assert remarking.fetch(house.gateway) == 2
    assert remarking.fetch(house.gateway) == 0
    with house.gateway.database.read() as conn:
        found = remarks.of_review(conn, review)
    assert [(one.author, one.by_agent, len(one.text)) for one in found] == [
        ("robot", True, 4),
        ("robot", True, remarking.LONGEST),
    ]
    house.gateway.database.dispose()


def test_a_sandbox_that_is_away_is_told_later(eve: Visit) -> None:
    house, review = eve.house, eve.arrive()
    remarking.say(house.gateway, EVE, review, "c1", "hello")
    house.door.away = True
    with pytest.raises(Exception, match=r".*"):
        remarking.tell(house.gateway)
    house.door.away = False
    assert remarking.tell(house.gateway) == 1
    assert remarking.tell(house.gateway) == 0
    [told] = house.door.remarks
    assert [one["text"] for one in told["remarks"]] == ["hello"]
    assert isinstance(Said(1, "c1", "eve", by_agent=False, text="", at=1), Said)
