"""`make conformance-mcp`: the official suite and Inspector against the product as it is.

The last line counts what passed, failed, and failed as `expected.py` says it must; the exit
status is 0 only when nothing else failed and nothing expected to fail passed.
"""

import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.conformance.mcp.authorization import authorization_scenarios
from tests.conformance.mcp.expected import EXPECTED, FIXTURE, PARTLY
from tests.conformance.mcp.fixture_build import TOKEN, fixture_server
from tests.conformance.mcp.inspector import inspect
from tests.conformance.mcp.proxy import proxy
from tests.conformance.mcp.suite import Said, server_scenarios
from tests.house import house


@dataclass(slots=True)
class Tally:
    """What was counted so far."""

    passed: int = 0
    failed: int = 0
    expected: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, name: str, *, good: bool, expected: str = "") -> None:
        """Count one scenario; one that passes although it is expected to fail is a failure."""
        if good and not expected:
            self.passed += 1
        elif expected and not good:
            self.expected += 1
            self.lines.append(f"  expected  {name}: {expected}")
        else:
            self.failed += 1
            self.lines.append(f"  FAILED    {name}{': passes now' if good else ''}")


def judge(tally: Tally, revision: str, said: Said) -> None:
    """Hold what the suite said against what is expected."""
    tally.lines.append(f"scenarios of {revision} (not scored: {len(said.unscored)})")
    for name, good in said.scored.items():
        partly = PARTLY.get(revision, {}).get(name)
        if partly is None:
            tally.add(name, good=good, expected=EXPECTED.get(revision, {}).get(name, ""))
        else:
            right = said.failures[name] == partly
            why = f"{partly} of its checks {FIXTURE}" if right else ""
            tally.add(name, good=False, expected=why)


def main() -> int:
    """Run everything; return the exit status."""
    tally = Tally()
    with fixture_server(Path(tempfile.mkdtemp())) as own, proxy(own, TOKEN) as door:
        for revision in EXPECTED:
            said = server_scenarios(f"http://127.0.0.1:{door}/mcp", revision)
            judge(tally, f"{revision}, test build with fixtures", said)
    with house(Path(tempfile.mkdtemp()), size=20) as built:
        world = built.world
        if world is None:
            raise SystemExit("The house has no world.")
        token = built.token("conformance", world.cast.person.account_id)
        port = int(built.shadow.url.rsplit(":", 1)[1])
        with proxy(port, token) as door:
            for revision in EXPECTED:
                judge(tally, revision, server_scenarios(f"http://127.0.0.1:{door}/mcp", revision))
        judge(tally, "authorization", authorization_scenarios(built))
        inspect(tally.lines, tally.add, f"{built.shadow.url}/mcp", token)
    sys.stdout.write("\n".join(tally.lines))
    sys.stdout.write(f"\n{tally.passed} passed, {tally.failed} failed, {tally.expected} expected\n")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
