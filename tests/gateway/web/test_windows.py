"""Freeze windows and chosen times on the pages, over the API and without a script."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from gateway.identity import personal
from gateway.identity.people import admit
from gateway.identity.personal import ApiScope
from gateway.operations import freezing
from gateway.review.people import Person, ProjectRole, Role
from gateway.review.states import State
from gateway.store import sites
from tests.gateway.promotion.world import SITE, site
from tests.gateway.web.conftest import Visit

WEEKLY = {
    "kind": "weekly",
    "from_day": "Fri",
    "from_time": "18:00",
    "to_day": "Mon",
    "to_time": "08:00",
    "zone": "Asia/Seoul",
    "reason": "주말 <b>동결",
}


def clock(hours: float) -> str:
    when = datetime.now(UTC) + timedelta(hours=hours)
    return when.replace(tzinfo=None).isoformat(timespec="minutes")


def once(begins: float, ends: float, **more: str) -> dict[str, str]:
    return {
        "kind": "once",
        "begins": clock(begins),
        "ends": clock(ends),
        "zone": "UTC",
        "reason": "Release week",
        **more,
    }


@pytest.fixture
def admin(visit: Visit) -> Visit:
    """Lend a house with two projects, with an admin signed in."""
    projects = [{"key": "AIR", "name": "Airlock"}, {"key": "WEB", "name": "웹"}]
    gateway = visit.house.gateway
    with gateway.database.write() as conn:
        sites.put_metadata(conn, site().model_copy(update={"projects": projects}))
    admit(gateway, Person(person="boss", name="Boss", role=Role.ADMIN), by="test")
    visit.sign_in("boss")
    return visit


def approved(visit: Visit) -> int:
    review = visit.arrive()
    visit.post(f"/cs/{review}/approve", digest=visit.digest(review))
    return review


def test_an_admin_makes_and_ends_windows_and_others_see_those_of_their_projects(
    admin: Visit,
) -> None:
    assert "There is no freeze window" in admin.get("/windows").text
    assert admin.post("/windows", **WEEKLY).headers["location"] == "/windows"
    assert admin.post("/windows", **once(5, 6, project="WEB")).status_code == 303
    html = admin.get("/windows").text
    assert "each week Friday 18:00 – Monday 08:00" in html
    assert "주말 &lt;b&gt;동결" in html
    assert "Release week" in html
    korean = admin.get("/windows?lang=ko").text
    assert "매주 금요일 18:00 – 월요일 08:00" in korean
    admin.get("/windows?lang=en")
    wrong = admin.post("/windows", **once(6, 5, reason="keep me"))
    assert wrong.status_code == 400
    assert "has to end after" in wrong.text
    assert 'value="keep me"' in wrong.text
    only = (ProjectRole(site=SITE, project="AIR", role=Role.VIEWER),)
    admit(admin.house.gateway, Person(person="vi", name="Vi", role=Role.NONE, roles=only), by="t")
    admin.sign_in("vi")
    html = admin.get("/windows").text
    assert "Friday 18:00" in html
    assert "Release week" not in html
    assert "/windows/1/end" not in html
    assert admin.post("/windows/1/end").status_code == 403
    token, _ = personal.make(admin.house.gateway, "boss", "CI", (ApiScope.READ,), 9, by="t")
    told = admin.get("/api/v1/windows", authorization=f"Bearer {token}").json()["windows"]
    assert (told[0]["project"], told[0]["begins"]) == (None, "Fri 18:00")
    admin.sign_in("boss")
    admin.post("/windows/1/end")
    admin.post("/windows/2/end")
    assert "There is no freeze window" in admin.get("/windows").text
    again = admin.post("/windows/1/end")
    assert (again.status_code, "has ended already" in again.text) == (400, True)
    history = admin.get("/history").text
    assert "Made a freeze window, Fri 18:00 to Mon 08:00 Asia/Seoul" in history


def test_a_window_is_said_before_the_approval_on_the_sheet_in_the_inbox_and_on_the_run(
    admin: Visit,
) -> None:
    admin.post("/windows", **once(-1, 3))
    admin.sign_in("eve")
    review = approved(admin)
    for path in (f"/cs/{review}", f"/cs/{review}/promote"):
        assert "A freeze window is on (Release week): what is promoted now" in admin.get(path).text
    admin.post(f"/cs/{review}/promote", digest=admin.digest(review))
    admin.house.promote_all()
    run = admin.get(f"/cs/{review}/run").text
    assert "A freeze window is on (Release week); it goes on by itself at" in run
    assert "Tried again at" not in run
    assert "Call it back" in run
    assert "waits until" in admin.get("/").text
    assert "까지 대기" in admin.get("/?lang=ko").text
    admin.get("/?lang=en")
    assert admin.house.jira.effects == []


def test_whoever_promotes_chooses_a_time_and_a_reviewer_calls_it_back(eve: Visit) -> None:
    review = approved(eve)
    html = eve.get(f"/cs/{review}/promote").text
    assert 'name="after"' in html
    digest = eve.digest(review)
    late = eve.post(f"/cs/{review}/promote", digest=digest, after=clock(-1), zone="UTC")
    assert "The time that was chosen is over already." in late.text
    eve.post(f"/cs/{review}/promote", digest=digest, after=clock(30), zone="Asia/Tokyo")
    eve.house.promote_all()
    run = eve.get(f"/cs/{review}/run").text
    assert re.search(r"Nothing of it is written before .* Asia/Tokyo, as Eve chose", run)
    assert "Released it for writing, not before a chosen time" in eve.get("/history").text
    eve.sign_in("rob")
    answer = eve.post(f"/cs/{review}/stop", digest=digest)
    assert answer.headers["location"] == f"/cs/{review}"
    with_state = 'data-state="approved"'
    assert with_state in eve.get(f"/cs/{review}").text
    assert eve.house.jira.effects == []


def test_a_promotion_is_stopped_and_tried_again(eve: Visit) -> None:
    review = approved(eve)
    digest = eve.digest(review)
    eve.post(f"/cs/{review}/promote", digest=digest)
    with eve.house.gateway.database.write() as conn:
        conn.exec_driver_sql("UPDATE operation SET attempts = 1")
    assert "Stop: begin nothing more" not in eve.get(f"/cs/{review}/run").text
    answer = eve.post(f"/cs/{review}/stop", digest=digest)
    assert answer.headers["location"] == f"/cs/{review}/run"
    run = eve.get(f"/cs/{review}/run").text
    assert "Somebody stopped the promotion before it was begun." in run
    assert "Try the rest again" in run
    assert freezing.STOPPED not in eve.get(f"/cs/{review}/run?lang=ko").text
    eve.post(f"/cs/{review}/promote", digest=digest)
    eve.house.promote_all()
    assert f'data-state="{State.PROMOTED}"' in eve.get(f"/cs/{review}").text
