"""The page of people: what an admin of the whole site can do there, and nobody else."""

import re
from urllib.parse import urlsplit

import pytest

from gateway.identity import sessions
from gateway.identity.people import admit
from gateway.review.people import Person, ProjectRole, Role
from gateway.store import desk, people, sites
from tests.gateway.promotion.world import ANN, BOB, SITE, site
from tests.gateway.web.conftest import Visit


@pytest.fixture
def admin(visit: Visit) -> Visit:
    """Lend a house with two projects and two Jira users, with an admin signed in."""
    gateway = visit.house.gateway
    projects = [{"key": "AIR", "name": "Airlock"}, {"key": "PAY", "name": "결제"}]
    with gateway.database.write() as conn:
        metadata = site().model_copy(update={"projects": projects, "users": [ANN, BOB]})
        sites.put_metadata(conn, metadata)
    admit(gateway, Person(person="boss", name="Boss", role=Role.ADMIN), by="test")
    visit.sign_in("boss")
    return visit


def stored(visit: Visit, person: str) -> Person:
    with visit.house.gateway.database.read() as conn:
        found = people.get(conn, person)
    assert found is not None
    return found


def test_somebody_is_let_in_by_a_link_that_is_shown_once(admin: Visit) -> None:
    answer = admin.post(
        "/people", name="kim", shown="김지우", roles="viewer, approver@PAY", jira="Bob"
    )
    assert answer.status_code == 200
    link = re.search(r'id="link">([^<]*)<', answer.text)
    assert link
    assert link[1] not in admin.get("/people").text
    kim = stored(admin, "kim")
    assert (kim.role, kim.jira_account) == (Role.VIEWER, "acc-bob")
    assert kim.roles == (ProjectRole(site=SITE, project="PAY", role=Role.APPROVER),)
    page = admin.get("/people?lang=ko").text
    assert "김지우" in page
    assert "@PAY" in page
    admin.http.cookies.clear()
    secret = urlsplit(link[1]).query.removeprefix("link=")
    assert admin.post("/sign-in", link=secret).status_code == 303
    assert admin.get("/people").status_code == 403


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"name": "kim", "roles": "boss"}, "'boss' is no role."),
        ({"name": "", "roles": "viewer"}, "A person needs a name"),
        ({"name": "eve", "roles": "viewer"}, "'eve' is here already."),
        ({"name": "kim", "roles": ""}, "Say what they may do"),
        ({"name": "kim", "roles": "viewer@NONE"}, "There is no project NONE here."),
        ({"name": "kim", "roles": "viewer", "jira": "nobody"}, "Nobody of this Jira is called"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_written_stays(
    admin: Visit, form: dict[str, str], says: str
) -> None:
    answer = admin.post("/people", **form)
    assert answer.status_code == 400
    assert says in answer.text.replace("&#39;", "'")
    assert f'name="roles" value="{form["roles"]}"' in answer.text
    korean = admin.http.post(
        "/people?lang=ko", data=form, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert says not in korean.text.replace("&#39;", "'")


def test_roles_and_account_are_changed_and_sessions_ended(admin: Visit) -> None:
    gateway = admin.house.gateway
    cookie = sessions.begin(gateway, "eve")
    assert "1 browser is signed in" in admin.get("/people").text
    admin.post("/people/sign-out", who="eve")
    assert sessions.who(gateway, cookie) is None
    assert (
        admin.post("/people/change", who="eve", roles="reviewer@AIR", jira="Bob").status_code == 303
    )
    eve = stored(admin, "eve")
    assert (eve.role, eve.jira_account) == (Role.NONE, "acc-bob")
    admin.post("/people/change", who="eve", roles="viewer", jira="")
    assert (stored(admin, "eve").role, stored(admin, "eve").jira_account) == (Role.VIEWER, None)
    cookie = sessions.begin(gateway, "eve")
    admin.post("/people/disable", who="eve")
    assert sessions.who(gateway, cookie) is None
    assert "taken out" in admin.get("/people").text
    admin.post("/people/enable", who="eve")
    assert not stored(admin, "eve").disabled
    assert "Signed somebody out everywhere" in admin.get("/history?what=people").text


def test_an_admin_says_what_somebody_follows_where_they_may_decide(admin: Visit) -> None:
    gateway = admin.house.gateway
    assert admin.post("/people/follow", who="rob", projects="PAY, AIR PAY").status_code == 303
    assert "follows AIR, PAY" in admin.get("/people").text
    assert "AIR, PAY" in admin.get("/people?lang=ko").text
    with gateway.database.read() as conn:
        assert desk.follows(conn, SITE) == {"rob": {"AIR", "PAY"}}
    admin.post("/people/change", who="rob", roles="reviewer@AIR")
    refused = admin.post("/people/follow", who="rob", projects="PAY")
    assert refused.status_code == 400
    assert "In PAY, Rob may decide nothing" not in refused.text
    assert "PAY에서 결정할 수 있는 것이 없습니다" in refused.text
    admin.get("/people?lang=en")
    assert admin.post("/people/follow", who="nobody", projects="").status_code == 400
    admin.post("/people/follow", who="rob", projects="")
    with gateway.database.read() as conn:
        assert desk.follows(conn, SITE) == {}
    assert "Had somebody follow projects" in admin.get("/history?what=people").text


def test_the_last_admin_stays_and_a_stranger_is_said(admin: Visit) -> None:
    for one in ("ann", "eve", "max", "rob"):
        if stored(admin, one).role is Role.ADMIN:
            admin.post("/people/change", who=one, roles="viewer")
    for path, form in (("disable", {}), ("change", {"roles": "viewer"})):
        answer = admin.post(f"/people/{path}", who="boss", **form)
        assert answer.status_code == 400
        assert "is the only admin" in answer.text
    assert "may sign in here" in admin.post("/people/sign-out", who="nobody").text


def test_an_admin_of_one_project_is_no_admin_of_people(admin: Visit) -> None:
    only = (ProjectRole(site=SITE, project="AIR", role=Role.ADMIN),)
    admit(
        admin.house.gateway, Person(person="air", name="Air", role=Role.NONE, roles=only), by="test"
    )
    admin.sign_in("air")
    assert admin.get("/people").status_code == 403
    assert 'href="/people"' not in admin.get("/agents").text
    assert admin.post("/people/change", who="air", roles="admin").status_code == 403
    assert stored(admin, "air").role is Role.NONE
