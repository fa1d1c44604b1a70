"""The page that drafts a setting from a change."""

from dataclasses import replace

from gateway.identity.people import admit
from gateway.operations import reviewing
from gateway.policy.drafting import ENOUGH, Fate, Sort
from gateway.review.people import Person, ProjectRole, Role
from gateway.store import decided
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import AGENT, SITE, change_set, edit
from tests.gateway.web.visit import Visit

PATH = "/cs/{}/changes/c1/rule"


def decide(eve: Visit, number: int, verdict: str = "") -> int:
    """Have a set of two edits arrive and approve it; returns its review."""
    house = eve.house
    labels = edit("labels", ["web", f"x{number}"], id="c2")
    review = house.arrive(change_set(edit("summary", f"새 제목 {number}"), labels, number=number))
    if verdict == "reject":
        reviewing.reject(house.gateway, "eve", review, eve.digest(review), "no")
        return review
    if verdict:
        reviewing.decide(house.gateway, "eve", review, "c2", "reject", "", eve.digest(review))
    reviewing.approve(house.gateway, "eve", review, eve.digest(review))
    return review


def test_what_people_decided_is_counted_change_by_change(eve: Visit) -> None:
    decide(eve, 1)
    decide(eve, 2, "leave")
    decide(eve, 3, "reject")
    eve.house.arrive(change_set(edit("summary", "Not decided"), number=4))
    with eve.house.gateway.database.read() as conn:
        found = decided.past(conn, SITE)
    title, labels = (Sort(AGENT, ChangeKind.EDIT, one, "AIR") for one in ("summary", "labels"))
    fates = {
        sort: sorted(one.fate for one in found if one.sort == sort) for sort in (title, labels)
    }
    assert fates == {
        title: [Fate.KEPT, Fate.KEPT, Fate.LEFT_OUT],
        labels: [Fate.KEPT, Fate.LEFT_OUT, Fate.LEFT_OUT],
    }


def test_an_admin_drafts_what_the_record_allows_and_nothing_changes(eve: Visit) -> None:
    gateway = eve.house.gateway
    gateway.settings = replace(
        gateway.settings, people=replace(gateway.settings.people, approvals=2)
    )
    for number in range(1, ENOUGH + 1):
        review = decide(eve, number)
        reviewing.approve(gateway, "max", review, eve.digest(review))
    review = eve.house.arrive(change_set(edit("summary", "Next"), number=99))
    assert "Draft a rule" not in eve.get(f"/cs/{review}").text
    assert eve.get(PATH.format(review)).status_code == 403
    eve.sign_in("ann")
    page = eve.get(f"/cs/{review}").text
    assert f'href="{PATH.format(review)}"' in page
    before = gateway.settings, reviewing.view(gateway, review).digest
    shown = eve.get(PATH.format(review)).text
    assert "10 decided: 10 kept as wanted, 0 edited, 0 left out" in shown
    assert "<code>AIRLOCK_APPROVALS=2</code>" in shown
    assert "<code>AIRLOCK_APPROVALS=1</code>" in shown
    assert shown.index("Looser") < shown.index("Stricter")
    assert "asked again before each write" in shown
    assert (gateway.settings, reviewing.view(gateway, review).digest) == before
    korean = eve.get(f"{PATH.format(review)}?lang=ko").text
    assert "규칙 초안" in korean
    assert "원하는 대로 유지" in korean


def test_a_short_record_drafts_nothing_looser(eve: Visit) -> None:
    review = decide(eve, 1)
    eve.sign_in("ann")
    shown = eve.get(PATH.format(review)).text
    assert "that takes 10 of them" in shown
    assert "Looser" not in shown
    assert eve.get(PATH.format(404)).status_code == 404
    assert eve.get(f"/cs/{review}/changes/c9/rule").status_code == 404


def test_an_admin_of_one_project_counts_only_what_they_see(eve: Visit) -> None:
    review = decide(eve, 1)
    admin = ProjectRole(site=SITE, project="AIR", role=Role.ADMIN)
    admit(
        eve.house.gateway,
        Person(person="kim", name="Kim", role=Role.NONE, roles=(admin,)),
        by="ann",
    )
    eve.sign_in("kim")
    assert "1 decided" in eve.get(PATH.format(review)).text
