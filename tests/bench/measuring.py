"""CPU of a server process per request: steadier on a noisy machine than wall time."""

import http.client
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return user and system time of a process (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass(frozen=True, slots=True)
class Target:
    """Something to ask: a process, and one request."""

    name: str
    pid: int
    port: int
    path: str
    headers: dict[str, str]


def microseconds(target: Target, requests: int) -> float:
    """Return CPU microseconds of the target's process per request, over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", target.port)
    ask(connection, target)
    before = cpu_seconds(target.pid)
    for _ in range(requests):
        ask(connection, target)
    used = cpu_seconds(target.pid) - before
    connection.close()
    return used / requests * 1e6


def ask(connection: http.client.HTTPConnection, target: Target) -> None:
    """Send one request; anything but 200 is an error."""
    connection.request("GET", target.path, headers=target.headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise AssertionError(f"{target.name}: {answer.status} {body[:200]!r}")


def rounds(targets: list[Target], requests: int, times: int) -> dict[str, float]:
    """Return the best of several interleaved rounds for each target."""
    best: dict[str, float] = {}
    for _ in range(times):
        for target in targets:
            found = microseconds(target, requests)
            best[target.name] = min(found, best.get(target.name, found))
    return best


def show(title: str, best: dict[str, float], against: str, say: Callable[[str], None]) -> None:
    """Print each figure and its ratio to one of them."""
    say(f"\n{title} (CPU of the server process; best of interleaved rounds)")
    for name, value in best.items():
        say(f"  {name:<42} {value:7.0f} µs  {value / best[against]:5.2f} x {against}")
