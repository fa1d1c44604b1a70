"""Unmodified clients from PyPI, pointed at a real sandbox process, in both flavours."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from atlassian import Jira
from jira import JIRA, JIRAError

from sandbox.contract.shapes import Flavour
from tests.sandbox.jira_api.visitors import TOKEN, registry
from tests.sandbox.processes import Running, running
from tests.sandbox.tiny import SITE, START_US, person_id, tiny_issues, tiny_site

SHADOW = 'site = "{site}"\nrole = "shadow"\nflavour = "{flavour}"\n'
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """A running shadow with the tiny world, and the flavour it plays."""

    sandbox: Running
    flavour: Flavour

    @property
    def cloud(self) -> bool:
        return self.flavour is Flavour.CLOUD


@pytest.fixture(scope="module", params=list(Flavour))
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    flavour = Flavour(request.param)
    folder: Path = tmp_path_factory.mktemp(f"clients-{flavour}")
    with running(folder, SHADOW.format(site=SITE, flavour=flavour)) as sandbox:
        _fill(sandbox, flavour)
        yield Place(sandbox, flavour)


def _fill(sandbox: Running, flavour: Flavour) -> None:
    issues = [one.model_dump(mode="json") for one in tiny_issues(flavour)]
    granted = registry(flavour)
    end = max(time.time_ns() // 1000, START_US) + 24 * HOUR_US
    grants = [one.model_copy(update={"expires_at": end}) for one in granted.grants]
    granted = granted.model_copy(update={"valid_until": end, "grants": grants})
    sandbox.ask("PUT", "/site", tiny_site(flavour).model_dump(mode="json"))
    sandbox.ask("POST", "/issues", {"issues": issues})
    sandbox.ask("PUT", "/registry", granted.model_dump(mode="json"))


@pytest.fixture
def task(request: pytest.FixtureRequest) -> str:
    """Every test works in a workspace of its own."""
    return "".join(one if one.isalnum() else "-" for one in request.node.name)[:60]


@pytest.fixture(params=["token", "basic"])
def pycontribs(request: pytest.FixtureRequest, place: Place, task: str) -> Iterator[Any]:
    auth: dict[str, Any] = {"token_auth": TOKEN}
    if request.param == "basic":
        auth = {"basic_auth": ("mina@example.com", TOKEN)}
    client: Any = JIRA(f"{place.sandbox.url}/t/{task}", max_retries=0, **auth)
    yield client
    client.close()


@pytest.fixture
def atlassian(place: Place, task: str) -> Iterator[Any]:
    client: Any = Jira(
        url=f"{place.sandbox.url}/t/{task}",
        username="mina@example.com",
        password=TOKEN,
        cloud=place.cloud,
        api_version="3" if place.cloud else "2",
    )
    yield client
    client.close()


def _sealed(place: Place, task: str) -> list[dict[str, Any]]:
    """Seal a task's workspace and return the changes as the gateway would fetch them."""
    listed = place.sandbox.ask("GET", "/workspaces")["workspaces"]
    ws_id = next(one["id"] for one in listed if one["task"] == task)
    body = {"title": "By a client", "reason": "test"}
    made = place.sandbox.ask("POST", f"/workspaces/{ws_id}/seal", body)
    return list(made["change_set"]["changes"])


def test_pycontribs_does_a_days_work(pycontribs: Any, place: Place, task: str) -> None:
    me = pycontribs.myself()
    assert me["displayName"] == "Mina Park"
    assert pycontribs.server_info()["deploymentType"] == ("Cloud" if place.cloud else "Server")
    found = pycontribs.search_issues("project = AIR ORDER BY key", maxResults=2)
    assert [one.key for one in found] == ["AIR-1", "AIR-2"]
    everything = pycontribs.search_issues("project = AIR ORDER BY key", maxResults=False)
    assert len(everything) == 5
    issue = pycontribs.issue("AIR-1", expand="changelog")
    assert issue.fields.summary == "Fix the login page"
    assert issue.changelog.total == 2

    issue.update(fields={"summary": "Fix the login form"}, update={"labels": [{"add": "ui"}]})
    assert pycontribs.issue("AIR-1").fields.labels == ["team", "ui"]
    comment = pycontribs.add_comment(issue, "Looks *good*")
    assert [one.id for one in pycontribs.comments(issue)][-1] == comment.id
    pycontribs.transition_issue(issue, "In Progress")
    assert pycontribs.issue("AIR-1").fields.status.name == "In Progress"
    pycontribs.assign_issue("AIR-3", "jonas" if not place.cloud else "jonas@example.com")
    assert pycontribs.issue("AIR-3").fields.assignee.displayName == "Jonas Weber"
    made = pycontribs.create_issue(
        project="AIR", summary="새 이슈", issuetype={"name": "Task"}, description="Words"
    )
    assert pycontribs.issue(made.key).fields.summary == "새 이슈"
    pycontribs.add_worklog("AIR-1", timeSpent="30m")
    pycontribs.create_issue_link("Blocks", "AIR-1", "AIR-2")
    assert pycontribs.issue("AIR-1").fields.issuelinks[0].outwardIssue.key == "AIR-2"

    changes = _sealed(place, task)
    kinds = [(one["kind"], one["issue_key"], one["field"]) for one in changes]
    assert kinds == [
        ("edit", "AIR-1", "summary"),
        ("edit", "AIR-1", "labels"),
        ("comment", "AIR-1", None),
        ("transition", "AIR-1", None),
        ("edit", "AIR-3", "assignee"),
        ("create", made.key, None),
        ("worklog", "AIR-1", None),
        ("link", "AIR-1", None),
    ]


def test_pycontribs_reads_what_the_site_has(pycontribs: Any) -> None:
    assert [one.key for one in pycontribs.projects()] == ["AIR"]
    assert pycontribs.project("AIR").name == "Airlock"
    assert {one.name for one in pycontribs.project_components("AIR")} == {"web", "api"}
    assert [one.name for one in pycontribs.project_versions("AIR")] == ["1.0"]
    assert {one.name for one in pycontribs.statuses()} >= {"To Do", "Done"}
    assert next(one.name for one in pycontribs.priorities()) == "Highest"
    assert {one.name for one in pycontribs.issue_types()} >= {"Bug", "Task"}
    assert {one.name for one in pycontribs.issue_link_types()} >= {"Blocks"}
    assert {one["id"] for one in pycontribs.fields()} >= {"summary", "customfield_10031"}
    boards = pycontribs.boards()
    assert [one.name for one in boards] == ["AIR board"]
    assert [one.name for one in pycontribs.sprints(boards[0].id)] == ["AIR Sprint 1"]


def test_pycontribs_is_told_what_it_may_not_do(pycontribs: Any) -> None:
    with pytest.raises(JIRAError) as missing:
        pycontribs.issue("OPS-1")
    assert missing.value.status_code == 404
    issue = pycontribs.issue("AIR-2")
    with pytest.raises(JIRAError) as refused:
        issue.delete()
    assert refused.value.status_code == 403
    with pytest.raises(JIRAError) as wrong:
        issue.update(fields={"nonsense": 1})
    assert wrong.value.status_code == 400
    assert "nonsense" in str(wrong.value.text)


def test_pycontribs_is_not_let_in_with_a_wrong_token(place: Place) -> None:
    client: Any = JIRA(place.sandbox.url, token_auth="wrong", max_retries=0, get_server_info=False)
    with pytest.raises(JIRAError) as caught:
        client.myself()
    assert caught.value.status_code == 401
    client.close()


def test_atlassian_python_api_does_a_days_work(atlassian: Any, place: Place, task: str) -> None:
    assert atlassian.myself()["displayName"] == "Mina Park"
    jql = "project = AIR ORDER BY key"
    if place.cloud:
        found = atlassian.enhanced_jql(jql, fields="summary", limit=2)
    else:
        found = atlassian.jql(jql, fields="summary", limit=2)
    assert [one["key"] for one in found["issues"]] == ["AIR-1", "AIR-2"]
    assert atlassian.issue("AIR-2")["fields"]["summary"] == "Crash on upload"
    assert atlassian.issue_field_value("AIR-2", "status")["name"] == "In Progress"

    atlassian.update_issue_field("AIR-2", {"summary": "Crash on large upload"})
    words: Any = "Seen it too"
    if place.cloud:
        paragraph = {"type": "paragraph", "content": [{"type": "text", "text": words}]}
        words = {"type": "doc", "version": 1, "content": [paragraph]}
    atlassian.issue_add_comment("AIR-2", words)
    atlassian.set_issue_status("AIR-2", "Done")
    assert atlassian.get_issue_status("AIR-2") == "Done"
    fields = {
        "project": {"key": "AIR"},
        "issuetype": {"name": "Bug"},
        "summary": "Another crash",
    }
    made = atlassian.create_issue(fields=fields)
    assert atlassian.issue(made["key"])["fields"]["summary"] == "Another crash"

    kinds = [(one["kind"], one["issue_key"]) for one in _sealed(place, task)]
    assert kinds == [
        ("edit", "AIR-2"),
        ("comment", "AIR-2"),
        ("transition", "AIR-2"),
        ("create", made["key"]),
    ]


def test_atlassian_python_api_reads_what_the_site_has(atlassian: Any, place: Place) -> None:
    assert [one["key"] for one in atlassian.projects()] == ["AIR"]
    assert atlassian.project("AIR")["name"] == "Airlock"
    assert {one["name"] for one in atlassian.get_project_components("AIR")} == {"web", "api"}
    assert {one["name"] for one in atlassian.get_all_statuses()} >= {"To Do", "Done"}
    assert {one["id"] for one in atlassian.get_all_fields()} >= {"summary"}
    comments = atlassian.issue_get_comments("AIR-1")
    assert comments["total"] == 1
    changelog = atlassian.get_issue_changelog("AIR-1")
    assert changelog["total"] == 2
    who = person_id(place.flavour, "jonas") if place.cloud else "jonas"
    named = {"account_id": who} if place.cloud else {"username": who}
    assert atlassian.user(**named)["displayName"] == "Jonas Weber"
