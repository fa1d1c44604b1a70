"""What is written over REST is read back at once, in both dialects and both roles."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sandbox.contract.shapes import Flavour
from sandbox.operations.context import Role
from tests.sandbox.jira_api.visitors import ADDRESS, agent, api, jonas
from tests.sandbox.tiny import person_id, rich, tiny_scope


@pytest.fixture(params=list(Flavour))
def flavour(request: pytest.FixtureRequest) -> Flavour:
    return Flavour(request.param)


@pytest.fixture(params=list(Role))
def client(request: pytest.FixtureRequest, tmp_path: Path, flavour: Flavour) -> TestClient:
    return agent(tmp_path, flavour) if request.param is Role.SHADOW else jonas(tmp_path, flavour)


def user_ref(flavour: Flavour, name: str) -> dict[str, str]:
    if flavour is Flavour.CLOUD:
        return {"accountId": person_id(flavour, name)}
    return {"name": name}


def test_an_edit_is_read_back_and_stands_in_the_changelog(
    client: TestClient, flavour: Flavour
) -> None:
    path = f"{api(flavour)}/issue/AIR-1"
    body = {
        "fields": {"summary": "Better", "description": rich(flavour, "New words")},
        "update": {"labels": [{"add": "urgent"}, {"remove": "team"}]},
    }
    answer = client.put(path, json=body)
    assert (answer.status_code, answer.content) == (204, b"")
    found = client.get(f"{path}?expand=changelog").json()
    assert found["fields"]["summary"] == "Better"
    assert found["fields"]["labels"] == ["urgent"]
    assert found["fields"]["description"] == rich(flavour, "New words")
    entries = found["changelog"]["histories"]
    newest = entries[0 if flavour is Flavour.CLOUD else -1]
    assert {one["field"] for one in newest["items"]} == {"summary", "description", "labels"}
    assert client.get("/rest/api/2/issue/AIR-1").json()["fields"]["description"] == "New words"


def test_an_edit_can_answer_the_issue(client: TestClient, flavour: Flavour) -> None:
    path = f"{api(flavour)}/issue/AIR-1"
    found = client.put(f"{path}?returnIssue=true", json={"fields": {"summary": "Better"}})
    assert (found.status_code, found.json()["fields"]["summary"]) == (200, "Better")


def test_the_issue_that_an_edit_answers_hides_what_the_token_may_not_read(tmp_path: Path) -> None:
    scope = tiny_scope(fields=("summary",))
    client = agent(tmp_path, Flavour.CLOUD, scope)
    path = "/rest/api/3/issue/AIR-1?returnIssue=true"
    found = client.put(path, json={"fields": {"summary": "Better"}}).json()
    assert set(found["fields"]) == {"summary", "project", "issuetype", "status"}
    assert client.put(path, json={"fields": {"duedate": "2026-12-24"}}).status_code == 403


def test_a_new_issue_has_a_key_that_leads_to_it(client: TestClient, flavour: Flavour) -> None:
    fields = {
        "project": {"key": "AIR"},
        "issuetype": {"name": "Task"},
        "summary": "New one",
        "description": rich(flavour, "Words"),
    }
    made = client.post(f"{api(flavour)}/issue", json={"fields": fields})
    assert made.status_code == 201
    assert set(made.json()) == {"id", "key", "self"}
    found = client.get(made.json()["self"].removeprefix(ADDRESS)).json()
    assert found["key"] == made.json()["key"]
    assert found["fields"]["summary"] == "New one"
    assert found["fields"]["status"]["name"] == "To Do"


def test_an_issue_moves_through_its_workflow(client: TestClient, flavour: Flavour) -> None:
    path = f"{api(flavour)}/issue/AIR-1"
    offered = client.get(f"{path}/transitions").json()["transitions"]
    done = next(one["id"] for one in offered if one["name"] == "Done")
    answer = client.post(f"{path}/transitions", json={"transition": {"id": done}})
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(path).json()["fields"]["status"]["name"] == "Done"
    wrongs: list[dict[str, Any]] = [{}, {"transition": {}}, {"transition": {"id": "999"}}]
    for wrong in [*wrongs, {"transition": done}]:
        assert client.post(f"{path}/transitions", json=wrong).status_code == 400


def test_comments_are_added_changed_and_listed(client: TestClient, flavour: Flavour) -> None:
    path = f"{api(flavour)}/issue/AIR-1/comment"
    made = client.post(path, json={"body": rich(flavour, "First")})
    assert made.status_code == 201
    assert made.json()["body"] == rich(flavour, "First")
    own = f"{path}/{made.json()['id']}"
    assert client.get(own).json() == made.json()
    changed = client.put(own, json={"body": rich(flavour, "Second")})
    assert (changed.status_code, changed.json()["body"]) == (200, rich(flavour, "Second"))
    page = client.get(path).json()
    assert (page["total"], page["startAt"]) == (2, 0)
    assert page["comments"][1]["body"] == rich(flavour, "Second")
    newest = client.get(f"{path}?orderBy=-created&maxResults=1&expand=renderedBody").json()
    assert newest["comments"][0]["renderedBody"] == "<p>Second</p>\n"
    assert client.get(f"{path}/999").status_code == 404
    for wrong in ({}, {"body": ""}, {"body": 5}):
        assert client.post(path, json=wrong).status_code == 400


def test_a_text_of_version_2_becomes_a_document(tmp_path: Path) -> None:
    client = agent(tmp_path, Flavour.CLOUD)
    made = client.post("/rest/api/2/issue/AIR-1/comment", json={"body": "A *bold* word"}).json()
    assert made["body"] == "A *bold* word"
    found = client.get(f"/rest/api/3/issue/AIR-1/comment/{made['id']}").json()
    marks = [one.get("marks") for one in found["body"]["content"][0]["content"]]
    assert [{"type": "strong"}] in marks


def test_our_own_address_in_a_text_comes_back_with_the_task_in_it(tmp_path: Path) -> None:
    client = agent(tmp_path, Flavour.SERVER)
    body = {"body": f"See {ADDRESS}/t/other/browse/AIR-2 and {ADDRESS}/browse/AIR-3"}
    made = client.post("/t/one/rest/api/2/issue/AIR-1/comment", json=body).json()
    assert made["body"] == f"See {ADDRESS}/t/one/browse/AIR-2 and {ADDRESS}/t/one/browse/AIR-3"


def test_work_is_logged(client: TestClient, flavour: Flavour) -> None:
    path = f"{api(flavour)}/issue/AIR-1/worklog"
    body = {"timeSpent": "1h 30m", "comment": rich(flavour, "Thinking")}
    made = client.post(path, json=body)
    assert made.status_code == 201
    assert made.json()["timeSpentSeconds"] == 5400
    assert made.json()["comment"] == rich(flavour, "Thinking")
    page = client.get(path).json()
    assert [one["id"] for one in page["worklogs"]] == [made.json()["id"]]
    assert client.get(f"{path}/{made.json()['id']}").json()["timeSpentSeconds"] == 5400
    assert client.post(path, json={"timeSpent": "soon"}).status_code == 400


def test_an_issue_is_given_to_somebody_and_to_nobody(client: TestClient, flavour: Flavour) -> None:
    path = f"{api(flavour)}/issue/AIR-3"
    assert client.put(f"{path}/assignee", json=user_ref(flavour, "soojin")).status_code == 204
    assert client.get(path).json()["fields"]["assignee"]["displayName"] == "이수진"
    name = next(iter(user_ref(flavour, "mina")))
    assert client.put(f"{path}/assignee", json={name: None}).status_code == 204
    assert client.get(path).json()["fields"]["assignee"] is None
    for wrong in ({}, {name: "nobody at all"}, {name: 5}, {"name": "a", "accountId": "b"}):
        assert client.put(f"{path}/assignee", json=wrong).status_code == 400


def test_watchers_come_and_go(client: TestClient, flavour: Flavour) -> None:
    path = f"{api(flavour)}/issue/AIR-1/watchers"
    ref = next(iter(user_ref(flavour, "jonas").values()))
    assert client.post(path, json=ref).status_code == 204
    found = client.get(path).json()
    assert (found["watchCount"], found["watchers"][0]["displayName"]) == (1, "Jonas Weber")
    name = "accountId" if flavour is Flavour.CLOUD else "username"
    assert client.delete(path, params={name: ref}).status_code == 204
    assert client.get(path).json()["watchCount"] == 0


def test_issues_are_linked(client: TestClient, flavour: Flavour) -> None:
    body = {
        "type": {"name": "Blocks"},
        "inwardIssue": {"key": "AIR-1"},
        "outwardIssue": {"key": "AIR-2"},
    }
    made = client.post(f"{api(flavour)}/issueLink", json=body)
    assert (made.status_code, made.content) == (201, b"")
    linked = client.get(f"{api(flavour)}/issue/AIR-1").json()["fields"]["issuelinks"]
    assert [one["outwardIssue"]["key"] for one in linked] == ["AIR-2"]
    for wrong in ({}, {**body, "type": {"name": "Nope"}}, {**body, "inwardIssue": {}}):
        assert client.post(f"{api(flavour)}/issueLink", json=wrong).status_code in (400, 404)


def test_a_link_to_elsewhere_with_the_same_global_id_replaces(
    client: TestClient, flavour: Flavour
) -> None:
    path = f"{api(flavour)}/issue/AIR-1/remotelink"
    body = {"globalId": "one", "object": {"url": "https://example.com/1", "title": "One"}}
    assert client.post(path, json=body).status_code == 201
    body["object"] = {"url": "https://example.com/2", "title": "Two"}
    assert client.post(path, json=body).status_code == 200
    found = client.get(path).json()
    assert [one["object"]["title"] for one in found] == ["Two"]
    assert client.get(f"{path}?globalId=one").json()["object"]["title"] == "Two"
    assert client.get(f"{path}/{found[0]['id']}").json()["object"]["title"] == "Two"
    assert client.get(f"{path}?globalId=two").status_code == 404


def test_a_file_is_attached_and_fetched(client: TestClient, flavour: Flavour) -> None:
    path = f"{api(flavour)}/issue/AIR-1/attachments"
    files = {"file": ("../../한글 <b>.html", b"<b>x</b>", "text/html")}
    assert client.post(path, files=files).json()["errorMessages"] == ["XSRF check failed"]
    token = {"X-Atlassian-Token": "no-check"}
    made = client.post(path, files=files, headers=token)
    assert made.status_code == 200
    one = made.json()[0]
    assert (one["filename"], one["size"]) == ("한글 <b>.html", 8)
    described = client.get(f"{api(flavour)}/attachment/{one['id']}").json()
    assert described["mimeType"] == "text/html"
    for address in (
        f"{api(flavour)}/attachment/content/{one['id']}",
        f"/secure/attachment/{one['id']}/x.html",
    ):
        found = client.get(address)
        assert found.content == b"<b>x</b>"
        assert found.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert found.headers["x-content-type-options"] == "nosniff"
    other = client.post(path, files={"data": ("x", b"y")}, headers=token)
    assert other.status_code == 400
    assert client.post(path, json={}, headers=token).status_code == 415


def test_several_issues_are_created_each_for_itself(client: TestClient, flavour: Flavour) -> None:
    good = {"project": {"key": "AIR"}, "issuetype": {"name": "Task"}, "summary": "Good"}
    body = {"issueUpdates": [{"fields": good}, {"fields": {**good, "summary": ""}}]}
    found = client.post(f"{api(flavour)}/issue/bulk", json=body)
    assert found.status_code == 201
    assert len(found.json()["issues"]) == 1
    assert found.json()["errors"][0]["failedElementNumber"] == 1
    assert "summary" in found.json()["errors"][0]["elementErrors"]["errors"]


def test_properties_are_kept_at_an_upstream(tmp_path: Path, flavour: Flavour) -> None:
    client = jonas(tmp_path, flavour)
    path = f"{api(flavour)}/issue/AIR-1"
    assert client.put(f"{path}/properties/mine", json={"a": 1}).status_code == 201
    assert client.put(f"{path}/properties/mine", json={"a": 2}).status_code == 200
    assert client.get(f"{path}/properties/mine").json() == {"key": "mine", "value": {"a": 2}}
    assert [one["key"] for one in client.get(f"{path}/properties").json()["keys"]] == ["mine"]
    edit = {
        "fields": {"summary": "Marked"},
        "properties": [{"key": "airlock.last", "value": {"op": "o1"}}],
    }
    assert client.put(path, json=edit).status_code == 204
    found = client.get(f"{path}?properties=airlock.last").json()
    assert found["properties"] == {"airlock.last": {"op": "o1"}}
    assert "properties" not in client.get(path).json()
    assert client.get(f"{path}/properties/none").status_code == 404


def test_a_comments_properties_are_kept_at_an_upstream(tmp_path: Path, flavour: Flavour) -> None:
    client = jonas(tmp_path, flavour)
    body: dict[str, Any] = {
        "body": rich(flavour, "x"),
        "properties": [{"key": "airlock.last", "value": {"op": 1}}],
    }
    path = f"{api(flavour)}/issue/AIR-1/comment"
    made = client.post(path, json=body).json()
    assert "properties" not in made
    own = f"{api(flavour)}/comment/{made['id']}/properties"
    assert [one["key"] for one in client.get(own).json()["keys"]] == ["airlock.last"]
    assert client.get(f"{own}/airlock.last").json()["value"] == {"op": 1}
    shown = client.get(f"{path}?expand=properties").json()["comments"][-1]
    assert shown["properties"] == [{"key": "airlock.last", "value": {"op": 1}}]
    assert client.get(f"{api(flavour)}/comment/999/properties").status_code == 404
    wrongs: list[Any] = [{}, [{"key": 1, "value": 2}], [{"key": "x"}]]
    for wrong in wrongs:
        answer = client.post(path, json={**body, "properties": wrong})
        assert answer.status_code == 400


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_nobody_votes_for_somebody_else_and_nothing_is_written(
    client: TestClient, flavour: Flavour, method: str
) -> None:
    path = f"{api(flavour)}/issue/AIR-1"
    before = client.get(f"{path}?expand=changelog").json()
    refused = client.request(method, f"{path}/votes")
    assert refused.status_code == 403
    [sentence] = refused.json()["errorMessages"]
    assert "its owner's own opinion" in sentence
    assert "The person can vote on the issue's page in Jira." in sentence
    assert client.get(f"{path}?expand=changelog").json() == before
    assert client.get(f"{path}/votes").json()["votes"] == 0
