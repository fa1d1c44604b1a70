"""The HTTP side of the MCP door, with raw requests."""

import json
from typing import Any

import httpx2
import pytest

from gateway.operations import registering
from sandbox.mcp_server.profiles import MCP_ATLASSIAN
from tests.house import House
from tests.journeys.agents import Agent, Era, work

LEGACY = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


def post(
    built: House, path: str, message: Any, token: str | None = None, **headers: str
) -> httpx2.Response:
    sent = {**ACCEPT, **({"Authorization": f"Bearer {token}"} if token else {}), **headers}
    return httpx2.post(
        f"{built.shadow.url}{path}", json=message, headers=sent, timeout=30, trust_env=False
    )


@pytest.mark.parametrize("token", [None, "", "wrong", "ala_" + "x" * 43])
@pytest.mark.parametrize("path", ["/mcp", "/mcp/task"])
def test_without_a_good_token_nothing_answers(built: House, path: str, token: str | None) -> None:
    answer = post(built, path, LEGACY, token)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].split()[0] == "Bearer"
    assert "airlock agent create" in answer.json()["error_description"]


def test_a_revoked_token_is_refused_at_once(built: House) -> None:
    assert built.world is not None
    token = built.token("gone", built.world.cast.person.account_id)
    assert post(built, "/mcp", LEGACY, token).status_code == 200
    [agent] = [one for one in registering.agents(built.gateway) if one.agent == "gone"]
    assert registering.revoke(built.gateway, agent.tokens[0].grant.token_id, "test")
    registering.push_registry(built.gateway)
    assert post(built, "/mcp", LEGACY, token).status_code == 401


def test_basic_credentials_are_not_accepted_here(built: House, secret: str) -> None:
    answer = httpx2.post(
        f"{built.shadow.url}/mcp", json=LEGACY, auth=("x", secret), headers=ACCEPT, trust_env=False
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
@pytest.mark.parametrize("path", ["/mcp", "/mcp/task"])
def test_only_post_is_answered(built: House, secret: str, method: str, path: str) -> None:
    answer = httpx2.request(
        method,
        f"{built.shadow.url}{path}",
        headers={"Authorization": f"Bearer {secret}", **ACCEPT},
        timeout=10,
        trust_env=False,
    )
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_foreign_host_is_misdirected(built: House, secret: str) -> None:
    assert post(built, "/mcp", LEGACY, secret, Host="evil.example").status_code == 421


def test_a_foreign_origin_is_forbidden(built: House, secret: str) -> None:
    answer = post(built, "/mcp", LEGACY, secret, Origin="https://evil.example")
    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["a b", "a%2Fb", "x" * 65, "작업", "a;b"])
def test_a_task_with_a_bad_name_is_not_found(built: House, secret: str, name: str) -> None:
    answer = post(built, f"/mcp/{name}", LEGACY, secret)
    assert answer.status_code == 404
    assert answer.headers["X-Airlock-Sandbox"] == "shadow"


def test_every_answer_says_that_it_comes_from_a_sandbox(built: House, secret: str) -> None:
    for token in (secret, None):
        answer = post(built, "/mcp", LEGACY, token)
        assert answer.headers["X-Airlock-Sandbox"] == "shadow"


def test_the_handshake_era_is_spoken(built: House, secret: str) -> None:
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    answer = post(built, "/mcp", message, secret)
    result = answer.json()["result"]
    assert result["protocolVersion"] == "2025-11-25"
    assert "submitForReview" in result["instructions"]
    assert "mcp-session-id" not in answer.headers


def test_the_era_without_a_handshake_is_spoken(built: House, secret: str) -> None:
    message = {**LEGACY, "params": {"_meta": META}}
    headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/list"}
    answer = post(built, "/mcp", message, secret, **headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    assert len(answer.json()["result"]["tools"]) == 24


def test_a_header_that_contradicts_the_message_is_refused(built: House, secret: str) -> None:
    message = {**LEGACY, "params": {"_meta": META}}
    headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call"}
    answer = post(built, "/mcp", message, secret, **headers)
    assert answer.status_code == 400
    assert "error" in answer.json()


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe"])
def test_a_malformed_message_is_a_protocol_error(built: House, secret: str, body: bytes) -> None:
    answer = httpx2.post(
        f"{built.shadow.url}/mcp",
        content=body,
        headers={
            "Authorization": f"Bearer {secret}", "Content-Type": "application/json", **ACCEPT
        },
        trust_env=False,
    )  # fmt: skip
    assert answer.status_code == 400
    assert json.loads(answer.content)["error"]["code"] < 0


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_both_eras_list_the_same_tools_to_a_real_client(
    built: House, secret: str, era: Era
) -> None:
    async def names(agent: Agent) -> list[str]:
        return [tool.name for tool in (await agent.client.list_tools()).tools]

    listed = work(built.shadow.url, secret, names, era=era)
    assert len(listed) == 24
    assert listed[0] == "getJiraIssue"


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_each_task_is_a_workspace_of_its_own(built: House, secret: str, key: str, era: Era) -> None:
    def title(task: str) -> str:
        told = work(
            built.shadow.url,
            secret,
            lambda agent: agent.must("getJiraIssue", issueIdOrKey=key, fields=["summary"]),
            task=task,
            era=era,
        )
        return str(told.structured["fields"]["summary"])

    before = title(f"left-{era}")

    async def edit(agent: Agent) -> None:
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"summary": "왼쪽에서만"})

    work(built.shadow.url, secret, edit, task=f"left-{era}", era=era)
    assert title(f"left-{era}") == "왼쪽에서만"
    assert title(f"right-{era}") == title("") == before


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_a_profile_is_chosen_in_the_url_in_every_task(built: House, secret: str, era: Era) -> None:
    async def names(agent: Agent) -> list[str]:
        return [tool.name for tool in (await agent.client.list_tools()).tools]

    for task in ("", "profiled"):
        listed = work(built.shadow.url, secret, names, task=task, era=era, tools="mcp-atlassian")
        assert listed == list(MCP_ATLASSIAN.tools)


def test_an_unknown_profile_is_answered_with_the_known_ones(built: House, secret: str) -> None:
    answer = post(built, "/mcp?tools=jira", LEGACY, secret)
    assert answer.status_code == 404
    assert "atlassian, mcp-atlassian" in answer.json()["error"]


def test_lists_say_how_long_they_may_be_kept_and_come_in_one_order(
    built: House, secret: str
) -> None:
    for method in ("tools/list", "resources/list", "resources/templates/list", "prompts/list"):
        message = {**LEGACY, "method": method, "params": {"_meta": META}}
        headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method}
        first, second = (post(built, "/mcp", message, secret, **headers) for _ in range(2))
        assert first.content == second.content
        result = first.json()["result"]
        assert result["ttlMs"] == 300_000
        assert result["cacheScope"] == "private"
