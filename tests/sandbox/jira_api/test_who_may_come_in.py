"""Who is let in, as whom, and what a stranger is told."""

import base64
from pathlib import Path

import pytest

from sandbox.contract.shapes import Flavour, Registry
from sandbox.operations import intake
from sandbox.operations.context import Role
from tests.sandbox.jira_api.visitors import TOKEN, agent, api, jonas, registry, shadow, visitor
from tests.sandbox.tiny import SITE, START_US, person_id, tiny_sandbox

FLAVOURS = list(Flavour)


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", basic("anybody", TOKEN)])
def test_an_agent_comes_in_by_its_token_and_is_the_person_it_works_for(
    tmp_path: Path, flavour: Flavour, authorization: str
) -> None:
    client = visitor(shadow(tmp_path, flavour), authorization)
    found = client.get(f"{api(flavour)}/myself")
    assert found.json()["displayName"] == "Mina Park"
    if flavour is Flavour.CLOUD:
        assert found.headers["X-AAccountId"] == person_id(flavour, "mina")
    else:
        assert found.headers["X-AUSERNAME"] == "mina"
        assert found.headers["X-Seraph-LoginReason"] == "OK"
    refused = client.get(f"{api(flavour)}/issue/NONE-1")
    name = "X-AAccountId" if flavour is Flavour.CLOUD else "X-AUSERNAME"
    assert (refused.status_code, refused.headers[name]) == (404, found.headers[name])


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer jonas-token",
        basic("jonas", "jonas-password"),
        basic("jonas@example.com", "jonas-password"),
        basic("Jonas@Example.com", "jonas-token"),
    ],
)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_people_come_into_an_upstream_by_password_or_token(
    tmp_path: Path, flavour: Flavour, authorization: str
) -> None:
    client = visitor(tiny_sandbox(tmp_path, Role.UPSTREAM, flavour), authorization)
    assert client.get(f"{api(flavour)}/myself").json()["displayName"] == "Jonas Weber"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Bearer wrong",
        "Bearer ",
        "Bearer",
        "Token x",
        basic("jonas", "wrong"),
        basic("nobody", "jonas-password"),
        basic("", ""),
        "Basic not-base64",
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        "Bearer jonas-password",
    ],
)
@pytest.mark.parametrize("role", list(Role))
def test_a_stranger_is_told_to_sign_in_and_nothing_else(
    tmp_path: Path, role: Role, authorization: str | None
) -> None:
    made = shadow(tmp_path, Flavour.SERVER) if role is Role.SHADOW else None
    sandbox = made or tiny_sandbox(tmp_path, role, Flavour.SERVER)
    client = visitor(sandbox, authorization)
    for path in ("issue/AIR-1", "myself", "search?jql=project=AIR", "field", "project"):
        found = client.get(f"/rest/api/2/{path}")
        assert found.status_code == 401
        assert found.json() == {
            "message": "Client must be authenticated to access this resource.",
            "status-code": 401,
        }
        assert found.headers["X-AUSERNAME"] == "anonymous"
    assert client.get("/rest/api/2/serverInfo").status_code == 200
    assert client.get("/rest/agile/1.0/board").status_code == 401
    assert client.post("/rest/api/2/issue", json={}).status_code == 401


def test_cloud_words_it_differently(tmp_path: Path) -> None:
    found = visitor(shadow(tmp_path, Flavour.CLOUD), "Bearer wrong").get("/rest/api/3/myself")
    assert found.json() == {
        "errorMessages": ["Client must be authenticated to access this resource."],
        "errors": {},
    }
    assert found.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"


def test_a_revoked_token_is_refused_with_the_next_request(tmp_path: Path) -> None:
    sandbox = shadow(tmp_path, Flavour.CLOUD)
    client = visitor(sandbox, f"Bearer {TOKEN}")
    assert client.get("/rest/api/3/myself").status_code == 200
    day = START_US + 86_400_000_000
    intake.put_registry(sandbox, Registry(site=SITE, pushed_at=START_US, valid_until=day))
    assert client.get("/rest/api/3/myself").status_code == 401
    intake.put_registry(sandbox, registry(Flavour.CLOUD))
    assert client.get("/rest/api/3/myself").status_code == 200


def test_an_old_registry_refuses_everybody(tmp_path: Path) -> None:
    sandbox = shadow(tmp_path, Flavour.CLOUD)
    long_ago = START_US - 120_000_000
    intake.put_registry(sandbox, registry(Flavour.CLOUD, valid_until=long_ago))
    found = visitor(sandbox, f"Bearer {TOKEN}").get("/rest/api/3/myself")
    assert found.status_code == 401
    assert "has not heard from its gateway" in found.json()["errorMessages"][0]


@pytest.mark.parametrize(
    ("role", "name", "secret", "who"),
    [
        (Role.UPSTREAM, "jonas", "jonas-password", "jonas"),
        (Role.SHADOW, "whoever", TOKEN, "mina"),
    ],
)
def test_a_session_stands_for_who_opened_it(
    tmp_path: Path, role: Role, name: str, secret: str, who: str
) -> None:
    made = shadow(tmp_path, Flavour.SERVER) if role is Role.SHADOW else None
    client = visitor(made or tiny_sandbox(tmp_path, role, Flavour.SERVER), None)
    opened = client.post("/rest/auth/1/session", json={"username": name, "password": secret})
    assert opened.status_code == 200
    assert opened.json()["session"]["name"] == "JSESSIONID"
    assert client.get("/rest/auth/1/session").json()["name"] == who
    assert client.get("/rest/api/2/myself").json()["name"] == who
    assert client.delete("/rest/auth/1/session").status_code == 204
    assert client.get("/rest/api/2/myself").status_code == 401


def test_a_session_is_not_opened_with_a_wrong_password(tmp_path: Path) -> None:
    client = visitor(tiny_sandbox(tmp_path, Role.UPSTREAM, Flavour.SERVER), None)
    wrong = client.post("/rest/auth/1/session", json={"username": "jonas", "password": "x"})
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Login failed")
    client.cookies.set("JSESSIONID", "0" * 32)
    assert client.get("/rest/api/2/myself").status_code == 401


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_answer_says_that_it_comes_from_a_sandbox(
    tmp_path: Path, flavour: Flavour, role: Role
) -> None:
    client = agent(tmp_path, flavour) if role is Role.SHADOW else jonas(tmp_path, flavour)
    with client:
        answers = [
            client.get(f"{api(flavour)}/issue/AIR-1"),
            client.get(f"{api(flavour)}/issue/NONE-1"),
            client.get("/rest/api/2/serverInfo"),
            client.get("/nowhere"),
            client.get("/_sandbox/health"),
            client.patch("/rest/api/2/issue/AIR-1"),
            client.put(f"{api(flavour)}/issue/AIR-1", content=b"{"),
            client.post("/mcp"),
            client.get("/t/x/mcp"),
            client.get(f"{api(flavour)}/myself", headers={"Authorization": "Bearer no"}),
        ]
    assert [one.headers.get("X-Airlock-Sandbox") for one in answers] == [role.value] * len(answers)


@pytest.mark.parametrize("role", list(Role))
def test_the_control_door_is_not_on_the_agents_port(tmp_path: Path, role: Role) -> None:
    flavour = Flavour.CLOUD
    client = agent(tmp_path, flavour) if role is Role.SHADOW else jonas(tmp_path, flavour)
    for path in ("/_sandbox", "/_sandbox/health", "/t/x/_sandbox/registry", "/_sandbox/issues"):
        for method in ("GET", "PUT", "POST", "DELETE"):
            assert client.request(method, path, json={}).status_code == 404
