"""A gateway that is an authorization server, with a browser and a client program at it."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import jwt
import pytest
from starlette.testclient import TestClient

from gateway.agents_settings import OAuth
from gateway.app import create_app
from gateway.review.people import Person, Role
from gateway.store import people, registry, sites
from sandbox.contract.shapes import Registry
from tests.gateway.operations.conftest import filled_in_memory
from tests.gateway.promotion.world import ANN, PERSON, SITE, site
from tests.gateway.web.visit import ORIGIN, Visit

RESOURCE = "https://sandbox.test/mcp"
BACK = "http://127.0.0.1:45999/callback"
VERIFIER = "v" * 43
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
START = 1_800_000_000_000_000
SECOND = 1_000_000


@dataclass
class Desk:
    """A browser, a client program, and what the sandbox was told."""

    visit: Visit
    told: list[Registry]
    now: list[int]

    @property
    def gateway(self) -> Any:
        """The gateway."""
        return self.visit.house.gateway

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now[0] += int(seconds * SECOND)

    def register(self, **more: Any) -> httpx2.Response:
        """Register a client as a program does: no cookie, no origin."""
        body = {"client_name": "클로드 Code", "redirect_uris": ["http://127.0.0.1/callback"]} | more
        return self.program("POST", "/oauth/register", json=body)

    def program(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """Send a request of a program, which has no cookies."""
        kept = dict(self.visit.http.cookies)
        self.visit.http.cookies.clear()
        try:
            return self.visit.http.request(method, path, **more)
        finally:
            for name, value in kept.items():
                self.visit.http.cookies.set(name, value)

    def ask(self, client: str, **more: str | None) -> httpx2.Response:
        """Send the browser to the authorization endpoint."""
        query = {
            "response_type": "code", "client_id": client, "redirect_uri": BACK, "state": "s 1/한",
            "code_challenge": CHALLENGE, "code_challenge_method": "S256",
            "scope": "jira:read jira:stage", "resource": RESOURCE,
        } | more  # fmt: skip
        kept = {name: value for name, value in query.items() if value is not None}
        return self.visit.get(f"/oauth/authorize?{urlencode(kept)}")

    def answer(self, page: httpx2.Response, **form: Any) -> httpx2.Response:
        """Press a button of the consent page."""
        sealed = page.text.split('name="request" value="')[1].split('"')[0]
        said = {"request": sealed, "decision": "allow", "projects": "AIR", "stage": "yes"} | form
        return self.visit.post("/oauth/consent", **said)

    def code(self, client: str, **more: str | None) -> str:
        """Have the person allow everything; returns the code."""
        return answered(self.answer(self.ask(client, **more)))["code"]

    def exchange(self, client: str, code: str, **more: str) -> httpx2.Response:
        """Exchange a code."""
        form = {
            "grant_type": "authorization_code", "client_id": client, "code": code,
            "code_verifier": VERIFIER, "redirect_uri": BACK,
        } | more  # fmt: skip
        return self.program("POST", "/oauth/token", data=form)

    def renew(self, client: str, token: str, **more: str) -> httpx2.Response:
        """Renew a token."""
        form = {"grant_type": "refresh_token", "client_id": client, "refresh_token": token} | more
        return self.program("POST", "/oauth/token", data=form)

    def claims(self, token: str) -> dict[str, Any]:
        """Return what a token says, checked with the published key."""
        [key] = self.program("GET", "/oauth/jwks.json").json()["keys"]
        return jwt.decode(
            token,
            jwt.PyJWK(key),
            ["EdDSA"],
            audience=RESOURCE,
            options={"verify_exp": False, "verify_iat": False},
        )

    def live(self) -> list[str]:
        """Return the grants by OAuth that the sandbox was last told of."""
        return [one.token_id for one in self.told[-1].grants if one.token_hash.startswith("oauth")]


def answered(answer: httpx2.Response) -> dict[str, str]:
    """Return what the client gets back."""
    assert answer.status_code == 303, answer.text
    there = urlsplit(answer.headers["location"])
    assert f"{there.scheme}://{there.netloc}{there.path}" == BACK
    return {name: value[0] for name, value in parse_qs(there.query).items()}


@pytest.fixture(scope="package")
def oauth_house() -> Iterator[Desk]:
    """A gateway that is an authorization server, for all tests: each comes two days later."""
    house = filled_in_memory()
    with house.gateway.database.write() as conn:
        more = {"users": [ANN], "projects": [{"id": "1", "key": "AIR", "name": "에어락"}]}
        sites.put_metadata(conn, site().model_copy(update=more))
    told: list[Registry] = []
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(house.gateway.sandbox, "put_registry", told.append)
    app = create_app(house.gateway)
    with TestClient(app, ORIGIN, follow_redirects=False, raise_server_exceptions=False) as http:
        yield Desk(Visit(house, http), told, [START])
    house.gateway.database.dispose()


@pytest.fixture
def desk(oauth_house: Desk) -> Desk:
    """Lend the gateway; nothing is allowed yet, and Ann, who has a Jira account, is in."""
    gateway = oauth_house.gateway
    oauth = OAuth(issuer=ORIGIN, resource=RESOURCE, clients=("local", "claude.ai"))
    gateway.settings = replace(gateway.settings, public_url=ORIGIN, oauth=oauth)
    gateway.clock = lambda: oauth_house.now[0]
    oauth_house.wait(2 * 86_400)
    with gateway.database.write() as conn:
        registry.revoke_all(conn, SITE, now=1)
        people.change(conn, Person(person="ann", name="Ann", role=Role.ADMIN, jira_account=PERSON))
    oauth_house.told.clear()
    oauth_house.visit.http.cookies.clear()
    assert oauth_house.visit.sign_in("ann").status_code == 303
    return oauth_house


@pytest.fixture
def client(desk: Desk) -> str:
    """Lend the id of a client that registered itself."""
    return str(desk.register().json()["client_id"])
