"""The Inspector's strict look at every tool's schema: each profile, each way in, each era."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from sandbox.mcp_server.profiles import PROFILES
from tests.conformance.mcp.suite import PACKAGES, run

_PROGRAM = str(PACKAGES / "inspector" / "clients" / "launcher" / "build" / "index.js")
_STRICT = ("--method", "tools/list", "--strict", "-q", "--format", "json")


def inspect(lines: list[str], add: Callable[..., None], url: str, token: str) -> None:
    """List the tools strictly in every way; each of a profile's tools has to be in the list."""
    lines.append("inspector --cli --strict")
    for profile, known in PROFILES.items():
        for way, words in _ways(f"{url}?tools={profile}", token):
            ended = run(_PROGRAM, "--cli", *words, *_STRICT)
            good = ended.returncode == 0 and _names(ended.stdout) == list(known.tools)
            add(f"inspector {profile}, {way}, {len(known.tools)} tools", good=good)
            if not good:
                said = (ended.stdout + ended.stderr)[-1500:]
                lines.append(f"    exit {ended.returncode}: {said}")


def _ways(url: str, token: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    bridge = str(Path(sys.executable).parent / "airlock")
    given = ("-e", f"AIRLOCK_MCP_URL={url}", "-e", f"AIRLOCK_TOKEN={token}")
    header = ("--header", f"Authorization: Bearer {token}")
    for era in ("legacy", "modern"):
        yield f"stdio, {era}", (*given, bridge, "mcp", "--protocol-era", era)
        yield f"HTTP, {era}", (url, *header, "--protocol-era", era)


def _names(said: str) -> list[str]:
    try:
        found = json.loads(said)
    except ValueError:
        return []
    return [one["name"] for one in (found.get("result") or found)["tools"]]
