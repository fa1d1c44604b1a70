"""Walks one stretch of a random walk; one seed is one walk, on one engine.

python -m tests.soak.walking SEED [STEPS] [ENGINE] [SPOILT]
"""

import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.databases import durable_server
from tests.soak.clockwork import Clockwork
from tests.soak.walk import Walk, fresh_jira

#: Steps of one world: a fresh one starts then, so that every step is as fast as the first.
STRETCH = 400
#: One stretch of the walk in so many is walked with answers that are garbage.
_GARBAGE_EVERY, _GARBAGE = 4, 0.1


def stretch(seed: int, steps: int, database_url: str, spoilt: float = 0.0) -> Counter[str]:
    """Walk one stretch; prints its trace when a promise is broken.

    ``spoilt`` is the share of Jira's answers that are garbage.
    """
    clock = Clockwork()
    with fresh_jira(clock) as jira:
        walk = Walk(seed, database_url, jira, clock)
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

    @property
    def spoilt(self) -> float:
        """The share of Jira's answers that are garbage."""
        return 0.0 if self.number % _GARBAGE_EVERY else _GARBAGE

    @property
    def again(self) -> str:
        """The command that walks it once more."""
        engine = "postgres" if self.on_postgres else "sqlite"
        return f"python -m tests.soak.walking {self.seed} {self.steps} {engine} {self.spoilt}"


def walked_apart(one: Stretch, url: str) -> tuple[Counter[str], str]:
    """Walk one stretch; returns what was done, and what went wrong, if anything did."""
    with tempfile.TemporaryDirectory(prefix="airlock-walk-") as folder:
        url = url or f"sqlite:///{Path(folder) / 'walk.db'}"
        try:
            return stretch(one.seed, one.steps, url, one.spoilt), ""
        except Exception as error:  # noqa: BLE001 - whatever it is, the others walk on
            return Counter(), f"{type(error).__name__}: {error}"


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
