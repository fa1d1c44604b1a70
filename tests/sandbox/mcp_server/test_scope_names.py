"""What is named besides issues: sprints, epics, projects, versions, resources out of scope.

None of it is written, and none can be told from what does not exist at all.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sandbox.contract.shapes import Flavour, SiteBaseline
from sandbox.mcp_server.profiles import PROFILES
from sandbox.operations import proposing
from tests.sandbox.mcp_server.test_scope import (
    ACCEPT,
    MINE,
    SEARCH,
    Calls,
    call,
    door,
    other_world,
)
from tests.sandbox.tiny import agent_caller, tiny_issues, tiny_scope, tiny_site

SPRINT, EPIC = "customfield_10020", "customfield_10014"
#: Sprint 2 is of the other project's board, 99 of none; AIR-2 is somebody else's, OPS-1 there.
FOREIGN: list[dict[str, Any]] = [
    {SPRINT: 2}, {"Sprint": 2}, {SPRINT: "2"}, {SPRINT: {"id": 2}}, {SPRINT: 99},
    {EPIC: "AIR-2"}, {EPIC: "OPS-1"}, {"Epic Link": "OPS-1"}, {EPIC: "NONE-1"},
    {"fixVersions": [{"name": "geheim 9"}]},
    {"components": [{"name": "Tresor"}]},
]  # fmt: skip
QUERIES = (
    "sprint = 2", "sprint = 99", 'sprint = "비밀"', 'sprint = "Sprint 2"',
    "sprint in openSprints()",
    '"Epic Link" = OPS-1', '"Epic Link" = AIR-2', "parent = OPS-1", "parentEpic = OPS-1",
    "project = OPS", "project = SEC", "project = Operations", "project in (AIR, SEC)",
    'fixVersion = "geheim 9"', "component = Tresor", "id = 10006", "key in (AIR-2, OPS-1, AIR-77)",
    'filter = "Filter for OPS board"', "filter = 10002", "filter = 99", 'filter = "비밀"',
    "project = AIR AND issuekey = OPS-1", "watcher = currentUser() AND project = OPS",
)  # fmt: skip


def writes(profile: str) -> Calls:
    """Return edits and creations that name something out of scope."""
    found: Calls = []
    for fields in FOREIGN:
        if profile == "atlassian":
            create = {"projectKey": "AIR", "issueTypeName": "Task", "summary": "x"}
            found.append(("editJiraIssue", {"issueIdOrKey": MINE, "fields": fields}))
            found.append(("createJiraIssue", {**create, "additional_fields": fields}))
        else:
            text = json.dumps(fields)
            create = {"project_key": "AIR", "issue_type": "Task", "summary": "x"}
            found.append(("jira_update_issue", {"issue_key": MINE, "fields": text}))
            found.append(("jira_create_issue", {**create, "additional_fields": text}))
    move: dict[str, Any] = {"project": {"key": "OPS"}}
    if profile == "atlassian":
        return [*found, ("editJiraIssue", {"issueIdOrKey": MINE, "fields": move})]
    return [*found, ("jira_update_issue", {"issue_key": MINE, "fields": json.dumps(move)})]


def reads(profile: str) -> Calls:
    """Return calls that read by such a name."""
    found: Calls = [(SEARCH[profile], {"jql": jql}) for jql in QUERIES]
    if profile == "atlassian":
        for key in ("OPS", "SEC", "10002"):
            found.append(("getJiraProjectIssueTypesMetadata", {"projectIdOrKey": key}))
            found.append(("getVisibleJiraProjects", {"searchString": key}))
        return found
    for key in ("OPS", "SEC"):
        found += [(f"jira_get_project_{part}", {"project_key": key}) for part in ("versions",)]
        found.append(("jira_search", {"jql": "ORDER BY key", "projects_filter": key}))
    return found


def other_site() -> SiteBaseline:
    """Return the tiny site, different in all that is of other projects; one more of them."""
    site = tiny_site(Flavour.CLOUD)
    projects: list[Any] = []
    for one in site.projects:
        if one["key"] == "OPS":
            more = {"versions": [{"id": "77", "name": "geheim 9"}], "name": "Tresor"}
            parts = {"components": [{"id": "78", "name": "Tresor"}]}
            projects += [{**one, **more, **parts}, {**one, "id": "10099", "key": "SEC"}]
        else:
            projects.append(one)
    secret = {"name": "비밀", "jql": "project = OPS AND fixVersion = 'geheim 9'"}
    filters: list[Any] = [
        {**one, **secret} if str(one["id"]) == "10002" else one for one in site.filters
    ]
    named: dict[str, list[Any]] = {
        part: [{**one, "name": "비밀"} if str(one["id"]) == "2" else one for one in listed]
        for part, listed in (("boards", site.boards), ("sprints", site.sprints))
    }
    return site.model_copy(update={"projects": projects, "filters": filters, **named})


def asks(client: TestClient, profile: str) -> list[bytes]:
    """Return the answers to resources and completions that name what is out of scope."""
    uris = ("jira://issue/AIR-2", "jira://issue/OPS-1", "jira://board/2", "jira://board/99")
    found: list[tuple[str, dict[str, Any]]] = [
        ("resources/read", {"uri": uri}) for uri in (*uris, "jira://changeset/other.1")
    ]
    starts = {"key": "OPS", "project": "S", "board": "2", "id": "2"}
    ref = {"type": "ref/resource", "uri": "jira://issue/{key}"}
    for name, start in starts.items():
        found.append(
            ("completion/complete", {"ref": ref, "argument": {"name": name, "value": start}})
        )
    found.append(("resources/list", {}))
    answers = []
    for number, (method, params) in enumerate(found):
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        answers.append(client.post(f"/mcp?tools={profile}", json=message, headers=ACCEPT).content)
    return answers


@pytest.mark.parametrize("profile", PROFILES)
def test_no_write_takes_what_is_out_of_scope(tmp_path: Path, profile: str) -> None:
    with door(tmp_path, tiny_issues(Flavour.CLOUD)) as (client, sandbox):
        for tool, arguments in writes(profile):
            result = json.loads(call(client, profile, tool, arguments))["result"]
            assert result["isError"] is True, (tool, arguments, result)
            assert "Nothing was changed" in result["content"][0]["text"]
        me = agent_caller(sandbox, tiny_scope(mine_only=True))
        assert proposing.pending(sandbox, me) == []
        # The same with what is in scope is taken, or nothing would have been proved.
        for fields in ({SPRINT: 1}, {EPIC: "AIR-4"}):
            edit = {"issueIdOrKey": MINE, "fields": fields}
            said = json.loads(call(client, "atlassian", "editJiraIssue", edit))["result"]
            assert said["isError"] is False, said


@pytest.mark.parametrize("profile", PROFILES)
def test_names_out_of_scope_cannot_be_told_from_none(tmp_path: Path, profile: str) -> None:
    calls = [*reads(profile), *writes(profile)]
    worlds = ((tiny_issues(Flavour.CLOUD), tiny_site(Flavour.CLOUD)), (other_world(), other_site()))
    answers = []
    for place, (issues, site) in enumerate(worlds):
        with door(tmp_path / str(place), issues, site) as (client, _):
            said = [call(client, profile, tool, arguments) for tool, arguments in calls]
            answers.append((said, asks(client, profile)))
    for (tool, arguments), one, other in zip(calls, answers[0][0], answers[1][0], strict=True):
        assert one == other, (tool, arguments)
    assert answers[0][1] == answers[1][1]


def test_a_filter_is_there_if_all_that_it_names_is(tmp_path: Path) -> None:
    site = tiny_site(Flavour.CLOUD)
    air: Any = next(one for one in site.filters if str(one["id"]) == "10001")
    queries = {
        "1": "project in (AIR, OPS)", "2": "parent = OPS-1", "3": "sprint = 2",
        "4": "project = AIR AND sprint = 1", "5": "assignee = currentUser() ORDER BY key",
    }  # fmt: skip
    more = [{**air, "id": name, "name": name, "jql": jql} for name, jql in queries.items()]
    known = site.model_copy(update={"filters": [*site.filters, *more]})
    with door(tmp_path, tiny_issues(Flavour.CLOUD), known) as (client, _):
        favourites = client.get("/rest/api/3/filter/favourite").json()
        assert [one["id"] for one in favourites] == ["10001", "4", "5"]
        there = {name: client.get(f"/rest/api/3/filter/{name}").status_code for name in queries}
        assert there == {"1": 404, "2": 404, "3": 404, "4": 200, "5": 200}
        assert client.get("/rest/api/3/filter/10002").status_code == 404


def test_a_board_whose_filter_names_another_project_shows_its_own(tmp_path: Path) -> None:
    site = tiny_site(Flavour.CLOUD)
    filters = [{**one, "jql": "project in (AIR, OPS) ORDER BY Rank"} for one in site.filters]
    known = site.model_copy(update={"filters": filters})
    with door(tmp_path, tiny_issues(Flavour.CLOUD), known) as (client, _):
        found = client.get("/rest/agile/1.0/board/1/issue")
        assert found.status_code == 200
        assert {one["key"] for one in found.json()["issues"]} >= {"AIR-1", "AIR-3"}
