"""What all tests share."""

import os
import sys

# Tests start hundreds of processes: where a machine forbids kept bytecode, each of them
# would compile the whole program again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
