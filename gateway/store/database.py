"""The gateway's database: SQLite by default, PostgreSQL by setting, one set of rules.

Reads and writes are told apart: on SQLite a write takes the one write lock when it
begins (``BEGIN IMMEDIATE``), because a transaction that first reads and then wants to
write fails with "database is locked" whatever the busy timeout. Approvals and intents
must survive the machine going down, hence ``synchronous=FULL``.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from gateway.promotion.signing import Signer
from gateway.store import audit, bell
from gateway.store.bell import Bell
from gateway.store.desk_tables import AssignmentRow
from gateway.store.dry_run_tables import DryRunRow
from gateway.store.installation_tables import InstanceRow
from gateway.store.notice_tables import NoticeRow
from gateway.store.oauth_tables import OAuthClientRow
from gateway.store.password_tables import PasswordRow
from gateway.store.preference_tables import PreferenceRow
from gateway.store.prepared import CLOCK, Prepared, run_text
from gateway.store.remark_tables import RemarkRow
from gateway.store.viewing_tables import ViewedRow
from gateway.store.window_tables import FreezeWindowRow

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000")
#: One of each file of tables: a file that is not read has none.
_OF_EACH_FILE = (
    AssignmentRow,
    DryRunRow,
    FreezeWindowRow,
    InstanceRow,
    NoticeRow,
    OAuthClientRow,
    PasswordRow,
    PreferenceRow,
    RemarkRow,
    ViewedRow,
)
_METADATA = _OF_EACH_FILE[0].metadata
#: Any number that no other program on the same PostgreSQL uses for its advisory lock.
_MIGRATION_LOCK = 7_401_902_201
#: Seconds for which a connection that was just used is taken to be alive.
_TRUSTED = 1.0
_USED_AT = "airlock_used_at"
_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One database with its engine; shared by all threads of the gateway."""

    def __init__(self, url: str, signer: Signer | None = None) -> None:
        """Make the engine; nothing connects until the first use.

        With a ``signer`` every audited fact is signed.
        """
        self.engine = _engine(url).execution_options(**{audit.SIGNER: signer})
        self._writing = self.engine.execution_options(airlock_begin="BEGIN IMMEDIATE")
        self.signer = signer
        # One connection is all that an in-memory database has: one thread at a time.
        self._turn = threading.RLock() if _in_memory(url) else None
        # SQLite has one writer, and lets others sleep and ask again: a queue is quicker.
        file = url.startswith("sqlite") and not _in_memory(url)
        self._writer = threading.RLock() if file else None
        #: Rings when there is new work in the outbox.
        self.bell = Bell()

    @property
    def dialect_name(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open one consistent read; whatever it changed is rolled back."""
        with self._one_at_a_time(), self.engine.connect() as conn:
            yield conn
            conn.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open one transaction: committed at the exit, rolled back by an exception."""
        with self._one_writer(), self._writing.connect() as conn:
            bell.forget(conn)
            with conn.begin():
                yield conn
            bell.pass_on(conn, self.bell)

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """Open a connection for a statement that is a transaction of its own."""
        with self._one_writer(), self.engine.connect() as conn:
            yield conn

    def listen(self, stop: threading.Event) -> None:
        """Hear other processes ring until ``stop``; returns at once where there are none."""
        if self.dialect_name == "postgresql":
            bell.listen(self.engine, self.bell, stop)

    def migrate(self) -> None:
        """Bring the tables to this program's version, one process at a time."""
        with self.write() as conn:
            if self.dialect_name == "postgresql":
                conn.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _MIGRATION_LOCK})
            revision = MigrationContext.configure(conn).get_current_revision()
            if revision is None and not inspect(conn).get_table_names():
                # As fast as it gets for a fresh file; a test keeps both ways equal.
                _METADATA.create_all(conn)
                command.stamp(migration_config(conn), "head")
            elif revision != _newest():
                command.upgrade(migration_config(conn), "head")
            audit.ensure_head(conn)

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _one_writer(self) -> AbstractContextManager[Any]:
        return self._one_at_a_time() if self._writer is None else self._writer

    def _one_at_a_time(self) -> AbstractContextManager[Any]:
        return nullcontext() if self._turn is None else self._turn


def migration_config(conn: Connection) -> Config:
    """Return Alembic's configuration for one open connection."""
    config = _config()
    config.attributes["connection"] = conn
    return config


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _newest() -> str | None:
    """Return the newest revision of this program."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_there(url: str) -> bool:
    """Return whether there is a database to look into: looking must not make an empty one."""
    file = make_url(url).database or ""
    return not url.startswith("sqlite:///") or Path(file).is_file()


def database_now(conn: Connection) -> int:
    """Return the database's own clock in microseconds: the only clock leases go by."""
    return int(_NOW.run(conn).scalar())


_NOW = Prepared(lambda: select(CLOCK))


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        # The driver prepares nothing by itself: it would drop what ``libpq`` has prepared.
        options: dict[str, Any] = {"connect_args": {"prepare_threshold": None}}
        engine = create_engine(url, pool_size=10, max_overflow=70, pool_use_lifo=True, **options)
        event.listen(engine, "checkin", _on_checkin)
        event.listen(engine, "checkout", _on_checkout)
        return engine
    # The connection that was used last knows most of the file's pages.
    options = {"pool_use_lifo": True}
    if _in_memory(url):
        options = {"poolclass": StaticPool}
    engine = create_engine(url, connect_args={"check_same_thread": False}, **options)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _in_memory(url: str) -> bool:
    return url.startswith("sqlite") and (":memory:" in url or url.endswith("://"))


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    # None: the driver leaves BEGIN to us (see _on_begin).
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _on_checkin(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = time.monotonic()


def _on_checkout(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Make sure of a connection that lay about: the server may have been started anew."""
    used_at = record.info.get(_USED_AT)
    if used_at is None or time.monotonic() - used_at < _TRUSTED:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError(str(error)) from error


def _on_begin(conn: Connection) -> None:
    run_text(conn, conn.get_execution_options().get("airlock_begin", "BEGIN"))
