"""The sandbox's database: one engine, short reads, one writer at a time.

SQLite: every thread keeps one connection in autocommit, so that a read costs no
transaction and no pool; writes say ``BEGIN IMMEDIATE``, because a lock that is upgraded
later fails at once whatever the busy timeout. PostgreSQL: a pool, reads in autocommit.
"""

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, Pool, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import NullPool, StaticPool

from sandbox.store.migrating import migrate

#: WAL lets readers go on while one writes; NORMAL survives a killed process.
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "cache_size=-16000",
)

#: Where a write keeps what must happen if it is rolled back.
_UNDO = "airlock.undo"


class Database:
    """One database by its URL; ``sqlite://`` and ``:memory:`` live as long as it does."""

    def __init__(self, url: str) -> None:
        """Open lazily: no connection is made before the first use."""
        parsed = _with_driver(make_url(url))
        self._sqlite = parsed.get_backend_name() == "sqlite"
        self._in_memory = self._sqlite and parsed.database in (None, "", ":memory:")
        self.engine = _sqlite_engine(parsed, self._in_memory) if self._sqlite else _engine(parsed)
        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._own = threading.local()
        self._shared: Connection | None = None
        self._opened: weakref.WeakSet[Connection] = weakref.WeakSet()
        # In memory there is one connection: one thread at a time, also for reads.
        self._turn = threading.RLock()

    @property
    def dialect_name(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection for short reads; it sees each statement's own moment."""
        if self._in_memory:
            with self._turn:
                yield self._kept()
        elif self._sqlite:
            yield self._kept()
        else:
            with self._reader.connect() as conn:
                yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Lend a connection in a transaction: commit at the end, roll back on error."""
        if self._in_memory:
            with self._turn, self._write_sqlite() as conn:
                yield conn
        elif self._sqlite:
            with self._write_sqlite() as conn:
                yield conn
        else:
            with self._write_pooled() as conn:
                yield conn

    def migrate(self) -> None:
        """Bring the tables to the newest form; one process at a time."""
        with self._turn:
            migrate(self.engine)

    def dispose(self) -> None:
        """Close every connection."""
        for conn in list(self._opened):
            conn.close()
        self._opened.clear()
        self._own = threading.local()
        self._shared = None
        self.engine.dispose()

    def _kept(self) -> Connection:
        """Return this thread's SQLite connection, or the only one in memory."""
        held: Connection | None = getattr(self._own, "conn", None)
        if held is None:
            held = self._shared or self._reader.connect()
            self._own.conn = held
            self._opened.add(held)
            if self._in_memory:
                self._shared = held
        return held

    @contextmanager
    def _write_sqlite(self) -> Iterator[Connection]:
        conn = self._kept()
        conn.exec_driver_sql("BEGIN IMMEDIATE")
        conn.info[_UNDO] = []
        try:
            yield conn
            conn.exec_driver_sql("COMMIT")
        except BaseException:
            _rollback_sqlite(conn)
            _undo(conn)
            raise

    @contextmanager
    def _write_pooled(self) -> Iterator[Connection]:
        with self.engine.connect() as conn:
            conn.info[_UNDO] = []
            try:
                yield conn
                conn.commit()
            except BaseException:
                conn.rollback()
                _undo(conn)
                raise


def on_rollback(conn: Connection, action: Callable[[], None]) -> None:
    """Have something done should this write be rolled back."""
    conn.info[_UNDO].append(action)


def _undo(conn: Connection) -> None:
    for action in conn.info.pop(_UNDO, ()):
        action()


def _rollback_sqlite(conn: Connection) -> None:
    # SQLite may have rolled back by itself (disk full): then there is nothing to do.
    raw = conn.connection.dbapi_connection
    if raw is not None and getattr(raw, "in_transaction", True):
        conn.exec_driver_sql("ROLLBACK")


def _with_driver(url: URL) -> URL:
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    return url


def _engine(url: URL) -> Engine:
    return create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=False)


def _sqlite_engine(url: URL, in_memory: bool) -> Engine:
    # Threads keep their connections themselves, so the pool has nothing to do.
    pool: type[Pool] = StaticPool if in_memory else NullPool
    engine = create_engine(url, poolclass=pool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
