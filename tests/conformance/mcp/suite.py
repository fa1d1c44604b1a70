"""The official suite's word on one server: which scenarios passed, which failed."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules" / "@modelcontextprotocol"
_LINE = re.compile(r"^\s*[✓✗] (?P<name>[\w-]+): (?P<passed>\d+) passed, (?P<failed>\d+) failed$")
_UNSCORED = re.compile(r"^\s*[✓✗] (?P<name>[\w-]+) \((?P<why>[\w-]+)\)$")


@dataclass(frozen=True, slots=True)
class Said:
    """What the suite said of one revision."""

    #: Scenario to whether all its checks passed; scored ones only.
    scored: dict[str, bool]
    #: Scenario to how many of its checks failed.
    failures: dict[str, int]
    #: Scenario to why the suite does not score it (``extension``, ``pending``, …).
    unscored: dict[str, str]


def node() -> str:
    """Return the Node of the registry package: the suite needs 22 or newer."""
    found = sorted(Path(os.environ["AIRLOCK_NODE_VENV"]).glob("lib/*/site-packages/*/bin/node"))
    if not found:
        raise SystemExit("There is no Node: run this as `make conformance-mcp`.")
    return str(found[0])


def run(*words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run a JavaScript program of a registry package."""
    return subprocess.run(
        [node(), *words],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def environment() -> dict[str, str]:
    """Return the environment in which the suite finds its own Node."""
    path = f"{Path(node()).parent}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": os.environ["HOME"]}


def server_scenarios(url: str, revision: str) -> Said:
    """Run every scenario that a protocol revision requires of a server."""
    program = str(PACKAGES / "conformance" / "dist" / "index.js")
    ended = run(program, "server", "--requirements", revision, "--url", url)
    found = read(ended.stdout)
    if not found.scored:
        raise SystemExit(f"The suite did not run:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    return found


def read(text: str) -> Said:
    """Read the summary that the suite prints at its end."""
    summary = text.partition("=== SUMMARY ===")[2].splitlines()
    unscored = {one["name"]: one["why"] for line in summary if (one := _UNSCORED.match(line))}
    every = {one["name"]: int(one["failed"]) for line in summary if (one := _LINE.match(line))}
    failures = {name: count for name, count in every.items() if name not in unscored}
    return Said({name: not count for name, count in failures.items()}, failures, unscored)
