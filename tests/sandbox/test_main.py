"""``python -m sandbox`` as a process: ready, reachable, closed to the outside, clean end."""

from pathlib import Path

import httpx2
import pytest

from tests.forking import SandboxProcess
from tests.sandbox.processes import environment, running, started
from tests.sandbox.test_site_file import UPSTREAM

SHADOW = 'site = "tiny"\nrole = "shadow"\nflavour = "cloud"\n'


def test_an_upstream_starts_from_its_site_file_alone(tmp_path: Path) -> None:
    text = UPSTREAM.replace("https://jira.example.com/jira/", "http://127.0.0.1:0/jira")
    with started(tmp_path, text) as sandbox:
        said = httpx2.get(f"{sandbox.url}/jira/rest/api/2/serverInfo")
        assert said.headers["X-Airlock-Sandbox"] == "upstream"
        assert said.json()["versionNumbers"] == [8, 17, 1]
        assert said.json()["deploymentType"] == "Server"
        assert said.json()["baseUrl"] == f"{sandbox.url}/jira"
        mina = httpx2.Client(base_url=f"{sandbox.url}/jira", auth=("mina", "first"))
        fields = {
            "project": {"key": "WEB"},
            "issuetype": {"name": "Bug"},
            "summary": "첫 번째 이슈",
        }
        made = mina.post("/rest/api/2/issue", json={"fields": fields}).json()
        assert made["key"] == "WEB-1"
        assert made["self"].startswith(f"{sandbox.url}/jira/rest/api/2/issue/")
        found = mina.get("/rest/api/2/search?jql=project=WEB").json()
        assert [one["fields"]["summary"] for one in found["issues"]] == ["첫 번째 이슈"]
        mina.close()


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    auth = ("mina", "first")
    fields = {"project": {"key": "WEB"}, "issuetype": {"name": "Bug"}, "summary": "Kept"}
    with running(tmp_path, UPSTREAM) as sandbox:
        made = httpx2.post(f"{sandbox.url}/rest/api/2/issue", json={"fields": fields}, auth=auth)
        assert made.status_code == 201
    with running(tmp_path, UPSTREAM) as sandbox:
        found = httpx2.get(f"{sandbox.url}/rest/api/2/issue/WEB-1", auth=auth)
        assert found.json()["fields"]["summary"] == "Kept"


def test_the_control_door_may_be_a_socket_of_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    env = {"AIRLOCK_SANDBOX_CONTROL": f"unix:{path}"}
    with running(tmp_path, SHADOW, env=env) as sandbox:
        assert sandbox.control == f"unix:{path}"
        assert path.stat().st_mode & 0o777 == 0o600
        assert sandbox.ask("GET", "/health")["role"] == "shadow"
    assert not path.exists()


def test_a_port_of_its_own_is_the_default_for_the_control_door(tmp_path: Path) -> None:
    with running(tmp_path, SHADOW) as sandbox:
        assert sandbox.ask("GET", "/health")["site"] == "tiny"
        assert httpx2.get(f"http://{sandbox.control}/_sandbox/health").status_code == 401
        assert httpx2.get(f"{sandbox.url}/_sandbox/health").status_code == 404
        assert httpx2.get(f"{sandbox.url}/rest/api/2/issue/AIR-1").status_code == 401


def test_nothing_inside_a_running_sandbox_can_call_out(tmp_path: Path) -> None:
    with started(tmp_path, SHADOW, "tests.sandbox.sandbox_with_a_spy") as sandbox:
        found = httpx2.get(f"{sandbox.url}/rest/api/2/serverInfo")
        assert found.status_code == 200
        said = (tmp_path / "spy.txt").read_text(encoding="utf-8").splitlines()
        assert len(said) == 3
        assert [line for line in said if "refused" not in line] == []


def test_a_public_address_stands_in_all_answers(tmp_path: Path) -> None:
    env = {"AIRLOCK_SANDBOX_PUBLIC_URL": "https://sandbox.example.com/jira/"}
    with running(tmp_path, UPSTREAM, env=env) as sandbox:
        found = httpx2.get(f"{sandbox.url}/t/x/rest/api/2/serverInfo").json()
        assert found["baseUrl"] == "https://sandbox.example.com/jira/t/x"


@pytest.mark.parametrize(
    ("site_file", "env", "sentence"),
    [
        ('colour = "red"', {}, "cannot be used"),
        (SHADOW, {"AIRLOCK_SANDBOX_PORT": "x"}, "AIRLOCK_SANDBOX_PORT must be a port number"),
        (SHADOW, {"AIRLOCK_SITE_FILE": ""}, "AIRLOCK_SITE_FILE is not set"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(
    tmp_path: Path, site_file: str, env: dict[str, str], sentence: str
) -> None:
    ended = SandboxProcess(environment(tmp_path, site_file, env)).ended()
    assert (ended.exitcode, len(ended.printed)) == (2, 1)
    assert sentence in ended.printed[0]
