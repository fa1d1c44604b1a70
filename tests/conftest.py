"""What all tests share."""

import gc
import os
import ssl
import sys
from functools import cache

import httpcore2

# Tests start hundreds of processes: where a machine forbids kept bytecode, each of them
# would compile the whole program again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
_load = httpcore2.default_ssl_context


@cache
def _loaded(trust_env: bool, *_where: str | None) -> ssl.SSLContext:
    return _load(_trust_env=trust_env)


def _kept(*, _trust_env: bool = True) -> ssl.SSLContext:
    """Load the machine's certificates once: thousands of clients here speak plain HTTP."""
    where = (os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    return _loaded(_trust_env, *where)


httpcore2.default_ssl_context = _kept

#: Objects made before Python looks for garbage, and for how many looks it looks at all.
_GARBAGE = (20_000, 20, 5)


def pytest_collection_finish() -> None:
    """Leave thousands of collected tests out of each look for garbage: a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
