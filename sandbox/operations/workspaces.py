"""Workspaces as people and experiments see them: list, fork, reset, discard, seal idle ones."""

from dataclasses import replace

from sandbox.contract.shapes import ChangeSet, Shadow
from sandbox.domain.errors import ForbiddenError, InvalidError, MissingError
from sandbox.domain.issue import IssueState
from sandbox.operations import proposing
from sandbox.operations.access import reading
from sandbox.operations.context import Caller, Sandbox
from sandbox.operations.remembered import Group, forget
from sandbox.store import issues, journal, sites, workspaces
from sandbox.store.workspaces import Workspace

#: Issues that are watched closely; of more, those that were worked on last.
MOST_OPEN = 200
#: Fields that a card on a board shows.
_CARD = frozenset({"summary", "status", "issuetype", "priority", "assignee", "project"})


def listed(sandbox: Sandbox) -> list[Workspace]:
    """Return the workspaces that are open, oldest first."""
    with sandbox.database.read() as conn:
        return workspaces.listed(conn, sandbox.site)


def open_issues(sandbox: Sandbox) -> list[str]:
    """Return the ids of issues that have shadows in open workspaces, newest work first."""
    with sandbox.database.read() as conn:
        return issues.shadowed(conn, sandbox.site, MOST_OPEN)


def shadows(sandbox: Sandbox) -> list[Shadow]:
    """Return which issues have shadows in which open workspace, newest work first.

    For a board: of each issue only what a card shows.
    """
    newest = sorted(listed(sandbox), key=lambda one: (-one.touched_at, one.id))
    found: list[Shadow] = []
    with sandbox.database.read() as conn:
        for ws in newest:
            found += [_shadow(one, ws, _CARD) for one in issues.overlay(conn, ws)]
            if len(found) >= MOST_OPEN:
                break
    return found[:MOST_OPEN]


def shadow(sandbox: Sandbox, ws_id: str, issue_id: str) -> Shadow | None:
    """Return one issue, whole, as a workspace has it; None when it has no version of it."""
    ws = existing(sandbox, ws_id)
    with sandbox.database.read() as conn:
        found = {one.issue_id: one for one in issues.overlay(conn, ws)}.get(issue_id)
    return None if found is None else _shadow(found, ws)


def _shadow(issue: IssueState, ws: Workspace, names: frozenset[str] | None = None) -> Shadow:
    fields = {name: one for name, one in issue.fields.items() if names is None or name in names}
    return Shadow(
        workspace=ws.id,
        agent=ws.agent,
        task=ws.task,
        issue_id=issue.issue_id,
        key=issue.key,
        doc={**(issue.doc if names is None else {}), "fields": fields},
        created_here=issue.created_here,
        deleted=issue.deleted,
    )


def fork(sandbox: Sandbox, ws_id: str, task: str) -> Workspace:
    """Open a copy of a workspace, as it is now, under another task of the same agent."""
    ws = existing(sandbox, ws_id)
    copy_id = workspaces.workspace_id(ws.site, ws.agent, ws.person, task)
    with sandbox.database.write() as conn:
        sandbox.reads.flush_in(conn)
        if workspaces.get(conn, copy_id) is not None:
            raise InvalidError((f"The task '{task}' has a workspace already: {copy_id}.",))
        copy = workspaces.fork(conn, ws, task, now=sandbox.clock())
    forget(sandbox, Group.WORKSPACES)
    return copy


def reset(sandbox: Sandbox, ws_id: str) -> Workspace:
    """Drop what was written since the last seal, and every shadow; sealed sets stay."""
    ws = existing(sandbox, ws_id)
    with sandbox.database.write() as conn:
        sandbox.reads.flush_in(conn)
        workspaces.drop_overlay(conn, ws.id, None)
        journal.forget_writes(conn, ws.id, after=ws.sealed_seq)
        site = sites.get(conn, sandbox.site)
        now = workspaces.get(conn, ws.id) or ws
        found = workspaces.change(
            conn,
            ws.id,
            sealed_seq=now.seq,
            base_rev=ws.base_rev if site is None else site.revision,
            touched_at=sandbox.clock(),
        )
    forget(sandbox, Group.WORKSPACES)
    return found


def reset_own(sandbox: Sandbox, caller: Caller) -> None:
    """Drop what an agent wrote in its task since the last seal."""
    with reading(sandbox, caller) as work:
        ws = work.ws
    if ws is None:
        raise ForbiddenError(proposing.NO_REVIEW_HERE)
    reset(sandbox, ws.id)


def opened_by(sandbox: Sandbox, caller: Caller, task: str) -> list[Workspace]:
    """Open a task of an agent, and return its open tasks for the same person."""
    with reading(sandbox, replace(caller, task=task)):
        pass
    return [
        one for one in listed(sandbox) if (one.agent, one.person) == (caller.agent, caller.person)
    ]


def discard(sandbox: Sandbox, ws_id: str) -> None:
    """Close a workspace: its shadows go, its journal and sealed sets stay."""
    ws = existing(sandbox, ws_id)
    with sandbox.database.write() as conn:
        sandbox.reads.flush_in(conn)
        workspaces.discard(conn, ws.id)
    forget(sandbox, Group.WORKSPACES)


def seal(sandbox: Sandbox, ws_id: str, *, title: str, reason: str) -> ChangeSet:
    """Seal what a workspace's agent wrote since the last set."""
    return proposing.seal_workspace(sandbox, ws_id, title=title, reason=reason)


def seal_idle(sandbox: Sandbox, idle_us: int) -> list[ChangeSet]:
    """Seal what lies unsealed in workspaces that nobody wrote to for so long."""
    before = sandbox.clock() - idle_us
    idle = [one for one in listed(sandbox) if one.seq > one.sealed_seq and one.touched_at < before]
    found = (proposing.seal_unsealed(sandbox, one.id) for one in idle)
    return [one for one in found if one is not None]


def existing(sandbox: Sandbox, ws_id: str) -> Workspace:
    """Return an open workspace by its id."""
    with sandbox.database.read() as conn:
        found = workspaces.get(conn, ws_id)
    if found is None or found.site != sandbox.site or found.state != workspaces.OPEN:
        raise MissingError(f"There is no workspace '{ws_id}' here.")
    return found
