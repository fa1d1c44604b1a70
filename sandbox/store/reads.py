"""The queue of reads: noted in memory, in the journal within 100 ms and before any write.

A read must not cost a transaction, yet none may be missing from the journal unseen. So
a read that could not be stored *taints* its workspace: the reviewer is told to trust no
evidence of what the agent had read. The mark itself is retried until it is stored.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from sandbox.store import journal, workspaces
from sandbox.store.database import Database, on_rollback
from sandbox.store.journal import Entry
from sandbox.store.tables import RunRow, WorkspaceRow, table

_RUN = table(RunRow)
_WORKSPACE = table(WorkspaceRow)
_log = logging.getLogger(__name__)

#: Seconds from a note to its flush; with the flush itself this stays below 100 ms.
_PAUSE = 0.05

#: After a failed flush the thread waits so long before it tries again, in seconds.
_PAUSE_AFTER_FAILURE = 1.0


@dataclass(frozen=True, slots=True)
class ReadNote:
    """One read, as a door saw it."""

    site: str
    ws: str
    issue_key: str
    fields: tuple[str, ...]
    at: int
    door: str
    client: str
    #: ``issue`` or ``search``.
    kind: str = "issue"


class ReadQueue:
    """Reads that are not in the journal yet."""

    def __init__(self, database: Database) -> None:
        """Start empty; nothing is flushed by itself before `start`."""
        self._database = database
        self._lock = threading.Lock()
        self._storing = threading.Lock()
        self._notes: list[ReadNote] = []
        self._taints: set[str] = set()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, note: ReadNote) -> None:
        """Remember a read; costs no input or output."""
        with self._lock:
            self._notes.append(note)
        self._wake.set()

    def flush(self) -> bool:
        """Store everything in transactions of its own; False if that failed."""
        if not (self._notes or self._taints):
            return True
        notes: list[ReadNote] = []
        try:
            self._store_taints()
            with self._alone() as conn:
                notes = self._take_notes()
                _store_notes(conn, notes)
        except (SQLAlchemyError, OSError):
            notes = notes or self._take_notes()
            _log.exception("reads.lost count=%d", len(notes))
            self._put_back([], {note.ws for note in notes})
            return False
        return True

    def flush_in(self, conn: Connection) -> None:
        """Store everything within a write; if that is rolled back, nothing is lost.

        Call it before the write takes its number: what was read before it counts as such.
        """
        with self._storing:  # what the background thread has taken must be there as well
            notes, taints = self._take_notes(), self._take_taints()
        if not (notes or taints):
            return
        on_rollback(conn, lambda: self._put_back(notes, taints))
        _store_taints(conn, taints)
        _store_notes(conn, notes)

    def start(self) -> None:
        """Flush in the background until `stop`.

        If the last run was not stopped, its last reads may be lost: every workspace that
        was open then is tainted.
        """
        with self._database.write() as conn:
            _begin(conn)
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="reads", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the background thread, flush what is left, and say that nothing is lost."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self.flush():
            with self._database.write() as conn:
                conn.execute(update(_RUN).values(running=False))

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            self._stopping.wait(_PAUSE)
            if not self.flush():
                self._stopping.wait(_PAUSE_AFTER_FAILURE)
                self._wake.set()

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """Lend a write that `flush_in` waits for, until it is committed.

        The lock is taken *within* the transaction: on SQLite a writer that waits for the
        lock holds the database already. On PostgreSQL nothing in here waits for a row.
        """
        held = False
        try:
            with self._database.write() as conn:
                held = self._storing.acquire()
                yield conn
        finally:
            if held:
                self._storing.release()

    def _store_taints(self) -> None:
        taints = self._take_taints()
        if not taints:
            return
        try:
            with self._database.write() as conn:
                _store_taints(conn, taints)
        except BaseException:
            self._put_back([], taints)
            raise

    def _take_notes(self) -> list[ReadNote]:
        with self._lock:
            taken, self._notes = self._notes, []
        return taken

    def _take_taints(self) -> set[str]:
        with self._lock:
            taken, self._taints = self._taints, set()
        return taken

    def _put_back(self, notes: list[ReadNote], taints: set[str]) -> None:
        with self._lock:
            self._notes = [*notes, *self._notes]
            self._taints |= taints
        self._wake.set()


def _store_taints(conn: Connection, ws_ids: set[str]) -> None:
    workspaces.taint(conn, sorted(ws_ids))


def _store_notes(conn: Connection, notes: list[ReadNote]) -> None:
    if notes:
        seqs = _last_writes(conn, {note.ws for note in notes})
        journal.add_all(conn, [_entry(note, seqs.get(note.ws, 0)) for note in notes])


def _begin(conn: Connection) -> None:
    running = conn.execute(select(_RUN.c.running)).scalar_one_or_none()
    if running is None:
        conn.execute(insert(_RUN).values(id=1, running=True))
        return
    if running:
        _log.warning("reads.unknown reason=last_run_was_not_stopped")
        still_open = select(_WORKSPACE.c.id).where(_WORKSPACE.c.state == workspaces.OPEN)
        workspaces.taint(conn, list(conn.execute(still_open).scalars()))
    conn.execute(update(_RUN).values(running=True))


def _last_writes(conn: Connection, ws_ids: set[str]) -> dict[str, int]:
    rows = conn.execute(
        select(_WORKSPACE.c.id, _WORKSPACE.c.seq).where(_WORKSPACE.c.id.in_(sorted(ws_ids)))
    )
    return {row.id: row.seq for row in rows}


def _entry(note: ReadNote, seq: int) -> Entry:
    return Entry(
        site=note.site,
        ws=note.ws,
        seq=seq,
        at=note.at,
        act=journal.READ,
        kind=note.kind,
        issue_id="",
        issue_key=note.issue_key,
        field=None,
        detail={"fields": list(note.fields)},
        door=note.door,
        client=note.client,
    )
