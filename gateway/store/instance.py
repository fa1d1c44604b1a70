"""Which installation a database belongs to, in the database and in a file outside of it.

The file remembers the end of the audit. A database that ends before it, or that has
another history, came out of a backup.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from gateway.store import audit
from gateway.store.audit import Checkpoint
from gateway.store.installation_tables import InstanceRow
from gateway.store.prepared import Prepared

_TABLES = InstanceRow.metadata.tables
_INSTANCE, _OPERATION = _TABLES["instance"], _TABLES["operation"]
_ONLY = 1


class UnreadableMemoryError(Exception):
    """The file outside the database cannot be read."""


@dataclass(frozen=True, slots=True)
class Instance:
    """What the database says of itself."""

    instance: str
    restored_at: int | None = None
    finding: str = ""
    resumed_at: int | None = None
    resumed_by: str | None = None

    @property
    def waiting(self) -> bool:
        """Whether it came out of a backup and nobody has told it to go on yet."""
        return self.restored_at is not None and self.resumed_at is None


@dataclass(frozen=True, slots=True)
class Memory:
    """What the file outside the database remembers."""

    instance: str
    #: The audit's end when it was last written down.
    seq: int
    hash: str
    #: Newest operations that were about to be sent, each with its fence: no audit row
    #: speaks of them before Jira answered.
    sent: tuple[tuple[int, int], ...] = ()


def get(conn: Connection) -> Instance | None:
    """Return what the database says of itself; None before its first start."""
    found = _GET.run(conn).mappings()
    return Instance(**{k: v for k, v in found[0].items() if k != "id"}) if found else None


_GET = Prepared(lambda: select(_INSTANCE).where(_INSTANCE.c.id == _ONLY))


def put(conn: Connection, found: Instance) -> None:
    """Store what the database says of itself."""
    changed = update(_INSTANCE).where(_INSTANCE.c.id == _ONLY).values(**asdict(found))
    if conn.execute(changed).rowcount == 0:
        conn.execute(insert(_INSTANCE).values(id=_ONLY, **asdict(found)))


def difference(conn: Connection, stored: Instance | None, memory: Memory | None) -> str:
    """Return in a sentence why this is not the database that was here last, or nothing."""
    head = audit.head(conn)
    if memory is None:
        return "" if stored is None else "Its file of the installation is missing."
    if head.seq < memory.seq:
        return f"It ends at audit row {head.seq}, but row {memory.seq} had been written."
    if memory.seq and not audit.holds(conn, Checkpoint(memory.seq, memory.hash)):
        return f"Its audit row {memory.seq} is another one than was written here."
    if any(_fence(conn, operation) < fence for operation, fence in memory.sent):
        return "It does not know of a request that had been sent."
    if stored is not None and stored.instance != memory.instance:
        return "Its file belongs to another installation."
    return ""


def _fence(conn: Connection, operation: int) -> int:
    found = conn.execute(select(_OPERATION.c.fence).where(_OPERATION.c.id == operation)).scalar()
    return -1 if found is None else int(found)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep every other thread and process from changing the file meanwhile.

    The lock lies in a file beside it: the file itself is replaced by each writing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    number = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def read_memory(path: Path) -> Memory | None:
    """Return what the file remembers; None when there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        sent = tuple((int(one), int(fence)) for one, fence in found["sent"])
        return Memory(str(found["instance"]), int(found["seq"]), str(found["hash"]), sent)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UnreadableMemoryError(f"{path} cannot be read as it was written.") from error


def write_memory(path: Path, memory: Memory) -> None:
    """Write the file, whole or not at all; nobody else may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    number = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(json.dumps(asdict(memory)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
