"""``make soak``: everything is killed at random, and nothing may be lost, doubled or made up.

``SOAK_OPS`` wishes (5000) for each of ``SOAK_SEEDS`` seeds (10) on both engines, several runs
at a time (``SOAK_JOBS``: processors to use, all of them), then a random walk of ``SOAK_STEPS``
steps (four for each wish: 200,000) over both, a part of it with answers that are garbage. The
last line and the exit status say how it ended.
"""

import os
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.databases import NoPostgresError, Postgres, durable_server
from tests.forking import CONTEXT
from tests.soak.counting import Counts
from tests.soak.storms import ENGINES, SHOWN, Storm, jobs, listed, one_run, weather
from tests.soak.walking import STRETCH, Stretch, walked_apart
from tests.soak.world import Waits

#: With the quarantine off a write that was begun is looked for at once: the harness has to
#: see the duplicates that this makes.
_CARELESS = Waits(quarantine=0.0)
_CONTROL_OPERATIONS = 60
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
        began = time.monotonic()
        for outcome in weather(
            Storm(engine, seed, operations, Waits())
            for seed in range(first, first + seeds)
            for engine in ENGINES
        ):
            say(outcome.report)
            total.add(outcome.counts)
        say(f"runs: all in {time.monotonic() - began:.0f} s, {2 * jobs()} at a time")
        seen = control(min(operations, _CONTROL_OPERATIONS), first)
        steps = int(os.environ.get("SOAK_STEPS", str(4 * operations * seeds)))
        total.add(walks(first, steps, server))
    finally:
        server.stop()
    for sentence in total.wrong[:SHOWN]:
        say(f"  wrong: {sentence}")
    if not seen:
        say("the control run without quarantine showed no duplicates: this harness is blind")
    say(total.line())
    return 0 if total.clean and seen else 1


def control(operations: int, seed: int) -> int:
    """Run with the quarantine off; returns how many duplicates were seen."""
    seen = 0
    for engine in ENGINES:
        # Alone: what comes late has to come late for the promoter, not for the machine.
        outcome = one_run(Storm(engine, seed, operations, _CARELESS, is_control=True))
        say(outcome.report)
        seen += outcome.counts.duplicates
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
    with CONTEXT.Pool(jobs()) as pool, ThreadPoolExecutor(jobs()) as threads:

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
                say(f"  broken: {broken}; again by: {one.again}")
            if (one.number + 1) % _REPORT_EVERY == 0:
                so_far = (one.number + 1) * STRETCH
                say(f"  walk: {so_far} steps in {time.monotonic() - began:.0f} s")
    say(
        f"walk: {steps} steps on both engines in {time.monotonic() - began:.0f} s, "
        f"seeds {first} to {first + len(stretches) - 1}: {listed(done)}"
    )
    return found


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
