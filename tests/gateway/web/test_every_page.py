"""Every page stands in the corpus of attacks and before axe; a new one without a row fails."""

from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.testclient import TestClient

from gateway.app import PAGES
from tests.browser.pages import AXE
from tests.gateway.web.attacked import CONSENT, PATHS, asked_by, attack
from tests.gateway.web.visit import Visit
from tests.spoofing import EVERY, faults

#: Answers that are no pages: a stream, downloads, redirects elsewhere, signs of life.
NO_PAGES = {
    "/cs/{review_id}/report",
    "/cs/{review_id}/files/{change_id}",
    "/cs/{review_id}/run/events",
    "/history.csv",
    "/history.jsonl",
    "/jira/callback",
    "/jira/consent",
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
    "/healthz",
    "/readyz",
}
ROUTES = [
    route
    for pages in PAGES
    for route in pages.router.routes
    if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and route.path not in NO_PAGES
]


def unseen(routes: Iterable[APIRoute], addresses: Iterable[str]) -> set[str]:
    """Return the pages that none of the addresses leads to."""
    scopes = [
        {"type": "http", "method": "GET", "path": urlsplit(one).path, "headers": []}
        for one in addresses
    ]
    return {
        route.path
        for route in routes
        if not any(route.matches(scope)[0] is Match.FULL for scope in scopes)
    }


def test_every_page_stands_in_the_corpus() -> None:
    assert unseen(ROUTES, [*PATHS, CONSENT]) == set()


def test_axe_looks_at_every_page() -> None:
    assert unseen(ROUTES, AXE) == set()


def test_a_page_without_a_row_is_noticed() -> None:
    new = APIRoute("/brand-new/{thing}", lambda: None, methods=["GET"])
    assert unseen([*ROUTES, new], AXE) == unseen([new], [*PATHS, CONSENT]) == {new.path}


def test_what_is_left_out_is_still_there() -> None:
    """A page that took the place of a download would have to leave the list."""
    paths = {
        route.path for pages in PAGES for route in pages.router.routes
        if isinstance(route, APIRoute)
    }  # fmt: skip
    assert paths >= NO_PAGES


@pytest.fixture
def asked(visit: Visit) -> Visit:
    """Lend a gateway that is an authorization server, with Ann signed in."""
    attack(visit, "calm", "calm")
    return visit


@pytest.mark.parametrize("half", [0, 1], ids=["these", "those"])
def test_a_clients_name_neither_gets_out_of_the_consent_form_nor_hides(
    asked: Visit, half: int
) -> None:
    # No gateway takes all of them in one day.
    calm = asked.get(asked_by(asked, "calm")).text
    assert 'name="decision" value="allow"' in calm
    wrong = {}
    for attack_ in EVERY[half::2]:
        page = asked.get(asked_by(asked, attack_)).text
        assert 'name="decision" value="allow"' in page, attack_
        if found := faults(page, calm):
            wrong[attack_] = found
    assert wrong == {}


def test_an_answer_goes_nowhere_that_nobody_has_vouched_for(asked: Visit) -> None:
    http: TestClient = asked.http
    for address in ("javascript:pwned()", "data:text/html,x", "https://evil.example/x"):
        body = {"client_name": "x", "redirect_uris": [address]}
        assert http.post("/oauth/register", json=body).status_code == 400, address
