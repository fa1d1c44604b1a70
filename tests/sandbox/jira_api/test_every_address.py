"""Every address of the ranked table (rows 1 to 62) and what else is promised, asked once."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sandbox.contract.shapes import Flavour
from tests.sandbox.jira_api.visitors import ADDRESS, TOKEN, agent, api, jonas, shadow, visitor
from tests.sandbox.tiny import person_id, rich

#: Method, path below the dialect's root (or from ``/``), body, expected status.
Row = tuple[str, str, Any, int]


def table(flavour: Flavour) -> list[Row]:
    """Return the requests in an order in which each can succeed at an upstream."""
    cloud = flavour is Flavour.CLOUD
    mina = person_id(flavour, "mina")
    who = f"accountId={mina}" if cloud else "username=mina"
    named = {"accountId": mina} if cloud else {"name": "mina"}
    text = rich(flavour, "Words")
    new = {"project": {"key": "AIR"}, "issuetype": {"name": "Task"}, "summary": "New"}
    ends = {"inwardIssue": {"key": "AIR-1"}, "outwardIssue": {"key": "AIR-2"}}
    return [
        ("GET", "search/jql?jql=project=AIR", None, 200),
        ("POST", "search/jql", {"jql": "project = AIR"}, 200),
        ("GET", "issue/AIR-1", None, 200),
        ("POST", "issue", {"fields": new}, 201),
        ("POST", "issue/AIR-1/comment", {"body": text}, 201),
        ("GET", "myself", None, 200),
        ("GET", "issue/AIR-1/transitions", None, 200),
        ("POST", "issue/AIR-1/transitions", {"transition": {"id": "21"}}, 204),
        ("GET", "/rest/agile/1.0/board", None, 200),
        ("GET", "/rest/agile/1.0/board/1/sprint", None, 200),
        ("PUT", "issue/AIR-1", {"fields": {"summary": "Other"}}, 204),
        ("POST", "issueLink", {"type": {"name": "Blocks"}, **ends}, 201),
        ("GET", "field", None, 200),
        ("GET", "search?jql=project=AIR", None, 410 if cloud else 200),
        ("POST", "search", {"jql": "project = AIR"}, 410 if cloud else 200),
        ("POST", "issue/AIR-1/worklog", {"timeSpentSeconds": 3600}, 201),
        ("GET", "issue/AIR-1/worklog", None, 200),
        ("GET", "project/AIR", None, 200),
        ("GET", "issue/AIR-1/comment", None, 200),
        ("GET", "issueLinkType", None, 200),
        ("POST", "issue/AIR-1/watchers", mina, 204),
        ("GET", f"user?{who}", None, 200),
        ("POST", "issue/AIR-1/remotelink", {"object": {"url": "https://x.org", "title": "x"}}, 201),
        ("PUT", "issue/AIR-1/comment/100011", {"body": text}, 200),
        ("GET", "project", None, 200),
        ("GET", "status", None, 200),
        ("PUT", "issue/AIR-1/assignee", named, 204),
        ("GET", "user/search?query=mina&username=mina", None, 200),
        ("GET", "serverInfo", None, 200),
        ("GET", "project/AIR/versions", None, 200),
        ("POST", "component", {"name": "new", "project": "AIR"}, 201),
        ("GET", "component/10000", None, 200),
        ("GET", "issue/createmeta?projectKeys=AIR&expand=projects.issuetypes.fields", None, 200),
        ("POST", "/rest/agile/1.0/sprint/1/issue", {"issues": ["AIR-1"]}, 204),
        ("GET", "user/assignable/search?project=AIR", None, 200),
        ("GET", "issue/AIR-1/remotelink", None, 200),
        ("GET", "issue/AIR-1/watchers", None, 200),
        ("GET", "issue/AIR-1/votes", None, 200),
        ("POST", "issue/AIR-1/votes", None, 403),
        ("DELETE", "issue/AIR-1/votes", None, 403),
        ("POST", "issue/AIR-999/votes", None, 404),
        ("POST", "version", {"name": "9.0", "project": "AIR"}, 201),
        ("PUT", "version/10000", {"description": "x"}, 200),
        ("GET", "version/10000", None, 200),
        ("GET", "/rest/agile/1.0/sprint/1", None, 200),
        ("GET", "project/AIR/components", None, 200),
        ("GET", "issuetype", None, 200),
        ("GET", "priority", None, 200),
        ("GET", "group/member?groupname=jira-software-users", None, 200),
        ("DELETE", f"issue/AIR-1/watchers?{who}", None, 204),
        ("GET", "attachment/1", None, 404),
        ("GET", "/rest/agile/1.0/board/1/configuration", None, 200),
        ("PUT", "component/10000", {"description": "x"}, 200),
        ("GET", "issue/AIR-1/comment/100011", None, 200),
        ("GET", "issue/AIR-1/editmeta", None, 200),
        ("GET", "/rest/agile/1.0/sprint/1/issue", None, 200),
        ("POST", "/rest/agile/1.0/backlog/issue", {"issues": ["AIR-1"]}, 204),
        ("GET", "issue/AIR-1/properties", None, 200),
        ("GET", "issue/AIR-1/properties/none", None, 404),
        ("PUT", "issue/AIR-1/properties/one", {"a": 1}, 201),
        ("GET", "filter/10001", None, 200),
        ("GET", "issueLinkType/10000", None, 200),
        ("GET", "issue/createmeta/AIR/issuetypes", None, 200),
        ("GET", "issue/createmeta/AIR/issuetypes/10002", None, 200),
        ("GET", "issue/createmeta/10000/issuetypes/10002?maxResults=2", None, 200),
        ("GET", "/rest/agile/1.0/board/1", None, 200),
        ("GET", "/rest/agile/1.0/board/1/issue?jql=type=Bug%20ORDER%20BY%20key", None, 200),
        ("GET", "/rest/agile/1.0/board/1/backlog", None, 200),
        ("GET", "/rest/agile/1.0/board/1/sprint/1/issue", None, 200),
        ("GET", "/rest/agile/1.0/epic/AIR-4/issue", None, 200),
        ("GET", "/rest/agile/1.0/issue/AIR-1", None, 200),
        ("GET", "issue/AIR-1/changelog", None, 200),
        ("POST", "issue/AIR-1/changelog/list", {"changelogIds": ["100011"]}, 200),
        ("POST", "changelog/bulkfetch", {"issueIdsOrKeys": ["AIR-1"]}, 200),
        ("POST", "issue/bulkfetch", {"issueIdsOrKeys": ["AIR-1"]}, 200),
        ("POST", "search/approximate-count", {"jql": "project = AIR"}, 200),
        ("GET", "priority/3", None, 200),
        ("GET", "status/10000", None, 200),
        ("GET", "issuetype/10002", None, 200),
        ("GET", "resolution", None, 200),
        ("GET", "resolution/10000", None, 200),
        ("GET", "statuscategory", None, 200),
        ("GET", "statuscategory/done", None, 200),
        ("GET", "project/search?query=air", None, 200),
        ("GET", "project/AIR/statuses", None, 200),
        ("GET", "project/AIR/version", None, 200),
        ("GET", "project/AIR/component", None, 200),
        ("GET", "mypermissions?permissions=BROWSE_PROJECTS,DELETE_ISSUES", None, 200),
        ("GET", "permissions", None, 200),
        ("GET", "user/viewissue/search?issueKey=AIR-1", None, 200),
        ("GET", "users/search", None, 200),
        ("GET", "users", None, 200),
        ("GET", "label", None, 200),
        ("GET", "filter/favourite", None, 200),
        ("GET", "attachment/meta", None, 200),
        ("POST", "jql/parse", {"queries": ["project = AIR"]}, 200),
        ("GET", "status/99", None, 404),
        ("GET", "filter/99", None, 404),
        ("GET", "project/NONE", None, 404),
        ("GET", "component/99", None, 404),
        ("GET", "version/99", None, 404),
        ("GET", "user?accountId=nobody", None, 404),
        ("GET", "user", None, 400),
        ("GET", "group/member?groupname=nobody", None, 404),
        ("GET", "issueLinkType/99", None, 404),
        ("GET", "issue/createmeta/NONE/issuetypes", None, 404),
        ("GET", "issue/createmeta/AIR/issuetypes/99", None, 404),
        ("GET", "/rest/agile/1.0/board/99", None, 404),
        ("GET", "/rest/agile/1.0/sprint/99", None, 404),
        ("DELETE", "issue/AIR-1/comment/100011", None, 204),
        ("DELETE", "issueLink/99", None, 404),
        ("DELETE", "attachment/1", None, 404),
        ("DELETE", "component/10000", None, 204),
        ("DELETE", "issue/AIR-3", None, 204),
    ]


def walk(client: TestClient, flavour: Flavour, rows: list[Row]) -> dict[str, Any]:
    """Ask everything; return what was answered with an unexpected status."""
    wrong = {}
    for method, path, body, status in rows:
        address = path if path.startswith("/") else f"{api(flavour)}/{path}"
        found = client.request(method, address, json=body)
        if found.status_code != status:
            wrong[f"{method} {path}"] = (found.status_code, found.text[:300])
        assert "airlock.invalid" not in found.text
    return wrong


@pytest.fixture(params=list(Flavour))
def flavour(request: pytest.FixtureRequest) -> Flavour:
    return Flavour(request.param)


def test_an_upstream_answers_every_address(tmp_path: Path, flavour: Flavour) -> None:
    assert walk(jonas(tmp_path, flavour), flavour, table(flavour)) == {}


def test_a_shadow_answers_every_address_that_only_reads(tmp_path: Path, flavour: Flavour) -> None:
    reads = [row for row in table(flavour) if row[0] == "GET" and "properties/" not in row[1]]
    assert len(reads) > 70
    assert walk(agent(tmp_path, flavour), flavour, reads) == {}


def test_the_other_dialect_answers_every_address_that_only_reads(tmp_path: Path) -> None:
    client = agent(tmp_path, Flavour.CLOUD)
    for method, path, _, status in table(Flavour.CLOUD):
        if method != "GET" or path.startswith("/") or "properties/" in path:
            continue
        found = client.get(f"/rest/api/2/{path}")
        assert (path, found.status_code) == (path, status)
        if "createmeta" not in path:
            assert f"{ADDRESS}/rest/api/3/" not in found.text, path


def test_metadata_has_the_envelope_of_its_flavour(tmp_path: Path, flavour: Flavour) -> None:
    client = agent(tmp_path, flavour)
    types = client.get(f"{api(flavour)}/issue/createmeta/AIR/issuetypes").json()
    fields = client.get(f"{api(flavour)}/issue/createmeta/AIR/issuetypes/10002").json()
    if flavour is Flavour.CLOUD:
        assert set(types) == {"issueTypes", "startAt", "maxResults", "total"}
        assert set(fields) == {"fields", "startAt", "maxResults", "total"}
    else:
        assert set(types) == {"values", "startAt", "maxResults", "total", "isLast"}
        assert set(fields) == set(types)
    listed = fields["fields" if flavour is Flavour.CLOUD else "values"]
    assert {one["fieldId"] for one in listed if one["required"]} == {
        "summary",
        "project",
        "issuetype",
    }


def test_the_old_createmeta_is_gone_on_data_center_9(tmp_path: Path) -> None:
    sandbox = shadow(tmp_path, Flavour.SERVER)
    client = visitor(sandbox, f"Bearer {TOKEN}")
    path = "/rest/api/2/issue/createmeta?expand=projects.issuetypes.fields"
    sandbox.version = "8.17.1"
    found = client.get(f"{path}&projectKeys=AIR&issuetypeNames=Bug").json()["projects"]
    assert [one["key"] for one in found] == ["AIR"]
    assert [one["name"] for one in found[0]["issuetypes"]] == ["Bug"]
    assert "summary" in found[0]["issuetypes"][0]["fields"]
    sandbox.version = "9.4.0"
    assert client.get(path).status_code == 404


def test_an_agent_sees_the_projects_boards_and_permissions_of_its_scope(
    tmp_path: Path, flavour: Flavour
) -> None:
    client, root = agent(tmp_path, flavour), api(flavour)
    assert [one["key"] for one in client.get(f"{root}/project").json()] == ["AIR"]
    assert client.get(f"{root}/project/OPS").status_code == 404
    boards = client.get("/rest/agile/1.0/board").json()["values"]
    assert [one["name"] for one in boards] == ["AIR board"]
    assert client.get("/rest/agile/1.0/board/2").status_code == 404
    assert client.get("/rest/agile/1.0/board/2/issue").status_code == 404
    assert client.get("/rest/agile/1.0/sprint/2/issue").status_code == 404
    found = client.get(f"{root}/mypermissions").json()["permissions"]
    have = {name for name, one in found.items() if one["havePermission"]}
    assert {"BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES"} <= have
    assert have.isdisjoint({"DELETE_ISSUES", "ADMINISTER", "MOVE_ISSUES"})


def test_boards_and_sprints_hold_their_issues(tmp_path: Path, flavour: Flavour) -> None:
    client = agent(tmp_path, flavour)
    agile = "/rest/agile/1.0"

    def keys(path: str) -> list[str]:
        found = client.get(f"{agile}/{path}").json()
        assert found["total"] == len(found["issues"])
        return sorted(one["key"] for one in found["issues"])

    everything = ["AIR-1", "AIR-2", "AIR-3", "AIR-4", "AIR-5"]
    assert keys("board/1/issue") == everything
    assert keys("board/1/issue?jql=type%3DBug") == ["AIR-2"]
    assert keys("sprint/1/issue") == []
    moved = client.post(f"{agile}/sprint/1/issue", json={"issues": ["AIR-1", "AIR-2"]})
    assert moved.status_code == 204
    assert keys("sprint/1/issue") == ["AIR-1", "AIR-2"]
    assert "AIR-1" not in keys("board/1/backlog")
    assert client.post(f"{agile}/backlog/issue", json={"issues": ["AIR-1"]}).status_code == 204
    assert keys("sprint/1/issue") == ["AIR-2"]
    for wrong in ({}, {"issues": "AIR-1"}, {"issues": [1]}, {"issues": ["AIR-1"] * 51}):
        assert client.post(f"{agile}/sprint/1/issue", json=wrong).status_code == 400


def test_people_are_shown_as_the_flavour_does(tmp_path: Path, flavour: Flavour) -> None:
    client, root = agent(tmp_path, flavour), api(flavour)
    found = client.get(f"{root}/user/search?query=soojin&username=soojin").json()
    assert [one["displayName"] for one in found] == ["이수진"]
    assert ("accountId" in found[0]) is (flavour is Flavour.CLOUD)
    assert ("name" in found[0]) is (flavour is Flavour.SERVER)
    groups = client.get(f"{root}/myself?expand=groups").json()["groups"]
    assert [one["name"] for one in groups["items"]] == ["jira-software-users"]
    page = client.get(f"{root}/group/member?groupname=jira-software-users&maxResults=2").json()
    assert (len(page["values"]), page["total"], page["isLast"]) == (2, 3, False)
    assert len(client.get(f"{root}/users/search?startAt=1&maxResults=1").json()) == 1
    assert client.get(f"{root}/label").json()["values"] == ["team"]
