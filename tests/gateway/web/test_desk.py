"""The inbox by whose it is, who looks after a set, on the pages and without a script."""

import re

from gateway.review.people import Person, ProjectRole, Role
from gateway.store import people, sites
from tests.gateway.promotion.world import SITE, change_set, edit, site
from tests.gateway.web.conftest import SAME, Visit


def tabs(visit: Visit, path: str = "/") -> dict[str, tuple[int, bool]]:
    """Return the parts of the inbox: how many wait in each, and whether it is the open one."""
    nav = re.search(r'<nav class="tabs".*?</nav>', visit.get(path).text, re.DOTALL)
    assert nav
    found = re.findall(r'<a href="[^"]*"([^>]*)>([^<]+) <span class="mute">(\d+)<', nav[0])
    return {name: (int(number), "current" in mark) for mark, name, number in found}


def shown(visit: Visit, path: str = "/") -> list[str]:
    return re.findall(r'<tr data-row tabindex="-1" id="cs-(\d+)"', visit.get(path).text)


def test_a_set_is_taken_from_its_line_and_let_go_on_its_page(eve: Visit) -> None:
    review = eve.arrive()
    html = eve.get("/?sort=oldest").text
    assert f'formaction="/cs/{review}/assignee"' in html
    assert 'name="back" value="/?sort=oldest"' in html
    place = f"/cs/{review}/assignee"
    answer = eve.post(place, to="eve", back="/?sort=oldest")
    assert answer.headers["location"] == "/?sort=oldest"
    assert tabs(eve) == {
        "Assigned to me": (1, False),
        "For me": (1, False),
        "All": (1, True),
    }
    html = eve.get("/?whose=mine").text
    assert 'title="Looked after by Eve"' in html
    assert "formaction" not in html
    page = eve.get(f"/cs/{review}").text
    assert "Let it go" in page
    assert eve.post(place, to="", seen="eve").headers["location"] == f"/cs/{review}"
    assert tabs(eve)["Assigned to me"] == (0, False)
    # Somebody who was quicker is not pushed aside.
    eve.post(place, to="rob")
    late = eve.post(place, to="eve")
    assert (late.status_code, "Somebody else took it" in late.text) == (409, True)
    assert "그사이 다른 사람이 맡았거나" in eve.post(f"{place}?lang=ko", to="eve").text


def test_who_follows_a_project_sees_its_sets_first_and_all_under_everybody(eve: Visit) -> None:
    gateway = eve.house.gateway
    known = site()
    web = [
        {"id": "100", "key": "AIR", "name": "Airlock"},
        {"id": "200", "key": "WEB", "name": "웹"},
    ]
    with gateway.database.write() as conn:
        sites.put_metadata(conn, known.model_copy(update={"projects": web}))
    review = eve.arrive()
    assert "You follow no project" in eve.get("/").text
    answer = eve.http.post("/inbox/projects", data={"project": ["WEB"]}, headers=SAME)
    assert answer.headers["location"] == "/"
    html = eve.get("/").text
    assert "You follow WEB." in html
    assert 'value="WEB" checked' in html
    # Nobody follows AIR, so its sets are for everybody who may decide about them.
    assert tabs(eve)["For me"] == (1, True)
    eve.sign_in("max")
    eve.http.post("/inbox/projects", data={"project": ["AIR"]}, headers=SAME)
    eve.sign_in("eve")
    assert tabs(eve) == {
        "Assigned to me": (0, False),
        "For me": (0, True),
        "All": (1, False),
    }
    assert shown(eve) == []
    assert shown(eve, "/?whose=all") == [str(review)]
    assert 'name="whose" value="all"' in eve.get("/?whose=all&sort=risk").text
    eve.http.post("/inbox/projects", data={}, headers=SAME)
    assert tabs(eve)["All"] == (1, True)


def test_who_may_not_decide_takes_nothing_and_follows_nothing(visit: Visit) -> None:
    gateway = visit.house.gateway
    only = (ProjectRole(site=SITE, project="AIR", role=Role.VIEWER),)
    with gateway.database.write() as conn:
        people.add(conn, Person(person="vi", name="Vi", role=Role.NONE, roles=only), now=1)
    review = visit.house.arrive(change_set(edit("summary", "New")))
    visit.sign_in("vi")
    html = visit.get("/").text
    assert "formaction" not in html
    assert 'action="/inbox/projects"' not in html
    assert 'name="to"' not in visit.get(f"/cs/{review}").text
    assert visit.post(f"/cs/{review}/assignee", to="vi").status_code == 403
    refused = visit.http.post("/inbox/projects", data={"project": ["AIR"]}, headers=SAME)
    assert "You may decide nothing" in refused.text
    for away in ("https://evil.example", "//evil.example", "/cs/1\n", "/?x=<b>"):
        assert visit.post(f"/cs/{review}/assignee", to="", back=away).status_code == 400


def test_a_set_is_set_aside_and_taken_up_again_by_forms_alone(eve: Visit) -> None:
    review = eve.arrive()
    place = f"/cs/{review}/aside"
    assert eve.post(place, pause="day").headers["location"] == "/"
    assert tabs(eve)["Not now"] == (1, False)
    assert shown(eve) == []
    html = eve.get("/?whose=resting").text
    assert "set aside until Jan 2, 1970" in html
    assert "까지 미룸" in eve.get("/?whose=resting&lang=ko").text
    assert "Take it up again" in eve.get(f"/cs/{review}?lang=en").text
    assert eve.post(place, pause="").headers["location"] == f"/cs/{review}"
    assert "Not now" not in tabs(eve)
    assert shown(eve) == [str(review)]
    assert eve.post(place, pause="forever").status_code == 400


def test_a_note_is_shown_spelled_out_in_row_and_page_until_it_is_done(eve: Visit) -> None:
    review = eve.arrive()
    place = f"/cs/{review}/follow-up"
    assert eve.post(place, note="Ask <b>Kim</b>\u202e about 환불").status_code == 303
    for path in ("/", f"/cs/{review}"):
        html = eve.get(path).text
        assert "Ask &lt;b&gt;Kim&lt;/b&gt;" in html
        assert "<b>Kim" not in html
    assert tabs(eve)["Follow-up"] == (1, False)
    assert shown(eve, "/?whose=follow_up") == [str(review)]
    assert eve.post(place, note="x" * 2001).status_code == 400
    eve.post(place, note="")
    assert "Follow-up" not in tabs(eve)
