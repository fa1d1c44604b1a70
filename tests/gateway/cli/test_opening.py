from pathlib import Path

import pytest

from gateway.cli.opening import dotenv, surroundings
from tests.gateway.cli.running import airlock


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("NAME=value", {"NAME": "value"}),
        ("  NAME = value  ", {"NAME": "value"}),
        ("export NAME=value", {"NAME": "value"}),
        ("NAME='a # b'", {"NAME": "a # b"}),
        ('NAME="two words" # why', {"NAME": "two words"}),
        ("NAME=value # why", {"NAME": "value"}),
        ("NAME=a#b", {"NAME": "a#b"}),
        ("NAME=a=b==", {"NAME": "a=b=="}),
        ("NAME=it's", {"NAME": "it's"}),
        ("NAME='", {"NAME": "'"}),
        ("NAME=", {"NAME": ""}),
        ("NAME=값", {"NAME": "값"}),
        ("\ufeffNAME=value", {"NAME": "value"}),
        ("# NAME=value", {}),
        ("#NAME=value", {}),
        ("NAME", {}),
        ("", {}),
    ],
)
def test_lines_of_a_dotenv_file(tmp_path: Path, line: str, found: dict[str, str]) -> None:
    (tmp_path / ".env").write_text(line + "\n", encoding="utf-8")
    assert dotenv(tmp_path / ".env") == found


def test_no_file_is_no_names(tmp_path: Path) -> None:
    assert dotenv(tmp_path / ".env") == {}


def test_a_demo_reads_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("JIRA_URL=https://real.example.com\n")
    monkeypatch.chdir(tmp_path)
    assert surroundings({"AIRLOCK_DEMO": "true"}) == ({"AIRLOCK_DEMO": "true"}, {})
    assert surroundings({})[1] == {"JIRA_URL": "https://real.example.com"}


JIRA = {
    "JIRA_URL": "http://127.0.0.1:9",
    "JIRA_USERNAME": "a@example.com",
    "JIRA_API_TOKEN": "secret-token",
}

WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({}, "JIRA_URL"),
    ({**JIRA, "AIRLOCK_PORT": "many"}, "AIRLOCK_PORT is 'many'; it has to be a number."),
    ({**JIRA, "AIRLOCK_DEMO": "perhaps"}, "AIRLOCK_DEMO is 'perhaps'; it may be yes or no."),
    ({**JIRA, "AIRLOCK_SECRET_KEY_FILE": "/nowhere"}, "AIRLOCK_SECRET_KEY_FILE cannot be read"),
    (JIRA, "Jira could not be reached"),
)


@pytest.mark.parametrize("command", [["serve"], ["changes", "list"], ["agent", "list"]])
@pytest.mark.parametrize(("env", "says"), WRONG)
def test_a_setting_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, command: list[str], env: dict[str, str], says: str
) -> None:
    done = airlock(*command, env=env, folder=tmp_path)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("airlock: ")
    assert says in line
    assert "secret-token" not in line
