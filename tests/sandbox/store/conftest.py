"""A small site and an empty database of each kind."""

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sandbox.store.database import Database
from tests.databases import Postgres, database_url, postgres
from tests.sandbox.store.world import Store

__all__ = ["Postgres", "database_url", "postgres"]


@cache
def _file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        _fill(f"sqlite:///{folder}/sandbox.db")
        return (Path(folder) / "sandbox.db").read_bytes()


def _fill(url: str) -> None:
    made = Database(url)
    made.migrate()
    made.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Lend a migrated, empty database, on each kind in turn."""
    if request.param == "sqlite":
        path = tmp_path / "sandbox.db"
        path.write_bytes(_file())
        opened = Database(f"sqlite:///{path}")
        yield opened
        opened.dispose()
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.lent("sandbox", _fill) as url:
        opened = Database(url)
        yield opened
        opened.dispose()


@pytest.fixture
def store(database: Database) -> Store:
    """Lend a database of each kind with the small site in it."""
    return Store.open(database)
