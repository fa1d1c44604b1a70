"""``python -m seed_data``: load the demo's world into an upstream sandbox.

Prints one JSON line: the site, its issues, its people and the cast of the demo.
"""

import argparse
import json
import sys
from dataclasses import asdict

from seed_data.loading import ControlDoor, load, read_secret
from seed_data.world import make_world


def main(arguments: list[str]) -> int:
    """Load a world; returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m seed_data", description=__doc__)
    parser.add_argument("--control", help="http://host:port or unix:/path of the control door")
    parser.add_argument("--secret-file", help="file with the control secret")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--site", default="shop")
    parser.add_argument("--size", type=int, default=60, help="issues of each project")
    parser.add_argument("--describe", action="store_true", help="print the cast, load nothing")
    chosen = parser.parse_args(arguments)
    world = make_world(chosen.seed, site=chosen.site, size=chosen.size)
    if not chosen.describe:
        if not chosen.control or not chosen.secret_file:
            parser.error("--control and --secret-file are needed to load")
        load(world, ControlDoor(chosen.control, read_secret(chosen.secret_file)))
    people = [asdict(one) for one in world.people]
    told = {"site": world.site, "issues": len(world.issues), "people": people}
    sys.stdout.write(json.dumps(told | {"cast": asdict(world.cast)}, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
