"""``airlock mcp`` as a process, between a real MCP client and a real sandbox."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.forking import SandboxProcess
from tests.house import House, house
from tests.journeys.agents import Agent, Era

BRIDGE = ["-m", "gateway", "mcp"]
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("bridge"), size=10) as one:
        yield one


@pytest.fixture
def secret(built: House) -> str:
    assert built.world is not None
    return built.token("bridge", built.world.cast.person.account_id)


def environment(url: str, token: str) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    # No UTF-8 locale on purpose: messages are UTF-8 anywhere.
    return {**inherited, "LC_ALL": "C", "AIRLOCK_MCP_URL": url, "AIRLOCK_TOKEN": token}


@asynccontextmanager
async def bridged(url: str, token: str, era: Era, *options: str) -> Any:
    server = StdioServerParameters(
        command=sys.executable,
        args=[*BRIDGE, *options],
        env=environment(url, token),
    )
    async with Client(server, mode=era) as client:
        yield Agent(client)


def told(url: str, token: str, *lines: Any, options: tuple[str, ...] = ()) -> list[Any]:
    """Write lines to a bridge and return what it answers."""
    given = b"".join(
        one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in lines
    )
    done = subprocess.run(
        [sys.executable, *BRIDGE, *options],
        input=given,
        env=environment(url, token),
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_a_real_client_works_over_standard_input_and_output(
    built: House, secret: str, era: Era
) -> None:
    assert built.world is not None
    key = built.world.cast.clean

    async def job() -> tuple[int, Any, Any]:
        async with bridged(f"{built.shadow.url}/mcp", secret, era, "--task", f"stdio-{era}") as at:
            listed = len((await at.client.list_tools()).tools)
            await at.must("editJiraIssue", issueIdOrKey=key, fields={"summary": "한글 제목 ✅"})
            reads = [at.must("getJiraIssue", issueIdOrKey=key) for _ in range(5)]
            answers = await asyncio.gather(*reads)
            refused = await at.ask("getJiraIssue", issueIdOrKey="WEB-99999")
            assert refused.refused
            return listed, answers, at.client.protocol_version

    listed, answers, version = asyncio.run(job())
    assert listed == 24
    assert {one.structured["fields"]["summary"] for one in answers} == {"한글 제목 ✅"}
    assert version == ("2026-07-28" if era == "auto" else "2025-11-25")


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_a_restart_of_the_sandbox_in_between_breaks_nothing(
    built: House, secret: str, era: Era
) -> None:
    assert built.world is not None
    key = built.world.cast.clean

    async def job() -> list[str]:
        async with bridged(f"{built.shadow.url}/mcp", secret, era, "--task", f"again-{era}") as at:
            await at.must("editJiraIssue", issueIdOrKey=key, fields={"summary": f"kept {era}"})
            built.shadow.child.stop()
            away = await ask_while_away(at, key)
            await asyncio.to_thread(restart, built)
            back = await at.must("getJiraIssue", issueIdOrKey=key, fields=["summary"])
            return [away, str(back.structured["fields"]["summary"])]

    away, back = asyncio.run(job())
    assert "cannot be reached" in away
    assert back == f"kept {era}"


async def ask_while_away(at: Agent, key: str) -> str:
    with pytest.raises(Exception, match="cannot be reached") as caught:
        await at.ask("getJiraIssue", issueIdOrKey=key)
    return str(caught.value)


def restart(built: House) -> None:
    """Start the shadow again, on the same port and the same database."""
    port = built.shadow.url.rsplit(":", 1)[1]
    control = built.shadow.control.removeprefix("http://")
    built.shadow.child = SandboxProcess(
        {
            "AIRLOCK_SITE_FILE": str(built.folder / "shadow.toml"),
            "AIRLOCK_SANDBOX_PORT": port,
            "AIRLOCK_SANDBOX_CONTROL": control,
            "AIRLOCK_SANDBOX_DATABASE_URL": f"sqlite:///{built.folder / 'shadow.db'}",
            "AIRLOCK_CONTROL_SECRET_FILE": str(built.folder / "shadow-secret"),
        },
    )
    built.shadow.child.ready()


def test_a_wrong_token_is_told_to_the_client(built: House) -> None:
    [answer] = told(f"{built.shadow.url}/mcp", "wrong", LIST)
    assert answer["id"] == 1
    assert "airlock agent create" in answer["error"]["message"]


def test_an_unreachable_sandbox_is_told_to_the_client() -> None:
    [answer] = told("http://127.0.0.1:9/mcp", "x", LIST)
    assert "cannot be reached" in answer["error"]["message"]
    assert "Nothing was done" in answer["error"]["message"]


def test_an_address_that_is_no_mcp_server_is_told_to_the_client(built: House, secret: str) -> None:
    [answer] = told(f"{built.shadow.url}/elsewhere", secret, LIST)
    assert answer["jsonrpc"] == "2.0"
    assert "HTTP 404" in answer["error"]["message"]


def test_a_malformed_line_is_answered_and_the_next_one_works(built: House, secret: str) -> None:
    lines = (b"{not json\n", b"\n", b'["a", "batch"]\n', b"\xff\xfe\n", LIST)
    answers = told(f"{built.shadow.url}/mcp", secret, *lines)
    assert [one["error"]["code"] for one in answers if "error" in one] == [-32700] * 3
    [listed] = [one for one in answers if "result" in one]
    assert len(listed["result"]["tools"]) == 24


def test_a_notification_is_never_answered(built: House, secret: str) -> None:
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert told(f"{built.shadow.url}/mcp", secret, note) == []
    assert told("http://127.0.0.1:9/mcp", secret, note) == []


@pytest.mark.parametrize(
    ("env", "options", "says"),
    [
        ({"AIRLOCK_MCP_URL": "http://127.0.0.1:9/mcp"}, [], "AIRLOCK_TOKEN"),
        ({"AIRLOCK_TOKEN": "x"}, [], "AIRLOCK_MCP_URL"),
        ({"AIRLOCK_TOKEN": "x"}, ["--url", "ftp://x/mcp"], "not an http(s) address"),
        ({"AIRLOCK_TOKEN": "x"}, ["--url", "http://x:y/mcp"], "not an http(s) address"),
        ({"AIRLOCK_TOKEN": "x"}, ["--url", "http://x/mcp", "--task", "a b"], "A task's name"),
        ({}, ["--url", "http://x/mcp", "--token-file", "/nowhere"], "cannot be read"),
    ],
)
def test_what_is_missing_or_wrong_is_one_sentence(
    env: dict[str, str], options: list[str], says: str
) -> None:
    done = subprocess.run(
        [sys.executable, *BRIDGE, *options],
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_token_may_come_from_a_file(built: House, secret: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(secret + "\n")
    options = ("--token-file", str(file))
    [answer] = told(f"{built.shadow.url}/mcp", "", LIST, options=options)
    assert "result" in answer


def test_what_connect_writes_for_a_desktop_client_works(
    built: House, secret: str, tmp_path: Path
) -> None:
    token, file = tmp_path / "token", tmp_path / "desktop.json"
    token.write_text(secret + "\n", encoding="utf-8")
    url = f"{built.shadow.url}/mcp"
    words = ["--url", url, "--task", "desk", "--tools", "mcp-atlassian"]
    more = ["--token-file", str(token), "--file", str(file), "--write"]
    subprocess.run(
        [sys.executable, "-m", "gateway", "connect", "claude-desktop", *words, *more],
        check=True,
        capture_output=True,
        timeout=30,
    )
    entry = json.loads(file.read_text(encoding="utf-8"))["mcpServers"]["atlassian"]

    async def names() -> list[str]:
        # As a desktop client starts it: nothing of the shell's environment.
        async with Client(StdioServerParameters(command=entry["command"], args=entry["args"])) as c:
            return [tool.name for tool in (await c.list_tools()).tools]

    assert "jira_get_issue" in asyncio.run(names())
