"""The queue of reads: stored within 100 ms, before every write, or else tainted."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from sandbox.store import journal, workspaces
from sandbox.store.database import Database
from sandbox.store.reads import ReadNote, ReadQueue
from sandbox.store.workspaces import Workspace
from tests.sandbox.store.world import SITE, Store


@pytest.fixture
def queue(store: Store) -> Iterator[ReadQueue]:
    made = ReadQueue(store.database)
    yield made
    made.stop()


@pytest.fixture
def ws(store: Store) -> Workspace:
    return store.open_workspace()


def _note(ws: Workspace, key: str, at: int = 5) -> ReadNote:
    return ReadNote(SITE, ws.id, key, ("summary",), at, "rest3", "curl")


def _stored(store: Store, ws: Workspace) -> list[str]:
    with store.database.read() as conn:
        return [entry.issue_key for entry in journal.reads(conn, ws.id)]


def test_a_read_is_in_the_journal_within_100_ms(
    store: Store, queue: ReadQueue, ws: Workspace
) -> None:
    queue.start()
    queue.note(_note(ws, "APP-1"))
    noted = time.monotonic()
    while not _stored(store, ws):
        assert time.monotonic() - noted < 5, "never stored"
        time.sleep(0.002)
    # A busy machine may add to the 100 ms, but not as much as a forgotten wake-up would.
    assert time.monotonic() - noted < 0.5


def test_stopping_stores_what_is_left(store: Store, queue: ReadQueue, ws: Workspace) -> None:
    queue.start()
    queue.note(_note(ws, "APP-1"))
    queue.stop()
    assert _stored(store, ws) == ["APP-1"]


def test_a_read_keeps_all_that_was_noted(store: Store, queue: ReadQueue, ws: Workspace) -> None:
    queue.note(_note(ws, "APP-1", at=77))
    assert queue.flush()
    with store.database.read() as conn:
        (entry,) = journal.reads(conn, ws.id)
    assert (entry.at, entry.door, entry.client, entry.kind) == (77, "rest3", "curl", "issue")
    assert entry.detail == {"fields": ["summary"]}


def test_reads_before_a_write_carry_the_number_before_it(
    store: Store, queue: ReadQueue, ws: Workspace
) -> None:
    for key in ("APP-1", "APP-2"):
        queue.note(_note(ws, key))
        with store.database.write() as conn:
            queue.flush_in(conn)
            workspaces.next_seq(conn, ws.id)
    with store.database.read() as conn:
        assert [entry.seq for entry in journal.reads(conn, ws.id)] == [0, 1]


def test_reads_taken_into_a_write_that_is_rolled_back_are_not_lost(
    store: Store, queue: ReadQueue, ws: Workspace
) -> None:
    queue.note(_note(ws, "APP-1"))
    with pytest.raises(RuntimeError):
        _fail_after_flushing(store, queue, _note(ws, "APP-2"))
    assert _stored(store, ws) == []
    assert queue.flush()
    assert _stored(store, ws) == ["APP-1", "APP-2"]


def test_a_write_waits_for_reads_that_are_just_being_stored(
    store: Store, queue: ReadQueue, ws: Workspace
) -> None:
    """Many readers, one flusher, one writer: whatever the order, no read is missing."""
    done = threading.Event()
    flusher = threading.Thread(target=_flush_until, args=(queue, done))
    flusher.start()
    try:
        for number in range(30):
            queue.note(_note(ws, f"APP-{number}"))
            with store.database.write() as conn:
                queue.flush_in(conn)
                stored = [entry.issue_key for entry in journal.reads(conn, ws.id)]
                assert stored == [f"APP-{n}" for n in range(number + 1)]
                workspaces.next_seq(conn, ws.id)
    finally:
        done.set()
        flusher.join()
    with store.database.read() as conn:
        assert [entry.seq for entry in journal.reads(conn, ws.id)] == list(range(30))


def _fail_after_flushing(store: Store, queue: ReadQueue, meanwhile: ReadNote) -> None:
    with store.database.write() as conn:
        queue.flush_in(conn)
        queue.note(meanwhile)
        raise RuntimeError


def _flush_until(queue: ReadQueue, done: threading.Event) -> None:
    while not done.is_set():
        queue.flush()


def test_a_lost_read_taints_its_workspace_as_soon_as_that_can_be_stored(
    store: Store, queue: ReadQueue, ws: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    other = store.open_workspace("other")
    stranger = store.open_workspace("t", person="somebody-else")
    queue.note(_note(ws, "APP-1"))
    _rename(store.database, "journal", "gone")
    _rename(store.database, "workspace", "away")
    with caplog.at_level(logging.CRITICAL):
        assert not queue.flush()
        assert not queue.flush()
    _rename(store.database, "away", "workspace")
    _rename(store.database, "gone", "journal")
    assert queue.flush()
    with store.database.read() as conn:
        marks = {one.id: one.tainted for one in workspaces.listed(conn, SITE)}
    # The mark stays with the person, whatever the task.
    assert marks == {ws.id: True, other.id: True, stranger.id: False}
    assert _stored(store, ws) == []


def test_a_write_also_stores_marks_that_could_not_be_stored_before(
    store: Store, queue: ReadQueue, ws: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    queue.note(_note(ws, "APP-1"))
    _rename(store.database, "journal", "gone")
    with caplog.at_level(logging.CRITICAL):
        assert not queue.flush()
    _rename(store.database, "gone", "journal")
    with store.database.write() as conn:
        queue.flush_in(conn)
    assert _tainted(store, ws)


def test_a_run_that_was_not_stopped_taints_what_was_open(
    store: Store, queue: ReadQueue, ws: Workspace
) -> None:
    queue.start()
    assert not _tainted(store, ws)
    # As after kill -9: the thread is gone, nothing was stored, nothing was said.
    killed = ReadQueue(store.database)
    killed.note(_note(ws, "APP-1"))
    queue.flush()
    after = ReadQueue(store.database)
    after.start()
    after.stop()
    assert _tainted(store, ws)


def test_a_run_that_was_stopped_taints_nothing(
    store: Store, queue: ReadQueue, ws: Workspace
) -> None:
    queue.start()
    queue.note(_note(ws, "APP-1"))
    queue.stop()
    after = ReadQueue(store.database)
    after.start()
    after.stop()
    assert not _tainted(store, ws)


def _tainted(store: Store, ws: Workspace) -> bool:
    with store.database.read() as conn:
        found = workspaces.get(conn, ws.id)
    assert found is not None
    return found.tainted


def _rename(database: Database, old: str, new: str) -> None:
    with database.write() as conn:
        conn.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
