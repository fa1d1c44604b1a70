"""What all tests share."""

import gc
import os
import sys

import pytest

from tests import once

# Tests start hundreds of processes: where a machine forbids kept bytecode, each of them
# would compile the whole program again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Nothing of what is loaded until the first test runs is garbage.
gc.disable()
once.keep_certificates()
once.share_statements()
once.ask_servers_once()
once.carry_requests()

#: Objects made before Python looks for garbage, and for how many looks it looks at all.
_GARBAGE = (20_000, 20, 5)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave thousands of collected tests out of each look for garbage: a tenth of all time.

    What is timed waits for the disk, and hashes, as the program does.
    """
    if not any(one.get_closest_marker("bench") for one in session.items):
        once.spare_the_disk()
        once.hash_quickly()
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
