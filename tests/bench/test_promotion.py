"""How much of the rate that Jira allows promotion reaches, and what an operation costs us.

An upstream of 100 ms latency that allows ``BENCH_RATE`` writes a second (20); ``BENCH_OPS``
operations (1000) with one gateway process and with four. Prints the share of the
possible rate, and the CPU time of the gateway processes per operation beside that of the
three requests alone, sent by the same client in the same run: the machine's speed is in both.
"""

import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.cli.opening import close_gateway
from gateway.operations import receiving, reviewing
from gateway.operations.context import Gateway
from gateway.promotion.values import MARKER_KEY
from gateway.store import baselines, sites
from gateway.store.bell import ring
from sandbox.contract.shapes import ChangeKind
from tests.bench.measuring import cpu_seconds
from tests.databases import Postgres, postgres
from tests.forking import CONTEXT
from tests.gateway.promotion.world import change, change_set
from tests.gateway.promotion.world import text as document
from tests.soak.promoter import promote
from tests.soak.world import APPROVER, Jira, Place, Waits, fill, gateway_at, keep

__all__ = ["postgres"]

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

OPERATIONS = int(os.environ.get("BENCH_OPS", "1000"))
RATE = int(os.environ.get("BENCH_RATE", "20"))
BURST = 20
#: Operations of one change set, each on an issue of its own.
_SET = 20
_WAITS = Waits(quarantine=45, lease=60, timeout=30)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run."""

    seconds: float
    cpu: float
    #: CPU seconds of the three requests alone.
    bare: float

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
    fill(gateway, ())
    _pause(gateway, "Everything waits until the processes run.")
    _approve_all(gateway, jira)
    jira.misbehave({"latency_ms": 100, "writes_per_second": RATE, "burst": BURST})
    before = jira.struck.get("limit", 0)
    measured = _measure(gateway, place, processes, tmp_path)
    jira.misbehave({})
    refused = jira.struck.get("limit", 0) - before
    states = _states(gateway)
    close_gateway(gateway)
    with capsys.disabled():
        print(  # noqa: T201 - a benchmark's figures
            f"\n{engine}, {processes} gateway process(es): {OPERATIONS} operations in "
            f"{measured.seconds:.1f} s, {measured.share:.0%} of the possible rate, "
            f"{measured.cpu / OPERATIONS * 1000:.1f} ms CPU per operation, of which the three "
            f"requests alone take {measured.bare * 1000:.1f} ms "
            f"({measured.cpu / OPERATIONS / measured.bare:.1f} x); "
            f"Jira's limit refused {refused}"
        )
    assert states == {"applied": OPERATIONS}


def _approve_all(gateway: Gateway, jira: Jira) -> None:
    """Approve and release sets of comments, edits and new issues."""
    draw = random.Random(1)  # noqa: S311 - has to be repeatable
    issues = [jira.make(f"issue {number}") for number in range(min(OPERATIONS, 100))]
    keep(gateway, issues)
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
    """Release everything to processes that already run, and wait until all is applied."""
    ready = [CONTEXT.Event() for _ in range(processes)]
    running = [
        CONTEXT.Process(
            target=promote, args=(place, f"p{number}", str(folder / "log"), one), daemon=True
        )
        for number, one in enumerate(ready)
    ]
    for process in running:
        process.start()
    try:
        assert all(one.wait(120) for one in ready)
        time.sleep(1.0)  # they are quiet now: what they are made of does not count
        used, began = _cpu(running), time.monotonic()
        _pause(gateway, None)
        while set(_states(gateway)) - {"applied"}:
            assert time.monotonic() < began + 120 + OPERATIONS * 2, _states(gateway)
            time.sleep(0.25)
        return Measured(time.monotonic() - began, _cpu(running) - used, _bare(gateway))
    finally:
        for process in running:
            process.terminate()
            process.join(30)


def _cpu(running: Sequence[ForkServerProcess]) -> float:
    return sum(cpu_seconds(process.pid or 0) for process in running)


def _pause(gateway: Gateway, sentence: str | None) -> None:
    with gateway.database.write() as conn:
        sites.pause(conn, gateway.site, sentence)
        ring(conn)


def _bare(gateway: Gateway) -> float:
    """Return the CPU seconds of reading an issue three times, with nothing around it."""
    upstream = gateway.upstream
    with gateway.database.read() as conn:
        issue = baselines.all_latest(conn, gateway.site)[0].issue_id
    url = f"{upstream.address.url}/rest/api/3/issue/{issue}"
    query = {"fields": "*all", "expand": "changelog", "properties": MARKER_KEY}
    best = 1.0
    for _ in range(20):
        began = time.process_time()
        for _ in range(3):
            upstream.http.get(url, params=query).json()
        best = min(best, time.process_time() - began)
    return best


def _states(gateway: Gateway) -> dict[str, int]:
    with gateway.database.read() as conn:
        rows = conn.execute(text("SELECT state, count(*) FROM operation GROUP BY state"))
        return {str(state): int(number) for state, number in rows}
