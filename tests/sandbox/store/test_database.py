"""Connections: short reads, one writer, threads, memory."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from sandbox.store import sites, workspaces
from sandbox.store.database import Database, on_rollback
from tests.once import SANDBOX_PRAGMAS
from tests.sandbox.store.world import SITE, Store, baseline, issue


@pytest.fixture(params=["sqlite://", "sqlite:///:memory:"])
def memory(request: pytest.FixtureRequest) -> Iterator[Database]:
    opened = Database(request.param)
    opened.migrate()
    yield opened
    opened.dispose()


def test_a_write_is_kept_at_its_end_and_undone_on_error(store: Store) -> None:
    ws = store.open_workspace()
    undone: list[str] = []
    with pytest.raises(ZeroDivisionError):
        _change_and_fail(store, ws.id, undone)
    with store.database.read() as conn:
        assert workspaces.get(conn, ws.id) == ws
    assert undone == ["undone"]


def test_nothing_is_undone_after_a_write_that_succeeded(store: Store) -> None:
    undone: list[str] = []
    with store.database.write() as conn:
        on_rollback(conn, lambda: undone.append("undone"))
    with pytest.raises(ZeroDivisionError), store.database.write():
        _ = 1 / 0
    assert undone == []


def test_writers_in_many_threads_wait_for_each_other(store: Store) -> None:
    ws = store.open_workspace()
    threads = [threading.Thread(target=_count, args=(store, ws.id, 20)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.database.read() as conn:
        found = workspaces.get(conn, ws.id)
    assert found is not None
    assert found.seq == 80


def test_a_reader_is_not_blocked_by_a_writer_and_does_not_see_its_work(store: Store) -> None:
    seen: list[int] = []
    with store.database.write() as conn:
        sites.next_revision(conn, SITE)
        reader = threading.Thread(target=lambda: seen.append(_revision(store.database)))
        reader.start()
        reader.join(5)
    assert seen == [0]
    assert _revision(store.database) == 1


def test_a_database_in_memory_is_one_for_all_threads(memory: Database) -> None:
    store = Store.open(memory)
    store.push(issue(1))
    ws = store.open_workspace()
    threads = [threading.Thread(target=_count, args=(store, ws.id, 20)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with memory.read() as conn:
        found = workspaces.get(conn, ws.id)
    assert found is not None
    assert found.seq == 80
    assert store.summary(ws, "APP-1") == "Issue 1"


def test_databases_in_memory_are_apart(memory: Database) -> None:
    with memory.write() as conn:
        sites.put(conn, baseline())
    other = Database("sqlite://")
    other.migrate()
    with other.read() as conn:
        assert sites.get(conn, SITE) is None
    other.dispose()


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    first = Database(url)
    first.migrate()
    with first.write() as conn:
        sites.put(conn, baseline())
    first.dispose()
    second = Database(url)
    second.migrate()
    assert _revision(second) == 0
    second.dispose()


def test_sqlite_checks_references_and_writes_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.store.database._PRAGMAS", SANDBOX_PRAGMAS)
    opened = Database(f"sqlite:///{tmp_path / 'pragmas.db'}")
    with opened.read() as conn:
        pragmas = {
            name: conn.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    opened.dispose()
    assert pragmas == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "synchronous": 1,
    }


def _change_and_fail(store: Store, ws_id: str, undone: list[str]) -> None:
    with store.database.write() as conn:
        on_rollback(conn, lambda: undone.append("undone"))
        workspaces.change(conn, ws_id, state="broken")
        _ = 1 / 0


def _count(store: Store, ws_id: str, times: int) -> None:
    for _ in range(times):
        with store.database.write() as conn:
            workspaces.next_seq(conn, ws_id)


def _revision(database: Database) -> int:
    with database.read() as conn:
        found = sites.get(conn, SITE)
    return -1 if found is None else found.revision
