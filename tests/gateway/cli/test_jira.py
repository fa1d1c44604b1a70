"""``airlock jira`` as a command: connect with a token, list, take back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.server_world import server_house
from tests.gateway.cli.running import airlock
from tests.house import House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with server_house(tmp_path_factory.mktemp("jira")) as one:
        yield one


def run(house: House, *arguments: str, code: int = 0, **env: str) -> str:
    done = airlock("jira", *arguments, env={**house.env, **env}, folder=house.folder)
    assert done.returncode == code, done.stdout + done.stderr
    assert "token-of-jiwoo" not in done.stdout + done.stderr
    return done.stdout + done.stderr


def listed(house: House) -> list[str]:
    return [one["account"] for one in json.loads(run(house, "list", "--json"))]


def test_an_account_is_connected_listed_and_taken_back(house: House, tmp_path: Path) -> None:
    assert listed(house) == ["JIRAUSER10100"]
    assert "not connected any more" in run(house, "revoke", "JIRAUSER10100")
    assert "is not connected" in run(house, "revoke", "JIRAUSER10100", code=1)
    assert listed(house) == []
    file = tmp_path / "token"
    file.write_text("token-of-jiwoo\n", encoding="utf-8")
    said = run(house, "connect", "--token-file", str(file))
    assert "김지우 (JIRAUSER10100)" in said
    run(house, "connect", "--service", "--token-file", str(file))
    assert sorted(listed(house)) == ["JIRAUSER10100", "service"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("connect",), "No OAuth app is set"),
        (("connect", "--token-file", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    house: House, arguments: tuple[str, ...], words: str
) -> None:
    assert words in run(house, *arguments, code=1)
