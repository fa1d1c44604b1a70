"""`make conformance-rest`: our fake of Jira beside Atlassian's own documents of its REST API.

Every address that clients ask most, of both kinds of Jira and in both dialects, is answered by
a fake Jira, and each answer held against the document's schema. The last line counts.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.contract.shapes import Flavour
from tests.conformance.rest.documents import Document, document
from tests.conformance.rest.expected import EXPECTED
from tests.sandbox.jira_api.test_every_address import table
from tests.sandbox.jira_api.visitors import jonas


@dataclass(slots=True)
class Tally:
    """What was counted so far."""

    passed: int = 0
    failed: int = 0
    expected: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, document: str, asked: str, problem: str | None) -> None:
        """Count one answer; one that is right although it is expected not to be is a failure."""
        why = EXPECTED.get(document, {}).get(asked)
        if problem is None and why is None:
            self.passed += 1
        elif problem is not None and why is not None:
            self.expected += 1
            self.lines.append(f"  expected  {asked}: {why}")
        else:
            self.failed += 1
            self.lines.append(f"  FAILED    {asked}: {problem or 'is right now'}")


def answers(flavour: Flavour, root: str) -> Iterator[tuple[str, str, int, object]]:
    """Yield method, address, status and body of every request, in a fresh fake Jira."""
    with jonas(Path(tempfile.mkdtemp()), flavour) as http:
        for method, path, body, _ in table(flavour):
            address = path if path.startswith("/") else f"{root}/{path}"
            found = http.request(method, address, json=body)
            is_json = "json" in found.headers.get("content-type", "")
            yield method, address, found.status_code, found.json() if is_json else None


def judge(tally: Tally, flavour: Flavour, root: str, documents: list[Document]) -> None:
    """Hold what one kind of Jira answers against its documents."""
    tally.lines.append(f"{flavour.value} {root}: {', '.join(one.name for one in documents)}")
    missing = 0
    for method, address, status, body in answers(flavour, root):
        for one in documents:
            operation = one.operation(method, address)
            if operation is not None:
                tally.add(one.name, f"{method} {address}", one.problem(operation, status, body))
                break
        else:
            missing += 1
    tally.lines.append(f"  {missing} requests are in no document")


def check_the_documents() -> None:
    """Stop if the documents let an answer pass that is plainly wrong."""
    known = document("cloud-platform-v3")
    operation = known.operation("GET", "/rest/api/3/issue/AIR-1")
    wrong: tuple[Any, ...] = ({"id": 5}, {"fields": []}, "x", {"changelog": {"histories": {}}})
    if operation is None or not all(known.problem(operation, 200, one) for one in wrong):
        raise SystemExit("The documents refuse nothing: nothing would be shown.")


def main() -> int:
    """Run everything; return the exit status."""
    check_the_documents()
    tally = Tally()
    agile = document("cloud-software")
    for root, name in (("/rest/api/3", "cloud-platform-v3"), ("/rest/api/2", "cloud-platform-v2")):
        judge(tally, Flavour.CLOUD, root, [document(name), agile])
    judge(tally, Flavour.SERVER, "/rest/api/2", [document("data-center-10.3", "/rest")])
    sys.stdout.write("\n".join(tally.lines))
    sys.stdout.write(f"\n{tally.passed} passed, {tally.failed} failed, {tally.expected} expected\n")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
