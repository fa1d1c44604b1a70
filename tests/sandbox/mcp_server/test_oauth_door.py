"""A client that knows only the address gets in by OAuth: the SDK's own flow, end to end."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from gateway.operations import authorizing
from tests.gateway.identity.document_server import URL, document, document_server
from tests.house import House
from tests.journeys.agents import Era
from tests.sandbox.mcp_server.oauth_client import GATEWAY, PERSON, Program, signed_in
from tests.sandbox.mcp_server.test_door import LEGACY, post

AGENT = "SDK 클라이언트 (local)"


@pytest.fixture(scope="module")
def pages(built: House) -> Iterator[TestClient]:
    """Lend a signed-in person's browser."""
    with signed_in(built) as pages:
        yield pages


def bearer(built: House, token: str | None) -> httpx2.Response:
    """List the tools with a token."""
    return post(built, "/mcp", LEGACY, token)


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_the_sdks_client_registers_asks_and_works(
    built: House, pages: TestClient, key: str, era: Era
) -> None:
    program = Program(built, pages)

    async def work() -> Any:
        async with program.connected(f"/mcp/oauth-{era}", era) as agent:
            read = await agent.must("getJiraIssue", issueIdOrKey=key, fields=["summary"])
            await agent.must("editJiraIssue", issueIdOrKey=key, fields={"labels": ["옥스"]})
            await agent.must("submitForReview", title="By OAuth", reason="test")
            return read

    read = asyncio.run(work())
    assert read.structured["key"] == key
    steps = [(method, path) for method, path, _ in program.traffic]
    assert steps[0] == ("POST", f"/mcp/oauth-{era}")
    for path in (
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-authorization-server",
        "/oauth/register",
        "/oauth/token",
    ):
        assert path in [asked for _, asked in steps], steps
    # The set that comes of it names the agent and the person, and passes the registry.
    [review] = built.fetch()
    with built.gateway.database.read() as conn:
        row = conn.exec_driver_sql(
            f"SELECT agent, person, refused FROM review WHERE id = {review}"
        ).one()
    assert built.world is not None
    assert tuple(row) == (AGENT, built.world.cast.person.account_id, None)


def test_a_client_with_a_document_registers_nothing(built: House, tmp_path: Path, key: str) -> None:
    with document_server(tmp_path) as served, signed_in(built, documents=True) as own:
        served.put(URL, document(redirect_uris=["http://127.0.0.1/callback"]))
        built.gateway.documents = served.documents()
        program = Program(built, own, document=URL)

        async def work() -> str:
            async with program.connected() as agent:
                return (await agent.must("getJiraIssue", issueIdOrKey=key)).text

        assert key in asyncio.run(work())
    paths = [path for _, path, _ in program.traffic]
    assert "/oauth/register" not in paths
    assert program.kept.info is not None
    assert program.kept.info.client_id == URL


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_a_token_that_reads_steps_up_when_it_wants_to_stage(
    built: House, pages: TestClient, key: str, era: Era
) -> None:
    program = Program(built, pages, stages=[False, True])

    async def work() -> tuple[int, int]:
        async with program.connected(f"/mcp/step-{era}", era) as agent:
            listed = len((await agent.client.list_tools()).tools)
            await agent.must("getJiraIssue", issueIdOrKey=key)
            asked = len(program.stages)
            await agent.must("editJiraIssue", issueIdOrKey=key, fields={"labels": ["단계"]})
            return listed, asked

    listed, asked = asyncio.run(work())
    # The tools that stage are listed; only the call made the person be asked again.
    assert (listed, asked, program.stages) == (24, 1, [])
    assert [status for *_, status in program.traffic].count(403) == 1
    assert program.kept.tokens is not None
    assert program.kept.tokens.scope == "jira:read jira:stage"


def test_the_refusal_of_a_write_names_the_scopes_it_takes(
    built: House, pages: TestClient, key: str
) -> None:
    program = Program(built, pages, stages=[False])

    async def connect() -> None:
        async with program.connected():
            pass

    asyncio.run(connect())
    assert program.kept.tokens is not None
    call = {"name": "editJiraIssue", "arguments": {"issueIdOrKey": key, "fields": {"labels": []}}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    answer = post(built, "/mcp", message, program.kept.tokens.access_token)
    assert answer.status_code == 403
    challenge = answer.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="jira:read jira:stage"' in challenge
    where = f"{built.shadow.url}/.well-known/oauth-protected-resource/mcp"
    assert f'resource_metadata="{where}"' in challenge


@pytest.mark.parametrize("path", ["", "/mcp", "/mcp/some-task", "/t/some-task/mcp"])
def test_every_tasks_metadata_names_the_one_resource(
    built: House, pages: TestClient, path: str
) -> None:
    del pages
    url = f"{built.shadow.url}/.well-known/oauth-protected-resource{path}"
    answer = httpx2.get(url, trust_env=False)
    assert answer.status_code == 200
    assert answer.json()["resource"] == f"{built.shadow.url}/mcp"
    assert answer.json()["authorization_servers"] == [GATEWAY]
    assert answer.json()["scopes_supported"] == ["jira:read", "jira:stage"]


@pytest.mark.parametrize("path", ["/rest/api/3", "/mcp/a/b", "/elsewhere"])
def test_other_addresses_have_no_such_metadata(built: House, pages: TestClient, path: str) -> None:
    del pages
    url = f"{built.shadow.url}/.well-known/oauth-protected-resource{path}"
    assert httpx2.get(url, trust_env=False).status_code == 404


def test_without_a_token_the_client_is_told_where_to_go(built: House, pages: TestClient) -> None:
    del pages
    where = f"{built.shadow.url}/.well-known/oauth-protected-resource/mcp"
    for path in ("/mcp", "/mcp/task"):
        answer = post(built, path, LEGACY)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == (
            f'Bearer resource_metadata="{where}", scope="jira:read jira:stage"'
        )
    wrong = bearer(built, "eyJ.e30.x")
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]
    assert "not genuine" in wrong.json()["error_description"]


def test_what_a_person_takes_back_ends_at_once(built: House, pages: TestClient) -> None:
    program = Program(built, pages)

    async def connect() -> None:
        async with program.connected():
            pass

    asyncio.run(connect())
    assert program.kept.tokens is not None
    token = program.kept.tokens.access_token
    assert bearer(built, token).status_code == 200
    rest = httpx2.get(
        f"{built.shadow.url}/rest/api/3/myself",
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
    )
    assert rest.status_code == 401
    newest = authorizing.listed(built.gateway, PERSON)[0]
    answer = pages.post(f"/oauth/grants/{newest.token_id}/revoke", headers={"Origin": GATEWAY})
    assert answer.status_code == 303
    assert bearer(built, token).status_code == 401
