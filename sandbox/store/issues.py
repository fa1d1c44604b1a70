"""Issues: the one place that reads and writes their versions.

Reading goes through a `View`; writing goes to the base (baselines, role upstream) or to
a workspace's overlay, where every write is a full new version.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.engine.interfaces import Dialect as SqlDialect
from sqlalchemy.sql.selectable import Select

from sandbox.contract.shapes import Dialect
from sandbox.domain.issue import IssueState
from sandbox.domain.site import Site
from sandbox.store import versions, workspaces
from sandbox.store.tables import FOREVER, AliasRow, SiteRow, WorkspaceRow, table
from sandbox.store.versions import BASE, VERSION
from sandbox.store.views import (
    Shape,
    View,
    allowed_in_base,
    allowed_in_overlay,
    nearness,
    parameters_of,
    shape_of,
    visible_places,
    with_base,
)
from sandbox.store.workspaces import Workspace

__all__ = [
    "StoredText",
    "View",
    "add_alias",
    "base_at",
    "drop_overlay",
    "find",
    "find_unscoped",
    "is_new",
    "keys_of",
    "next_key",
    "overlay",
    "put_base",
    "put_overlay",
    "remove_base",
    "shadowed",
    "text",
    "touch_base",
]

_ALIAS = table(AliasRow)
_SITE = table(SiteRow)
_WORKSPACE = table(WorkspaceRow)

#: Where ids begin at a role "upstream" that has no issue yet, as in a new Jira.
_FIRST_ID = 10_000


@dataclass(frozen=True, slots=True)
class StoredText:
    """An issue's whole JSON as text, ready to be sent but for the addresses in it."""

    issue_id: str
    key: str
    text: str


def find(conn: Connection, view: View, ref: str) -> IssueState | None:
    """Return an issue by id, key or alias as the view sees it; None if it does not."""
    if not _sayable(ref):
        return None
    return _find(conn, view, ref) or _find_alias(conn, view, ref)


def find_unscoped(conn: Connection, view: View, ref: str) -> IssueState | None:
    """Return the same whatever the scope: for the sandbox's own bookkeeping only."""
    return find(conn, View(view.site, view.ws, view.person, None), ref)


def text(conn: Connection, view: View, ref: str, dialect: Dialect) -> StoredText | None:
    """Return an issue's JSON text in one dialect: the hot path, one prepared statement."""
    if not _sayable(ref):
        return None
    found = _text(conn, view, ref, dialect)
    if found is not None:
        return found
    target = _alias(conn, view.site, ref)
    return None if target is None else _text(conn, view, target, dialect)


def base_at(
    conn: Connection, site: str, issue_id: str, revision: int | None = None
) -> IssueState | None:
    """Return the baseline of an issue that was in force at a revision, or the newest."""
    pin = versions.NOW if revision is None else revision
    row = conn.execute(
        select(*_state_columns()).where(
            VERSION.c.site == site,
            VERSION.c.ws == BASE,
            VERSION.c.issue_id == issue_id,
            VERSION.c.from_rev <= pin,
            VERSION.c.to_rev > pin,
        )
    ).one_or_none()
    return None if row is None else versions.state(row)


def is_new(conn: Connection, site: str, issue_id: str) -> bool:
    """Return whether the base never had an issue, at any revision."""
    query = select(VERSION.c.vid).where(
        VERSION.c.site == site, VERSION.c.ws == BASE, VERSION.c.issue_id == issue_id
    )
    return conn.execute(query.limit(1)).first() is None


def put_base(conn: Connection, site_model: Site, issue: IssueState, revision: int) -> None:
    """Put a new version into the base; the one before ends there, its key stays known.

    A version older than the one that is there came late and is ignored.
    """
    site = site_model.baseline.site
    before = conn.execute(
        select(VERSION.c.key, VERSION.c.from_rev).where(
            VERSION.c.site == site,
            VERSION.c.ws == BASE,
            VERSION.c.issue_id == issue.issue_id,
            VERSION.c.to_rev == FOREVER,
        )
    ).one_or_none()
    if before is not None and before.from_rev > revision:
        return
    if before is not None and before.key != issue.key:
        add_alias(conn, site, before.key, issue.issue_id)
    versions.put(conn, site_model, BASE, issue, revision)


def touch_base(conn: Connection, site: str, issue: IssueState) -> None:
    """Remember that upstream was read again and said the same, in base and shadows."""
    conn.execute(
        update(VERSION)
        .where(
            VERSION.c.site == site,
            VERSION.c.issue_id == issue.issue_id,
            VERSION.c.to_rev == FOREVER,
            VERSION.c.read_at < issue.read_at,
        )
        .values(read_at=issue.read_at)
    )


def remove_base(conn: Connection, site: str, issue_ids: Collection[str], revision: int) -> None:
    """End issues in the base: from this revision on they are not there."""
    versions.close(conn, site, BASE, issue_ids, revision)


def put_overlay(
    conn: Connection, site_model: Site, ws: Workspace, issue: IssueState, seq: int
) -> None:
    """Put a new version into a workspace, in force from journal number ``seq`` on."""
    versions.put(conn, site_model, ws.id, issue, seq)


def overlay(conn: Connection, ws: Workspace, *, own: bool = False) -> list[IssueState]:
    """Return every version that hides the base in a workspace, deleted ones too.

    A fork's list has what it inherits, unless only its ``own`` versions are asked for.
    """
    seen: dict[str, IssueState] = {}
    levels = [(ws.id, versions.NOW), *(() if own else ws.lineage)]
    for ws_id, seq in levels:
        rows = conn.execute(
            select(*_state_columns())
            .where(
                VERSION.c.site == ws.site,
                VERSION.c.ws == ws_id,
                VERSION.c.from_rev <= seq,
                VERSION.c.to_rev > seq,
            )
            .order_by(VERSION.c.vid)
        )
        for row in rows:
            seen.setdefault(row.issue_id, versions.state(row))
    return list(seen.values())


def shadowed(conn: Connection, site: str, most: int) -> list[str]:
    """Return ids of issues with versions in open workspaces, last touched ones first."""
    rows = conn.execute(
        select(VERSION.c.issue_id)
        .join(_WORKSPACE, _WORKSPACE.c.id == VERSION.c.ws)
        .where(
            VERSION.c.site == site,
            VERSION.c.to_rev == FOREVER,
            _WORKSPACE.c.state == workspaces.OPEN,
        )
        .group_by(VERSION.c.issue_id)
        .order_by(func.max(_WORKSPACE.c.touched_at).desc(), VERSION.c.issue_id)
        .limit(most)
    )
    return list(rows.scalars())


def drop_overlay(conn: Connection, ws_id: str, issue_ids: Collection[str] | None) -> None:
    """Make a workspace forget its versions of some issues, or of all; forks keep theirs."""
    workspaces.drop_overlay(conn, ws_id, issue_ids)


def next_key(conn: Connection, site: str, project_key: str) -> tuple[str, str]:
    """Give out the next key and id of a project, as Jira does (role upstream)."""
    # On PostgreSQL this makes the next writer wait; on SQLite there is only one.
    conn.execute(select(_SITE.c.site).where(_SITE.c.site == site).with_for_update())
    rows = (VERSION.c.site == site, VERSION.c.ws == BASE)
    number = conn.execute(
        select(func.max(VERSION.c.key_number)).where(*rows, VERSION.c.project_key == project_key)
    ).scalar_one()
    issue_id = conn.execute(select(func.max(VERSION.c.id_number)).where(*rows)).scalar_one()
    return f"{project_key}-{(number or 0) + 1}", str(max(issue_id or 0, _FIRST_ID) + 1)


def add_alias(conn: Connection, site: str, key: str, issue_id: str) -> None:
    """Have a key or an id lead to an issue from now on."""
    folded = key.upper()
    known = update(_ALIAS).where(_ALIAS.c.site == site, _ALIAS.c.key == folded)
    if not conn.execute(known.values(issue_id=issue_id)).rowcount:
        conn.execute(insert(_ALIAS).values(site=site, key=folded, issue_id=issue_id))


def keys_of(conn: Connection, view: View, ids: Collection[str]) -> dict[str, str]:
    """Return the keys of those of the issues that the view sees, by id."""
    found: dict[str, str] = {}
    for issue_id in ids:
        row = _row(conn, view, issue_id, ("issue_id", "key", "deleted"))
        if row is not None:
            found[row[0]] = row[1]
    return found


def _sayable(ref: str) -> bool:
    """Return whether a reference can be asked for at all; keys and ids always can."""
    return ref.isascii() and "\0" not in ref


def _find(conn: Connection, view: View, ref: str) -> IssueState | None:
    row = _row(conn, view, ref, versions.STATE_COLUMNS)
    return None if row is None else versions.state(row)


def _find_alias(conn: Connection, view: View, ref: str) -> IssueState | None:
    target = _alias(conn, view.site, ref)
    return None if target is None else _find(conn, view, target)


def _alias(conn: Connection, site: str, ref: str) -> str | None:
    return conn.execute(
        select(_ALIAS.c.issue_id).where(_ALIAS.c.site == site, _ALIAS.c.key == ref.upper())
    ).scalar_one_or_none()


def _text(conn: Connection, view: View, ref: str, dialect: Dialect) -> StoredText | None:
    row = _row(conn, view, ref, ("issue_id", "key", "deleted", "native", "doc", "doc_other"))
    if row is None:
        return None
    issue_id, key, _, native, doc, other = row
    wanted = doc if native == dialect else other
    return None if wanted is None else StoredText(issue_id, key, wanted)


def _row(conn: Connection, view: View, ref: str, columns: tuple[str, ...]) -> Any:
    """Return the nearest visible version's columns, past SQLAlchemy's result objects."""
    sql, order, constants = _compiled(conn.dialect, shape_of(view), columns, ref.isdecimal())
    values = {**constants, **parameters_of(view), "ref": ref.upper()}
    raw = conn.connection.dbapi_connection
    if raw is None:
        raise RuntimeError("The connection is closed.")
    cursor = raw.cursor()
    try:
        cursor.execute(sql, values if order is None else tuple(values[name] for name in order))
        row = cursor.fetchone()
    finally:
        cursor.close()
    return None if row is None or row[columns.index("deleted")] else row


@lru_cache(maxsize=256)
def _compiled(
    dialect: SqlDialect, shape: Shape, columns: tuple[str, ...], by_id: bool
) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
    """Return the statement's text, its parameters' order if it counts, and constants."""
    compiled = _query(shape, columns, by_id).compile(dialect=dialect)
    order = compiled.positiontup
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    return str(compiled), None if order is None else tuple(order), constants


@lru_cache(maxsize=256)
def _query(shape: Shape, columns: tuple[str, ...], by_id: bool) -> Select[Any]:
    """Return the statement that reads one issue: scope inside, nearest version first."""
    rows = VERSION.alias("seen")
    chosen = select(*(rows.c[name] for name in columns))
    if shape.levels:
        source, judged = with_base(rows)
        chosen = chosen.select_from(source)
        allowed = allowed_in_overlay(rows, judged, shape)
    else:
        allowed = allowed_in_base(rows, shape)
    chosen = chosen.where(visible_places(rows, shape), _named(rows, shape, by_id))
    if allowed is not None:
        chosen = chosen.where(allowed)
    return chosen.order_by(nearness(rows, shape)).limit(1) if shape.levels else chosen


def _named(rows: Any, shape: Shape, by_id: bool) -> Any:
    ref = bindparam("ref", type_=VERSION.c.key.type)
    if by_id:
        return rows.c.issue_id == ref
    if not shape.levels:
        return rows.c.key == ref
    # A version that hides the base may still have the key the issue had before a move.
    named = VERSION.alias("named")
    ids = select(named.c.issue_id).where(visible_places(named, shape), named.c.key == ref)
    return rows.c.issue_id.in_(ids)


def _state_columns() -> list[Any]:
    return [VERSION.c[name] for name in versions.STATE_COLUMNS]
