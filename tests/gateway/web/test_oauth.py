"""A client asks for access by OAuth; a person who is signed in allows it, or does not."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import jwt
import pytest
from starlette.testclient import TestClient

from gateway.agents_settings import OAuth
from gateway.app import create_app
from gateway.operations import authorizing, grounds
from gateway.review.people import Person, Role
from gateway.store import oauth as stored
from gateway.store import people, registry, sites
from sandbox.contract.shapes import AGENT_KINDS, Registry
from tests.gateway.operations.conftest import fill, house_on
from tests.gateway.promotion.world import ANN, PERSON, SITE, change_set, edit, site
from tests.gateway.web.conftest import ORIGIN, Visit

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


@pytest.fixture(scope="module")
def built() -> Iterator[Desk]:
    """A gateway that is an authorization server, for all tests: each comes two days later."""
    house = house_on("sqlite://")
    house.gateway.database.migrate()
    fill(house)
    with house.gateway.database.write() as conn:
        more = {"users": [ANN], "projects": [{"id": "1", "key": "AIR", "name": "에어락"}]}
        sites.put_metadata(conn, site().model_copy(update=more))
    told: list[Registry] = []
    house.gateway.sandbox.put_registry = told.append  # type: ignore[method-assign]
    app = create_app(house.gateway)
    with TestClient(app, ORIGIN, follow_redirects=False, raise_server_exceptions=False) as http:
        yield Desk(Visit(house, http), told, [START])
    house.gateway.database.dispose()


@pytest.fixture
def desk(built: Desk) -> Desk:
    """Lend the gateway; nothing is allowed yet, and Ann, who has a Jira account, is in."""
    gateway = built.gateway
    oauth = OAuth(issuer=ORIGIN, resource=RESOURCE, clients=("local", "claude.ai"))
    gateway.settings = replace(gateway.settings, public_url=ORIGIN, oauth=oauth)
    gateway.clock = lambda: built.now[0]
    built.wait(2 * 86_400)
    with gateway.database.write() as conn:
        registry.revoke_all(conn, SITE, now=1)
        people.change(conn, Person(person="ann", name="Ann", role=Role.ADMIN, jira_account=PERSON))
    built.told.clear()
    built.visit.http.cookies.clear()
    assert built.visit.sign_in("ann").status_code == 303
    return built


@pytest.fixture
def client(desk: Desk) -> str:
    """Lend the id of a client that registered itself."""
    return str(desk.register().json()["client_id"])


def test_the_metadata_says_what_there_is(desk: Desk) -> None:
    found = desk.program("GET", "/.well-known/oauth-authorization-server").json()
    assert found["issuer"] == ORIGIN
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert "none" in found["token_endpoint_auth_methods_supported"]
    assert found["authorization_response_iss_parameter_supported"] is True
    assert found["client_id_metadata_document_supported"] is False
    assert found["scopes_supported"] == ["jira:read", "jira:stage"]


def test_a_person_allows_and_the_token_names_person_scope_and_grant(
    desk: Desk, client: str
) -> None:
    got = answered(desk.answer(desk.ask(client)))
    assert (got["state"], got["iss"]) == ("s 1/한", ORIGIN)
    answer = desk.exchange(client, got["code"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    claims = desk.claims(answer.json()["access_token"])
    assert (claims["sub"], claims["site"], claims["client_id"]) == (PERSON, SITE, client)
    assert claims["scope"] == answer.json()["scope"] == "jira:read jira:stage"
    assert claims["exp"] - claims["iat"] == answer.json()["expires_in"] == 600
    [token_id] = desk.live()
    assert claims["grant"] == token_id
    [grant] = [one for one in desk.told[-1].grants if one.token_id == token_id]
    assert (grant.agent, grant.person) == ("클로드 Code (local)", PERSON)
    assert grant.scope.projects == ("AIR",)
    assert grant.scope.mine_only
    issuer = desk.told[-1].issuer
    assert issuer is not None
    assert (issuer.issuer, issuer.audience) == (ORIGIN, RESOURCE)
    assert "d" not in issuer.keys[0]


def test_a_set_of_such_an_agent_passes_the_registry(desk: Desk, client: str) -> None:
    desk.exchange(client, desk.code(client))
    agent = "클로드 Code (local)"
    with desk.gateway.database.read() as conn:
        [grant] = registry.grants_for(conn, SITE, agent, PERSON, START)
        claimed = change_set(edit("summary", "새 제목"))
        refusal = grounds.authority(conn, claimed.model_copy(update={"agent": agent}))
    assert set(grant.scope.kinds) == set(AGENT_KINDS)
    # Known agent and person: what is refused is the workspace, which another agent's id made.
    assert refusal is not None
    assert refusal.code == "workspace"


def test_the_page_names_everything_and_allows_no_script(desk: Desk, client: str) -> None:
    page = desk.ask(client)
    assert page.status_code == 200
    for words in ("클로드 Code", BACK, "Ann", PERSON, "AIR", "jira:read", "jira:stage"):
        assert words in page.text
    assert "<script" not in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:45999;" in policy
    assert page.headers.get_list("content-security-policy") == [policy]
    korean = desk.visit.get(page.url.raw_path.decode() + "&lang=ko")
    assert "프로그램" in korean.text
    assert "Answer goes to" not in korean.text


def test_what_is_not_ticked_is_not_allowed(desk: Desk, client: str) -> None:
    page = desk.ask(client)
    assert desk.answer(page, projects="NOPE").status_code == 400
    got = answered(desk.answer(page, stage="no"))
    answer = desk.exchange(client, got["code"]).json()
    assert answer["scope"] == "jira:read"
    assert desk.told[-1].grants[0].scope.kinds == ()
    only = desk.ask(client, scope="jira:read")
    assert "jira:stage" not in only.text
    assert desk.exchange(client, answered(desk.answer(only))["code"]).json()["scope"] == "jira:read"


def test_a_refusal_goes_back_to_the_client(desk: Desk, client: str) -> None:
    got = answered(desk.answer(desk.ask(client), decision="refuse"))
    assert (got["error"], got["state"], got["iss"]) == ("access_denied", "s 1/한", ORIGIN)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "jira:admin"}, "invalid_scope"),
        ({"resource": "https://elsewhere.example/mcp"}, "invalid_target"),
        ({"resource": ORIGIN}, "invalid_target"),
        ({"resource": RESOURCE + "2"}, "invalid_target"),
    ],
)
def test_a_wrong_request_goes_back_as_an_error(
    desk: Desk, client: str, change: dict[str, str | None], error: str
) -> None:
    assert answered(desk.ask(client, **change))["error"] == error


@pytest.mark.parametrize("resource", [None, RESOURCE, RESOURCE + "/", f"{RESOURCE}/my-task"])
def test_every_task_is_the_one_resource(desk: Desk, client: str, resource: str | None) -> None:
    answer = desk.exchange(client, desk.code(client, resource=resource))
    assert desk.claims(answer.json()["access_token"])["aud"] == RESOURCE


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:45999/other", "http://127.0.0.1.evil.example/callback",
        "https://127.0.0.1/callback", "http://localhost:45999/callback",
        "http://127.0.0.1:45999/callback?more=1", "http://127.0.0.1:45999/callback#x",
        "http://user@127.0.0.1:45999/callback", "https://evil.example/callback", "javascript:1",
    ],
)  # fmt: skip
def test_an_answer_never_goes_to_another_address(desk: Desk, client: str, address: str) -> None:
    answer = desk.ask(client, redirect_uri=address)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_an_unknown_client_gets_no_page_of_consent(desk: Desk) -> None:
    answer = desk.ask("mcp-unknown")
    assert answer.status_code == 401
    assert "location" not in answer.headers


def test_the_port_of_a_program_may_differ_each_time(desk: Desk, client: str) -> None:
    assert desk.ask(client, redirect_uri="http://127.0.0.1:1/callback").status_code == 200
    assert desk.ask(client, redirect_uri="http://127.0.0.1/callback").status_code == 200


@pytest.mark.parametrize(
    ("addresses", "kept"),
    [
        (["https://claude.ai/api/mcp/auth_callback"], 1),
        (["https://vscode.example/redirect", "http://127.0.0.1:33418/"], 1),
        (["https://evil.example/callback"], 0),
        (["http://claude.ai/callback"], 0),
        (["cursor://anysphere.cursor-mcp/oauth/callback"], 0),
        (["javascript:alert(1)"], 0),
        (["https://claude.ai@evil.example/"], 0),
        (["https://claude.ai/x#y"], 0),
        ([], 0),
        ("http://127.0.0.1/", 0),
        (["http://127.0.0.1/"] * 21, 0),
        ([7], 0),
    ],
)
def test_only_allowed_clients_register(desk: Desk, addresses: Any, kept: int) -> None:
    answer = desk.register(redirect_uris=addresses)
    if kept:
        assert answer.status_code == 201
        assert len(answer.json()["redirect_uris"]) == kept
    else:
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


def test_registering_is_limited_and_unused_clients_are_forgotten(
    desk: Desk, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorizing, "REGISTRATIONS", 2)
    assert desk.register().status_code == 201
    assert desk.register().status_code == 429
    desk.exchange(client, desk.code(client))
    desk.wait(2 * 86_400)
    other = desk.register().json()["client_id"]
    with desk.gateway.database.read() as conn:
        assert stored.client(conn, client) is not None
        assert stored.clients_since(conn, 0) == 2
        assert stored.client(conn, other) is not None


def test_a_code_works_once_for_its_client_and_verifier(desk: Desk, client: str) -> None:
    other = desk.register().json()["client_id"]
    for wrong in (
        {"client_id": other}, {"code_verifier": "w" * 43}, {"code_verifier": ""},
        {"redirect_uri": "http://127.0.0.1:1/callback"},
    ):  # fmt: skip
        answer = desk.exchange(client, desk.code(client), **wrong)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    late = desk.code(client)
    desk.wait(61)
    assert desk.exchange(client, late).json()["error"] == "invalid_grant"
    assert desk.exchange(client, "made up").json()["error"] == "invalid_grant"
    assert desk.exchange(client, late, resource=ORIGIN).json()["error"] == "invalid_target"


def test_a_code_that_comes_twice_ends_what_came_of_it(desk: Desk, client: str) -> None:
    code = desk.code(client)
    first = desk.exchange(client, code).json()
    assert len(desk.live()) == 1
    assert desk.exchange(client, code).json()["error"] == "invalid_grant"
    assert desk.live() == []
    assert desk.renew(client, first["refresh_token"]).json()["error"] == "invalid_grant"


def test_refresh_tokens_rotate_and_one_used_twice_ends_everything(desk: Desk, client: str) -> None:
    first = desk.exchange(client, desk.code(client)).json()
    second = desk.renew(client, first["refresh_token"]).json()
    less = desk.renew(client, second["refresh_token"], scope="jira:read").json()
    assert desk.claims(less["access_token"])["scope"] == "jira:read"
    third = desk.renew(client, less["refresh_token"]).json()
    assert third["scope"] == "jira:read jira:stage"
    assert len(desk.live()) == 1
    assert desk.renew(client, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert desk.live() == []
    assert desk.renew(client, third["refresh_token"]).json()["error"] == "invalid_grant"


def test_another_client_cannot_renew(desk: Desk, client: str) -> None:
    first = desk.exchange(client, desk.code(client)).json()
    other = desk.register().json()["client_id"]
    assert desk.renew(other, first["refresh_token"]).status_code == 400
    assert desk.live() == []


def test_consent_ends_after_its_days(desk: Desk, client: str) -> None:
    first = desk.exchange(client, desk.code(client)).json()
    desk.wait(30 * 86_400 + 1)
    assert desk.renew(client, first["refresh_token"]).json()["error"] == "invalid_grant"


def test_who_has_another_jira_account_now_consents_again(desk: Desk, client: str) -> None:
    first = desk.exchange(client, desk.code(client)).json()
    with desk.gateway.database.write() as conn:
        other = Person(person="ann", name="Ann", role=Role.ADMIN, jira_account="acc-other")
        people.change(conn, other)
    assert desk.renew(client, first["refresh_token"]).status_code == 400
    assert desk.live() == []


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_client_gives_its_access_back(desk: Desk, client: str, kind: str) -> None:
    issued = desk.exchange(client, desk.code(client)).json()
    other = desk.register().json()["client_id"]
    for who, left in ((other, 1), (client, 0)):
        form = {"token": issued[kind], "client_id": who}
        assert desk.program("POST", "/oauth/revoke", data=form).status_code == 200
        assert len(desk.live()) == left
    form = {"token": "unknown", "client_id": client}
    assert desk.program("POST", "/oauth/revoke", data=form).status_code == 200


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_an_older_client_proves_itself_with_its_secret(desk: Desk, method: str) -> None:
    made = desk.register(token_endpoint_auth_method=method).json()
    client, secret = made["client_id"], made["client_secret"]
    code = desk.code(client)
    assert desk.exchange(client, code).status_code == 401
    if method == "client_secret_post":
        assert desk.exchange(client, code, client_secret="wrong").status_code == 401
        assert desk.exchange(client, code, client_secret=secret).status_code == 200
    else:
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
        for given, status in (("wrong", 401), (secret, 200)):
            answer = desk.program("POST", "/oauth/token", data=form, auth=(client, given))
            assert answer.status_code == status
    with desk.gateway.database.read() as conn:
        known = stored.client(conn, client)
    assert known is not None
    assert secret not in known.model_dump_json()


def test_who_is_not_signed_in_does_that_first_and_comes_back(desk: Desk, client: str) -> None:
    desk.visit.http.cookies.clear()
    there = desk.ask(client)
    assert there.headers["location"] == "/sign-in"
    back = desk.visit.sign_in("ann")
    assert back.headers["location"].startswith("/oauth/authorize?")
    assert "클로드" in desk.visit.get(back.headers["location"]).text
    assert desk.visit.sign_in("ann").headers["location"] == "/"


def test_another_address_to_come_back_to_is_not_taken(desk: Desk) -> None:
    for wanted in ("https://evil.example", "//evil.example", "/oauth/authorize", "/cs/1"):
        desk.visit.http.cookies.set("airlock-afterwards", wanted)
        assert desk.visit.sign_in("ann").headers["location"] == "/"


def test_without_a_jira_account_there_is_no_token(desk: Desk, client: str) -> None:
    desk.visit.sign_in("eve")
    answer = desk.ask(client)
    assert answer.status_code == 409
    assert "No Jira account is known for you" in answer.text


def test_an_answer_counts_only_from_the_one_who_was_asked(desk: Desk, client: str) -> None:
    page = desk.ask(client)
    desk.visit.sign_in("eve")
    assert desk.answer(page).status_code == 409
    desk.visit.sign_in("ann")
    assert desk.answer(page, request="e30.forged").status_code == 409
    forged = desk.visit.http.post(
        "/oauth/consent", data={"request": "x"}, headers={"Origin": "https://evil.example"}
    )
    assert forged.status_code == 403
    desk.wait(601)
    assert desk.answer(page).status_code == 409


def test_people_see_what_they_allowed_and_take_it_back(desk: Desk, client: str) -> None:
    desk.exchange(client, desk.code(client))
    [token_id] = desk.live()
    assert "클로드 Code" in desk.visit.get("/oauth/grants").text
    desk.visit.sign_in("eve")
    assert "클로드 Code" not in desk.visit.get("/oauth/grants").text
    assert desk.visit.post(f"/oauth/grants/{token_id}/revoke").status_code == 409
    assert desk.live() == [token_id]
    desk.visit.sign_in("ann")
    assert desk.visit.post(f"/oauth/grants/{token_id}/revoke").status_code == 303
    assert desk.live() == []
    assert "revoked" in desk.visit.get("/oauth/grants").text
    history = desk.visit.get("/history").text
    assert "Took a program" in history


def test_such_a_token_is_nothing_at_the_gateway(desk: Desk, client: str) -> None:
    token = desk.exchange(client, desk.code(client)).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert desk.program("GET", "/api/v1/change-sets", headers=bearer).status_code == 401
    assert desk.program("GET", "/", headers=bearer).headers["location"] == "/sign-in"


def test_programs_in_browsers_may_ask_but_without_cookies(desk: Desk, client: str) -> None:
    headers = {"Origin": "https://inspector.example", "Sec-Fetch-Site": "cross-site"}
    answer = desk.program("OPTIONS", "/oauth/token", headers=headers)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    form = {"grant_type": "authorization_code", "client_id": client, "code": "x"}
    answer = desk.program("POST", "/oauth/token", data=form, headers=headers)
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "send",
    [
        lambda desk: desk.program("POST", "/oauth/register", content=b"{"),
        lambda desk: desk.program("POST", "/oauth/register", content=b"[]"),
        lambda desk: desk.program("POST", "/oauth/token", content=b"\xff"),
        lambda desk: desk.program("POST", "/oauth/token", content=b"grant_type=a&grant_type=b"),
        lambda desk: desk.program("POST", "/oauth/token", data={"grant_type": "password"}),
        lambda desk: desk.program("POST", "/oauth/token", headers={"Authorization": "Basic !"}),
    ],
)
def test_what_cannot_be_read_is_an_error_of_the_protocol(
    desk: Desk, send: Callable[[Desk], httpx2.Response]
) -> None:
    answer = send(desk)
    assert answer.status_code in (400, 401)
    assert set(json.loads(answer.content)) == {"error", "error_description"}


def test_without_the_setting_there_is_no_server(desk: Desk, client: str) -> None:
    desk.gateway.settings = replace(desk.gateway.settings, oauth=None)
    assert desk.program("GET", "/.well-known/oauth-authorization-server").status_code == 404
    assert desk.register().status_code == 404
    assert desk.ask(client).status_code == 404
