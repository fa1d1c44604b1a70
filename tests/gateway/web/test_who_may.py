"""Every route, every role, every way in: exactly the allowed cells pass.

A route without a row here fails, whatever door it belongs to. To pass means to get as far
as what the route itself says: a page, a redirect into the house, or a complaint about what
was asked. To be kept out is to be sent to the sign-in page, 401 or 403.

Ways in: a session's cookie from our own page, the same from another site, an agent's live
token, a person's API token, nothing. Whose role is in another project is answered like
everybody about a change set that is not there.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from gateway.app import PAGES, create_app
from gateway.identity import personal, sessions
from gateway.identity.agents import token_hash
from gateway.identity.people import admit
from gateway.identity.personal import ApiScope
from gateway.people_settings import JiraSays, PeopleRules
from gateway.review.people import LADDER, Person, ProjectRole, Role, at_least
from gateway.store import registry
from gateway.web import api, hook_pages, oauth_door
from gateway.web.api import PREFIX
from sandbox.contract.shapes import Grant, Scope
from tests.gateway.operations.conftest import YEAR
from tests.gateway.promotion.world import AGENT, PERSON, SITE
from tests.gateway.web.conftest import SAME, Visit, visiting

Route_ = tuple[str, str]
#: Route of the pages to the least role that may use it; None: anybody, signed in or not.
ROWS: dict[Route_, Role | None] = {
    ("GET", "/"): Role.NONE,
    # Each of the sets that are named is asked about by itself.
    ("GET", "/together"): Role.NONE,
    ("POST", "/together"): Role.NONE,
    # One's own list; a project in which somebody may decide nothing is refused by itself.
    ("POST", "/inbox/projects"): Role.NONE,
    ("POST", "/inbox/views"): Role.NONE,
    ("POST", "/inbox/views/remove"): Role.NONE,
    ("POST", "/cs/{review_id}/assignee"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/aside"): Role.VIEWER,
    ("POST", "/cs/{review_id}/follow-up"): Role.REVIEWER,
    ("GET", "/cs/{review_id}"): Role.VIEWER,
    ("POST", "/cs/{review_id}/changes/{change_id}"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/safe"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/approve"): Role.APPROVER,
    ("POST", "/cs/{review_id}/withdraw"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/reject"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/send-back"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/promote"): Role.APPROVER,
    ("GET", "/cs/{review_id}/report"): Role.VIEWER,
    ("GET", "/cs/{review_id}/run"): Role.VIEWER,
    ("GET", "/cs/{review_id}/run/events"): Role.VIEWER,
    ("GET", "/cs/{review_id}/undo"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/undo"): Role.REVIEWER,
    ("GET", "/sandbox"): Role.NONE,
    ("GET", "/sandbox/{key}"): Role.VIEWER,
    ("POST", "/sandbox/{key}/play"): Role.REVIEWER,  # only in a demo (test_sandbox_browser.py)
    ("GET", "/history"): Role.NONE,
    ("GET", "/history.csv"): Role.REVIEWER,
    ("GET", "/history.jsonl"): Role.REVIEWER,
    ("GET", "/agents"): Role.NONE,
    ("POST", "/agents/tokens"): Role.ADMIN,
    ("POST", "/agents/tokens/{token_id}/revoke"): Role.ADMIN,
    ("GET", "/cs/{review_id}/changes/{change_id}/rule"): Role.ADMIN,
    ("GET", "/cs/{review_id}/promote"): Role.VIEWER,
    ("GET", "/cs/{review_id}/dry-run"): Role.VIEWER,
    ("GET", "/cs/{review_id}/files/{change_id}"): Role.VIEWER,
    ("GET", "/cs/{review_id}/issue/{issue_id}/fields"): Role.VIEWER,
    ("POST", "/cs/{review_id}/changes/{change_id}/value"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/mails"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/changes"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/changes/{change_id}/remarks"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/viewed"): Role.VIEWER,
    ("POST", "/cs/{review_id}/requests/{position}"): Role.APPROVER,
    ("GET", "/people"): Role.ADMIN,
    ("POST", "/people"): Role.ADMIN,
    ("POST", "/people/change"): Role.ADMIN,
    ("POST", "/people/follow"): Role.ADMIN,
    ("POST", "/people/sign-out"): Role.ADMIN,
    ("POST", "/people/disable"): Role.ADMIN,
    ("POST", "/people/enable"): Role.ADMIN,
    ("GET", "/windows"): Role.NONE,
    ("GET", "/flags"): Role.NONE,
    ("POST", "/windows"): Role.ADMIN,
    ("POST", "/windows/{number}/end"): Role.ADMIN,
    ("POST", "/cs/{review_id}/stop"): Role.REVIEWER,
    ("GET", "/notifications"): Role.ADMIN,
    ("POST", "/notifications/test"): Role.ADMIN,
    ("GET", "/jira"): Role.NONE,
    ("GET", "/settings"): Role.NONE,
    ("POST", "/settings"): Role.NONE,
    ("POST", "/settings/look"): Role.NONE,
    ("POST", "/settings/mail"): Role.NONE,
    ("GET", "/jira/callback"): Role.NONE,
    ("GET", "/jira/consent"): Role.NONE,
    # The form names somebody else's account; one's own is everybody's to take back.
    ("POST", "/jira/revoke"): Role.ADMIN,
    ("POST", "/jira/token"): Role.NONE,
    # Whoever is not signed in is sent to do that by a client, which is not here.
    ("GET", "/oauth/authorize"): None,
    ("POST", "/oauth/consent"): Role.NONE,
    ("GET", "/oauth/grants"): Role.NONE,
    ("POST", "/oauth/grants/{token_id}/revoke"): Role.NONE,
    ("GET", "/sign-in"): None,
    ("POST", "/sign-in"): None,
    ("POST", "/sign-out"): None,
    ("GET", "/sign-in/oidc"): None,
    ("GET", "/sign-in/oidc/callback"): None,
    ("POST", "/sign-in/account"): None,
    ("GET", "/sign-in/password"): None,
    ("POST", "/sign-in/password"): None,
    ("GET", "/account/password"): Role.NONE,
    ("POST", "/account/password"): Role.NONE,
    ("GET", "/healthz"): None,
    ("GET", "/readyz"): None,
}
#: These answer 403 of their own to everybody here: no link, no identity provider, no password.
ANSWERS_403 = {
    ("POST", "/sign-in"),
    ("POST", "/sign-in/account"),
    ("GET", "/sign-in/oidc"),
    ("GET", "/sign-in/oidc/callback"),
}


class Api(NamedTuple):
    """What a route of the machine API takes; None: anybody may ask."""

    scope: ApiScope
    least: Role


_LIST, _ONE = f"{PREFIX}/change-sets", f"{PREFIX}/change-sets/{{review_id}}"
API: dict[Route_, Api | None] = {
    ("GET", _LIST): Api(ApiScope.READ, Role.NONE),
    ("GET", _ONE): Api(ApiScope.READ, Role.VIEWER),
    ("POST", f"{_ONE}/dry-run"): Api(ApiScope.READ, Role.VIEWER),
    ("POST", f"{_ONE}/send-back"): Api(ApiScope.COMMENT, Role.REVIEWER),
    ("POST", f"{_ONE}/remarks"): Api(ApiScope.COMMENT, Role.REVIEWER),
    ("POST", f"{_ONE}/reject"): Api(ApiScope.REJECT, Role.REVIEWER),
    ("POST", f"{_ONE}/retry"): Api(ApiScope.RETRY, Role.APPROVER),
    ("POST", f"{_ONE}/approve"): Api(ApiScope.READ, Role.VIEWER),
    ("POST", f"{_ONE}/promote"): Api(ApiScope.READ, Role.VIEWER),
    ("GET", f"{PREFIX}/windows"): Api(ApiScope.READ, Role.NONE),
    ("GET", f"{PREFIX}/openapi.json"): None,
}
#: No token and no cookie opens these: Jira signs what it sends.
HOOKS: set[Route_] = {("POST", "/hooks/jira"), ("POST", "/hooks/jira/{secret}")}
#: Agents' clients prove themselves in the request; no cookie is read (test_oauth_tokens.py).
CLIENTS: set[Route_] = {
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/oauth/jwks.json"),
    ("POST", "/oauth/register"),
    ("POST", "/oauth/token"),
    ("POST", "/oauth/revoke"),
}
FILES: set[str] = {"/static"}  # style, script and pictures, the same for everybody

ELSEWHERE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
ROLES = (Role.NONE, *LADDER)
FORM = {
    "choice": "take",
    "mails": "no",
    "digest": "0" * 64,
    "words": "because",
    "verdict": "keep",
    "change": "c1",
    "link": "x",
}


class Doors(NamedTuple):
    """A gateway with a review, somebody of every role, and tokens."""

    visit: Visit
    #: A live token of an agent.
    agent: str
    #: Role to a token of a person who has it, good for everything that tokens are for.
    personal: dict[str, str]


def routes() -> set[Route_]:
    """Return method and path of every route of the pages."""
    return {
        (method, route.path)
        for pages in PAGES
        for route in pages.router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


def test_every_route_has_a_row() -> None:
    assert routes() == set(ROWS)


def test_every_route_of_the_api_and_of_hooks_has_a_row(doors: Doors) -> None:
    app = create_app(doors.visit.house.gateway)
    made = api.api(doors.visit.house.gateway)
    paths = {
        (method, f"{PREFIX}{path}")
        for path, methods in made.openapi()["paths"].items()
        for method in map(str.upper, methods)
    }
    own = {
        (method, f"{PREFIX}{one.path}")
        for one in made.routes
        if isinstance(one, Route) and not isinstance(one, APIRoute)
        for method in (one.methods or set()) - {"HEAD"}
    }
    assert paths | own == set(API)
    assert {("POST", one.path) for one in hook_pages.ROUTES} == HOOKS
    assert {one.path for one in app.routes if isinstance(one, Mount)} == {*FILES, PREFIX}
    clients = {
        (method, one.path)
        for one in oauth_door.ROUTES
        for method in (one.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert clients == CLIENTS
    known = (*hook_pages.ROUTES, *oauth_door.ROUTES)
    assert [one for one in app.routes if type(one) is Route and one not in known] == []


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    """Lend one house to all tests: nothing here decides anything, as every digest is stale."""
    with visiting() as visit:
        yield _doors(visit)


def _doors(visit: Visit) -> Doors:
    visit.arrive()
    gateway = visit.house.gateway
    gateway.settings = replace(
        gateway.settings,
        hook_secret=b"between Jira and us",
        demo=True,
        people=PeopleRules(local_accounts=True, jira=JiraSays.ASK),
    )
    gateway.demo, gateway.stage = True, gateway.sandbox
    admit(gateway, Person(person="first", name="First", role=Role.ADMIN), by="test")
    tokens: dict[str, str] = {}
    for role in ROLES:
        admit(gateway, Person(person=f"a-{role}", name=role, role=role), by="test")
        tokens[role], _ = personal.make(gateway, f"a-{role}", "CI", tuple(ApiScope), 9, by="test")
    only = (ProjectRole(site=SITE, project="ELSE", role=Role.ADMIN),)
    admit(gateway, Person(person="other", name="Other", role=Role.NONE, roles=only), by="test")
    tokens["other"], _ = personal.make(gateway, "other", "CI", tuple(ApiScope), 9, by="test")
    grant = Grant(
        token_id="live",
        token_hash=token_hash("ala_live"),
        site=SITE,
        agent=AGENT,
        person=PERSON,
        scope=Scope(projects=("AIR",)),
        expires_at=YEAR,
    )
    with gateway.database.write() as conn:
        registry.add_token(conn, grant, person_name="Ann", now=1)
    return Doors(visit, "ala_live", tokens)


def sign_in(doors: Doors, person: str) -> None:
    """Begin a session, as whatever way in does at its end."""
    doors.visit.http.cookies.clear()
    doors.visit.http.cookies.set("airlock", sessions.begin(doors.visit.house.gateway, person))


def ask(visit: Visit, row: Route_, headers: dict[str, str], review: int = 1) -> httpx2.Response:
    """Send one request, with the cookies that the browser has."""
    method, template = row
    path = template.format(
        review_id=review,
        change_id="c1",
        issue_id="10001",
        token_id="none",
        position=1,
        number=1,
        secret="no",
        key="AIR-1",
    )
    if template.startswith(PREFIX):
        etag = {} if method == "GET" else {"If-Match": '"none"'}
        body = None if method == "GET" else {"words": "because", "change": "c1"}
        return visit.http.request(method, path, json=body, headers={**etag, **headers})
    verdict = {"verdict": "leave"} if "{position}" in template else {}
    data = FORM | verdict if method == "POST" else None
    query = "?seen=0" if template.endswith("/events") else ""
    return visit.http.request(method, path + query, data=data, headers=headers)


def passes(row: Route_, answer: httpx2.Response) -> bool:
    """Return whether a request got past the door."""
    if row in API:
        browser = answer.status_code == 403 and answer.json()["type"].endswith(":browser")
        return answer.status_code not in (401, 403, 404) or browser
    if answer.status_code in (401, 403):
        return row in ANSWERS_403 and "from another site" not in answer.text
    if ("{review_id}" in row[1] or "{key}" in row[1]) and answer.status_code == 404:
        return False
    away = urlsplit(answer.headers.get("location", "")).path == "/sign-in"
    return not (answer.status_code == 303 and away) or row[1] == "/sign-out"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_routes_and_no_other(doors: Doors, role: Role) -> None:
    wrong = []
    for row, least in ROWS.items():
        sign_in(doors, f"a-{role}")
        allowed = least is None or at_least(role, least)
        if passes(row, ask(doors.visit, row, SAME)) is not allowed:
            wrong.append(row)
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_a_persons_token_opens_the_api_as_far_as_their_role(doors: Doors, role: Role) -> None:
    doors.visit.http.cookies.clear()
    for row, needed in API.items():
        allowed = needed is None or at_least(role, needed.least)
        assert passes(row, ask(doors.visit, row, bearer(doors.personal[role]))) is allowed, row


@pytest.mark.parametrize("lacking", sorted(set(ApiScope) - {ApiScope.READ}))
def test_a_scope_that_a_token_lacks_is_refused(doors: Doors, lacking: ApiScope) -> None:
    gateway = doors.visit.house.gateway
    scopes = tuple(set(ApiScope) - {lacking})
    token, _ = personal.make(gateway, "a-admin", "CI", scopes, 9, by="test")
    doors.visit.http.cookies.clear()
    for row, needed in API.items():
        if needed is not None and needed.scope is not ApiScope.READ:
            allowed = needed.scope is not lacking
            assert passes(row, ask(doors.visit, row, bearer(token))) is allowed, row


def test_no_token_opens_a_page_and_no_agents_token_the_api(doors: Doors) -> None:
    doors.visit.http.cookies.clear()
    for row, least in {**ROWS, **API}.items():
        tokens = [doors.agent, "ala_made-up"]
        for token in tokens if row in API else [doors.personal["admin"], *tokens]:
            answer = ask(doors.visit, row, {**SAME, **bearer(token)})
            assert passes(row, answer) is (least is None), (row, token)


def test_without_anything_only_public_routes_open(doors: Doors) -> None:
    doors.visit.http.cookies.clear()
    for row, least in {**ROWS, **API}.items():
        assert passes(row, ask(doors.visit, row, SAME)) is (least is None), row


def test_cookies_open_nothing_of_the_api_and_no_hook(doors: Doors) -> None:
    sign_in(doors, "a-admin")
    for row in (*API, *HOOKS):
        for headers in (SAME, {**SAME, **bearer(doors.agent)}):
            allowed = API.get(row, False) is None
            assert passes(row, ask(doors.visit, row, headers)) is allowed, row


def test_no_write_is_taken_from_another_site(doors: Doors) -> None:
    for row in (*ROWS, *HOOKS):
        if row[0] == "GET":
            continue
        sign_in(doors, "a-admin")
        assert not passes(row, ask(doors.visit, row, ELSEWHERE)), row


def test_a_hook_takes_signed_events_alone(doors: Doors) -> None:
    doors.visit.http.cookies.clear()
    for row in HOOKS:
        for headers in ({}, SAME, bearer(doors.personal["admin"]), bearer(doors.agent)):
            assert ask(doors.visit, row, headers).status_code == 401


def test_a_role_in_another_project_is_told_what_everybody_is_told_of_no_set_at_all(
    doors: Doors,
) -> None:
    for row in (*ROWS, *API):
        if "{review_id}" not in row[1]:
            continue
        sign_in(doors, "other")
        headers = SAME
        if row in API:
            doors.visit.http.cookies.clear()
            headers = bearer(doors.personal["other"])
        theirs, absent = (ask(doors.visit, row, headers, review=number) for number in (1, 999))
        assert theirs.status_code == absent.status_code == 404, row
        assert theirs.text.replace("CS-1", "CS-999").replace("/cs/1", "/cs/999") == absent.text
