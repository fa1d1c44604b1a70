"""The journal: what agents wrote and read, in order, workspace by workspace."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from sandbox.contract.shapes import JsonObject
from sandbox.store import json_text
from sandbox.store.tables import JournalRow, table

_JOURNAL = table(JournalRow)

WRITE = "write"
READ = "read"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal."""

    site: str
    ws: str
    #: Grows within a workspace; a read carries the number of the write before it.
    seq: int
    at: int
    #: ``write`` or ``read``.
    act: str
    #: ``ChangeKind`` of a write, ``issue`` or ``search`` of a read.
    kind: str
    issue_id: str
    issue_key: str
    field: str | None
    detail: JsonObject
    door: str
    client: str


def add(conn: Connection, entry: Entry) -> None:
    """Write one line."""
    add_all(conn, [entry])


def add_all(conn: Connection, entries: list[Entry]) -> None:
    """Write several lines at once."""
    if entries:
        conn.execute(insert(_JOURNAL), [_columns(entry) for entry in entries])


def writes(conn: Connection, ws_id: str, *, after: int = 0, upto: int | None = None) -> list[Entry]:
    """Return the writes numbered above ``after``, up to and with ``upto``."""
    return _entries(conn, ws_id, WRITE, _JOURNAL.c.seq > after, upto)


def reads(
    conn: Connection, ws_id: str, *, after_seq: int = 0, upto_seq: int | None = None
) -> list[Entry]:
    """Return the reads made since write ``after_seq``, up to write ``upto_seq``.

    Reads between two writes carry the number of the first, hence "since" is inclusive.
    """
    return _entries(conn, ws_id, READ, _JOURNAL.c.seq >= after_seq, upto_seq)


def last_read(conn: Connection, ws_id: str, issue_key: str, before: int) -> int | None:
    """Return when an issue was last read before the write numbered ``before``."""
    at: int | None = conn.execute(
        select(func.max(_JOURNAL.c.at)).where(
            _JOURNAL.c.ws == ws_id,
            _JOURNAL.c.act == READ,
            _JOURNAL.c.issue_key == issue_key,
            _JOURNAL.c.seq < before,
        )
    ).scalar_one()
    return at


def forget_writes(conn: Connection, ws_id: str, *, after: int) -> None:
    """Remove the writes numbered above ``after``: they were taken back before a seal."""
    conn.execute(
        delete(_JOURNAL).where(
            _JOURNAL.c.ws == ws_id, _JOURNAL.c.act == WRITE, _JOURNAL.c.seq > after
        )
    )


def forget_some(conn: Connection, ws_id: str, numbers: Collection[int]) -> None:
    """Remove single writes that were taken back before a seal."""
    conn.execute(
        delete(_JOURNAL).where(
            _JOURNAL.c.ws == ws_id, _JOURNAL.c.act == WRITE, _JOURNAL.c.seq.in_([*numbers])
        )
    )


def _entries(conn: Connection, ws_id: str, act: str, since: Any, upto: int | None) -> list[Entry]:
    query = select(_JOURNAL).where(_JOURNAL.c.ws == ws_id, _JOURNAL.c.act == act, since)
    if upto is not None:
        query = query.where(_JOURNAL.c.seq <= upto)
    return [_entry(row) for row in conn.execute(query.order_by(_JOURNAL.c.seq, _JOURNAL.c.id))]


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "site": entry.site,
        "ws": entry.ws,
        "seq": entry.seq,
        "at": entry.at,
        "act": entry.act,
        "kind": entry.kind,
        "issue_id": entry.issue_id,
        "issue_key": entry.issue_key,
        "field": entry.field,
        "detail": json_text.dump(entry.detail),
        "door": entry.door,
        "client": json_text.storable(entry.client),
    }


def _entry(row: Row[Any]) -> Entry:
    columns = row._asdict()
    del columns["id"]
    return Entry(**{**columns, "detail": json_text.load(columns["detail"])})
