"""The gateway's database on both kinds: transactions, migrations, clock."""

import threading
import time
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import TextClause, inspect, text
from sqlalchemy.exc import IntegrityError

from gateway.store import audit
from gateway.store.database import Database, database_now, migration_config
from gateway.store.tables import GatewayTable
from tests.databases import database_url, postgres
from tests.once import GATEWAY_PRAGMAS

__all__ = ["database_url", "postgres"]


def test_creating_at_once_equals_upgrading_from_zero(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as conn:
        command.upgrade(migration_config(conn), "head")
    with database.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, GatewayTable.metadata) == []
    with database.write() as conn:
        command.downgrade(migration_config(conn), "base")
    with database.read() as conn:
        assert inspect(conn).get_table_names() == ["alembic_version"]
    database.dispose()


def test_migrating_again_or_from_several_threads_changes_nothing(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(4)]
    threads = [threading.Thread(target=one.migrate) for one in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    databases[0].migrate()
    with databases[0].read() as conn:
        assert audit.head(conn).seq == 0
        assert conn.execute(text("SELECT count(*) FROM audit_head")).scalar_one() == 1
    for one in databases:
        one.dispose()


def test_a_failed_write_leaves_nothing_and_a_read_writes_nothing(database_url: str) -> None:
    database = Database(database_url)
    database.migrate()
    statement = text("INSERT INTO agent VALUES ('robot', 1, 'eve')")
    with pytest.raises(IntegrityError):
        _twice(database, statement)
    with database.read() as conn:
        conn.execute(statement)
    with database.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM agent")).scalar_one() == 0
    database.dispose()


def _twice(database: Database, statement: TextClause) -> None:
    with database.write() as conn:
        conn.execute(statement)
        conn.execute(statement)


def test_appends_from_many_threads_make_one_chain(database_url: str) -> None:
    database = Database(database_url)
    database.migrate()

    def append(name: str) -> None:
        for number in range(10):
            with database.write() as conn:
                audit.append(conn, at=number, actor=name, kind="fact", body={"number": number})

    threads = [threading.Thread(target=append, args=(str(one),)) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as conn:
        assert audit.verify(conn) is None
        assert audit.head(conn).seq == 40
    database.dispose()


def test_the_databases_clock_is_the_worlds(database_url: str) -> None:
    database = Database(database_url)
    with database.read() as conn:
        assert abs(database_now(conn) / 1_000_000 - time.time()) < 60
    database.dispose()


def test_an_in_memory_database_keeps_what_was_written() -> None:
    database = Database("sqlite://")
    database.migrate()
    with database.write() as conn:
        audit.append(conn, at=1, actor="eve", kind="fact", body={})
    with database.read() as conn:
        assert audit.head(conn).seq == 1
    database.dispose()


def test_what_was_written_to_a_file_survives_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests alone do without: ``tests.once`` takes it out of what the program asks for."""
    monkeypatch.setattr("gateway.store.database._PRAGMAS", GATEWAY_PRAGMAS)
    opened = Database(f"sqlite:///{tmp_path / 'gateway.db'}")
    with opened.read() as conn:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        told = {one: conn.execute(text(f"PRAGMA {one}")).scalar_one() for one in asked}
    opened.dispose()
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
