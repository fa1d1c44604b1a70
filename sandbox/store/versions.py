"""Version rows: putting them in, closing them, taking them out; and back to values.

A row is in force over a span of numbers: baseline revisions in the base (``ws=''``),
journal numbers in a workspace. This module knows nothing of scopes and views.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, insert, update

from sandbox.contract.shapes import Dialect, Flavour, JsonObject
from sandbox.domain.issue import IssueState
from sandbox.domain.rich_text import in_dialect
from sandbox.domain.site import Site
from sandbox.store import index, json_text
from sandbox.store.tables import FOREVER, ValueRow, VersionRow, table

VERSION = table(VersionRow)
_VALUE = table(ValueRow)

#: The workspace id of the base.
BASE = ""

#: The moment at which every current row, and no closed one, is in force.
NOW = FOREVER - 1

#: What `state` needs of a row.
STATE_COLUMNS = (
    "vid",
    "issue_id",
    "key",
    "native",
    "doc",
    "histories",
    "extra",
    "base_revision",
    "created_here",
    "deleted",
    "read_at",
)


def put(conn: Connection, site: Site, ws_id: str, issue: IssueState, number: int) -> None:
    """Put a version in force from ``number`` on; the one before ends there."""
    place = {"at_site": site.baseline.site, "at_ws": ws_id, "of": issue.issue_id, "at": number}
    # Two steps of one write carry one number: the later replaces the earlier.
    conn.execute(_TAKE_OUT, place)
    conn.execute(_END, place)
    columns = {
        "site": site.baseline.site,
        "ws": ws_id,
        "from_rev": number,
        "to_rev": FOREVER,
        **_texts(site, issue),
        **index.columns(site, issue),
    }
    vid = conn.execute(_PUT, columns).scalar_one()
    if not issue.deleted:
        _put_values(conn, vid, index.values(site, issue))


def close(conn: Connection, site: str, ws_id: str, ids: Collection[str], number: int) -> None:
    """End the current versions of some issues at ``number``."""
    for some in _portions(ids):
        place = _place(site, ws_id, some)
        conn.execute(update(VERSION).where(*place, _current()).values(to_rev=number))


def close_overlay(
    conn: Connection, site: str, ws_id: str, ids: Collection[str] | None, number: int
) -> None:
    """End a workspace's current versions of some issues, or of all, at ``number``."""
    for condition in _of_workspace(site, ws_id, ids):
        conn.execute(update(VERSION).where(*condition, _current()).values(to_rev=number))


def delete_overlay(conn: Connection, site: str, ws_id: str, ids: Collection[str] | None) -> None:
    """Delete a workspace's versions of some issues, or of all, past ones too."""
    for condition in _of_workspace(site, ws_id, ids):
        conn.execute(delete(VERSION).where(*condition))


def state(row: Sequence[Any]) -> IssueState:
    """Return the issue that a row of ``STATE_COLUMNS`` holds."""
    _, issue_id, key, native, doc, histories, extra, revision, created, deleted, read_at = row
    return IssueState(
        issue_id=issue_id,
        key=key,
        native=Dialect(native),
        doc=json_text.load(doc),
        histories=tuple(json_text.load(histories)),
        extra=json_text.load(extra),
        base_revision=revision,
        # A row that was read past SQLAlchemy has numbers for them on SQLite.
        created_here=bool(created),
        deleted=bool(deleted),
        read_at=read_at,
    )


def other_dialect(native: Dialect, flavour: Flavour) -> Dialect | None:
    """Return the dialect that an issue is also rendered in, if its site has another."""
    if native is Dialect.V3:
        return Dialect.V2
    return None if flavour is Flavour.SERVER else Dialect.V3


def _texts(site: Site, issue: IssueState) -> JsonObject:
    other = other_dialect(issue.native, site.flavour)
    rendered = None if other is None else in_dialect(issue.doc, site.rich_fields, other)
    return {
        "issue_id": issue.issue_id,
        "key": issue.key,
        "base_revision": issue.base_revision,
        "deleted": issue.deleted,
        "read_at": issue.read_at,
        "created_here": issue.created_here,
        "native": issue.native.value,
        "doc": json_text.dump(issue.doc),
        "doc_other": None if rendered is None else json_text.dump(rendered),
        "histories": json_text.dump(issue.histories),
        "extra": json_text.dump(issue.extra or {}),
    }


def _put_values(conn: Connection, vid: int, values: Iterable[index.Value]) -> None:
    rows = [{"vid": vid, "field": field, "txt": txt, "num": num} for field, txt, num in values]
    if rows:
        conn.execute(_PUT_VALUES, rows)


def _place(site: str, ws_id: str, ids: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return (VERSION.c.site == site, VERSION.c.ws == ws_id, VERSION.c.issue_id.in_(ids))


def _current() -> ColumnElement[bool]:
    current: ColumnElement[bool] = VERSION.c.to_rev == FOREVER
    return current


def _of_workspace(
    site: str, ws_id: str, ids: Collection[str] | None
) -> Iterable[tuple[ColumnElement[bool], ...]]:
    if ws_id == BASE:
        raise ValueError("The base is not a workspace.")
    if ids is None:
        return [(VERSION.c.site == site, VERSION.c.ws == ws_id)]
    return [_place(site, ws_id, some) for some in _portions(ids)]


def _one() -> ColumnElement[bool]:
    """Return that a row is a version of one issue at one place; the values come later."""
    here = and_(VERSION.c.site == bindparam("at_site"), VERSION.c.ws == bindparam("at_ws"))
    return and_(here, VERSION.c.issue_id == bindparam("of"))


# Made once: making them takes longer than running them.
_TAKE_OUT = delete(VERSION).where(_one(), VERSION.c.from_rev == bindparam("at"))
_END = update(VERSION).where(_one(), _current()).values(to_rev=bindparam("at"))
_PUT = insert(VERSION).returning(VERSION.c.vid)
_PUT_VALUES = insert(_VALUE)


def _portions(ids: Collection[str]) -> Iterable[list[str]]:
    # SQLite takes 32,766 parameters in one statement.
    ordered = sorted(ids)
    return [ordered[start : start + 500] for start in range(0, len(ordered), 500)]
