"""A client asks for access by OAuth; a person who is signed in allows it, or does not."""

import json
from collections.abc import Callable
from dataclasses import replace

import httpx2
import pytest

from gateway.operations import grounds
from gateway.store import registry
from sandbox.contract.shapes import AGENT_KINDS
from tests.gateway.promotion.world import PERSON, SITE, change_set, edit
from tests.gateway.web.oauth_desk import BACK, RESOURCE, START, Desk, answered
from tests.gateway.web.visit import ORIGIN


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
