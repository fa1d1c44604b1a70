"""People connect their own Jira account on a page, and take that back."""

from collections.abc import Iterator

import pytest

from gateway.review.people import Person, Role
from gateway.store import people
from tests.atlassian import Edge
from tests.fronts import Front
from tests.gateway.operations.test_accounts import SITE_URL, accounts_on, front
from tests.gateway.promotion.world import SITE
from tests.gateway.web.conftest import Visit

__all__ = ["front"]


@pytest.fixture
def edge(visit: Visit, front: Front) -> Iterator[Edge]:
    found = Edge(SITE_URL)
    front.edge = found.answer
    gateway = visit.house.gateway
    gateway.accounts = accounts_on(gateway.database, front, SITE)
    yield found
    gateway.accounts.close()


def consented(edge: Edge, visit: Visit) -> str:
    """Go to Atlassian and come back; returns where the browser ends up."""
    sent = visit.get("/jira/consent")
    assert sent.status_code == 303
    state, code = edge.consent(sent.headers["location"], "jira-token-of-mina")
    back = visit.get(f"/jira/callback?state={state}&code={code}")
    return str(back.headers.get("location", back.status_code))


def test_a_consent_comes_back_to_the_page_and_can_be_taken_back(edge: Edge, eve: Visit) -> None:
    assert "Not connected yet." in eve.get("/jira").text
    assert consented(edge, eve) == "/jira"
    shown = eve.get("/jira").text
    assert "민아" in shown
    assert "Consent again at Atlassian" in shown
    assert edge.families[0].access not in shown
    korean = eve.get("/jira", **{"Accept-Language": "ko"}).text
    assert "연결됨" in korean
    with eve.house.gateway.database.read() as conn:
        stored = people.get(conn, "eve")
    assert stored is not None
    assert stored.jira_account == "acc-mina"
    assert eve.post("/jira/revoke", account="acc-mina").status_code == 303
    assert "Not connected yet." in eve.get("/jira").text


def test_an_answer_that_nobody_asked_for_is_refused(edge: Edge, eve: Visit) -> None:
    answer = eve.get("/jira/callback?state=made-up&code=x")
    assert answer.status_code in (403, 409)
    assert "belongs to no question of ours" in answer.text


def test_a_token_that_jira_refuses_is_told_and_not_shown(edge: Edge, eve: Visit) -> None:
    answer = eve.post("/jira/token", token="made-up-token", username="mina@shop.example")
    assert answer.status_code >= 400
    assert "made-up-token" not in answer.text
    assert "try again" in answer.text


def test_only_an_admin_takes_back_what_is_anothers(edge: Edge, visit: Visit) -> None:
    visit.sign_in("eve")
    assert consented(edge, visit) == "/jira"
    with visit.house.gateway.database.write() as conn:
        people.add(conn, Person(person="zoe", name="Zoe", role=Role.REVIEWER), now=1)
    visit.sign_in("zoe")
    assert "민아" not in visit.get("/jira").text
    assert visit.post("/jira/revoke", account="acc-mina").status_code == 403
    visit.sign_in("ann")
    assert "민아" in visit.get("/jira").text
    assert visit.post("/jira/revoke", account="acc-mina").status_code == 303
    assert "Not connected yet." in visit.get("/jira").text


def test_without_accounts_the_page_says_so_and_strangers_see_nothing(visit: Visit) -> None:
    assert visit.get("/jira").status_code == 303
    visit.sign_in("eve")
    assert "Not connected yet." in visit.get("/jira").text
    assert "No Jira account can be connected here." in visit.get("/jira/consent").text
