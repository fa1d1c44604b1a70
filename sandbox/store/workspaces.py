"""Workspaces: one agent task's set of shadows each. A fork is one row."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sandbox.contract.digest import canonical
from sandbox.store import json_text, versions
from sandbox.store.tables import SiteRow, WorkspaceRow, table

_WORKSPACE = table(WorkspaceRow)
_SITE = table(SiteRow)

OPEN = "open"
DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Workspace:
    """One agent task's set of shadows."""

    id: str
    site: str
    agent: str
    person: str
    task: str
    #: The workspace this was forked from, and its journal number at that moment.
    parent_id: str | None
    parent_seq: int | None
    #: Base revision that untouched issues are read at.
    base_rev: int
    #: Last journal number given out here.
    seq: int
    #: Journal number up to which everything is sealed.
    sealed_seq: int
    #: Number of the last change set.
    sets: int
    state: str
    tainted: bool
    opened_at: int
    touched_at: int
    #: Every workspace it reads through, nearest first, each with its journal number.
    lineage: tuple[tuple[str, int], ...] = ()


@lru_cache(maxsize=1024)
def workspace_id(site: str, agent: str, person: str, task: str) -> str:
    """Return the id that this agent's task always has."""
    return "ws-" + hashlib.sha256(canonical([site, agent, person, task])).hexdigest()[:12]


def get(conn: Connection, ws_id: str) -> Workspace | None:
    """Return a workspace by its id."""
    row = conn.execute(select(_WORKSPACE).where(_WORKSPACE.c.id == ws_id)).one_or_none()
    return None if row is None else _workspace(row)


def open_for(
    conn: Connection, site: str, agent: str, person: str, task: str, *, now: int
) -> Workspace:
    """Return the task's workspace, opened at the newest baseline on first use.

    A discarded one opens again, empty; its numbers go on, since ids come from them, and
    so does its taint.
    """
    ws_id = workspace_id(site, agent, person, task)
    found = get(conn, ws_id)
    if found is None:
        return _insert(conn, _fresh(conn, site, agent, person, task, now))
    if found.state == DISCARDED:
        return change(
            conn,
            ws_id,
            state=OPEN,
            base_rev=_newest(conn, site),
            opened_at=now,
            touched_at=now,
        )
    return found


def is_tainted(conn: Connection, site: str, person: str) -> bool:
    """Return whether a read of this person's agents was ever lost, whatever their task."""
    found = conn.execute(
        select(_WORKSPACE.c.id)
        .where(_WORKSPACE.c.site == site, _WORKSPACE.c.person == person, _WORKSPACE.c.tainted)
        .limit(1)
    )
    return found.first() is not None


def taint(conn: Connection, ws_ids: Collection[str]) -> None:
    """Mark all workspaces of the people whose workspaces these are: what they know is theirs.

    What an agent read in one task it may use in another one, with another token, in a fork
    and after a reset; nothing takes the mark away again.
    """
    if not ws_ids:
        return
    owners = select(_WORKSPACE.c.site, _WORKSPACE.c.person).where(_WORKSPACE.c.id.in_(ws_ids))
    for site, person in conn.execute(owners.distinct()).all():
        conn.execute(
            update(_WORKSPACE)
            .where(_WORKSPACE.c.site == site, _WORKSPACE.c.person == person)
            .values(tainted=True)
        )


def next_seq(conn: Connection, ws_id: str) -> int:
    """Give out the workspace's next journal number; its row stays locked until commit."""
    given: int = conn.execute(
        update(_WORKSPACE)
        .where(_WORKSPACE.c.id == ws_id)
        .values(seq=_WORKSPACE.c.seq + 1)
        .returning(_WORKSPACE.c.seq)
    ).scalar_one()
    return given


def change(conn: Connection, ws_id: str, **columns: object) -> Workspace:
    """Set some columns of a workspace and return it."""
    row = conn.execute(
        update(_WORKSPACE)
        .where(_WORKSPACE.c.id == ws_id)
        .values(**columns)
        .returning(*_WORKSPACE.c)
    ).one()
    return _workspace(row)


def listed(conn: Connection, site: str) -> list[Workspace]:
    """Return a site's workspaces that are not discarded, oldest first."""
    rows = conn.execute(
        select(_WORKSPACE)
        .where(_WORKSPACE.c.site == site, _WORKSPACE.c.state != DISCARDED)
        .order_by(_WORKSPACE.c.opened_at, _WORKSPACE.c.id)
    )
    return [_workspace(row) for row in rows]


def fork(conn: Connection, ws: Workspace, task: str, *, now: int) -> Workspace:
    """Open a copy of a workspace as it is now, under another task."""
    now_there = get(conn, ws.id) or ws
    row = _fresh(conn, ws.site, ws.agent, ws.person, task, now)
    row.update(
        parent_id=ws.id,
        parent_seq=now_there.seq,
        lineage=json_text.dump([(ws.id, now_there.seq), *now_there.lineage]),
        base_rev=now_there.base_rev,
        tainted=now_there.tainted,
    )
    return _insert(conn, row)


def discard(conn: Connection, ws_id: str) -> None:
    """Close a workspace: its shadows are gone, its journal and change sets stay."""
    drop_overlay(conn, ws_id, None)
    conn.execute(
        update(_WORKSPACE)
        .where(_WORKSPACE.c.id == ws_id)
        .values(
            state=DISCARDED,
            sealed_seq=_WORKSPACE.c.seq,
            parent_id=None,
            parent_seq=None,
            lineage="[]",
        )
    )


def drop_overlay(conn: Connection, ws_id: str, issue_ids: Collection[str] | None) -> None:
    """Make a workspace forget its versions of some issues, or of all.

    Forks keep what they saw: then the versions are only closed, at a new journal number,
    so that later forks do not see them.
    """
    ws = get(conn, ws_id)
    if ws is None:
        return
    if _has_forks(conn, ws_id):
        versions.close_overlay(conn, ws.site, ws_id, issue_ids, next_seq(conn, ws_id))
    else:
        versions.delete_overlay(conn, ws.site, ws_id, issue_ids)


def _has_forks(conn: Connection, ws_id: str) -> bool:
    inside = _WORKSPACE.c.lineage.contains(json_text.dump(ws_id), autoescape=True)
    return conn.execute(select(_WORKSPACE.c.id).where(inside).limit(1)).first() is not None


def _fresh(
    conn: Connection, site: str, agent: str, person: str, task: str, now: int
) -> dict[str, Any]:
    return {
        "id": workspace_id(site, agent, person, task),
        "site": site,
        "agent": agent,
        "person": person,
        "task": task,
        "lineage": "[]",
        "base_rev": _newest(conn, site),
        "seq": 0,
        "sealed_seq": 0,
        "sets": 0,
        "state": OPEN,
        "tainted": is_tainted(conn, site, person),
        "opened_at": now,
        "touched_at": now,
    }


def _insert(conn: Connection, values: dict[str, Any]) -> Workspace:
    return _workspace(
        conn.execute(insert(_WORKSPACE).values(**values).returning(*_WORKSPACE.c)).one()
    )


def _newest(conn: Connection, site: str) -> int:
    found = conn.execute(select(_SITE.c.revision).where(_SITE.c.site == site))
    return found.scalar_one_or_none() or 0


def _workspace(row: Row[Any]) -> Workspace:
    columns = row._asdict()
    lineage = tuple((str(one), int(seq)) for one, seq in json_text.load(columns["lineage"]))
    return Workspace(**{**columns, "lineage": lineage})
