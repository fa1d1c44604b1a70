"""Migrations: from nothing, from every revision, by two processes at once."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from sandbox.store import migrating
from sandbox.store.database import Database
from sandbox.store.migrating import BrokenReferencesError, config_for, upgrade_from_zero
from sandbox.store.tables import SandboxTable
from tests.databases import Postgres, fresh_database


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'only.db'}")
    yield opened
    opened.dispose()


def test_creating_all_tables_equals_upgrading_from_zero(empty: Database, database_url: str) -> None:
    empty.migrate()
    with fresh_database(database_url) as url:
        assert _schema_of(empty) == _upgraded_schema(url)
        assert len(_schema_of(empty)) == len(SandboxTable.metadata.tables) + 1


def test_the_migrations_leave_nothing_for_autogenerate_to_add(empty: Database) -> None:
    upgrade_from_zero(empty.engine)
    with empty.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, SandboxTable.metadata) == []


def test_migrating_again_changes_nothing(empty: Database) -> None:
    empty.migrate()
    before = _schema_of(empty)
    empty.migrate()
    assert _schema_of(empty) == before


def test_downgrading_removes_every_table(empty: Database) -> None:
    upgrade_from_zero(empty.engine)
    with empty.engine.begin() as conn:
        command.downgrade(config_for(conn), "base")
    with empty.read() as conn:
        assert inspect(conn).get_table_names() == ["alembic_version"]


def test_processes_that_start_together_migrate_one_after_the_other(
    empty: Database, database_url: str
) -> None:
    failures: list[Exception] = []
    threads = [threading.Thread(target=_migrate, args=(database_url, failures)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with empty.read() as conn:
        versions = conn.execute(text("SELECT version_num FROM alembic_version")).all()
    newest = sorted(
        one.name[:4] for one in Path(migrating.__file__).parent.glob("migrations/versions/0*.py")
    )
    assert versions == [(newest[-1],)]


def test_a_migration_that_breaks_references_in_sqlite_is_rolled_back(sqlite: Database) -> None:
    sqlite.migrate()
    with sqlite.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA foreign_keys=OFF")
        conn.exec_driver_sql("INSERT INTO issue_value (vid, field) VALUES (77, 'labels')")
        conn.commit()
    with pytest.raises(BrokenReferencesError, match="1 rows"):
        sqlite.migrate()


def test_every_text_column_of_postgresql_sorts_by_code_point(postgres: Postgres) -> None:
    opened = Database(postgres.create())
    opened.migrate()
    with opened.read() as conn:
        other = conn.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND data_type = 'text'"
                " AND collation_name IS DISTINCT FROM 'C'"
            )
        ).all()
    opened.dispose()
    assert other == []


def _migrate(url: str, failures: list[Exception]) -> None:
    database = Database(url)
    try:
        database.migrate()
    except Exception as error:  # noqa: BLE001  # the test shows whatever went wrong
        failures.append(error)
    finally:
        database.dispose()


def _upgraded_schema(url: str) -> dict[str, Any]:
    upgraded = Database(url)
    try:
        upgrade_from_zero(upgraded.engine)
        return _schema_of(upgraded)
    finally:
        upgraded.dispose()


def _schema_of(database: Database) -> dict[str, Any]:
    with database.read() as conn:
        look = inspect(conn)
        return {name: _table(look, name) for name in sorted(look.get_table_names())}


def _table(look: Any, name: str) -> dict[str, Any]:
    columns = [
        (one["name"], str(one["type"]), one["nullable"], str(one["default"]))
        for one in look.get_columns(name)
    ]
    return {
        # Order has no meaning: batch migrations may add columns at the end.
        "columns": sorted(columns),
        "key": look.get_pk_constraint(name),
        "unique": sorted(look.get_unique_constraints(name), key=str),
        "indexes": sorted(look.get_indexes(name), key=str),
        "references": sorted(look.get_foreign_keys(name), key=str),
    }
