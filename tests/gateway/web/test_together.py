"""Several sets approved at a time: as they were shown, after a look at Jira, with a report."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx2

from gateway.operations import reviewing
from gateway.policy.policy import Policy
from gateway.policy.self_approval import SelfApproval
from gateway.review.states import State
from gateway.review.together import MOST
from gateway.store import audit, reviews
from tests.gateway.promotion.world import PERSON, change_set, doc, edit
from tests.gateway.web.conftest import SAME, Visit

SKIPPED = r"data-skipped>(.*?)</section>"


def arrive(visit: Visit, number: int, field: str = "summary", after: Any = "New") -> int:
    return visit.house.arrive(change_set(edit(field, after), number=number))


def picks(visit: Visit, lang: str = "en") -> list[str]:
    """Return what the inbox offers to tick."""
    return re.findall(r'name="pick" value="([^"]+)"', visit.get(f"/?lang={lang}").text)


def look(visit: Visit, chosen: Sequence[str], lang: str = "en") -> httpx2.Response:
    return visit.http.get("/together", params={"pick": list(chosen), "lang": lang})


def approve(visit: Visit, chosen: Sequence[str]) -> httpx2.Response:
    return visit.http.post("/together", data={"pick": list(chosen)}, headers=SAME)


def state(visit: Visit, review: int) -> State:
    with visit.house.gateway.database.read() as conn:
        found = reviews.get(conn, review)
    assert found is not None
    return found.state


def part(pattern: str, answer: httpx2.Response) -> str:
    found = re.search(pattern, answer.text, re.DOTALL)
    return found[1] if found else ""


def test_what_was_ticked_is_shown_again_then_approved_and_not_promoted(eve: Visit) -> None:
    first, second = arrive(eve, 1), arrive(eve, 2, "labels", ["web", "한글"])
    offered = picks(eve)
    assert [one.partition(":")[0] for one in offered] == [str(second), str(first)]
    assert {one.partition(":")[2] for one in offered} == {
        eve.digest(first),
        eve.digest(second),
    }
    shown = look(eve, offered)
    assert shown.text.count("data-row") == 2
    assert "한글" in shown.text
    assert "1 field" in shown.text
    assert "Approve 2 change sets" in shown.text
    assert (state(eve, first), state(eve, second)) == (State.REVIEW, State.REVIEW)
    report = approve(eve, offered)
    assert "2 approved, 0 skipped" in report.text
    assert f'href="/cs/{first}/promote"' in report.text
    assert (state(eve, first), state(eve, second)) == (State.APPROVED, State.APPROVED)
    assert eve.house.jira.field("10001", "summary") == "Login is slow"
    with eve.house.gateway.database.read() as conn:
        rows = [one for one in audit.entries(conn, after=0) if one.kind == "review_approve"]
    assert [(one.actor, one.body["together"]) for one in rows] == [("eve", True)] * 2
    # Sent again, it finds both approved.
    assert "0 approved, 2 skipped" in approve(eve, offered).text


def test_what_changed_since_it_was_shown_is_skipped_and_named(eve: Visit) -> None:
    first, second = arrive(eve, 1), arrive(eve, 2, "labels", ["x"])
    offered = picks(eve)
    gateway = eve.house.gateway
    reviewing.decide(gateway, "rob", first, "c1", "reject", "", eve.digest(first))
    shown = look(eve, offered)
    assert "Approve 1 change set" in shown.text
    assert f"CS-{first}" in part(SKIPPED, shown)
    assert "It is not what the inbox showed any more." in part(SKIPPED, shown)
    report = approve(eve, offered)
    assert "1 approved, 1 skipped" in report.text
    assert f"CS-{first}" in part(SKIPPED, report)
    assert (state(eve, first), state(eve, second)) == (State.REVIEW, State.APPROVED)


def test_a_conflict_that_only_jira_knows_of_is_found_before_and_at_the_approval(eve: Visit) -> None:
    review = arrive(eve, 1)
    [offered] = picks(eve)
    eve.house.jira.issues["10001"]["fields"]["summary"] = "Somebody else's"
    assert "Somebody changed the same field in Jira." in part(SKIPPED, look(eve, [offered]))
    assert "0 approved, 1 skipped" in approve(eve, [offered]).text
    assert "다른 사람이" in part(SKIPPED, look(eve, [offered], "ko"))
    assert state(eve, review) is State.REVIEW


def test_a_set_that_needs_its_own_look_is_not_offered_and_a_forged_tick_is_refused(
    eve: Visit,
) -> None:
    eve.house.door.reads = None
    unread = arrive(eve, 1)
    assert picks(eve) == []
    forged = f"{unread}:{eve.digest(unread)}"
    assert "Something was seen in it" in part(SKIPPED, look(eve, [forged]))
    assert "0 approved, 1 skipped" in approve(eve, [forged]).text
    assert state(eve, unread) is State.REVIEW
    for wrong in ("1", "1:x", "x:" + "0" * 64):
        assert look(eve, [wrong]).status_code == 400
        assert approve(eve, [wrong]).status_code == 400
    assert approve(eve, []).status_code == 400
    assert look(eve, []).headers["location"] == "/"


def test_who_may_not_approve_is_offered_nothing_and_refused(visit: Visit) -> None:
    review = arrive(visit, 1)
    visit.sign_in("rob")
    assert picks(visit) == []
    forged = f"{review}:{visit.digest(review)}"
    assert "Your role may look, but not do this." in part(SKIPPED, approve(visit, [forged]))
    absent = part(SKIPPED, approve(visit, [f"999:{'0' * 64}"]))
    assert "There is no such change set." in absent
    # Ann is whom the agent worked for, and the policy wants somebody else.
    people = replace(visit.house.gateway.settings.people, self_approval=SelfApproval.NO)
    visit.house.gateway.settings = replace(visit.house.gateway.settings, people=people)
    visit.sign_in("ann")
    assert picks(visit) == [], PERSON
    assert state(visit, review) is State.REVIEW


def test_with_two_approvals_wanted_the_first_says_that_another_is(eve: Visit) -> None:
    gateway = eve.house.gateway
    people = replace(gateway.settings.people, approvals=2)
    gateway.settings = replace(gateway.settings, people=people)
    assert Policy(approvals=2).approvals_for(()) == 2
    review = arrive(eve, 1)
    offered = picks(eve)
    assert "Other people have to approve it too." in approve(eve, offered).text
    assert state(eve, review) is State.REVIEW
    # Approved already: not offered to her again, but to the next.
    assert picks(eve) == []
    eve.sign_in("max")
    assert "1 approved" in approve(eve, picks(eve)).text
    assert state(eve, review) is State.APPROVED


def test_more_than_are_looked_at_together_are_counted(eve: Visit) -> None:
    eve.house.jira.add(doc("AIR-2", "10002"))
    arrive(eve, 1)
    many = [*picks(eve), *(f"{number}:{'0' * 64}" for number in range(900, 900 + MOST))]
    assert f"1 more was chosen: at most {MOST}" in look(eve, many).text
    assert approve(eve, many).status_code == 400
