"""mcp-atlassian, unmodified, in front of the shadow: its writes become a change set.

It pins another MCP SDK, so it lives in an environment of its own: ``make clients``.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from gateway.operations import reviewing
from tests.clients.server_world import server_house
from tests.house import House

BIN = os.environ.get("AIRLOCK_CLIENTS_BIN", "")
pytestmark = [
    pytest.mark.clients,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not BIN, reason="needs the clients' environment: make clients"),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A Data Center house."""
    with server_house(tmp_path_factory.mktemp("clients")) as one:
        yield one


def call(built: House, token: str, calls: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Start mcp-atlassian over stdio, call its tools in order, return what they said."""
    server = StdioServerParameters(
        command=str(Path(BIN) / "mcp-atlassian"),
        env={
            "JIRA_URL": f"{built.shadow.url}/t/mcp-atlassian",
            "JIRA_PERSONAL_TOKEN": token,
            "TOOLSETS": "all",
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/tmp"),  # noqa: S108  only as a home directory
        },
    )

    async def run() -> list[str]:
        async with Client(stdio_client(server), mode="legacy") as client:
            said = []
            for name, arguments in calls:
                result = await client.call_tool(name, arguments)
                text = "\n".join(getattr(part, "text", "") for part in result.content)
                assert not result.is_error, f"{name}: {text}"
                said.append(text)
            return said

    return asyncio.run(run())


def test_mcp_atlassian_reads_searches_and_writes_a_change_set(built: House) -> None:
    token = built.token("mcp-atlassian", "jiwoo", projects=("OPS",))
    with built.jira() as http:
        before = http.get("/rest/api/2/search", params={"jql": "project = OPS", "fields": "*all"})
    found, issue, moves = call(
        built,
        token,
        [
            ("jira_search", {"jql": "project = OPS AND assignee = currentUser() ORDER BY key"}),
            ("jira_get_issue", {"issue_key": "OPS-1"}),
            ("jira_get_transitions", {"issue_key": "OPS-1"}),
        ],
    )
    assert "배포 작업 0" in found
    assert "OPS-1" in issue
    move = json.loads(moves)
    move_id = str((move if isinstance(move, list) else move["transitions"])[0]["id"])
    call(
        built,
        token,
        [
            (
                "jira_update_issue",
                {"issue_key": "OPS-1", "fields": '{"summary": "배포 완료 확인"}'},
            ),
            ("jira_add_comment", {"issue_key": "OPS-1", "body": "checked by an agent"}),
            ("jira_transition_issue", {"issue_key": "OPS-1", "transition_id": move_id}),
            (
                "jira_create_issue",
                {"project_key": "OPS", "summary": "롤백 절차 문서화", "issue_type": "Task"},
            ),
        ],
    )
    [workspace] = [
        one for one in built.gateway.sandbox.workspaces() if one["task"] == "mcp-atlassian"
    ]
    built.gateway.sandbox.seal(str(workspace["id"]), "mcp-atlassian", "sealed by a person")
    [review] = built.fetch()
    view = reviewing.view(built.gateway, review)
    kinds = sorted(
        change.change.kind for issue_view in view.issues for change in issue_view.changes
    )
    assert kinds == ["comment", "create", "edit", "transition"]
    with built.jira() as http:
        after = http.get("/rest/api/2/search", params={"jql": "project = OPS", "fields": "*all"})
    assert after.json() == before.json()
