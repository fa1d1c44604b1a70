"""People sign in at a real OpenID Connect issuer (the PyPI package oidc-provider-mock)."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from gateway.people_settings import GroupRole, Oidc
from gateway.review.people import Role
from gateway.store import people
from tests.gateway.web.conftest import ORIGIN, Visit
from tests.oidc_issuer import issuing

__all__: list[str] = []

KIM = {"sub": "kim", "name": "김지우", "groups": ["jira-leads", "everybody"]}
LEE = {"sub": "lee", "name": "Lee", "groups": ["everybody"]}
DAN = {"sub": "dan", "name": "Dan", "groups": []}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Lend the issuer's address."""
    with issuing(KIM, LEE, DAN) as url:
        yield url


@pytest.fixture
def door(visit: Visit, issuer: str) -> Visit:
    """Lend a browser at a gateway whose people sign in at the issuer."""
    roles = (GroupRole(Role.APPROVER, "jira-leads"), GroupRole(Role.VIEWER, "everybody"))
    oidc = Oidc(issuer, "airlock", "a secret", "openid profile email", "groups", roles)
    gateway = visit.house.gateway
    gateway.settings = replace(gateway.settings, public_url=ORIGIN, oidc=oidc, secret_key=b"k" * 32)
    return visit


def go(door: Visit, subject: str) -> str:
    """Begin here, sign in at the issuer; returns the address it sends the browser back to."""
    there = door.get("/sign-in/oidc")
    assert there.status_code == 303
    sent = httpx2.post(there.headers["location"], data={"sub": subject}, timeout=10)
    assert sent.status_code == 302
    return str(sent.headers["location"])


def back(door: Visit, address: str) -> httpx2.Response:
    """Follow the issuer's answer."""
    parts = urlsplit(address)
    return door.get(f"{parts.path}?{parts.query}")


def test_groups_give_the_role_and_the_session_is_an_ordinary_one(door: Visit, issuer: str) -> None:
    assert "/sign-in/oidc" in door.get("/sign-in").text
    answer = back(door, go(door, "kim"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "김지우" in door.get("/").text
    with door.house.gateway.database.read() as conn:
        kim = people.get(conn, f"{issuer}#kim")
    assert kim is not None
    assert (kim.name, kim.role) == ("김지우", Role.APPROVER)


def test_a_role_follows_the_groups_of_today(door: Visit, issuer: str) -> None:
    back(door, go(door, "kim"))
    answer = httpx2.put(f"{issuer}/users/kim", json={"name": "김지우", "groups": ["everybody"]})
    assert answer.status_code < 300
    assert back(door, go(door, "kim")).status_code == 303
    with door.house.gateway.database.read() as conn:
        kim = people.get(conn, f"{issuer}#kim")
    httpx2.put(f"{issuer}/users/kim", json={k: v for k, v in KIM.items() if k != "sub"})
    assert kim is not None
    assert kim.role is Role.VIEWER


def test_who_is_in_no_group_is_told_so_and_not_let_in(door: Visit) -> None:
    answer = back(door, go(door, "dan"))
    assert answer.status_code == 403
    assert "None of your groups has a role here." in answer.text
    assert door.get("/").headers["location"] == "/sign-in"


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(door: Visit) -> None:
    address = go(door, "lee")
    door.http.cookies.clear()
    assert back(door, address).status_code == 403
    assert door.get("/").headers["location"] == "/sign-in"
    address = go(door, "lee")
    assert back(door, address).status_code == 303
    assert back(door, address).status_code == 403


@pytest.mark.parametrize(
    "change", [{"state": "forged"}, {"code": "forged"}, {"iss": "https://elsewhere.example"}]
)
def test_a_forged_answer_signs_nobody_in(door: Visit, change: dict[str, str]) -> None:
    parts = urlsplit(go(door, "kim"))
    query = {name: found[0] for name, found in parse_qs(parts.query).items()} | change
    answer = door.http.get(parts.path, params=query)
    assert answer.status_code == 403
    assert door.get("/").headers["location"] == "/sign-in"


def test_a_refusal_at_the_issuer_is_a_sentence(door: Visit) -> None:
    there = door.get("/sign-in/oidc").headers["location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    answer = door.get(f"/sign-in/oidc/callback?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert "was not completed" in answer.text


def test_an_issuer_that_is_away_is_a_sentence_too(door: Visit) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gateway = door.house.gateway
    assert gateway.settings.oidc is not None
    away = replace(gateway.settings.oidc, issuer=f"http://127.0.0.1:{port}")
    gateway.settings = replace(gateway.settings, oidc=away)
    answer = door.get("/sign-in/oidc")
    assert answer.status_code == 403
    assert "cannot be reached" in answer.text


def test_without_an_issuer_there_is_no_such_way_in(visit: Visit) -> None:
    assert "/sign-in/oidc" not in visit.get("/sign-in").text
    assert visit.get("/sign-in/oidc").status_code == 403
