"""How much of the rate that Jira allows promotion reaches, and what an operation costs us.

An upstream of 100 ms latency that allows 20 writes a second; ``BENCH_OPS`` operations (1000)
with one gateway process and with four. Prints the share of the possible rate and the CPU time
of the gateway processes per operation.
"""

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.cli.opening import close_gateway
from gateway.operations import receiving, reviewing
from gateway.operations.context import Gateway
from sandbox.contract.shapes import ChangeKind
from tests.bench.measuring import cpu_seconds
from tests.databases import Postgres, postgres
from tests.gateway.promotion.world import change, change_set
from tests.gateway.promotion.world import text as document
from tests.soak.chaos import CONTEXT
from tests.soak.promoter import promote
from tests.soak.world import APPROVER, Jira, Place, Waits, fill, gateway_at

__all__ = ["postgres"]

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

OPERATIONS = int(os.environ.get("BENCH_OPS", "1000"))
RATE, BURST = 20, 20
#: Operations of one change set, each on an issue of its own.
_SET = 10
_WAITS = Waits(quarantine=45, lease=60, timeout=30)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run."""

    seconds: float
    cpu: float

    @property
    def share(self) -> float:
        """How much of the possible rate was reached."""
        return (OPERATIONS - BURST) / RATE / self.seconds


@pytest.fixture(scope="module")
def jira(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jira]:
    """Start a fake Jira with enough issues."""
    found = Jira(tmp_path_factory.mktemp("jira"))
    found.start()
    yield found
    found.kill()


@pytest.mark.parametrize(("engine", "processes"), [("sqlite", 1), ("postgres", 1), ("postgres", 4)])
def test_promotion_keeps_up_with_what_jira_allows(
    request: pytest.FixtureRequest,
    jira: Jira,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    engine: str,
    processes: int,
) -> None:
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    if engine == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.create()
    place = Place(url, jira.url, _WAITS)
    gateway = gateway_at(place)
    _approve_all(gateway, jira)
    jira.misbehave({"latency_ms": 100, "writes_per_second": RATE, "burst": BURST})
    measured = _measure(gateway, place, processes, tmp_path)
    jira.misbehave({})
    states = _states(gateway)
    close_gateway(gateway)
    with capsys.disabled():
        print(  # noqa: T201 - a benchmark's figures
            f"\n{engine}, {processes} gateway process(es): {OPERATIONS} operations in "
            f"{measured.seconds:.1f} s, {measured.share:.0%} of the possible rate, "
            f"{measured.cpu / OPERATIONS * 1000:.1f} ms CPU per operation"
        )
    assert states == {"applied": OPERATIONS}


def _approve_all(gateway: Gateway, jira: Jira) -> None:
    """Approve and release sets of comments, edits and new issues."""
    draw = random.Random(1)  # noqa: S311 - has to be repeatable
    issues = [jira.make(f"issue {number}") for number in range(min(OPERATIONS, 100))]
    fill(gateway, issues)
    for first in range(0, OPERATIONS, _SET):
        members = draw.sample(issues, min(_SET, OPERATIONS - first))
        changes = [
            change(
                ChangeKind.COMMENT,
                {"id": "9", "body": document(f"number {first + number}")},
                id=f"c{first + number}",
                issue_id=issue["id"],
                issue_key=issue["key"],
            )
            for number, issue in enumerate(members)
        ]
        with gateway.database.write() as conn:
            made = receiving.receive(conn, gateway, change_set(*changes, task=f"t{first}"), ())
        assert made is not None
        digest = reviewing.view(gateway, made, read_now=False).digest
        reviewing.approve(gateway, APPROVER, made, digest)
        reviewing.promote(gateway, APPROVER, made, digest)


def _measure(gateway: Gateway, place: Place, processes: int, folder: Path) -> Measured:
    began = time.monotonic()
    running = [
        CONTEXT.Process(
            target=promote, args=(place, f"p{number}", str(folder / "log")), daemon=True
        )
        for number in range(processes)
    ]
    for process in running:
        process.start()
    try:
        while set(_states(gateway)) - {"applied"}:
            assert time.monotonic() < began + 120 + OPERATIONS * 2, _states(gateway)
            time.sleep(0.1)
        seconds = time.monotonic() - began
        cpu = sum(cpu_seconds(process.pid or 0) for process in running)
    finally:
        for process in running:
            process.terminate()
            process.join(30)
    return Measured(seconds, cpu)


def _states(gateway: Gateway) -> dict[str, int]:
    with gateway.database.read() as conn:
        rows = conn.execute(text("SELECT state, count(*) FROM operation GROUP BY state"))
        return {str(state): int(number) for state, number in rows}
