"""``make soak``: everything is killed at random, and nothing may be lost, doubled or made up.

``SOAK_OPS`` wishes (5000) for each of ``SOAK_SEEDS`` seeds (10) on both engines, then a random
walk of ``SOAK_STEPS`` steps (four for each wish: 200,000) over both, a part of it with answers
that are garbage. The last line and the exit status say how it ended.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.databases import NoPostgresError, Postgres, durable_server
from tests.forking import CONTEXT
from tests.soak.chaos import Run
from tests.soak.counting import Counts
from tests.soak.walking import STRETCH, Stretch, walked_apart
from tests.soak.world import Waits

#: With the quarantine off a write that was begun is looked for at once: the harness has to
#: see the duplicates that this makes.
_CARELESS = Waits(quarantine=0.0)
_CONTROL_OPERATIONS = 60
_SHOWN = 20
#: Stretches between two lines about how far the walk is.
_REPORT_EVERY = 25


def main() -> int:
    """Run everything; 0 when nothing is wrong."""
    operations = int(os.environ.get("SOAK_OPS", "5000"))
    seeds = int(os.environ.get("SOAK_SEEDS", "10"))
    first = int(os.environ.get("SOAK_FIRST_SEED", "1"))
    total = Counts()
    try:
        server = durable_server()
    except NoPostgresError as error:
        say(f"no PostgreSQL, so only half of the soak can run: {error}")
        return 2
    try:
        for seed in range(first, first + seeds):
            for engine in ("sqlite", "postgres"):
                total.add(one_run(engine, seed, operations, Waits(), server))
        seen = control(min(operations, _CONTROL_OPERATIONS), first, server)
        steps = int(os.environ.get("SOAK_STEPS", str(4 * operations * seeds)))
        total.add(walks(first, steps, server))
    finally:
        server.stop()
    for sentence in total.wrong[:_SHOWN]:
        say(f"  wrong: {sentence}")
    if not seen:
        say("the control run without quarantine showed no duplicates: this harness is blind")
    say(total.line())
    return 0 if total.clean and seen else 1


def one_run(
    engine: str,
    seed: int,
    operations: int,
    waits: Waits,
    server: Postgres,
    *,
    is_control: bool = False,
) -> Counts:
    """Run one seed on one engine, print its report, and return what it came to."""
    with tempfile.TemporaryDirectory(prefix="airlock-soak-") as folder:
        postgres = server if engine == "postgres" else None
        run = Run(Path(folder), seed, engine, operations, waits, postgres, is_control)
        try:
            counts = run.go()
        except BaseException:
            say(f"{engine}, seed {seed} broke down; SOAK_FIRST_SEED={seed} repeats it")
            raise
    report("control, no quarantine" if is_control else "run", run)
    return counts


def report(name: str, run: Run) -> None:
    """Print what a run went through."""
    counts = run.counts
    say(
        f"{name}: engine {run.engine}, seed {run.seed}, {run.operations} operations, "
        f"{run.seconds:.0f} s"
    )
    say(f"  kills   {_listed(run.kills)}")
    say(f"  faults  {_listed(run.struck)}")
    say(f"  states  {_listed(counts.states)}")
    say(
        f"  effects {counts.effects}; flagged overwrites {counts.flagged}; "
        f"side effects named {counts.side_effects}; not approved, and not there "
        f"{len(run.withheld)}"
    )
    say(f"  {counts.line()}")
    for sentence in counts.wrong[:_SHOWN]:
        say(f"  wrong: {sentence}")


def control(operations: int, seed: int, server: Postgres) -> int:
    """Run with the quarantine off; returns how many duplicates were seen."""
    seen = 0
    for engine in ("sqlite", "postgres"):
        counts = one_run(engine, seed, operations, _CARELESS, server, is_control=True)
        seen += counts.duplicates
    say(f"control: with the quarantine off {seen} duplicates were seen")
    return seen


def walks(first: int, steps: int, server: Postgres) -> Counts:
    """Walk so many steps over both engines; returns which promises were broken.

    ``SOAK_JOBS`` stretches at a time, each in a process of its own: a stretch is its seed.
    """
    found, done, began = Counts(), Counter[str](), time.monotonic()
    stretches = [
        Stretch(first + number, min(STRETCH, steps - number * STRETCH), number)
        for number in range(-(-steps // STRETCH))
    ]
    jobs = int(os.environ.get("SOAK_JOBS", str(os.cpu_count() or 1)))
    with CONTEXT.Pool(jobs) as pool, ThreadPoolExecutor(jobs) as threads:

        def walked(one: Stretch) -> tuple[Counter[str], str]:
            url = server.create() if one.on_postgres else ""
            try:
                return pool.apply(walked_apart, (one, url))
            finally:
                if url:
                    server.drop(url)

        for one, (counts, broken) in zip(stretches, threads.map(walked, stretches), strict=True):
            done += counts
            if broken:
                found.broken(f"walk seed {one.seed}: {broken}")
            if (one.number + 1) % _REPORT_EVERY == 0:
                so_far = (one.number + 1) * STRETCH
                say(f"  walk: {so_far} steps in {time.monotonic() - began:.0f} s")
    say(
        f"walk: {steps} steps on both engines in {time.monotonic() - began:.0f} s, "
        f"seeds {first} to {first + len(stretches) - 1}: {_listed(done)}"
    )
    return found


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items())) or "none"


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
