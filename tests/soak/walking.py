"""Walks one stretch of a random walk; one seed is one walk, on one engine.

python -m tests.soak.walking SEED [STEPS] [ENGINE] [SPOILT]
"""

import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.databases import durable_server
from tests.soak.model import BrokenPromiseError
from tests.soak.walk import Walk, fresh_jira

#: Steps of one world: a fresh one starts then, so that every step is as fast as the first.
STRETCH = 400


#: One stretch of the walk in so many is walked with answers that are garbage.
_GARBAGE_EVERY, _GARBAGE = 4, 0.1


def stretch(seed: int, steps: int, database_url: str, spoilt: float = 0.0) -> Counter[str]:
    """Walk one stretch; prints its trace when a promise is broken.

    ``spoilt`` is the share of Jira's answers that are garbage.
    """
    with fresh_jira() as jira:
        walk = Walk(seed, database_url, jira)
        walk.spoiling.share = spoilt
        try:
            walk.run(steps)
        except BaseException:
            sys.stderr.write(
                "\n".join([*walk.trace, f"walk seed {seed}, {steps} steps, spoilt {spoilt}", ""])
            )
            raise
        finally:
            walk.close()
    return walk.counts


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of the walk; its number says on which engine, and whether with garbage."""

    seed: int
    steps: int
    number: int

    @property
    def on_postgres(self) -> bool:
        """Whether it is walked on PostgreSQL."""
        return self.number % 2 == 1


def walked_apart(one: Stretch, url: str) -> tuple[Counter[str], str]:
    """Walk one stretch; returns what was done, and the promise that was broken, if one was."""
    spoilt = 0.0 if one.number % _GARBAGE_EVERY else _GARBAGE
    with tempfile.TemporaryDirectory(prefix="airlock-walk-") as folder:
        url = url or f"sqlite:///{Path(folder) / 'walk.db'}"
        try:
            return stretch(one.seed, one.steps, url, spoilt), ""
        except BrokenPromiseError as error:
            return Counter(), str(error)


def main(arguments: list[str]) -> int:
    """Walk one seed."""
    seed = int(arguments[0])
    steps = int(arguments[1]) if len(arguments) > 1 else STRETCH
    spoilt = float(arguments[3]) if len(arguments) > 3 else 0.0
    if arguments[2:3] == ["postgres"]:
        server = durable_server()
        try:
            counts = stretch(seed, steps, server.create(), spoilt)
        finally:
            server.stop()
    else:
        with tempfile.TemporaryDirectory() as folder:
            counts = stretch(seed, steps, f"sqlite:///{Path(folder) / 'walk.db'}", spoilt)
    sys.stdout.write(f"{dict(sorted(counts.items()))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
