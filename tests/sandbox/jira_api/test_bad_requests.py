"""Bad input gets Jira's error body, and nothing is half-written."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sandbox.contract.shapes import Flavour
from sandbox.jira_api.doorstep import MAX_BODY
from tests.sandbox.jira_api.visitors import ADDRESS, agent, api, jonas, shadow, visitor

NOT_JSON = "There was an error parsing JSON. Check that your request body is valid."


@pytest.fixture(params=list(Flavour))
def flavour(request: pytest.FixtureRequest) -> Flavour:
    return Flavour(request.param)


@pytest.fixture
def client(tmp_path: Path, flavour: Flavour) -> TestClient:
    return agent(tmp_path, flavour)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"[]",
        b'"text"',
        b"null",
        b"1",
        b'{"fields": NaN}',
        b'{"fields": {"summary": "\\ud800"}}',
        b'{"fields": {"summary": "\\u0000"}}',
        b'{"fields": ' + b"[" * 500 + b"]" * 500 + b"}",
        b"\xff\xfe",
    ],
)
def test_what_is_not_a_json_object_is_refused(
    client: TestClient, flavour: Flavour, content: bytes
) -> None:
    for method, path in (("PUT", "issue/AIR-1"), ("POST", "issue"), ("POST", "issueLink")):
        found = client.request(
            method,
            f"{api(flavour)}/{path}",
            content=content,
            headers={"Content-Type": "application/json"},
        )
        assert found.status_code == 400
        assert found.json() == {"errorMessages": [NOT_JSON], "errors": {}}


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_is_refused(
    client: TestClient, flavour: Flavour, kind: str | None
) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    found = client.put(f"{api(flavour)}/issue/AIR-1", content=b"{}", headers=headers)
    assert found.status_code == 415
    assert found.json()["errorMessages"] == ["Unsupported Media Type"]


def test_a_body_that_is_too_large_is_refused(client: TestClient, flavour: Flavour) -> None:
    large = b'{"fields": {"summary": "' + b"x" * MAX_BODY + b'"}}'
    headers = {"Content-Type": "application/json"}

    def in_parts() -> Any:
        yield from (large[at : at + 65536] for at in range(0, len(large), 65536))

    for content in (large, in_parts()):
        found = client.put(f"{api(flavour)}/issue/AIR-1", content=content, headers=headers)
        assert found.status_code == 413
        assert "larger than" in found.json()["errorMessages"][0]
    assert client.get(f"{api(flavour)}/issue/AIR-1").json()["fields"]["summary"] != "x"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"fields": {"nonsense": 1}}, {"nonsense"}),
        ({"fields": {"summary": 5}}, {"summary"}),
        ({"fields": {"summary": ""}}, {"summary"}),
        ({"fields": {"summary": "x" * 256}}, {"summary"}),
        ({"fields": {"labels": ["two words"]}}, {"labels"}),
        ({"fields": {"priority": {"name": "Nope"}}}, {"priority"}),
        ({"fields": {"duedate": "tomorrow"}}, {"duedate"}),
        ({"update": {"labels": [{"shout": "x"}]}}, {"labels"}),
    ],
)
def test_a_wrong_field_is_named_and_the_right_ones_are_not_written(
    client: TestClient, flavour: Flavour, body: dict[str, Any], errors: set[str]
) -> None:
    path = f"{api(flavour)}/issue/AIR-1"
    before = client.get(path).json()
    fields = {**body.get("fields", {}), "environment": None, "duedate": "2026-12-24"}
    found = client.put(path, json={**body, "fields": {**fields, **body.get("fields", {})}})
    assert found.status_code == 400
    assert set(found.json()["errors"]) == errors
    assert client.get(path).json() == before


def test_invalid_documents_are_refused(tmp_path: Path) -> None:
    client = agent(tmp_path, Flavour.CLOUD)
    for wrong in ("plain text", {"type": "doc"}, {"type": "doc", "version": 1, "content": [1]}, 7):
        found = client.put("/rest/api/3/issue/AIR-1", json={"fields": {"description": wrong}})
        assert found.status_code == 400
        assert set(found.json()["errors"]) == {"description"}


@pytest.mark.parametrize("body", [{}, {"fields": {}}, {"other": 1}])
def test_an_edit_must_say_something(
    client: TestClient, flavour: Flavour, body: dict[str, Any]
) -> None:
    found = client.put(f"{api(flavour)}/issue/AIR-1", json=body)
    assert found.status_code == 400
    assert found.json()["errorMessages"] == ["one of 'fields' or 'update' required"]


@pytest.mark.parametrize("name", ["fields", "update"])
def test_parts_of_a_body_must_be_objects(client: TestClient, flavour: Flavour, name: str) -> None:
    for value in ("text", [1], 5):
        found = client.put(f"{api(flavour)}/issue/AIR-1", json={name: value})
        assert (found.status_code, found.json()["errorMessages"]) == (
            400,
            [f"'{name}' must be an object."],
        )


def test_a_new_issue_needs_project_type_and_summary(client: TestClient, flavour: Flavour) -> None:
    found = client.post(f"{api(flavour)}/issue", json={"fields": {}})
    assert found.status_code == 400
    assert set(found.json()["errors"]) == {"project", "issuetype"} or found.json()["errors"]
    place = {"project": {"key": "AIR"}, "issuetype": {"name": "Task"}}
    found = client.post(f"{api(flavour)}/issue", json={"fields": place})
    assert found.json()["errors"] == {"summary": "You must specify a summary of the issue."}


def test_an_unknown_issue_is_worded_as_the_flavour_does(
    client: TestClient, flavour: Flavour
) -> None:
    on_cloud = "Issue does not exist or you do not have permission to see it."
    sentence = on_cloud if flavour is Flavour.CLOUD else "Issue Does Not Exist"
    root = f"{api(flavour)}/issue"
    # OPS-1 exists and is out of scope: nobody can tell the difference.
    for ref in ("AIR-999", "OPS-1", "10006", "nonsense", "%F0%9F%92%A9", "' OR 1=1 --"):
        asked = [
            client.get(f"{root}/{ref}"),
            client.get(f"{root}/{ref}?fields=summary"),
            client.get(f"{root}/{ref}/comment"),
            client.get(f"{root}/{ref}/transitions"),
            client.put(f"{root}/{ref}", json={"fields": {"summary": "x"}}),
            client.post(f"{root}/{ref}/comment", json={"body": "x"}),
        ]
        assert {one.status_code for one in asked} == {404}
        assert [one.json()["errorMessages"] for one in asked] == [[sentence]] * len(asked)


def test_an_address_that_jira_does_not_have_is_404(client: TestClient, flavour: Flavour) -> None:
    for path in ("/rest/api/2/nonsense", "/rest/api/7/issue/AIR-1", "/", "/t/x/rest/none"):
        found = client.get(path)
        assert found.status_code == 404
        assert found.json()["status-code"] == 404
        assert found.json()["message"].startswith(f"null for uri: {ADDRESS}")
    assert client.get(f"{api(flavour)}/issue").status_code == 405
    assert client.get(f"{api(flavour)}/issue").json()["message"] == "HTTP 405 Method Not Allowed"


@pytest.mark.parametrize(
    "query", ["startAt=-1", "startAt=x", "maxResults=1.5", "startAt=99999999999999999999"]
)
def test_pages_are_asked_for_with_whole_numbers(
    client: TestClient, flavour: Flavour, query: str
) -> None:
    found = client.get(f"{api(flavour)}/issue/AIR-1/comment?{query}")
    assert found.status_code == 400


def test_a_crash_tells_nothing(tmp_path: Path) -> None:
    sandbox = shadow(tmp_path, Flavour.CLOUD)
    client = visitor(sandbox, "Bearer an-agents-token", raise_server_exceptions=False)
    assert client.get("/rest/api/3/issue/AIR-1").status_code == 200
    with sandbox.database.write() as conn:
        conn.exec_driver_sql("DROP TABLE issue_version")
    found = client.get("/rest/api/3/issue/AIR-1")
    assert found.status_code == 500
    assert found.json() == {"errorMessages": ["Internal server error"], "errors": {}}
    assert found.headers["X-Airlock-Sandbox"] == "shadow"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "issue/AIR-1"),
        ("DELETE", "issue/AIR-1/comment/100011"),
        ("DELETE", "issueLink/1"),
        ("DELETE", "attachment/1"),
        ("DELETE", "component/10000"),
        ("DELETE", "project/AIR"),
        ("DELETE", "nonsense"),
        ("POST", "component"),
        ("POST", "version"),
        ("PUT", "version/10000"),
        ("PUT", "component/10000"),
        ("POST", "project"),
        ("POST", "user"),
        ("PUT", "issue/AIR-1/properties/x"),
    ],
)
def test_a_shadow_refuses_deletes_and_admin_writes(
    client: TestClient, flavour: Flavour, method: str, path: str
) -> None:
    body = {"name": "x", "project": "AIR"} if method != "DELETE" else None
    found = client.request(method, f"{api(flavour)}/{path}", json=body)
    assert found.status_code == 403
    assert len(found.json()["errorMessages"]) == 1


def test_an_upstream_deletes(tmp_path: Path, flavour: Flavour) -> None:
    client = jonas(tmp_path, flavour)
    assert client.delete(f"{api(flavour)}/issue/AIR-2").status_code == 204
    assert client.get(f"{api(flavour)}/issue/AIR-2").status_code == 404
    refused = client.delete(f"{api(flavour)}/project/AIR")
    assert refused.status_code == 405
