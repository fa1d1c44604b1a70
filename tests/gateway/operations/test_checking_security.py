"""What the doctor says of an installation: users, file modes, doors."""

import os
import socket
from pathlib import Path

import pytest

from gateway.operations.checking import Checked, Level
from gateway.operations.checking_security import check_security, listener, open_to_others
from gateway.people_settings import PeopleRules
from gateway.policy.self_approval import SelfApproval
from gateway.settings import Settings

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
ROW = (
    "   0: 0100007F:{port:04X} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000  {uid}"
)


def found(folder: Path, settings: Settings, **env: str) -> dict[str, Checked]:
    assert folder.is_dir()
    return {one.name: one for one in check_security(settings, env)}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an installation whose files only their owner may read."""
    monkeypatch.chdir(tmp_path)
    for name in ("gateway.db", "secret-key", "control-secret"):
        (tmp_path / name).touch(mode=0o600)
    return Settings(
        database_url=f"sqlite:///{tmp_path}/gateway.db",
        control_secret_file=tmp_path / "control-secret",
        sandbox_control="127.0.0.1:1",
    )


def test_files_of_the_owner_alone_are_ok(tmp_path: Path, settings: Settings) -> None:
    said = found(tmp_path, settings)
    assert said["security.database"].level is Level.OK
    assert said["security.secrets"].level is Level.OK


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("gateway.db", "security.database"),
        ("gateway.db-wal", "security.database"),
        ("secret-key", "security.secrets"),
        ("control-secret", "security.secrets"),
        (".env", "security.secrets"),
        ("pat", "security.secrets"),
        ("client.pem", "security.secrets"),
    ],
)
def test_a_file_that_others_may_read_fails_by_name(
    tmp_path: Path, settings: Settings, name: str, line: str
) -> None:
    (tmp_path / name).touch()
    (tmp_path / name).chmod(0o640)
    env = {"JIRA_API_TOKEN_FILE": str(tmp_path / "pat")}
    env["JIRA_CLIENT_KEY"] = str(tmp_path / "client.pem")
    one = found(tmp_path, settings, **env)[line]
    assert one.level is Level.FAIL
    assert f"{name} (0640)" in one.sentence
    assert one.next_step == "chmod 600"


def test_a_sandbox_of_the_same_user_fails_outside_a_demo(
    tmp_path: Path, settings: Settings
) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        where = f"127.0.0.1:{door.getsockname()[1]}"
        real = Settings(database_url=settings.database_url, sandbox_control=where)
        demo = Settings(database_url=settings.database_url, sandbox_control=where, demo=True)
        levels = [found(tmp_path, one)["security.users"].level for one in (real, demo)]
    assert levels == [Level.FAIL, Level.WARN]


def test_the_owner_of_a_sandboxs_socket_is_its_user(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "door.sock"
    path.touch()
    here = Settings(database_url=settings.database_url, sandbox_control=f"unix:{path}")
    assert found(tmp_path, here)["security.users"].level is Level.FAIL
    away = Settings(database_url=settings.database_url, sandbox_control="unix:/nowhere.sock")
    assert found(tmp_path, away)["security.users"].level is Level.WARN


def test_another_hosts_sandbox_cannot_be_seen(tmp_path: Path, settings: Settings) -> None:
    there = Settings(database_url=settings.database_url, sandbox_control="sandbox.example:8644")
    assert found(tmp_path, there)["security.users"].level is Level.WARN


def test_who_listens_is_read_from_the_systems_table(tmp_path: Path) -> None:
    table = tmp_path / "tcp"
    rows = [ROW.format(port=8644, state="01", uid=7), ROW.format(port=8644, state="0A", uid=1001)]
    table.write_text(HEAD + "\n".join(rows) + "\n", encoding="ascii")
    assert listener(8644, (tmp_path / "none", table)) == 1001
    assert listener(8645, (table,)) is None


def test_what_is_not_there_is_open_to_nobody(tmp_path: Path) -> None:
    assert open_to_others([tmp_path / "none"]) == []


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("http://127.0.0.1:8642", Level.OK),
        ("https://review.example.com", Level.OK),
        ("http://review.example.com", Level.WARN),
    ],
)
def test_pages_in_the_open_are_told(
    tmp_path: Path, settings: Settings, url: str, level: Level
) -> None:
    here = Settings(database_url=settings.database_url, public_url=url)
    assert found(tmp_path, here)["security.pages"].level is level


def test_postgres_self_approval_and_root_are_told(tmp_path: Path) -> None:
    url = "postgresql+psycopg://gateway@127.0.0.1/airlock"
    said = found(
        tmp_path, Settings(database_url=url, people=PeopleRules(self_approval=SelfApproval.YES))
    )
    assert said["security.database"].level is Level.WARN
    assert said["security.self"].level is Level.WARN
    assert ("security.root" in said) is (os.getuid() == 0)
