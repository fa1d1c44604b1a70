"""Reasons for refusing: chips on the pages, words for the agent, counts on the agents page."""

import re

from gateway.identity.people import admit
from gateway.operations import reviewing, telling
from gateway.review.people import Person, Role
from tests.gateway.promotion.world import change_set, edit
from tests.gateway.web.conftest import SAME, Visit


def pressed(html: str) -> list[str]:
    """Return the reasons that are chosen on the rows of a page."""
    return re.findall(r'name="toggle" value="([^"]*)" aria-pressed="true"', html)


def test_a_change_is_left_out_for_a_reason_that_the_agent_reads(eve: Visit) -> None:
    review = eve.arrive()
    place = f"/cs/{review}/changes/c1"
    assert 'name="toggle"' not in eve.get(f"/cs/{review}").text
    eve.post(place, digest=eve.digest(review), verdict="reject", words="요청에 없어요")
    assert pressed(eve.get(f"/cs/{review}").text) == []
    form = {"digest": eve.digest(review), "verdict": "reject", "words": "요청에 없어요"}
    eve.post(place, **form, toggle="not asked for")
    html = eve.get(f"/cs/{review}").text
    assert pressed(html) == ["not asked for"]
    assert 'value="요청에 없어요"' in html
    form["digest"] = eve.digest(review)
    both = {**form, "reason": ["not asked for", "boss"], "toggle": "wording"}
    eve.http.post(place, data=both, headers=SAME)
    html = eve.get(f"/cs/{review}").text
    assert pressed(html) == ["not asked for", "wording"]
    form["digest"] = eve.digest(review)
    eve.post(place, **form, reason="not asked for", toggle="not asked for")
    assert pressed(eve.get(f"/cs/{review}").text) == []
    form["digest"] = eve.digest(review)
    eve.post(place, **form, toggle="not asked for")
    view = reviewing.view(eve.house.gateway, review)
    [one] = [one for card in view.issues for one in card.changes if one.change.id == "c1"]
    assert one.words == "[not asked for] 요청에 없어요"
    eve.post(f"/cs/{review}/approve", digest=eve.digest(review))
    korean = eve.get(f"/cs/{review}?lang=ko").text
    assert "요청하지 않음: 요청에 없어요" in korean
    assert "Not asked for: 요청에 없어요" in eve.get("/history?lang=en").text
    # Kept again, it has no reason any more.
    eve.post(f"/cs/{review}/withdraw", digest=eve.digest(review))
    form = {"digest": eve.digest(review), "verdict": "keep", "words": ""}
    eve.post(place, **form, reason="not asked for")
    assert pressed(eve.get(f"/cs/{review}").text) == []


def test_a_reason_alone_is_enough_to_send_back_and_is_counted_for_its_agent(eve: Visit) -> None:
    gateway = eve.house.gateway
    review = eve.arrive()
    empty = eve.post(f"/cs/{review}/send-back", digest=eve.digest(review), words=" ")
    assert "needs a reason" in empty.text
    form = {"digest": eve.digest(review), "words": "", "reason": ["wrong issue", "duplicate"]}
    eve.http.post(f"/cs/{review}/send-back", data=form, headers=SAME)
    assert "Wrong issue · Duplicate" in eve.get(f"/cs/{review}").text
    telling.tell(gateway)
    assert eve.house.door.outcomes[-1]["words"] == "[wrong issue] [duplicate]"
    other = eve.house.arrive(change_set(edit("summary", "X"), number=2))
    eve.post(f"/cs/{other}/reject", digest=eve.digest(other), words="그냥 아니요")
    admit(gateway, Person(person="boss", name="Boss", role=Role.ADMIN), by="test")
    eve.sign_in("boss")
    agents = eve.get("/agents").text
    assert "Refused for: Wrong issue 1 · Duplicate 1 · in other words 1" in agents
    assert "거절 이유: 잘못된 이슈 1 · 중복 1" in eve.get("/agents?lang=ko").text
