"""Jira is asked what people may do: a real sandbox answers, as Cloud and as Data Center."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import tomli_w
from starlette.testclient import TestClient

from gateway.review.jira_rights import BROWSE, Place
from gateway.upstream import granting
from gateway.upstream.client import Upstream
from gateway.upstream.errors import OurFaultError
from gateway.upstream.stranger import Expected
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import Flavour
from sandbox.operations.intake import put_site
from sandbox.site_file import parse
from tests.sandboxes import BOT, BOT_EMAIL, BOT_TOKEN, Inside, inside_sandbox

NAMES = (BROWSE, "EDIT_ISSUES", "ADD_COMMENTS", "CREATE_ISSUES")
KIM = {
    "name": "kim",
    "key": "kim",
    "account_id": "acc-kim",
    "display_name": "김지우",
    "email": "kim@example.com",
    "tokens": ["kims-own-token-0123456789"],
    "projects": ["WEB"],
    "kinds": ["comment"],
}
PROJECTS = [{"key": "WEB", "name": "Web"}, {"key": "PAY", "name": "Pay"}]


@pytest.fixture(scope="module", params=list(Flavour))
def jira(request: pytest.FixtureRequest) -> Iterator[Inside]:
    flavour: Flavour = request.param
    file = {
        "site": "shop",
        "role": "upstream",
        "flavour": flavour.value,
        "users": [BOT, KIM],
        "projects": PROJECTS,
    }
    with inside_sandbox("http://upstream.test", file) as inside:
        inside.jira.auth = (BOT_EMAIL, BOT_TOKEN)
        baseline = parse(tomli_w.dumps(file)).baseline(1)
        assert baseline is not None
        put_site(inside.sandbox, baseline)
        yield inside


def made(jira: Inside, project: str) -> Place:
    """Make an issue in a project."""
    fields: dict[str, Any] = {"project": {"key": project}, "summary": "제목"}
    fields["issuetype"] = {"name": "Task"}
    answer = jira.jira.post("/rest/api/2/issue", json={"fields": fields})
    assert answer.status_code == 201, answer.text
    return Place(answer.json()["id"], answer.json()["key"])


def project(jira: Inside, key: str) -> Place:
    found = jira.jira.get(f"/rest/api/2/project/{key}").json()
    return Place(str(found["id"]), key, is_project=True)


def upstream(jira: Inside, http: httpx2.Client | TestClient) -> Upstream:
    return Upstream(http, Address(jira.url), jira.sandbox.flavour, Expected(sandbox=True))


@pytest.fixture
def kims(jira: Inside) -> Iterator[Upstream]:
    """Lend a connection as Kim."""
    with TestClient(jira.jira.app, jira.url) as http:
        http.headers["Authorization"] = f"Bearer {KIM['tokens'][0]}"
        yield upstream(jira, http)


def user(jira: Inside) -> dict[str, Any]:
    if jira.sandbox.flavour is Flavour.CLOUD:
        return {"accountId": "acc-kim"}
    return {"key": "kim", "name": "kim"}


def wanted(web: Place, pay: Place, jira: Inside) -> dict[tuple[Place, str], bool]:
    at_web, at_pay = project(jira, "WEB"), project(jira, "PAY")
    return {
        (web, BROWSE): True,
        (web, "EDIT_ISSUES"): False,
        (web, "ADD_COMMENTS"): True,
        (web, "CREATE_ISSUES"): False,
        **{(pay, name): False for name in NAMES},
        (at_web, BROWSE): True,
        (at_web, "EDIT_ISSUES"): False,
        (at_web, "ADD_COMMENTS"): True,
        (at_web, "CREATE_ISSUES"): False,
        **{(at_pay, name): False for name in NAMES},
    }


def test_an_administrator_asks_for_somebody_else(jira: Inside) -> None:
    web, pay = made(jira, "WEB"), made(jira, "PAY")
    should = wanted(web, pay, jira)
    places = tuple(dict.fromkeys(place for place, _ in should))
    assert granting.of(upstream(jira, jira.jira), user(jira), places, NAMES) == should


def test_people_ask_for_themselves(jira: Inside, kims: Upstream) -> None:
    web, pay = made(jira, "WEB"), made(jira, "PAY")
    should = wanted(web, pay, jira)
    places = tuple(dict.fromkeys(place for place, _ in should))
    assert granting.own(kims, places, NAMES) == should
    # What they are told is true: Jira does not show them the one, and refuses the edit.
    assert kims.issue(web.id) is not None
    assert kims.issue(pay.id) is None


def test_who_is_no_administrator_learns_who_sees_an_issue_and_no_more(
    jira: Inside, kims: Upstream
) -> None:
    web = made(jira, "WEB")
    bot: dict[str, Any] = {"accountId": BOT["account_id"], "key": BOT["key"], "name": BOT["name"]}
    if jira.sandbox.flavour is Flavour.SERVER:
        bot.pop("accountId")
    told = granting.of(kims, bot, (web,), (BROWSE, "EDIT_ISSUES", "ADD_COMMENTS"))
    assert told == {
        (web, BROWSE): True,
        (web, "EDIT_ISSUES"): None,
        (web, "ADD_COMMENTS"): None,
    }


def test_nobody_holds_what_there_is_not(jira: Inside) -> None:
    if jira.sandbox.flavour is Flavour.CLOUD:
        answer = upstream(jira, jira.jira).check_permissions(
            {"accountId": "nobody", "projectPermissions": []}
        )
        assert answer["projectPermissions"] == []
    with pytest.raises(OurFaultError) as caught:
        upstream(jira, jira.jira).holders({"permissions": "NO_SUCH_PERMISSION"})
    assert caught.value.status == 400
