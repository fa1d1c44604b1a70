"""What settings and the site decide: the profile, tools that are switched off, pages, links."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sandbox.contract.shapes import Flavour, JsonObject
from sandbox.mcp_server.mount import EVERY_TOOL, ToolSettings
from sandbox.mcp_server.profiles import ATLASSIAN, MCP_ATLASSIAN
from sandbox.mcp_server.resources import PAGE
from sandbox.operations import intake, proposing
from sandbox.operations.context import Sandbox
from tests.sandbox.jira_api.visitors import ADDRESS, TOKEN, shadow, visitor
from tests.sandbox.mcp_server.test_scope import ACCEPT, call
from tests.sandbox.tiny import agent_caller, tiny_site


@contextmanager
def door(folder: Path, tools: ToolSettings = EVERY_TOOL) -> Iterator[tuple[TestClient, Sandbox]]:
    sandbox = shadow(folder, Flavour.CLOUD)
    with visitor(sandbox, f"Bearer {TOKEN}", tools=tools) as http:
        yield http, sandbox


def asked(http: TestClient, method: str, path: str = "/mcp", **params: Any) -> JsonObject:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    found: JsonObject = http.post(path, json=message, headers=ACCEPT).json()
    return found


def names(http: TestClient, path: str = "/mcp") -> list[str]:
    found: Any = asked(http, "tools/list", path)["result"]
    return [one["name"] for one in found["tools"]]


def test_a_tool_that_is_switched_off_is_neither_listed_nor_run(tmp_path: Path) -> None:
    off = ToolSettings(denied=frozenset({"addCommentToJiraIssue", "jira_add_comment"}))
    with door(tmp_path, off) as (http, sandbox):
        for profile, tool, arguments in (
            (ATLASSIAN, "addCommentToJiraIssue", {"issueIdOrKey": "AIR-1", "commentBody": "x"}),
            (MCP_ATLASSIAN, "jira_add_comment", {"issue_key": "AIR-1", "body": "x"}),
        ):
            listed = names(http, f"/mcp?tools={profile.name}")
            assert listed == [one for one in profile.tools if one != tool]
            said: Any = json.loads(call(http, profile.name, tool, arguments))["result"]
            assert said["isError"] is True
            assert f"{tool} is switched off on this server" in said["content"][0]["text"]
        assert proposing.pending(sandbox, agent_caller(sandbox)) == []


def test_the_setting_names_the_profile_and_a_url_another_one(tmp_path: Path) -> None:
    with door(tmp_path, ToolSettings(profile=MCP_ATLASSIAN.name)) as (http, _):
        assert names(http) == names(http, "/mcp/task") == list(MCP_ATLASSIAN.tools)
        assert names(http, "/mcp?tools=atlassian") == list(ATLASSIAN.tools)


def test_a_long_list_comes_in_pages_always_in_one_order(tmp_path: Path) -> None:
    with door(tmp_path) as (http, sandbox):
        site = tiny_site(Flavour.CLOUD)
        like = site.boards[0]
        boards = [{**like, "id": number, "name": f"보드 {number}"} for number in range(1, 121)]
        intake.put_site(sandbox, site.model_copy(update={"boards": boards}))
        orders = []
        for _ in range(2):
            cursor: dict[str, Any] = {}
            uris: list[str] = []
            pages = []
            while True:
                page: Any = asked(http, "resources/list", **cursor)["result"]
                pages.append(len(page["resources"]))
                uris += [one["uri"] for one in page["resources"]]
                if not page.get("nextCursor"):
                    break
                cursor = {"cursor": page["nextCursor"]}
            assert pages == [PAGE, PAGE, 21]
            orders.append(uris)
        assert orders[0] == orders[1]
        assert len(set(orders[0])) == 121
        for wrong in ("x", "-1", "9999"):
            error: Any = asked(http, "resources/list", cursor=wrong)["error"]
            assert error["code"] == -32602
            assert "not a page token" in error["message"]


@pytest.mark.parametrize("real", ["https://jira.shop.example", ""])
def test_links_lead_to_jira_itself_where_the_gateway_tells_where_it_is(
    tmp_path: Path, real: str
) -> None:
    with door(tmp_path) as (http, sandbox):
        site = tiny_site(Flavour.CLOUD).model_copy(update={"browse_url": real})
        intake.put_site(sandbox, site)
        where = f"{real or ADDRESS}/browse/AIR-1"
        for profile, tool, arguments in (
            ("atlassian", "getJiraIssue", {"issueIdOrKey": "AIR-1"}),
            ("atlassian", "searchJiraIssuesUsingJql", {"jql": "key = AIR-1"}),
            ("mcp-atlassian", "jira_get_issue", {"issue_key": "AIR-1"}),
            ("mcp-atlassian", "jira_search", {"jql": "key = AIR-1"}),
        ):
            said: Any = json.loads(call(http, profile, tool, arguments))["result"]
            assert f'"url":"{where}"' in said["content"][0]["text"], tool
