"""An issue outside the scope, by every argument of both doors; and bad input at both."""

from typing import Any

import pytest

from sandbox.contract.scope import NOT_VISIBLE
from tests.house import House
from tests.journeys.agents import Agent, Told, work

ABSENT = "WEB-99999"
DOC = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": []}]}


def keys(built: House) -> tuple[str, str]:
    """Return an issue of the person, and one of somebody else."""
    assert built.world is not None
    return built.world.cast.clean, built.world.cast.foreign


def token(built: House, name: str) -> str:
    assert built.world is not None
    return built.token(name, built.world.cast.person.account_id)


def pending(built: House, secret: str, task: str) -> Any:
    told = work(
        built.shadow.url, secret, lambda agent: agent.must("showMyPendingChanges"), task=task
    )
    return told.structured["changes"]


MCP_CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("getJiraIssue", {"issueIdOrKey": "{bad}"}),
    ("getTransitionsForJiraIssue", {"issueIdOrKey": "{bad}"}),
    ("getJiraIssueRemoteIssueLinks", {"issueIdOrKey": "{bad}"}),
    ("editJiraIssue", {"issueIdOrKey": "{bad}", "fields": {"summary": "x"}}),
    ("editJiraIssue", {"issueIdOrKey": "{good}", "fields": {"parent": {"key": "{bad}"}}}),
    ("transitionJiraIssue", {"issueIdOrKey": "{bad}", "transition": {"id": "21"}}),
    ("addCommentToJiraIssue", {"issueIdOrKey": "{bad}", "commentBody": "x"}),
    ("addWorklogToJiraIssue", {"issueIdOrKey": "{bad}", "timeSpent": "1h"}),
    ("createIssueLink", {"type": "Blocks", "inwardIssue": "{good}", "outwardIssue": "{bad}"}),
    ("createIssueLink", {"type": "Blocks", "inwardIssue": "{bad}", "outwardIssue": "{good}"}),
    (
        "createJiraIssue",
        {"projectKey": "WEB", "issueTypeName": "Sub-task", "summary": "x", "parent": "{bad}"},
    ),
)


def filled(value: Any, good: str, bad: str) -> Any:
    if isinstance(value, str):
        return value.replace("{good}", good).replace("{bad}", bad)
    if isinstance(value, dict):
        return {name: filled(one, good, bad) for name, one in value.items()}
    return value


@pytest.mark.parametrize(("tool", "arguments"), MCP_CALLS)
def test_a_foreign_issue_answers_as_if_it_were_not_there_at_the_mcp_door(
    built: House, tool: str, arguments: dict[str, Any]
) -> None:
    good, foreign = keys(built)
    secret = token(built, "door-mcp")

    async def both(agent: Agent) -> tuple[Told, Told]:
        theirs = await agent.ask(tool, **filled(arguments, good, foreign))
        absent = await agent.ask(tool, **filled(arguments, good, ABSENT))
        return theirs, absent

    theirs, absent = work(built.shadow.url, secret, both, task="door-mcp")
    assert theirs.refused
    assert theirs.text.replace(foreign, "KEY") == absent.text.replace(ABSENT, "KEY")
    assert pending(built, secret, "door-mcp") == []


REST_CALLS: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/rest/api/3/issue/{bad}", None),
    ("GET", "/rest/api/2/issue/{bad}", None),
    ("GET", "/rest/api/3/issue/{bad}/comment", None),
    ("GET", "/rest/api/3/issue/{bad}/transitions", None),
    ("GET", "/rest/api/3/issue/{bad}/changelog", None),
    ("GET", "/rest/api/3/issue/{bad}/editmeta", None),
    ("GET", "/rest/api/3/issue/{bad}/worklog", None),
    ("GET", "/rest/api/3/issue/{bad}/watchers", None),
    ("GET", "/rest/api/3/issue/{bad}/remotelink", None),
    ("GET", "/rest/api/3/issue/{bad}/properties/x", None),
    ("PUT", "/rest/api/3/issue/{bad}", {"fields": {"summary": "x"}}),
    ("PUT", "/rest/api/3/issue/{bad}/assignee", {"accountId": None}),
    ("POST", "/rest/api/3/issue/{bad}/comment", {"body": DOC}),
    ("POST", "/rest/api/3/issue/{bad}/transitions", {"transition": {"id": "21"}}),
    ("POST", "/rest/api/3/issue/{bad}/worklog", {"timeSpent": "1h"}),
    (
        "POST",
        "/rest/api/3/issueLink",
        {
            "type": {"name": "Blocks"},
            "inwardIssue": {"key": "{good}"},
            "outwardIssue": {"key": "{bad}"},
        },
    ),
    ("PUT", "/rest/api/3/issue/{good}", {"update": {"parent": [{"set": {"key": "{bad}"}}]}}),
)


@pytest.mark.parametrize(("method", "path", "body"), REST_CALLS)
def test_a_foreign_issue_answers_as_if_it_were_not_there_at_the_rest_door(
    built: House, method: str, path: str, body: Any
) -> None:
    good, foreign = keys(built)
    secret = token(built, "door-rest")
    http = built.agent(secret, "door-rest")
    theirs = http.request(method, filled(path, good, foreign), json=filled(body, good, foreign))
    absent = http.request(method, filled(path, good, ABSENT), json=filled(body, good, ABSENT))
    assert theirs.status_code in (400, 404)
    assert (theirs.status_code, theirs.text.replace(foreign, "KEY")) == (
        absent.status_code,
        absent.text.replace(ABSENT, "KEY"),
    )
    assert pending(built, secret, "door-rest") == []


def test_a_search_finds_only_what_is_in_scope(built: House) -> None:
    good, foreign = keys(built)
    http = built.agent(token(built, "door-search"))
    found = http.get("/rest/api/3/search/jql", params={"jql": "project = WEB", "fields": "summary"})
    names = {one["key"] for one in found.raise_for_status().json()["issues"]}
    assert good in names
    assert foreign not in names


def test_assigning_an_issue_to_oneself_does_not_widen_the_scope(built: House) -> None:
    _, foreign = keys(built)
    http = built.agent(token(built, "door-widen"))
    assert built.world is not None
    me = {"accountId": built.world.cast.person.account_id}
    answer = http.put(f"/rest/api/3/issue/{foreign}/assignee", json=me)
    assert answer.status_code == 404
    assert NOT_VISIBLE.sentence in answer.text


BAD_REST: tuple[tuple[str, str, Any, int], ...] = (
    ("PUT", "/rest/api/3/issue/{good}", b"{not json", 400),
    ("PUT", "/rest/api/3/issue/{good}", {"fields": {"nonsense": 1}}, 400),
    ("PUT", "/rest/api/3/issue/{good}", {"fields": {"labels": "not a list"}}, 400),
    ("PUT", "/rest/api/3/issue/{good}", {"fields": {"summary": ""}}, 400),
    ("PUT", "/rest/api/3/issue/{good}", {"fields": {"description": "wiki"}}, 400),
    ("PUT", "/rest/api/3/issue/{good}", {"fields": {"description": {"type": "doc"}}}, 400),
    ("PUT", "/rest/api/3/issue/{good}", {"fields": {"priority": {"name": "Nope"}}}, 400),
    ("PUT", "/rest/api/3/issue/{good}", {"fields": {"labels": ["a"], "duedate": "tomorrow"}}, 400),
    ("POST", "/rest/api/3/issue", {"fields": {"project": {"key": "WEB"}}}, 400),
    ("POST", "/rest/api/3/issue/{good}/comment", {"body": "text"}, 400),
    ("POST", "/rest/api/3/issue/{good}/transitions", {"transition": {"id": "9999"}}, 400),
    ("GET", "/rest/api/3/search/jql?jql=project+%3D", None, 400),
    ("GET", "/rest/api/3/nothing/here", None, 404),
    ("PUT", "/rest/api/3/issue/{good}", {"fields": {"summary": "x" * 11_000_000}}, 413),
    ("DELETE", "/rest/api/3/issue/{good}", None, 403),
)


@pytest.mark.parametrize(("method", "path", "body", "status"), BAD_REST)
def test_bad_input_gets_jiras_error_body_and_writes_nothing(
    built: House, method: str, path: str, body: Any, status: int
) -> None:
    good, _ = keys(built)
    secret = token(built, "bad-rest")
    http = built.agent(secret, "bad-rest")
    sent: dict[str, Any] = {"json": body}
    if isinstance(body, bytes):
        sent = {"content": body, "headers": {"Content-Type": "application/json"}}
    answer = http.request(method, filled(path, good, ""), **sent)
    assert answer.status_code == status, answer.text[:300]
    told = answer.json()
    assert told.get("errorMessages") or told.get("errors") or told.get("message"), told
    assert answer.headers["X-Airlock-Sandbox"] == "shadow"
    assert pending(built, secret, "bad-rest") == []


BAD_MCP: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("editJiraIssue", {"issueIdOrKey": "{good}", "field": {"summary": "x"}}, "fields"),
    ("editJiraIssue", {"issueIdOrKey": "{good}", "fields": {"nonsense": 1}}, "nonsense"),
    ("editJiraIssue", {"issueIdOrKey": "{good}", "fields": {}}, "fields"),
    ("editJiraIssue", {"issueIdOrKey": "{good}"}, "fields"),
    ("editJiraIssue", {"issueIdOrKey": 7, "fields": {"summary": "x"}}, "issueIdOrKey"),
    ("addCommentToJiraIssue", {"issueIdOrKey": "{good}", "commentBody": {"type": "p"}}, "doc"),
    ("createJiraIssue", {"projectKey": "WEB", "issueTypeName": "Nope", "summary": "x"}, "issue"),
    ("searchJiraIssuesUsingJql", {"jql": "project = "}, "JQL"),
    ("deleteJiraIssue", {"issueIdOrKey": "{good}"}, "person"),
    ("getJiraIsue", {"issueIdOrKey": "{good}"}, "getJiraIssue"),
    ("submitForReview", {"reason": "nothing is staged"}, ""),
)


@pytest.mark.parametrize(("tool", "arguments", "says"), BAD_MCP)
def test_bad_input_gets_a_readable_tool_error_and_writes_nothing(
    built: House, tool: str, arguments: dict[str, Any], says: str
) -> None:
    good, _ = keys(built)
    secret = token(built, "bad-mcp")
    told = work(
        built.shadow.url,
        secret,
        lambda agent: agent.ask(tool, **filled(arguments, good, "")),
        task="bad-mcp",
    )
    assert told.refused, told.text
    assert says.casefold() in told.text.casefold()
    assert pending(built, secret, "bad-mcp") == []
