"""Bringing the tables to the newest form, one process at a time.

A fresh database gets all tables at once and the newest revision's stamp (tested to equal
an upgrade from zero); an older one is upgraded by Alembic.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from sandbox.store.tables import SandboxTable

#: Any number that is the same in all our processes; the gateway has another.
_LOCK = 4_206_713

#: A schema change waits this long for a lock, so that it never blocks readers behind it.
_LOCK_TIMEOUT = "10s"


def migrate(engine: Engine) -> None:
    """Create or upgrade the tables under a lock."""
    with _locked(engine) as conn:
        revision = MigrationContext.configure(conn).get_current_revision()
        if revision is None and not inspect(conn).get_table_names():
            SandboxTable.metadata.create_all(conn)
            command.stamp(config_for(conn), "head")
        elif revision != _newest():
            command.upgrade(config_for(conn), "head")


def upgrade_from_zero(engine: Engine) -> None:
    """Build the tables by running every migration; tests compare this with `migrate`."""
    with _locked(engine) as conn:
        command.upgrade(config_for(conn), "head")


def config_for(conn: Connection) -> Config:
    """Return Alembic's settings for one open connection."""
    config = _config()
    config.attributes["connection"] = conn
    return config


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _newest() -> str | None:
    """Return the newest revision of this program."""
    return ScriptDirectory.from_config(_config()).get_current_head()


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    if engine.dialect.name == "sqlite":
        yield from _locked_sqlite(engine)
    else:
        yield from _locked_postgres(engine)


def _locked_sqlite(engine: Engine) -> Iterator[Connection]:
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
        # Batch migrations rebuild tables; with foreign keys on that would empty others.
        conn.exec_driver_sql("PRAGMA foreign_keys=OFF")
        conn.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield conn
            _check_references(conn)
            conn.exec_driver_sql("COMMIT")
        except BaseException:
            conn.exec_driver_sql("ROLLBACK")
            raise
        finally:
            conn.exec_driver_sql("PRAGMA foreign_keys=ON")


def _check_references(conn: Connection) -> None:
    broken = conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise BrokenReferencesError(len(broken))


def _locked_postgres(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as conn:
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        conn.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
        yield conn


class BrokenReferencesError(Exception):
    """A migration left rows that refer to nothing; it was rolled back."""

    def __init__(self, count: int) -> None:
        """Say how many."""
        super().__init__(f"The migration would leave {count} rows that refer to nothing.")
