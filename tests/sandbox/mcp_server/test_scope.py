"""Issues out of scope: refused by every argument that can name one, and never felt.

In a tiny world, so that two of them can differ in nothing but what the agent may not see.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sandbox.contract.shapes import Flavour, IssueBaseline, SiteBaseline
from sandbox.mcp_server.profiles import PROFILES
from sandbox.operations import intake, proposing
from sandbox.operations.context import Role
from tests.sandbox.jira_api.visitors import TOKEN, registry, visitor
from tests.sandbox.tiny import (
    START_US,
    agent_caller,
    empty_sandbox,
    tiny_issues,
    tiny_scope,
    tiny_site,
)

ACCEPT = {"Accept": "application/json, text/event-stream"}
#: AIR-2 is in the project but not Mina's; 10006 is OPS-1, hers in another project.
FOREIGN = ("AIR-2", "10006")
MINE = "AIR-1"
#: Comments of AIR-1 and AIR-2 in the tiny world.
COMMENTS = ("100021", "100011")

Calls = list[tuple[str, dict[str, Any]]]


def official(key: str) -> Calls:
    """Return calls of the official tools, the issue in every place that may name one."""
    edit = {"issueIdOrKey": MINE}
    create = {"projectKey": "AIR", "issueTypeName": "Sub-task", "summary": "x"}
    return [
        ("getJiraIssue", {"issueIdOrKey": key}),
        ("getJiraIssue", {"issueIdOrKey": key, "fields": ["*all"]}),
        ("getTransitionsForJiraIssue", {"issueIdOrKey": key}),
        ("getJiraIssueRemoteIssueLinks", {"issueIdOrKey": key}),
        ("editJiraIssue", {"issueIdOrKey": key, "fields": {"summary": "x"}}),
        ("editJiraIssue", {"issueIdOrKey": key, "fields": {"description": "x"}}),
        ("editJiraIssue", {**edit, "fields": {"parent": {"key": key}, "summary": "no"}}),
        ("editJiraIssue", {**edit, "fields": {"parent": {"id": key}, "summary": "no"}}),
        ("createJiraIssue", {**create, "parent": key}),
        ("createJiraIssue", {**create, "additional_fields": {"parent": {"id": key}}}),
        ("transitionJiraIssue", {"issueIdOrKey": key, "transition": {"id": "11"}}),
        ("transitionJiraIssue", {"issueIdOrKey": key, "transition": {"name": "Done"}}),
        ("addCommentToJiraIssue", {"issueIdOrKey": key, "commentBody": "x"}),
        *(
            ("addCommentToJiraIssue", {"issueIdOrKey": ref, "commentBody": "x", "commentId": one})
            for one in COMMENTS
            for ref in (key, "AIR-3")
        ),
        ("addWorklogToJiraIssue", {"issueIdOrKey": key, "timeSpent": "1h"}),
        ("createIssueLink", {"type": "Blocks", "inwardIssue": key, "outwardIssue": MINE}),
        ("createIssueLink", {"type": "Blocks", "inwardIssue": MINE, "outwardIssue": key}),
    ]


def peers(key: str) -> Calls:
    """Return the same of mcp-atlassian's tools."""
    body = {"issue_key": key, "body": "x"}
    create = {"project_key": "AIR", "issue_type": "Subtask", "summary": "x"}
    link = {"link_type": "Blocks"}
    return [
        ("jira_get_issue", {"issue_key": key, "include": "all"}),
        ("jira_get_transitions", {"issue_key": key}),
        ("jira_get_worklog", {"issue_key": key}),
        ("jira_search_assignable_users", {"query": "mina", "issue_key": key}),
        ("jira_update_issue", {"issue_key": key, "fields": '{"summary": "x"}'}),
        ("jira_update_issue", {"issue_key": MINE, "fields": json.dumps({"parent": {"key": key}})}),
        ("jira_update_issue", {"issue_key": MINE, "fields": "{}", "additional_fields":
            json.dumps({"epicKey": key})}),
        ("jira_create_issue", {**create, "additional_fields": json.dumps({"parent": key})}),
        ("jira_assign_issue", {"issue_key": key, "assignee": "me"}),
        ("jira_transition_issue", {"issue_key": key, "transition_id": "11", "comment": "x"}),
        ("jira_add_comment", body),
        *(("jira_edit_comment", {**body, "comment_id": one}) for one in COMMENTS),
        ("jira_edit_comment", {**body, "issue_key": "AIR-3", "comment_id": COMMENTS[0]}),
        ("jira_add_worklog", {"issue_key": key, "time_spent": "1h", "comment": "x"}),
        ("jira_link_to_epic", {"issue_key": key, "epic_key": "AIR-4"}),
        ("jira_link_to_epic", {"issue_key": MINE, "epic_key": key}),
        ("jira_create_issue_link", {**link, "inward_issue_key": key, "outward_issue_key": MINE}),
        ("jira_create_issue_link", {**link, "inward_issue_key": MINE, "outward_issue_key": key}),
        ("jira_create_remote_issue_link", {"issue_key": key, "url": "https://x.y", "title": "x"}),
        ("jira_add_watcher", {"issue_key": key, "user_identifier": "me"}),
    ]  # fmt: skip


def searches(tool: str, key: str) -> Calls:
    """Return searches that name an issue; they find nothing or refuse, the same everywhere."""
    queries = (f"key = {key}", f"parent = {key}", f'issue in linkedIssues("{key}")', f"id = {key}")
    return [(tool, {"jql": jql}) for jql in queries]


def agile() -> Calls:
    """Return calls that name boards and sprints: 2 belongs to a project out of scope."""
    boards, queries = ("1", "2", "99"), ("", "sprint = 1", "sprint = 2", "key in (AIR-2, OPS-1)")
    return [
        *(
            ("jira_get_board_issues", {"board_id": board, "jql": jql})
            for board in boards
            for jql in (*queries, "project = OPS OR project = AIR")
        ),
        *(("jira_get_sprint_issues", {"sprint_id": sprint}) for sprint in boards),
        *(("jira_get_sprints_from_board", {"board_id": board}) for board in boards),
        *(("jira_get_agile_boards", {"project_key": key}) for key in ("AIR", "OPS")),
        ("jira_get_agile_boards", {"board_name": "비밀"}),
        *(("jira_search", {"jql": jql}) for jql in (*queries[1:3], "sprint in openSprints()")),
    ]


NAMING = {"atlassian": official, "mcp-atlassian": peers}
SEARCH = {"atlassian": "searchJiraIssuesUsingJql", "mcp-atlassian": "jira_search"}


@contextmanager
def door(
    folder: Path, issues: list[IssueBaseline], site: SiteBaseline | None = None
) -> Iterator[tuple[TestClient, Any]]:
    """Open a shadow with the tiny site and these issues, its clock standing still."""
    sandbox = empty_sandbox(folder, Role.SHADOW, Flavour.CLOUD)
    sandbox.clock = lambda: START_US
    intake.put_site(sandbox, site or tiny_site(Flavour.CLOUD))
    intake.put_issues(sandbox, issues)
    intake.put_registry(sandbox, registry(Flavour.CLOUD, tiny_scope(mine_only=True)))
    with visitor(sandbox, f"Bearer {TOKEN}") as client:
        yield client, sandbox
    sandbox.database.dispose()


def call(client: TestClient, profile: str, tool: str, arguments: dict[str, Any]) -> bytes:
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": tool, "arguments": arguments},
    }
    answer = client.post(f"/mcp?tools={profile}", json=message, headers=ACCEPT)
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.parametrize("profile", PROFILES)
def test_every_argument_that_names_an_issue_out_of_scope_is_refused_before_any_write(
    tmp_path: Path, profile: str
) -> None:
    with door(tmp_path, tiny_issues(Flavour.CLOUD)) as (client, sandbox):
        for key in FOREIGN:
            for tool, arguments in NAMING[profile](key):
                result = json.loads(call(client, profile, tool, arguments))["result"]
                assert result["isError"] is True, (tool, arguments, result)
                said = result["content"][0]["text"]
                assert "Crash on upload" not in said
                assert "Rotate the keys" not in said
        me = agent_caller(sandbox, tiny_scope(mine_only=True))
        assert proposing.pending(sandbox, me) == []


@pytest.mark.parametrize("profile", PROFILES)
def test_every_tool_that_can_name_an_issue_is_in_the_list_above(profile: str) -> None:
    naming = {"issueIdOrKey", "issue_key", "parent", "inwardIssue", "inward_issue_key"}
    tools = PROFILES[profile].tools.values()
    wanted = {one.name for one in tools if naming & set(one.properties)}
    # Its parent hides in a text of JSON.
    wanted |= {"jira_create_issue"} & set(PROFILES[profile].tools)
    assert wanted == {tool for tool, _ in NAMING[profile]("AIR-2")}


def other_world() -> list[IssueBaseline]:
    """Return the tiny issues, different in all that is out of the agent's scope."""
    found: list[IssueBaseline] = []
    for one in tiny_issues(Flavour.CLOUD):
        if one.key in ("AIR-2", "OPS-1"):
            fields: Any = one.doc["fields"]
            changed = {**fields, "summary": "완전히 다른 비밀", "labels": ["secret"], "comment": {
                "comments": [], "total": 0, "maxResults": 0, "startAt": 0}}  # fmt: skip
            one = one.model_copy(update={"doc": {**one.doc, "fields": changed}})  # noqa: PLW2901
        found.append(one)
    more = found[1]
    there: Any = more.doc
    extra = {**there, "id": "10077", "key": "AIR-77"}
    return [*found, more.model_copy(
        update={"issue_id": "10077", "key": "AIR-77", "doc": extra})]  # fmt: skip


@pytest.mark.parametrize("profile", PROFILES)
def test_worlds_that_differ_only_out_of_scope_answer_byte_for_byte_alike(
    tmp_path: Path, profile: str
) -> None:
    calls = [
        one
        for key in ("AIR-2", MINE)
        for one in [*NAMING[profile](key), *searches(SEARCH[profile], key)]
    ]
    calls += [(SEARCH[profile], {"jql": jql}) for jql in ("ORDER BY key", 'text ~ "secret"')]
    names = {one.name for one in PROFILES[profile].tools.values() if not one.required}
    calls += [(name, {}) for name in sorted(names)]
    answers = []
    for place, issues in enumerate((tiny_issues(Flavour.CLOUD), other_world())):
        with door(tmp_path / str(place), issues) as (client, _):
            answers.append([call(client, profile, tool, args) for tool, args in calls])
    for (tool, args), one, other in zip(calls, *answers, strict=True):
        assert one == other, (tool, args)
    assert any(b"Staged, not applied" in one for one in answers[0])


def other_sprints() -> tuple[SiteBaseline, list[IssueBaseline]]:
    """Return a world whose foreign board, sprint and issues in sprints are others."""
    site, issues = tiny_site(Flavour.CLOUD), []
    changed: dict[str, list[Any]] = {
        part: [{**one, "name": "비밀"} if str(one["id"]) == "2" else one for one in listed]
        for part, listed in (("boards", site.boards), ("sprints", site.sprints))
    }
    for one in other_world():
        fields: Any = one.doc["fields"]
        here = [
            {"id": 1, "name": "x", "state": "active"},
            {"id": 2, "name": "y", "state": "active"},
        ]
        if one.key in ("AIR-2", "OPS-1"):
            there = {**one.doc, "fields": {**fields, "customfield_10020": here}}
            one = one.model_copy(update={"doc": there})  # noqa: PLW2901
        issues.append(one)
    return site.model_copy(update=changed), issues


def test_boards_and_sprints_out_of_scope_are_never_felt(tmp_path: Path) -> None:
    site = tiny_site(Flavour.CLOUD)
    owners: list[Any] = [one["location"] for one in site.boards]
    assert [one["projectKey"] for one in owners] == ["AIR", "OPS"]
    other_site, other_issues = other_sprints()
    answers = []
    for place, issues, own in (
        ("one", tiny_issues(Flavour.CLOUD), site), ("other", other_issues, other_site)
    ):  # fmt: skip
        with door(tmp_path / place, issues, own) as (client, _):
            answers.append([call(client, "mcp-atlassian", *one) for one in agile()])
    for (tool, arguments), one, other in zip(agile(), *answers, strict=True):
        assert one == other, (tool, arguments)
        for said in (one, other):
            text = json.loads(said)["result"]["content"][-1]["text"]
            assert "OPS-1" not in text
            assert "AIR-2" not in text.replace("key in (AIR-2", "")
            assert "비밀" not in text
        if arguments.get("board_id") == "2" and tool == "jira_get_board_issues":
            assert json.loads(one)["result"]["isError"] is True
    # Something is found, or nothing would have been proved.
    assert any(b"AIR-1" in one for one in answers[0])
