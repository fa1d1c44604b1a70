"""Walks one stretch of a random walk; one seed is one walk, on one engine.

python -m tests.soak.walking SEED [STEPS] [ENGINE] [SPOILT]
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.databases import durable_server
from tests.soak.walk import Walk, fresh_jira

#: Steps of one world: a fresh one starts then, so that every step is as fast as the first.
STRETCH = 400


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
