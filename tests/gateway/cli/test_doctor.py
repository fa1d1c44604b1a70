"""``airlock doctor`` in a real house: a healthy one, and one trouble after the other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.doctor_client import check_client
from gateway.operations import registering
from gateway.operations.checking import Checked
from gateway.settings import Settings
from gateway.store import questions
from tests.conformance.mcp.authorization import pages
from tests.gateway.cli.running import airlock
from tests.house import House, house


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("doctor"), size=10) as one:
        yield one


def doctor(built: House, *options: str, code: int, **env: str) -> dict[str, Any]:
    """Run the doctor; returns its lines by name."""
    done = airlock("doctor", *options, "--json", env={**built.env, **env}, folder=built.folder)
    assert done.returncode == code, done.stdout + done.stderr
    assert built.service_token not in done.stdout + done.stderr
    return {one["name"]: one for one in json.loads(done.stdout)}


def test_a_healthy_jira_and_sandbox_have_no_failed_line(built: House) -> None:
    said = doctor(built, "--jira", "--sandbox", code=0)
    assert {"jira.who", "jira.clock", "jira.WEB", "jira.PAY"} <= said.keys()
    assert {"sandbox.reach", "sandbox.secret", "sandbox.fresh", "sandbox.registry"} <= said.keys()
    assert "Airlock (service account)" not in said["jira.reach"]["sentence"]
    assert said["jira.who"]["level"] == "ok"
    assert said["sandbox.registry"]["level"] == "ok"
    assert not any(name.startswith("security") for name in said)


def test_without_an_option_everything_is_looked_at_one_line_each(built: House) -> None:
    done = airlock("doctor", env=built.env, folder=built.folder)
    # Everything runs as one user here, and the test's database may be read by its group.
    assert done.returncode == 1
    starts = {line[:4] for line in done.stdout.splitlines()}
    assert starts <= {"ok  ", "warn", "fail"}
    for part in ("jira.", "sandbox.", "security."):
        assert part in done.stdout


@pytest.mark.parametrize(
    ("option", "env", "name"),
    [
        ("--jira", {"JIRA_API_TOKEN": "wrong"}, "jira.reach"),
        ("--jira", {"JIRA_URL": "nowhere"}, "jira.settings"),
        ("--jira", {"AIRLOCK_TEST_UPSTREAM": ""}, "jira.reach"),
        ("--jira", {"AIRLOCK_PROJECTS": "WEB,NONE"}, "jira.NONE"),
        ("--sandbox", {"AIRLOCK_SANDBOX_CONTROL": "127.0.0.1:9"}, "sandbox.reach"),
        ("--sandbox", {"AIRLOCK_SITE": "other"}, "sandbox.site"),
        ("--sandbox", {"AIRLOCK_CONTROL_SECRET_FILE": "nothing"}, "sandbox.secret"),
        ("--sandbox", {"AIRLOCK_PORT": "many"}, "settings"),
    ],
)
def test_each_trouble_is_a_failed_line(
    built: House, option: str, env: dict[str, str], name: str
) -> None:
    said = doctor(built, option, code=1, **env)
    assert said[name]["level"] == "fail", said
    assert said[name]["sentence"]


def test_another_secret_than_the_sandboxs_fails(built: House, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch(mode=0o600)
    other.write_text("ff" * 32, encoding="utf-8")
    said = doctor(built, "--sandbox", code=1, AIRLOCK_CONTROL_SECRET_FILE=str(other))
    assert said["sandbox.secret"]["level"] == "fail"


def test_a_gateway_without_a_database_is_told_and_none_is_made(
    built: House, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/none.db"
    said = doctor(built, "--sandbox", code=0, AIRLOCK_DATABASE_URL=url)
    assert said["sandbox.fresh"]["level"] == "warn"
    assert not (tmp_path / "none.db").exists()


def test_issues_that_vanished_and_wait_for_a_person_are_told(built: House) -> None:
    with built.gateway.database.write() as conn:
        asked = questions.ask(conn, "shop", questions.Kind.VANISHED, ("1", "2"), 20, 1)
    said = doctor(built, "--sandbox", code=0)
    assert said["sandbox.vanished"]["level"] == "warn"
    assert said["sandbox.vanished"]["sentence"].startswith("2 of 20 issues")
    with built.gateway.database.write() as conn:
        assert questions.answer(conn, asked, "keep", "eve", 2)


def client(built: House, **env: str) -> dict[str, Any]:
    """Go a client's way in this process; returns the lines by name."""
    lines = check_client(Settings.from_env({**built.env, **env}), env)
    return {one.name: vars_of(one) for one in lines}


def vars_of(one: Checked) -> dict[str, Any]:
    return {"level": one.level, "sentence": one.sentence, "next_step": one.next_step}


def test_a_clients_way_in_is_gone_end_to_end(built: House) -> None:
    assert built.world is not None
    token = built.token("doctor", built.world.cast.person.account_id)
    with pages(built) as url:
        registering.push_registry(built.gateway)
        said = doctor(built, "--client", code=0, AIRLOCK_PUBLIC_URL=url, AIRLOCK_TOKEN=token)
    assert {name: one["level"] for name, one in said.items()} == dict.fromkeys(
        ("client.reach", "client.resource", "client.issuer", "client.token"), "ok"
    )
    assert "24 tools" in said["client.token"]["sentence"]
    assert url in said["client.issuer"]["sentence"]
    assert token not in str(said)


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({"AIRLOCK_MCP_URL": "http://127.0.0.1:9/mcp"}, "client.reach"),
        ({"AIRLOCK_MCP_URL": "nowhere"}, "client.reach"),
        ({"AIRLOCK_TOKEN": "ala_wrong"}, "client.token"),
    ],
)
def test_each_trouble_on_a_clients_way_is_a_failed_line(
    built: House, env: dict[str, str], name: str
) -> None:
    with pages(built):
        registering.push_registry(built.gateway)
        said = client(built, **env)
    assert said[name]["level"] == "fail", said
    assert said[name]["next_step"]


def test_an_address_that_is_not_the_resources_fails(built: House) -> None:
    with pages(built):
        registering.push_registry(built.gateway)
        other = built.shadow.url.replace("127.0.0.1", "localhost")
        said = client(built, AIRLOCK_MCP_URL=f"{other}/mcp")
    assert said["client.resource"]["level"] == "fail"
    assert "AIRLOCK_SANDBOX_PUBLIC_URL" in said["client.resource"]["next_step"]


def test_a_gateway_that_is_not_reached_fails(built: House) -> None:
    with pages(built):
        registering.push_registry(built.gateway)
    said = client(built)
    assert said["client.issuer"]["level"] == "fail"
