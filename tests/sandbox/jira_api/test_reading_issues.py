"""Reading an issue: whole, in parts, in both dialects, expanded."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import Flavour
from tests.sandbox.jira_api.visitors import ADDRESS, agent, api, jonas
from tests.sandbox.tiny import SEVERITY, tiny_issues

FLAVOURS = list(Flavour)


@pytest.fixture(params=FLAVOURS)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    return Flavour(request.param)


@pytest.fixture
def client(tmp_path: Path, flavour: Flavour) -> TestClient:
    return agent(tmp_path, flavour)


def test_a_whole_issue_equals_what_was_put_in(client: TestClient, flavour: Flavour) -> None:
    put_in = next(one for one in tiny_issues(flavour) if one.key == "AIR-1")
    doc = {name: value for name, value in put_in.doc.items() if name != "changelog"}
    expected = json.loads(json.dumps(doc).replace(PLACEHOLDER, ADDRESS))
    found = client.get(f"{api(flavour)}/issue/AIR-1")
    assert found.status_code == 200
    assert found.headers["content-type"] == "application/json;charset=UTF-8"
    assert found.json() == expected


def test_asking_for_all_fields_answers_the_same_as_asking_for_nothing(
    client: TestClient, flavour: Flavour
) -> None:
    for root in ("/rest/api/2", api(flavour)):
        whole = client.get(f"{root}/issue/AIR-2").json()
        assert client.get(f"{root}/issue/AIR-2?fields=*all").json() == whole


@pytest.mark.parametrize("ref", ["AIR-1", "air-1", "10001"])
def test_an_issue_is_found_by_key_in_any_case_and_by_id(
    client: TestClient, flavour: Flavour, ref: str
) -> None:
    assert client.get(f"{api(flavour)}/issue/{ref}").json()["key"] == "AIR-1"
    assert client.get(f"/rest/api/latest/issue/{ref}").json()["key"] == "AIR-1"


def test_version_2_has_texts_and_version_3_has_documents(tmp_path: Path) -> None:
    client = agent(tmp_path, Flavour.CLOUD)
    old = client.get("/rest/api/2/issue/AIR-1").json()
    new = client.get("/rest/api/3/issue/AIR-1").json()
    assert old["fields"]["description"].startswith("About AIR-1, see ")
    assert old["fields"]["comment"]["comments"][0]["body"] == "Please look at this."
    assert new["fields"]["description"]["type"] == "doc"
    assert old["self"] == f"{ADDRESS}/rest/api/2/issue/10001"
    assert new["self"] == f"{ADDRESS}/rest/api/3/issue/10001"


def test_data_center_has_no_version_3(tmp_path: Path) -> None:
    client = agent(tmp_path, Flavour.SERVER)
    assert client.get("/rest/api/3/issue/AIR-1").status_code == 404
    assert client.get("/rest/api/3/serverInfo").status_code == 404


def test_below_a_task_every_address_keeps_the_task(client: TestClient, flavour: Flavour) -> None:
    for path in ("issue/AIR-1", "issue/AIR-1?expand=changelog,editmeta", "project", "myself"):
        text = client.get(f"/t/task-7{api(flavour)}/{path}").text
        assert f"{ADDRESS}/t/task-7/rest/api/" in text
        assert f"{ADDRESS}/rest/" not in text
        assert "airlock.invalid" not in text


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("fields=summary", {"summary"}),
        ("fields=summary,status", {"summary", "status"}),
        ("fields=summary&fields=status", {"summary", "status"}),
        ("fields=*all,-comment,-description", None),
        ("fields=-comment,-description", None),
        ("fields=nonsense", set()),
        (f"fields=summary,{SEVERITY}&fieldsByKeys=true", {"summary", SEVERITY}),
    ],
)
def test_only_the_fields_asked_for_are_answered(
    client: TestClient, flavour: Flavour, query: str, fields: set[str] | None
) -> None:
    whole = set(client.get(f"{api(flavour)}/issue/AIR-1").json()["fields"])
    found = set(client.get(f"{api(flavour)}/issue/AIR-1?{query}").json()["fields"])
    assert found == (whole - {"comment", "description"} if fields is None else fields)


def test_the_changelog_begins_with_the_newest_on_cloud_and_the_oldest_on_server(
    client: TestClient, flavour: Flavour
) -> None:
    found = client.get(f"{api(flavour)}/issue/AIR-1?expand=changelog").json()["changelog"]
    ids = [one["id"] for one in found["histories"]]
    assert ids == (["100012", "100011"] if flavour is Flavour.CLOUD else ["100011", "100012"])
    assert (found["total"], found["maxResults"], found["startAt"]) == (2, 2, 0)


def test_the_changelog_resource_is_a_page_with_the_oldest_first(
    client: TestClient, flavour: Flavour
) -> None:
    found = client.get(f"{api(flavour)}/issue/AIR-1/changelog?maxResults=1").json()
    assert [one["id"] for one in found["values"]] == ["100011"]
    assert (found["total"], found["isLast"]) == (2, False)


def test_expansions_add_names_schemas_html_transitions_and_meta(
    client: TestClient, flavour: Flavour
) -> None:
    expand = "names,schema,renderedFields,transitions,editmeta,operations"
    found = client.get(f"{api(flavour)}/issue/AIR-1?expand={expand}").json()
    assert found["names"]["summary"] == "Summary"
    assert found["schema"]["summary"] == {"type": "string", "system": "summary"}
    assert found["renderedFields"]["description"].startswith("<p>About AIR-1")
    assert found["renderedFields"]["summary"] is None
    comments = found["renderedFields"]["comment"]["comments"]
    assert comments[0]["body"] == "<p>Please look at this.</p>\n"
    assert {one["name"] for one in found["transitions"]} == {"In Progress", "In Review", "Done"}
    assert found["editmeta"]["fields"]["summary"]["required"] is True
    assert found["operations"] == {"linkGroups": []}


def test_html_in_a_text_is_shown_as_text(tmp_path: Path) -> None:
    client = jonas(tmp_path, Flavour.SERVER)
    body = {"fields": {"description": "<script>alert(1)</script> [x|javascript:alert(1)]"}}
    assert client.put("/rest/api/2/issue/AIR-1", json=body).status_code == 204
    found = client.get("/rest/api/2/issue/AIR-1?expand=renderedFields").json()
    assert "<script" not in found["renderedFields"]["description"]
    assert 'href="javascript' not in found["renderedFields"]["description"]


def test_transitions_show_their_fields_only_when_asked(
    client: TestClient, flavour: Flavour
) -> None:
    path = f"{api(flavour)}/issue/AIR-1/transitions"
    short = client.get(path).json()["transitions"]
    long = client.get(f"{path}?expand=transitions.fields").json()["transitions"]
    assert [one for one in short if "fields" in one] == []
    done = next(one for one in long if one["name"] == "Done")
    assert set(done["fields"]) == {"resolution", "comment"}
    one = client.get(f"{path}?transitionId={done['id']}").json()["transitions"]
    assert [each["name"] for each in one] == ["Done"]
    assert client.get(f"{path}?transitionId=99").json()["transitions"] == []


def test_several_issues_at_once_come_by_id_and_the_unseen_are_named(
    client: TestClient, flavour: Flavour
) -> None:
    body = {"issueIdsOrKeys": ["AIR-2", "OPS-1", "AIR-1", "AIR-99"], "fields": ["summary"]}
    found = client.post(f"{api(flavour)}/issue/bulkfetch", json=body).json()
    assert [one["key"] for one in found["issues"]] == ["AIR-1", "AIR-2"]
    assert [one["id"] for one in found["issueErrors"]] == ["OPS-1", "AIR-99"]
    logs = client.post(
        f"{api(flavour)}/changelog/bulkfetch", json={"issueIdsOrKeys": ["AIR-1", "OPS-1"]}
    ).json()["issueChangeLogs"]
    assert [(one["issueId"], len(one["changeHistories"])) for one in logs] == [("10001", 2)]
