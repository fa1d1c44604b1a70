"""Every page, every role, {cookie, bearer, none, cross-site}: exactly the allowed cells pass.

A route without a row here fails. To pass means to get as far as what the route itself says:
a page, a redirect into the house, or a complaint about what was asked. To be kept out is to
be sent to the sign-in page, 401 or 403.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi.routing import APIRoute

from gateway.app import PAGES
from gateway.identity.people import admit
from gateway.review.people import LADDER, Person, Role
from tests.gateway.web.conftest import SAME, Visit

#: Route to the least role that may use it; None: anybody, signed in or not.
ROWS: dict[tuple[str, str], Role | None] = {
    ("GET", "/"): Role.VIEWER,
    ("GET", "/cs/{review_id}"): Role.VIEWER,
    ("POST", "/cs/{review_id}/changes/{change_id}"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/approve"): Role.APPROVER,
    ("POST", "/cs/{review_id}/withdraw"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/reject"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/send-back"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/promote"): Role.APPROVER,
    ("GET", "/cs/{review_id}/run"): Role.VIEWER,
    ("GET", "/cs/{review_id}/run/events"): Role.VIEWER,
    ("GET", "/cs/{review_id}/undo"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/undo"): Role.REVIEWER,
    ("GET", "/history"): Role.VIEWER,
    ("GET", "/history.csv"): Role.REVIEWER,
    ("GET", "/history.jsonl"): Role.REVIEWER,
    ("GET", "/agents"): Role.VIEWER,
    ("POST", "/agents/tokens"): Role.ADMIN,
    ("POST", "/agents/tokens/{token_id}/revoke"): Role.ADMIN,
    ("GET", "/cs/{review_id}/promote"): Role.VIEWER,
    ("POST", "/cs/{review_id}/changes/{change_id}/value"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/mails"): Role.REVIEWER,
    ("POST", "/cs/{review_id}/requests/{position}"): Role.APPROVER,
    ("GET", "/jira"): Role.VIEWER,
    ("GET", "/jira/callback"): Role.VIEWER,
    ("GET", "/jira/consent"): Role.VIEWER,
    # The form names somebody else's account; one's own is everybody's to take back.
    ("POST", "/jira/revoke"): Role.ADMIN,
    ("POST", "/jira/token"): Role.VIEWER,
    ("GET", "/notifications"): Role.ADMIN,
    ("POST", "/notifications/test"): Role.ADMIN,
    ("GET", "/sign-in"): None,
    ("POST", "/sign-in"): None,
    ("POST", "/sign-out"): None,
    ("GET", "/sign-in/oidc"): None,
    ("GET", "/sign-in/oidc/callback"): None,
    ("GET", "/healthz"): None,
    ("GET", "/readyz"): None,
}
#: These answer 403 of their own to everybody here: no link, no identity provider.
ANSWERS_403 = {("POST", "/sign-in"), ("GET", "/sign-in/oidc"), ("GET", "/sign-in/oidc/callback")}
ELSEWHERE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
FORM = {
    "choice": "take",
    "mails": "no",
    "digest": "0" * 64,
    "words": "because",
    "verdict": "keep",
    "link": "x",
}


def routes() -> set[tuple[str, str]]:
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


@pytest.fixture
def door(visit: Visit) -> Iterator[Visit]:
    """Lend a gateway with a review, an admin and one person of every role."""
    visit.arrive()
    gateway = visit.house.gateway
    admit(gateway, Person(person="first", name="First", role=Role.ADMIN), by="test")
    for role in LADDER:
        admit(gateway, Person(person=f"a-{role}", name=role, role=role), by="test")
    yield visit
    visit.http.cookies.clear()


def ask(door: Visit, row: tuple[str, str], headers: dict[str, str]) -> httpx2.Response:
    """Send one request, with the cookies that the browser has."""
    method, template = row
    path = template.format(review_id=1, change_id="c1", token_id="none", position=1)
    if template.endswith("/events"):
        # A stream that would not end: a cut-off position beyond the end closes it at once.
        path = "/cs/99/run/events"
    verdict = {"verdict": "leave"} if "{position}" in template else {}
    data = FORM | verdict if method == "POST" else None
    return door.http.request(method, path, data=data, headers=headers)


def passes(row: tuple[str, str], answer: httpx2.Response) -> bool:
    """Return whether a request got past the door."""
    if answer.status_code in (401, 403):
        return row in ANSWERS_403 and "from another site" not in answer.text
    away = urlsplit(answer.headers.get("location", "")).path == "/sign-in"
    return not (answer.status_code == 303 and away) or row[1] == "/sign-out"


@pytest.mark.parametrize("role", LADDER)
def test_a_role_opens_its_routes_and_no_other(door: Visit, role: Role) -> None:
    wrong = []
    for row, least in ROWS.items():
        door.sign_in(f"a-{role}")
        allowed = least is None or LADDER.index(role) >= LADDER.index(least)
        if passes(row, ask(door, row, SAME)) is not allowed:
            wrong.append(row)
    assert wrong == []


def test_without_a_session_only_public_routes_open(door: Visit) -> None:
    token = {"Authorization": "Bearer ala_an-agents-token"}
    wrong = []
    for row, least in ROWS.items():
        for headers in (SAME, {**SAME, **token}, token):
            door.http.cookies.clear()
            if passes(row, ask(door, row, headers)) is not (least is None):
                wrong.append((row, headers))
    assert wrong == []


def test_no_write_is_taken_from_another_site(door: Visit) -> None:
    wrong = []
    for row in ROWS:
        door.sign_in("a-admin")
        if passes(row, ask(door, row, ELSEWHERE)) is not (row[0] == "GET"):
            wrong.append(row)
    assert wrong == []
