"""What agents written for other servers call: each list runs unchanged against its profile.

A step is a tool, its arguments, and what to remember of its answer: a name and the path to
a value. ``$name`` in later arguments stands for it.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One call."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)
    #: Name to a dotted path into the answer's JSON.
    remember: dict[str, str] = field(default_factory=dict)


_MINE = "project = WEB AND assignee = currentUser() AND statusCategory != Done ORDER BY key"

#: Triage as an agent of Atlassian's own server does it: cloudId first and everywhere.
OFFICIAL: tuple[Step, ...] = (
    Step("atlassianUserInfo", {}, {"me": "accountId"}),
    Step("getAccessibleAtlassianResources", {}, {"cloud": "resources.0.id"}),
    Step(
        "getVisibleJiraProjects",
        {"cloudId": "$cloud", "action": "create", "searchString": "WEB", "expandIssueTypes": True},
        {"project": "values.0.key"},
    ),
    Step(
        "searchJiraIssuesUsingJql",
        {
            "cloudId": "$cloud",
            "jql": _MINE,
            "maxResults": 10,
            "fields": ["summary", "status", "priority"],
        },
        {"key": "issues.nodes.0.key", "other": "issues.nodes.1.key"},
    ),
    Step(
        "getJiraIssue",
        {
            "cloudId": "$cloud",
            "issueIdOrKey": "$key",
            "fields": ["summary", "status", "comment"],
            "expand": "renderedFields",
            "failFast": False,
            "responseContentFormat": "markdown",
        },
    ),
    Step("getJiraIssueRemoteIssueLinks", {"cloudId": "$cloud", "issueIdOrKey": "$key"}),
    Step(
        "getTransitionsForJiraIssue",
        {"cloudId": "$cloud", "issueIdOrKey": "$key", "includeUnavailableTransitions": False},
        {"move": "transitions.0.id"},
    ),
    Step(
        "editJiraIssue",
        {
            "cloudId": "$cloud",
            "issueIdOrKey": "$key",
            "fields": {"labels": ["triaged", "고객-보고"], "duedate": "2026-12-11"},
            "contentFormat": "markdown",
        },
    ),
    Step(
        "addCommentToJiraIssue",
        {
            "cloudId": "$cloud",
            "issueIdOrKey": "$key",
            "commentBody": "Triaged: see **steps**.\n\n1. 재현함\n2. 로그 첨부",
            "contentFormat": "markdown",
        },
    ),
    Step(
        "transitionJiraIssue",
        {"cloudId": "$cloud", "issueIdOrKey": "$key", "transition": {"id": "$move"}},
    ),
    Step("lookupJiraAccountId", {"cloudId": "$cloud", "searchString": "shop.example"}),
    Step(
        "getJiraProjectIssueTypesMetadata",
        {"cloudId": "$cloud", "projectIdOrKey": "$project", "maxResults": 50},
        {"type": "issueTypes.0.id"},
    ),
    Step(
        "getJiraIssueTypeMetaWithFields",
        {"cloudId": "$cloud", "projectIdOrKey": "$project", "issueTypeId": "$type"},
    ),
    Step(
        "createJiraIssue",
        {
            "cloudId": "$cloud",
            "projectKey": "$project",
            "issueTypeName": "Task",
            "summary": "Follow-up: 로그 수집 자동화",
            "description": "## Why\n\n| 환경 | 결과 |\n| --- | --- |\n| Safari | 실패 |",
            "assignee_account_id": "$me",
            "additional_fields": {"labels": ["triaged"]},
        },
        {"made": "key"},
    ),
    Step("getIssueLinkTypes", {"cloudId": "$cloud"}),
    Step(
        "createIssueLink",
        {"cloudId": "$cloud", "type": "Blocks", "inwardIssue": "$made", "outwardIssue": "$key"},
    ),
    Step(
        "addWorklogToJiraIssue",
        {"cloudId": "$cloud", "issueIdOrKey": "$key", "timeSpent": "1h 30m"},
    ),
)

#: The same work as an agent of mcp-atlassian does it: texts of JSON, one list of fields.
MCP_ATLASSIAN: tuple[Step, ...] = (
    Step("jira_get_user_profile", {"user_identifier": "me"}, {"me": "user.account_id"}),
    Step("jira_get_all_projects", {"include_archived": False}, {"project": "0.key"}),
    Step(
        "jira_search",
        {"jql": _MINE, "fields": "summary,status,assignee", "limit": 10, "start_at": 0},
        {"key": "issues.0.key"},
    ),
    Step(
        "jira_get_issue",
        {"issue_key": "$key", "fields": "*all", "comment_limit": 5, "update_history": False},
    ),
    Step("jira_search_fields", {"keyword": "sprint", "limit": 5}),
    Step("jira_get_agile_boards", {"project_key": "WEB"}, {"board": "0.id"}),
    Step("jira_get_sprints_from_board", {"board_id": "$board", "state": "active"}),
    Step("jira_get_transitions", {"issue_key": "$key"}, {"move": "0.id"}),
    Step(
        "jira_update_issue",
        {
            "issue_key": "$key",
            "fields": '{"labels": ["triaged"], "assignee": "$me"}',
            "additional_fields": '{"duedate": "2026-12-11"}',
        },
    ),
    Step("jira_add_comment", {"issue_key": "$key", "body": "**재현함**: Safari 18"}),
    Step(
        "jira_transition_issue",
        {"issue_key": "$key", "transition_id": "$move", "comment": "시작합니다"},
    ),
    Step(
        "jira_create_issue",
        {
            "project_key": "$project",
            "summary": "Follow-up: 로그 수집 자동화",
            "issue_type": "Task",
            "assignee": "$me",
            "description": "## Why\n\n- one\n- 둘",
            "additional_fields": '{"labels": ["triaged"]}',
        },
        {"made": "issue.key"},
    ),
    Step("jira_get_link_types", {}),
    Step(
        "jira_create_issue_link",
        {"link_type": "Blocks", "inward_issue_key": "$made", "outward_issue_key": "$key"},
    ),
    Step(
        "jira_create_remote_issue_link",
        {"issue_key": "$key", "url": "https://example.org/log", "title": "로그"},
    ),
    Step(
        "jira_add_worklog",
        {"issue_key": "$key", "time_spent": "1h 30m", "comment": "원인 분석"},
    ),
)
