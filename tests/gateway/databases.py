"""Databases as a gateway leaves them when it starts: made once, lent to each test."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

import pytest

from gateway.store.database import Database
from tests.databases import Postgres, postgres

__all__ = ["Postgres", "database_url", "migrated", "postgres"]


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Lend the URL of a gateway's empty database, on each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{new_file(tmp_path / 'test.db')}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with lent(server) as url:
        yield url


@pytest.fixture
def migrated(database_url: str) -> Iterator[Database]:
    """Lend a gateway's empty database, on each kind in turn."""
    found = Database(database_url)
    found.migrate()
    yield found
    found.dispose()


def lent(server: Postgres) -> AbstractContextManager[str]:
    """Lend the URL of a gateway's empty database on PostgreSQL."""
    return server.lent("gateway", _migrate)


def _migrate(url: str) -> None:
    """Make the tables of a gateway."""
    made = Database(url)
    made.migrate()
    made.dispose()


def new_file(path: Path, make: Callable[[str], None] = _migrate) -> Path:
    """Put a gateway's SQLite file there, as ``make`` made one once: without it, an empty one."""
    path.write_bytes(_made(make))
    return path


def begin(database: Database, make: Callable[[str], None] = _migrate) -> None:
    """Do to a database in memory what ``make`` did once, by a copy: without it, migrate it."""
    raw = database.engine.raw_connection()
    assert isinstance(raw.driver_connection, sqlite3.Connection)
    source = sqlite3.connect(":memory:")
    source.deserialize(_made(make))
    source.backup(raw.driver_connection)
    source.close()
    raw.close()


@cache
def _made(make: Callable[[str], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "gateway.db"
        make(f"sqlite:///{made}")
        made.with_name("gateway.db-wal").unlink(missing_ok=True)
        return _unlogged(made.read_bytes())


def _unlogged(file: bytes) -> bytes:
    """Return a SQLite file that no log belongs to: one in memory can have none."""
    rollback = b"\x01\x01"
    return file[:18] + rollback + file[20:]
