"""An identity provider in place of our own server: real discovery, keys and signatures.

The issuer is the PyPI package oidc-provider-mock. Its JWTs stand in for the access tokens
of Keycloak, Entra or Okta: signed RS256, with audience, client, person and scopes.
"""

import socket
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from gateway.agents_settings import ForeignIssuer
from gateway.identity.foreign import IssuerKeys
from gateway.operations import registering
from gateway.store import registry
from tests.house import House
from tests.journeys.agents import Agent, work
from tests.oidc_issuer import issuing
from tests.sandbox.mcp_server.test_door import LEGACY, post

BACK = "http://127.0.0.1:33418/callback"
CLIENT = "claude-code"


@pytest.fixture(scope="module")
def issuer(built: House) -> Iterator[str]:
    """Start the issuer as a process, with people of the site and one who is none."""
    assert built.world is not None
    person = built.world.cast.person
    both = {
        "client_id": CLIENT,
        "scope": "jira:read jira:stage",
        "email": person.email,
        "email_verified": True,
    }
    users = [
        {"sub": "both", **both},
        {"sub": "reader", **both, "scope": "jira:read"},
        {"sub": "stranger", **both, "email": "stranger@elsewhere.example"},
        {"sub": "other-client", **both, "client_id": "other"},
        {"sub": "no-scope", **both, "scope": "openid"},
        {"sub": "unverified", **both, "email_verified": False},
        {"sub": "unsaid", **{name: one for name, one in both.items() if name != "email_verified"}},
    ]
    with issuing(*users, nonce=False) as url:
        yield url


@pytest.fixture(scope="module")
def trusting(built: House, issuer: str) -> Iterator[House]:
    """Lend the house, its gateway trusting the identity provider."""
    gateway, before = built.gateway, built.gateway.settings
    foreign = ForeignIssuer(issuer, f"{built.shadow.url}/mcp", ((CLIENT, "Claude Code"),))
    gateway.settings = replace(before, oauth=None, foreign_issuer=foreign)
    gateway.issuer_keys = IssuerKeys()
    registering.push_registry(gateway)
    yield built
    gateway.settings = before
    registering.push_registry(gateway)


def token(house: House, issuer: str, subject: str, audience: str = "") -> str:
    """Sign in at the issuer as somebody; returns the JWT for the sandbox."""
    client = audience or f"{house.shadow.url}/mcp"
    query = {
        "response_type": "code", "client_id": client, "redirect_uri": BACK,
        "scope": "openid email", "state": "s",
    }  # fmt: skip
    with httpx2.Client(trust_env=False, timeout=10) as http:
        sent = http.post(f"{issuer}/oauth2/authorize?{urlencode(query)}", data={"sub": subject})
        code = parse_qs(urlsplit(sent.headers["location"]).query)["code"][0]
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": BACK,
            "client_id": client, "client_secret": "any",
        }  # fmt: skip
        return str(http.post(f"{issuer}/oauth2/token", data=form).json()["id_token"])


def test_clients_are_sent_to_the_identity_provider(trusting: House, issuer: str) -> None:
    where = f"{trusting.shadow.url}/.well-known/oauth-protected-resource/mcp"
    found = httpx2.get(where, trust_env=False).json()
    assert found["authorization_servers"] == [issuer]
    assert where in post(trusting, "/mcp", LEGACY).headers["www-authenticate"]


def test_its_token_works_for_the_person_it_names_and_the_set_counts(
    trusting: House, issuer: str, key: str
) -> None:
    assert trusting.world is not None

    async def stage(agent: Agent) -> None:
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"labels": ["아이디피"]})
        await agent.must("submitForReview", title="By an identity provider", reason="test")

    given = token(trusting, issuer, "both")
    work(trusting.shadow.url, given, stage, task="idp")
    [review] = trusting.fetch()
    with trusting.gateway.database.read() as conn:
        row = conn.exec_driver_sql(
            f"SELECT agent, person, refused FROM review WHERE id = {review}"
        ).one()
    assert tuple(row) == ("Claude Code", trusting.world.cast.person.account_id, None)


def test_it_steps_up_too(trusting: House, issuer: str, key: str) -> None:
    given = token(trusting, issuer, "reader")
    call = {"name": "editJiraIssue", "arguments": {"issueIdOrKey": key, "fields": {"labels": []}}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    assert post(trusting, "/mcp", LEGACY, given).status_code == 200
    assert post(trusting, "/mcp", message, given).status_code == 403


@pytest.mark.parametrize(
    "subject", ["stranger", "other-client", "no-scope", "unverified", "unsaid"]
)
def test_a_token_that_does_not_fit_is_nobody(trusting: House, issuer: str, subject: str) -> None:
    assert post(trusting, "/mcp", LEGACY, token(trusting, issuer, subject)).status_code == 401


def test_a_token_for_somebody_else_is_nobody(trusting: House, issuer: str) -> None:
    given = token(trusting, issuer, "both", audience="https://elsewhere.example/mcp")
    assert post(trusting, "/mcp", LEGACY, given).status_code == 401


def test_what_the_settings_name_no_longer_is_revoked(trusting: House, issuer: str) -> None:
    given = token(trusting, issuer, "both")
    gateway, before = trusting.gateway, trusting.gateway.settings
    assert before.foreign_issuer is not None
    other = replace(before.foreign_issuer, clients=(("another", "Another"),))
    try:
        gateway.settings = replace(before, foreign_issuer=other)
        registering.push_registry(gateway)
        assert post(trusting, "/mcp", LEGACY, given).status_code == 401
        with gateway.database.read() as conn:
            grants = registry.grants(conn, gateway.site, gateway.clock())
        named = {one.agent for one in grants if one.token_hash.startswith("idp:")}
        assert named == {"Another"}
    finally:
        gateway.settings = before
        registering.push_registry(gateway)
    # Named again, it is let in again; what an admin revoked is not.
    assert post(trusting, "/mcp", LEGACY, given).status_code == 200
    with gateway.database.read() as conn:
        grants = registry.grants(conn, gateway.site, gateway.clock())
    [grant] = [one for one in grants if one.token_hash.startswith("idp:")]
    assert registering.revoke(gateway, grant.token_id, "admin")
    registering.push_registry(gateway)
    assert post(trusting, "/mcp", LEGACY, given).status_code == 401


def test_an_issuer_that_is_away_vouches_for_nobody(trusting: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    away = ForeignIssuer(f"http://127.0.0.1:{port}", "x", ((CLIENT, "Claude Code"),))
    keys = IssuerKeys()
    assert keys.of(away, trusting.gateway.clock()) == []
