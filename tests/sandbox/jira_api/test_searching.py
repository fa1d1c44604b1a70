"""Search: the old one of Server, the new one of Cloud, counts and JQL errors."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sandbox.contract.shapes import Flavour
from tests.sandbox.jira_api.visitors import agent, api, jonas

GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at "
    "https://developer.atlassian.com/changelog/#CHANGE-2046"
)


@pytest.fixture
def server(tmp_path: Path) -> TestClient:
    return agent(tmp_path, Flavour.SERVER)


@pytest.fixture
def cloud(tmp_path: Path) -> TestClient:
    return agent(tmp_path, Flavour.CLOUD)


def keys(found: Any) -> list[str]:
    return [one["key"] for one in found["issues"]]


def test_the_old_search_answers_a_page_with_a_total(server: TestClient) -> None:
    query = {"jql": "project = AIR ORDER BY key", "startAt": "1", "maxResults": "2"}
    found = server.get("/rest/api/2/search", params=query).json()
    assert keys(found) == ["AIR-2", "AIR-3"]
    assert (found["startAt"], found["maxResults"], found["total"]) == (1, 2, 5)
    by_body = server.post("/rest/api/2/search", json={**query, "startAt": 1, "maxResults": 2})
    assert by_body.json() == found


def test_the_old_search_shows_navigable_fields_or_those_asked_for(server: TestClient) -> None:
    query = "jql=key=AIR-1"
    found = server.get(f"/rest/api/2/search?{query}").json()["issues"][0]
    assert "comment" not in found["fields"]
    assert found["fields"]["summary"] == "Fix the login page"
    one = server.get(f"/rest/api/2/search?{query}&fields=summary,comment").json()["issues"][0]
    assert set(one["fields"]) == {"summary", "comment"}
    body = {"jql": "key=AIR-1", "fields": ["*all"], "expand": ["changelog", "names"]}
    whole = server.post("/rest/api/2/search", json=body).json()
    assert whole["issues"][0]["changelog"]["total"] == 2
    assert whole["names"]["summary"] == "Summary"
    assert "names" not in whole["issues"][0]


@pytest.mark.parametrize(("size", "shown"), [("0", 0), ("-1", 1000), ("100000", 1000), ("", 50)])
def test_the_size_of_a_page_is_clamped_silently(server: TestClient, size: str, shown: int) -> None:
    found = server.get(f"/rest/api/2/search?jql=project=AIR&maxResults={size}").json()
    assert found["maxResults"] == shown
    assert found["total"] == 5
    assert len(found["issues"]) == min(shown, 5)


def test_an_empty_query_finds_everything_in_scope_on_server(server: TestClient) -> None:
    assert server.get("/rest/api/2/search").json()["total"] == 5


def test_cloud_has_only_the_new_search(cloud: TestClient) -> None:
    for root in ("/rest/api/2", "/rest/api/3"):
        for found in (
            cloud.get(f"{root}/search?jql=project=AIR"),
            cloud.post(f"{root}/search", json={"jql": "project=AIR"}),
        ):
            assert found.status_code == 410
            assert found.json() == {"errorMessages": [GONE], "errors": {}}


def test_the_new_search_goes_from_page_to_page_by_token(cloud: TestClient) -> None:
    body: dict[str, Any] = {"jql": "project = AIR ORDER BY key", "fields": ["summary"]}
    body["maxResults"] = 2
    seen: list[str] = []
    for _ in range(3):
        found = cloud.post("/rest/api/3/search/jql", json=body).json()
        seen += keys(found)
        assert "total" not in found
        if found["isLast"]:
            break
        body["nextPageToken"] = found["nextPageToken"]
    assert seen == ["AIR-1", "AIR-2", "AIR-3", "AIR-4", "AIR-5"]
    assert "nextPageToken" not in found


def test_a_token_belongs_to_its_query_and_cannot_be_made_up(cloud: TestClient) -> None:
    path = "/rest/api/3/search/jql"
    first = cloud.get(path, params={"jql": "project = AIR", "maxResults": "1"}).json()
    token = first["nextPageToken"]
    for query, given in (
        ("project = AIR AND type = Bug", token),
        ("project = AIR", token[:-2]),
        ("project = AIR", "WzEsInh4Il0"),
        ("project = AIR", "%%"),
        ("project = AIR", "e30"),
    ):
        found = cloud.get(path, params={"jql": query, "nextPageToken": given})
        assert found.status_code == 400
        assert "token is invalid" in found.json()["errorMessages"][0]


def test_the_new_search_shows_only_ids_unless_fields_are_asked_for(cloud: TestClient) -> None:
    path = "/rest/api/3/search/jql?jql=project=AIR%20ORDER%20BY%20key"
    assert cloud.get(path).json()["issues"][0] == {"id": "10001"}
    one = cloud.get(f"{path}&fields=summary").json()["issues"][0]
    assert set(one) >= {"id", "key", "self", "fields"}
    assert set(one["fields"]) == {"summary"}
    whole = cloud.get(f"{path}&fields=*all&expand=changelog,names").json()
    assert "comment" in whole["issues"][0]["fields"]
    assert "changelog" in whole["issues"][0]
    assert whole["names"]["summary"] == "Summary"


@pytest.mark.parametrize("jql", ["", "   ", "ORDER BY created", "order by key asc"])
def test_the_new_search_wants_a_restriction(cloud: TestClient, jql: str) -> None:
    for found in (
        cloud.get("/rest/api/3/search/jql", params={"jql": jql}),
        cloud.post("/rest/api/3/search/approximate-count", json={"jql": jql}),
    ):
        assert found.status_code == 400
        assert "Unbounded JQL" in found.json()["errorMessages"][0]


@pytest.mark.parametrize("size", ["0", "-1", "5001", "x"])
def test_the_new_search_refuses_impossible_sizes(cloud: TestClient, size: str) -> None:
    query = {"jql": "project = AIR", "maxResults": size}
    assert cloud.get("/rest/api/3/search/jql", params=query).status_code == 400


def test_a_count_is_a_number(cloud: TestClient) -> None:
    found = cloud.post("/rest/api/3/search/approximate-count", json={"jql": "project = AIR"})
    assert found.json() == {"count": 5}
    query = {"jql": "assignee = currentUser()"}
    counted = cloud.get("/rest/api/3/search/approximate-count", params=query)
    assert counted.json() == {"count": 2}


@pytest.mark.parametrize(
    ("jql", "start"),
    [
        ("project =", "Error in the JQL Query: "),
        ("project = AIR AND", "Error in the JQL Query: "),
        ("nonsense = 1", "Field 'nonsense' does not exist"),
        ('"unclosed', "Error in the JQL Query: "),
    ],
)
@pytest.mark.parametrize("flavour", list(Flavour))
def test_a_wrong_query_is_explained(tmp_path: Path, flavour: Flavour, jql: str, start: str) -> None:
    client = agent(tmp_path, flavour)
    path = "search/jql" if flavour is Flavour.CLOUD else "search"
    found = client.get(f"{api(flavour)}/{path}", params={"jql": jql})
    assert found.status_code == 400
    assert found.json()["errorMessages"][0].startswith(start)
    assert found.json()["errors"] == {}


def test_a_query_can_be_checked_without_being_asked(cloud: TestClient) -> None:
    body = {"queries": ["project = AIR", "project ="]}
    found = cloud.post("/rest/api/3/jql/parse", json=body).json()["queries"]
    assert "errors" not in found[0]
    assert found[1]["errors"][0].startswith("Error in the JQL Query: ")


def test_an_agent_finds_its_scope_and_a_person_everything(tmp_path: Path) -> None:
    everything = {"jql": "ORDER BY key"}
    mine = agent(tmp_path, Flavour.SERVER).get("/rest/api/2/search", params=everything).json()
    all_of_it = jonas(tmp_path, Flavour.SERVER).get("/rest/api/2/search", params=everything).json()
    assert "OPS-1" not in keys(mine)
    assert "OPS-1" in keys(all_of_it)
