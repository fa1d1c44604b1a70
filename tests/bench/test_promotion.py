"""How much of the rate that Jira allows promotion reaches, and what an operation costs us.

An upstream of 100 ms latency that allows ``BENCH_RATE`` writes a second (20); ``BENCH_OPS``
operations (1000), comments and edits, with one gateway process and with four. The upstream
is a lean one (``lean_jira.py``), so that its own CPU time is not in the way of ours; with
``BENCH_UPSTREAM=sandbox`` it is a whole sandbox. Prints the share of the possible rate, and
the CPU time of the gateway processes per operation beside that of the three requests alone,
sent the same way in the same run: the machine's speed is in both. Asserts that every
operation was written exactly once.
"""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from gateway.cli.opening import close_gateway
from gateway.operations import receiving, reviewing
from gateway.operations.context import Gateway
from gateway.store import baselines, sites
from gateway.store.bell import ring
from sandbox.contract.shapes import Change, ChangeKind
from tests.bench.lean_jira import Terms, serve
from tests.bench.measuring import cpu_seconds
from tests.databases import Postgres, postgres
from tests.forking import CONTEXT
from tests.gateway.promotion.world import change, change_set, edit
from tests.gateway.promotion.world import text as document
from tests.soak.promoter import promote
from tests.soak.world import APPROVER, Jira, Place, Waits, fill, free_ports, gateway_at

__all__ = ["postgres"]

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

OPERATIONS = int(os.environ.get("BENCH_OPS", "1000"))
RATE = int(os.environ.get("BENCH_RATE", "20"))
BURST = 20
#: Seconds that the upstream takes for each request.
LATENCY = 0.1
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


@dataclass(slots=True)
class Limited:
    """An upstream that keeps to its limit, and what it tells of itself."""

    url: str
    issues: list[Any]
    #: Lets the limit and the latency begin.
    begin: Callable[[], None]
    #: How many writes were refused, and operation to how often it was written, if known.
    told: Callable[[], tuple[int, dict[str, int] | None]]


@pytest.fixture(scope="module")
def jira(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jira]:
    """Start a fake Jira with enough issues."""
    found = Jira(tmp_path_factory.mktemp("jira"))
    found.start()
    yield found
    if found.child is not None:
        found.kill()


@pytest.fixture(scope="module")
def issues(jira: Jira) -> list[Any]:
    """Make what is written to."""
    return [jira.make(f"issue {number}") for number in range(min(OPERATIONS, 100))]


@pytest.fixture
def limited(jira: Jira, issues: list[Any]) -> Iterator[Limited]:
    """Lend an upstream with the limit."""
    if os.environ.get("BENCH_UPSTREAM") == "sandbox":
        yield _whole(jira, issues)
        return
    if jira.child is not None:
        jira.kill()  # it has made the issues, and would only take CPU time
    (port,), ready = free_ports(1), CONTEXT.Event()
    terms = Terms(LATENCY, RATE, BURST)
    process = CONTEXT.Process(target=serve, args=(port, issues, terms, ready), daemon=True)
    process.start()
    assert ready.wait(60)
    url = f"http://127.0.0.1:{port}"

    def told() -> tuple[int, dict[str, int]]:
        found = httpx2.get(f"{url}/told", trust_env=False).json()
        return found["refused"], found["marks"]

    yield Limited(url, issues, lambda: None, told)
    process.kill()
    process.join()


def _whole(jira: Jira, issues: list[Any]) -> Limited:
    before = jira.struck.get("limit", 0)

    def begin() -> None:
        jira.misbehave({"latency_ms": 1000 * LATENCY, "writes_per_second": RATE, "burst": BURST})

    def told() -> tuple[int, None]:
        jira.misbehave({})
        return jira.struck.get("limit", 0) - before, None

    return Limited(jira.url, issues, begin, told)


@pytest.mark.parametrize(("engine", "processes"), [("sqlite", 1), ("postgres", 1), ("postgres", 4)])
def test_promotion_keeps_up_with_what_jira_allows(
    request: pytest.FixtureRequest,
    limited: Limited,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    engine: str,
    processes: int,
) -> None:
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    if engine == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.create()
    place = Place(url, limited.url, _WAITS)
    gateway = gateway_at(place)
    fill(gateway, limited.issues)
    _pause(gateway, "Everything waits until the processes run.")
    _approve_all(gateway, limited.issues)
    limited.begin()
    measured = _measure(gateway, place, processes, tmp_path)
    refused, marks = limited.told()
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
    assert marks is None or (len(marks), set(marks.values())) == (OPERATIONS, {1})


def _approve_all(gateway: Gateway, issues: Sequence[Any]) -> None:
    """Approve and release sets of comments, and of edits: one of each issue, or the next waits."""
    draw = random.Random(1)  # noqa: S311 - has to be repeatable
    edited: set[str] = set()
    for first in range(0, OPERATIONS, _SET):
        members = draw.sample(issues, min(_SET, OPERATIONS - first))
        changes = [_wish(issue, first + place, edited) for place, issue in enumerate(members)]
        with gateway.database.write() as conn:
            made = receiving.receive(conn, gateway, change_set(*changes, task=f"t{first}"), ())
        assert made is not None
        digest = reviewing.view(gateway, made, read_now=False).digest
        reviewing.approve(gateway, APPROVER, made, digest)
        reviewing.promote(gateway, APPROVER, made, digest)


def _wish(issue: Any, number: int, edited: set[str]) -> Change:
    here = {"id": f"c{number}", "issue_id": issue["id"], "issue_key": issue["key"]}
    if number % 3 == 0 and issue["id"] not in edited:
        edited.add(issue["id"])
        before = issue["fields"]["summary"]
        return edit("summary", f"{before}, number {number}", before=before, **here)
    after = {"id": "9", "body": document(f"number {number}")}
    return change(ChangeKind.COMMENT, after, **here)


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
        used = _cpu(running)
        _pause(gateway, None)
        # On SQLite nobody rings across processes: a second process only looks now and then.
        while not set(_states(gateway)) - {"ready"}:
            time.sleep(0.02)
        began = time.monotonic()
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
    best = 1.0
    for _ in range(20):
        began = time.process_time()
        for _ in range(3):
            upstream.issue(issue)
        best = min(best, time.process_time() - began)
    return best


def _states(gateway: Gateway) -> dict[str, int]:
    with gateway.database.read() as conn:
        rows = conn.execute(text("SELECT state, count(*) FROM operation GROUP BY state"))
        return {str(state): int(number) for state, number in rows}
