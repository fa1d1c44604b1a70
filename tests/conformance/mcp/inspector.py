"""The Inspector's strict look at every tool's schema, over HTTP and the stdio bridge."""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.conformance.mcp.suite import PACKAGES, run

_PROGRAM = str(PACKAGES / "inspector" / "clients" / "launcher" / "build" / "index.js")
_STRICT = ("--method", "tools/list", "--strict", "-q")
#: Must be in the list that the Inspector prints, or it looked at nothing.
_TOOL = '"getJiraIssue"'


def inspect(lines: list[str], add: Callable[..., None], url: str, token: str) -> None:
    """List the tools strictly in both ways in and, over HTTP, in both protocol eras."""
    lines.append("inspector --cli --strict")
    bridge = str(Path(sys.executable).parent / "airlock")
    given = ("-e", f"AIRLOCK_MCP_URL={url}", "-e", f"AIRLOCK_TOKEN={token}")
    ways: dict[str, tuple[str, ...]] = {"inspector-stdio": (*given, bridge, "mcp")}
    for era in ("legacy", "modern"):
        header = f"Authorization: Bearer {token}"
        ways[f"inspector-http-{era}"] = (url, "--header", header, "--protocol-era", era)
    for name, words in ways.items():
        ended = run(_PROGRAM, "--cli", *words, *_STRICT)
        good = ended.returncode == 0 and _TOOL in ended.stdout
        add(name, good=good)
        if not good:
            said = (ended.stdout + ended.stderr)[-1500:]
            lines.append(f"    exit {ended.returncode}: {said}")
