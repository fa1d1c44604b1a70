"""Is the audit what it was? Asked before each promotion, without reading all of it again.

The end of the chain as it was last found whole is remembered by this process; only what
came since, and the row that matters, is read again. A new process verifies everything once.
"""

from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.store import audit
from gateway.store.audit import Checkpoint
from gateway.store.database import Database

_VERIFIED: WeakKeyDictionary[Database, Checkpoint] = WeakKeyDictionary()


def trouble_since(conn: Connection, gateway: Gateway, row: int) -> str | None:
    """Return what is wrong with the chain from ``row`` on, or None.

    The row itself is covered: its hash must lead, row by row, to the end that was
    remembered and on to the end of now.
    """
    remembered = _VERIFIED.get(gateway.database)
    after = 0 if remembered is None else min(remembered.seq, row - 1)
    trouble = audit.verify(conn, remembered, after=after, public=gateway.settings.signer.public)
    if trouble is None:
        _VERIFIED[gateway.database] = audit.head(conn)
    return trouble
