"""Every tool of both profiles, called once in a tiny world: what all answers have in common."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from sandbox.contract.shapes import Flavour, JsonObject
from sandbox.mcp_server import wording
from sandbox.mcp_server.profiles import PROFILES
from sandbox.mcp_server.slim import tokens
from tests.sandbox.jira_api.visitors import TOKEN, shadow, visitor
from tests.sandbox.mcp_server.test_scope import Calls, call

CALLS: dict[str, Calls] = {
    "atlassian": [
        ("getJiraIssue", {"issueIdOrKey": "AIR-1"}),
        ("searchJiraIssuesUsingJql", {"jql": "ORDER BY key"}),
        ("getTransitionsForJiraIssue", {"issueIdOrKey": "AIR-1"}),
        ("getJiraIssueRemoteIssueLinks", {"issueIdOrKey": "AIR-1"}),
        ("getVisibleJiraProjects", {"expandIssueTypes": True}),
        ("getJiraProjectIssueTypesMetadata", {"projectIdOrKey": "AIR"}),
        ("getJiraIssueTypeMetaWithFields", {"projectIdOrKey": "AIR", "issueTypeId": "10001"}),
        ("atlassianUserInfo", {}),
        ("lookupJiraAccountId", {"searchString": "mina"}),
        ("getIssueLinkTypes", {}),
        ("getAccessibleAtlassianResources", {}),
        ("createJiraIssue", {"projectKey": "AIR", "issueTypeName": "Task", "summary": "하나"}),
        ("editJiraIssue", {"issueIdOrKey": "AIR-1", "fields": {"summary": "둘"}}),
        ("transitionJiraIssue", {"issueIdOrKey": "AIR-1", "transition": {"id": "21"}}),
        ("addCommentToJiraIssue", {"issueIdOrKey": "AIR-1", "commentBody": "셋"}),
        ("addWorklogToJiraIssue", {"issueIdOrKey": "AIR-1", "timeSpent": "1h"}),
        ("createIssueLink", {"type": "Blocks", "inwardIssue": "AIR-1", "outwardIssue": "AIR-3"}),
        ("showMyPendingChanges", {}),
        ("submitForReview", {"reason": "다 됨"}),
        ("getReviewOutcome", {}),
        ("answerReviewer", {"text": "네"}),
        ("discardMyChanges", {}),
        ("whatMayIDo", {}),
        ("openTask", {"task": "next"}),
    ],
    "mcp-atlassian": [
        ("jira_get_issue", {"issue_key": "AIR-1", "include": "all"}),
        ("jira_search", {"jql": "ORDER BY key"}),
        ("jira_get_transitions", {"issue_key": "AIR-1"}),
        ("jira_get_worklog", {"issue_key": "AIR-1"}),
        ("jira_get_user_profile", {"user_identifier": "mina@example.com"}),
        ("jira_search_assignable_users", {"query": "mina", "project_key": "AIR"}),
        ("jira_search_fields", {"keyword": "sum"}),
        ("jira_get_link_types", {}),
        ("jira_get_all_projects", {}),
        ("jira_get_project_issue_types", {"project_key": "AIR"}),
        ("jira_get_project_versions", {"project_key": "AIR"}),
        ("jira_get_project_components", {"project_key": "AIR"}),
        ("jira_get_create_fields", {"project_key": "AIR", "issue_type_id": "10001"}),
        ("jira_get_board_issues", {"board_id": "1", "jql": ""}),
        ("jira_get_sprint_issues", {"sprint_id": "1"}),
        ("jira_get_agile_boards", {}),
        ("jira_get_sprints_from_board", {"board_id": "1"}),
        ("jira_create_issue", {"project_key": "AIR", "summary": "하나", "issue_type": "Task"}),
        ("jira_update_issue", {"issue_key": "AIR-1", "fields": '{"summary": "둘"}'}),
        ("jira_assign_issue", {"issue_key": "AIR-3", "assignee": "mina"}),
        ("jira_transition_issue", {"issue_key": "AIR-1", "transition_id": "21"}),
        ("jira_add_comment", {"issue_key": "AIR-1", "body": "셋"}),
        ("jira_edit_comment", {"issue_key": "AIR-1", "comment_id": "100011", "body": "넷"}),
        ("jira_add_worklog", {"issue_key": "AIR-1", "time_spent": "1h"}),
        ("jira_link_to_epic", {"issue_key": "AIR-3", "epic_key": "AIR-4"}),
        ("jira_create_issue_link",
         {"link_type": "Blocks", "inward_issue_key": "AIR-1", "outward_issue_key": "AIR-3"}),
        ("jira_create_remote_issue_link",
         {"issue_key": "AIR-1", "url": "https://x.example", "title": "다섯"}),
        ("jira_add_watcher", {"issue_key": "AIR-3", "user_identifier": "jonas"}),
        ("show_my_pending_changes", {}),
        ("submit_for_review", {"reason": "다 됨"}),
        ("get_review_outcome", {}),
        ("answer_reviewer", {"text": "네"}),
        ("discard_my_changes", {}),
        ("what_may_i_do", {}),
        ("open_task", {"task": "next"}),
    ],
}  # fmt: skip


@pytest.fixture
def http(tmp_path: Path) -> Iterator[TestClient]:
    """An agent's client at a tiny shadow."""
    with visitor(shadow(tmp_path, Flavour.CLOUD), f"Bearer {TOKEN}") as client:
        yield client


def result(http: TestClient, profile: str, tool: str, arguments: dict[str, Any]) -> JsonObject:
    found: JsonObject = json.loads(call(http, profile, tool, arguments))["result"]
    return found


def texts(said: Any) -> list[str]:
    return [one["text"] for one in said["content"]]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_answer_fits_its_schema_is_marked_and_says_when_it_is_only_staged(
    http: TestClient, profile: str
) -> None:
    tools = PROFILES[profile].tools
    assert {name for name, _ in CALLS[profile]} == set(tools)
    for name, arguments in CALLS[profile]:
        tool, said = tools[name], result(http, profile, name, arguments)
        assert said["isError"] is False, (name, said)
        Draft202012Validator(tool.output_schema).validate(said["structuredContent"])
        assert wording.UNTRUSTED in "\n".join(texts(said)), name
        first = texts(said)[0].splitlines()[0]
        assert ("Staged, not applied" in first) is bool(tool.stages), (name, first)


def long_issue(http: TestClient, key: str) -> None:
    words = "로그인이 느립니다. The page takes nine seconds. " * 120
    edit = {"issueIdOrKey": key, "fields": {"description": words}}
    assert result(http, "atlassian", "editJiraIssue", edit)["isError"] is False
    for number in range(14):
        comment = {"issueIdOrKey": key, "commentBody": f"{number}: {words[:900]}"}
        assert result(http, "atlassian", "addCommentToJiraIssue", comment)["isError"] is False


def test_an_issue_is_short_in_the_other_profile_too_and_can_be_read_on(http: TestClient) -> None:
    long_issue(http, "AIR-1")
    brief = texts(result(http, "mcp-atlassian", "jira_get_issue", {"issue_key": "AIR-1"}))
    assert tokens("\n".join(brief)) <= 600
    found = json.loads(brief[0])
    assert found["comments"][-1]["body"].startswith("13: ")
    assert "of 15" in found["comments_note"]
    shown, _, cut = found["description"].partition(wording.CUT_SIGN)
    start = int(cut.partition("text_from=")[2].split()[0])
    more = {"issue_key": "AIR-1", "text_from": start}
    rest = json.loads(texts(result(http, "mcp-atlassian", "jira_get_issue", more))[0])
    assert rest["description"].startswith("The page") or "로그인" in rest["description"][:60]
    assert len(shown.rstrip()) <= start
    whole = {"issue_key": "AIR-1", "comment_limit": 15}
    every = json.loads(texts(result(http, "mcp-atlassian", "jira_get_issue", whole))[0])
    assert len(every["comments"]) == 15
    assert "comments_note" not in every
    assert all(len(one["body"]) > 500 for one in every["comments"][1:])


def test_a_long_diff_is_cut_and_can_be_read_on(http: TestClient) -> None:
    long_issue(http, "AIR-1")
    seen, start = "", 0
    for _ in range(40):
        said = result(http, "atlassian", "showMyPendingChanges", {"textFrom": start})
        assert tokens("\n".join(texts(said))) < 1800
        structured: Any = said["structuredContent"]
        part, _, cut = structured["diff"].partition(f"\n{wording.CUT_SIGN}")
        seen += part
        if not cut:
            break
        start = int(cut.partition("textFrom=")[2].split()[0])
        assert start == len(seen)
    assert "\n+ Description" in seen or "@@ Description" in seen
    assert seen.count("@@ comment") == 14
