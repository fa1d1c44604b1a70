"""Databases as a gateway leaves them when it starts: migrated once, lent to each test."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

import pytest

from gateway.store.database import Database
from tests.databases import Postgres, postgres

__all__ = ["Postgres", "database_url", "postgres"]


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Lend the URL of a gateway's empty database, on each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{new_file(tmp_path / 'test.db')}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with lent(server) as url:
        yield url


def lent(server: Postgres) -> AbstractContextManager[str]:
    """Lend the URL of a gateway's empty database on PostgreSQL."""
    return server.lent("gateway", _migrate)


def new_file(path: Path) -> Path:
    """Put a gateway's empty SQLite file there."""
    path.write_bytes(_bytes())
    return path


def begin(database: Database) -> None:
    """Migrate a database in memory, by a copy."""
    raw = database.engine.raw_connection()
    assert isinstance(raw.driver_connection, sqlite3.Connection)
    with tempfile.TemporaryDirectory() as folder:
        source = sqlite3.connect(new_file(Path(folder) / "gateway.db"))
        source.backup(raw.driver_connection)
        source.close()
    raw.close()


@cache
def _bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "gateway.db"
        _migrate(f"sqlite:///{made}")
        return made.read_bytes()


def _migrate(url: str) -> None:
    made = Database(url)
    made.migrate()
    made.dispose()
