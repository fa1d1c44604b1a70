"""Runs of the soak beside one another: each in a process, and on a database server, of its own.

A run waits most of its time, for quarantines and for what it has just killed, so twice as
many of them as there are processors keep a machine busy.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.databases import durable_server
from tests.forking import CONTEXT
from tests.soak.chaos import Run
from tests.soak.counting import Counts
from tests.soak.world import Waits

#: Sentences about what is wrong that are shown of one run.
SHOWN = 20
ENGINES = ("sqlite", "postgres")


@dataclass(frozen=True, slots=True)
class Storm:
    """One run to be made."""

    engine: str
    seed: int
    operations: int
    waits: Waits
    is_control: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to, and what is to be printed about it."""

    counts: Counts
    report: str


def jobs() -> int:
    """Return how many processors there are to use: ``SOAK_JOBS``, or all."""
    return int(os.environ.get("SOAK_JOBS", str(os.cpu_count() or 1)))


def weather(storms: Iterable[Storm]) -> Iterator[Outcome]:
    """Make all runs, several at a time; yields what each came to, in their order."""
    with ProcessPoolExecutor(2 * jobs(), mp_context=CONTEXT) as pool:
        yield from pool.map(one_run, storms)


def one_run(storm: Storm) -> Outcome:
    """Run one seed on one engine."""
    server = durable_server() if storm.engine == "postgres" else None
    try:
        with tempfile.TemporaryDirectory(prefix="airlock-soak-") as folder:
            run = Run(
                Path(folder),
                storm.seed,
                storm.engine,
                storm.operations,
                storm.waits,
                server,
                storm.is_control,
            )
            try:
                counts = run.go()
            except BaseException as error:
                again = f"SOAK_FIRST_SEED={storm.seed} repeats it"
                error.add_note(f"{storm.engine}, seed {storm.seed} broke down; {again}")
                raise
    finally:
        if server is not None:
            server.stop()
    return Outcome(counts, "\n".join(_report(run)))


def _report(run: Run) -> Iterator[str]:
    """Yield the lines about what a run went through."""
    counts = run.counts
    name = "control, no quarantine" if run.is_control else "run"
    yield (
        f"{name}: engine {run.engine}, seed {run.seed}, {run.operations} operations, "
        f"{run.seconds:.0f} s"
    )
    yield f"  kills   {listed(run.kills)}"
    yield f"  faults  {listed(run.struck)}"
    yield f"  states  {listed(counts.states)}"
    yield (
        f"  effects {counts.effects}; flagged overwrites {counts.flagged}; "
        f"side effects named {counts.side_effects}; not approved, and not there "
        f"{len(run.withheld)}"
    )
    yield f"  {counts.line()}"
    for sentence in counts.wrong[:SHOWN]:
        yield f"  wrong: {sentence}"
    for line in run.evidence:
        yield f"  {line}"


def listed(counts: Mapping[str, int]) -> str:
    """Return counts by name, in words."""
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items())) or "none"
