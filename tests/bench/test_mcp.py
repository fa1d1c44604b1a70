"""What MCP costs: a read call beside mcp-atlassian's, the tool lists, the bridge's start.

mcp-atlassian lives in an environment of its own (``make clients`` makes it); without it only
our own figures are printed. Both ask the same sandbox for the same issue, in the same run.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.bench.measuring import cpu_seconds
from tests.clients.server_world import server_house

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parent.parent.parent
PEER = ROOT / ".venv-clients" / "bin" / "mcp-atlassian"
#: Bytes of JSON that a token stands for: mcp-atlassian's list of 73.5 kB was counted as 18,000.
BYTES_A_TOKEN = 4.08
KEY = "OPS-1"
_ACCEPT = "application/json, text/event-stream"


@dataclass(frozen=True)
class Door:
    """An MCP server: where it listens, whose CPU it costs, what is sent."""

    name: str
    pid: int
    port: int
    path: str
    token: str
    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Cost:
    """What one call costs."""

    calls_per_second: float
    #: CPU of the server's process.
    milliseconds: float


def message(method: str, params: dict[str, Any]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


def ask(connection: http.client.HTTPConnection, door: Door, body: bytes) -> bytes:
    headers = {
        "Authorization": f"Bearer {door.token}",
        "Accept": _ACCEPT,
        "Content-Type": "application/json",
        "MCP-Protocol-Version": "2025-11-25",
    }
    connection.request("POST", door.path, body, headers)
    answer = connection.getresponse()
    said = answer.read()
    assert answer.status == 200, f"{door.name}: {answer.status} {said[:300]!r}"
    return said


def cost(door: Door, calls: int) -> Cost:
    """Call the tool over and over on one connection."""
    body = message("tools/call", {"name": door.tool, "arguments": door.arguments})
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=60)
    said = ask(connection, door, body)
    assert KEY.encode() in said, said[:500]
    assert b'"isError":true' not in said, said[:500]
    cpu, began = cpu_seconds(door.pid), time.perf_counter()
    for _ in range(calls):
        ask(connection, door, body)
    took, used = time.perf_counter() - began, cpu_seconds(door.pid) - cpu
    connection.close()
    return Cost(calls / took, used / calls * 1000)


def best_of(doors: list[Door], calls: int, times: int) -> dict[str, Cost]:
    """Return the best of interleaved rounds of each."""
    found: dict[str, list[Cost]] = {}
    for _ in range(times):
        for door in doors:
            found.setdefault(door.name, []).append(cost(door, calls))
    return {
        name: Cost(max(one.calls_per_second for one in each), min(one.milliseconds for one in each))
        for name, each in found.items()
    }


def tokens_of_list(door: Door) -> int:
    """Return about how many tokens the list of tools is."""
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=60)
    said = ask(connection, door, message("tools/list", {}))
    connection.close()
    text = said.decode()
    found = json.loads(text[text.index("{") : text.rindex("}") + 1])["result"]["tools"]
    return round(len(json.dumps(found, ensure_ascii=False).encode()) / BYTES_A_TOKEN)


def bridge_ready(url: str, token: str) -> float:
    """Return seconds from the start of ``airlock mcp`` to its first answer."""
    client = {"name": "bench", "version": "1"}
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}
    command = [str(Path(sys.executable).parent / "airlock"), "mcp", "--url", url]
    env = {"PATH": os.environ["PATH"], "AIRLOCK_TOKEN": token}
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(message("initialize", hello) + b"\n")
        process.stdin.flush()
        said = process.stdout.readline()
        took = time.perf_counter() - began
        process.stdin.close()
    assert b"serverInfo" in said
    return took


@contextmanager
def peer(jira: str, token: str) -> Iterator[tuple[int, int]]:
    """Run mcp-atlassian over HTTP in front of the sandbox; yields its process and port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["--transport", "streamable-http", "--host", "127.0.0.1", "--port", str(port)]
    env = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/tmp"),  # noqa: S108  only as a home directory
        "JIRA_URL": jira,
        "JIRA_PERSONAL_TOKEN": token,
        "NO_PROXY": "127.0.0.1",
    }
    with subprocess.Popen(
        [str(PEER), *words, "--stateless"],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait(port)
            yield process.pid, port
        finally:
            process.terminate()


def _wait(port: int) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("mcp-atlassian does not listen")


def test_mcp_calls_lists_and_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with server_house(tmp_path) as built:
        token = built.token("bench", "jiwoo", projects=("OPS",), mine_only=False)
        port, pid = int(built.shadow.url.rsplit(":", 1)[1]), built.shadow.child.pid
        ours = Door("getJiraIssue", pid, port, "/mcp", token, "getJiraIssue", {"issueIdOrKey": KEY})
        theirs = {"issue_key": KEY}
        named = Door(
            "jira_get_issue", pid, port, "/mcp?tools=mcp-atlassian", token, "jira_get_issue", theirs
        )
        doors = [ours, named]
        lists = {one.path: tokens_of_list(one) for one in doors}
        ready = min(bridge_ready(f"{built.shadow.url}/mcp", token) for _ in range(5))
        if PEER.is_file():
            with peer(built.shadow.url, token) as (their_pid, their_port):
                other = Door(
                    "mcp-atlassian", their_pid, their_port, "/mcp", token, "jira_get_issue", theirs
                )
                lists["mcp-atlassian"] = tokens_of_list(other)
                costs = best_of([*doors, other], calls=150, times=3)
        else:
            costs = best_of(doors, calls=300, times=3)
    with capsys.disabled():
        sys.stdout.write("\n".join([*_shown(costs, lists, ready), ""]))
    assert max(lists[one.path] for one in doors) < 6000
    for one in doors:
        assert costs[one.name].milliseconds < 2, "a read call costs more than it may"
        if "mcp-atlassian" in costs:
            least = 8 * costs["mcp-atlassian"].calls_per_second
            assert costs[one.name].calls_per_second >= least
    assert ready < 0.5


def _shown(costs: dict[str, Cost], lists: dict[str, int], ready: float) -> Iterator[str]:
    yield "\nReading one issue by MCP over HTTP, one connection (best of interleaved rounds)"
    peers = costs.get("mcp-atlassian")
    for name, one in costs.items():
        times = f"{one.calls_per_second / peers.calls_per_second:5.1f} x" if peers else ""
        yield f"  {name:<20} {one.calls_per_second:7.0f} calls/s {times} {one.milliseconds:6.2f} ms"
    if peers is None:
        yield "  mcp-atlassian was not measured: make clients"
    for name, tokens in lists.items():
        yield f"  list of tools, {name:<26} about {tokens:6} tokens"
    yield f"  stdio bridge ready in {ready:.2f} s"
