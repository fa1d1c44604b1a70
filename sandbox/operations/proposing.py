"""Verbs that hand work in for review: seal, what is not sealed yet, what became of it.

A set holds what was written since the last one. Only when the last one was sent back is
the next its later round: then it holds what is still wanted of it, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import JsonValue
from sqlalchemy import Connection

from sandbox.contract import digest
from sandbox.contract.shapes import (
    Change,
    ChangeKind,
    ChangeOutcome,
    ChangeSet,
    Outcome,
    Source,
)
from sandbox.domain.errors import ForbiddenError, InvalidError, MissingError
from sandbox.domain.parts import object_of, text_of
from sandbox.domain.screens import create_screen
from sandbox.domain.site import Site
from sandbox.operations.access import Work, newest_revision, reading, site_of, writing
from sandbox.operations.citing import cited
from sandbox.operations.context import Caller, Sandbox
from sandbox.operations.folding import OnCreateScreen, fold
from sandbox.operations.refused import refuse_repeats, repeats
from sandbox.operations.remembered import Group, forget
from sandbox.operations.rounds import (
    Rows,
    is_shown,
    lost_issues,
    of_set,
    sent_back,
    unsealed,
    without,
)
from sandbox.operations.settling import settle
from sandbox.store import change_sets, issues, journal, workspaces
from sandbox.store.change_sets import Sealed
from sandbox.store.issues import View
from sandbox.store.journal import Entry
from sandbox.store.workspaces import Workspace

NOTHING_TO_PROPOSE = "There is nothing to propose: no change was made since the last submission."
NO_REVIEW_HERE = "This is an upstream: what is written here is written, there is no review."

#: As long as a Jira summary may be.
_TITLE_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Said:
    """What an agent says with what it hands in."""

    #: Empty: one is made from the issues.
    title: str = ""
    reason: str = ""
    #: What a person asked for, quoted.
    request: str = ""
    #: What changes rest on: issue, or field of it, to issues and comments (``citing``).
    sources: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Proposal:
    """What a workspace would seal now."""

    changes: tuple[Change, ...]
    replaces: Sealed | None


def seal(sandbox: Sandbox, caller: Caller, said: Said) -> ChangeSet:
    """Seal what the caller wrote since the last set.

    Raises RepeatedError, and seals nothing, when people refused some of it before.
    """
    with writing(sandbox, caller) as work:
        if work.ws is None:
            raise ForbiddenError(NO_REVIEW_HERE)
        sealed = _seal(sandbox, work.conn, work.site, work.ws.id, said)
        if sealed is None:
            raise InvalidError((NOTHING_TO_PROPOSE,))
        sets = change_sets.of_workspace(work.conn, work.ws.id)
        refuse_repeats(sealed.changes, [(one.change_set, one.outcome) for one in sets])
    return sealed


def seal_workspace(sandbox: Sandbox, ws_id: str, *, title: str, reason: str) -> ChangeSet:
    """Seal a workspace by its id, as the gateway or an experiment asks."""
    sealed = _seal_by_id(sandbox, ws_id, Said(title, reason))
    if sealed is None:
        raise InvalidError((NOTHING_TO_PROPOSE,))
    return sealed


def seal_unsealed(sandbox: Sandbox, ws_id: str) -> ChangeSet | None:
    """Seal what lies there unsealed; None when it comes to nothing."""
    return _seal_by_id(sandbox, ws_id, Said())


def pending(sandbox: Sandbox, caller: Caller) -> list[Change]:
    """Return what the caller wrote and did not seal yet."""
    with reading(sandbox, caller) as work:
        if work.ws is None:
            return []
        ws = workspaces.get(work.conn, work.ws.id) or work.ws
        sets = change_sets.of_workspace(work.conn, ws.id)
        rows = unsealed(work.conn, ws, sets)
        return list(_folded(work.site, without(rows, (), lost_issues(work.conn, ws, rows))))


def take_back_refused(sandbox: Sandbox, caller: Caller) -> int:
    """Take back what is staged and people refused before, with what needs it; returns how much.

    All else stays staged, as if that had never been written.
    """
    with writing(sandbox, caller) as work:
        if work.ws is None:
            raise ForbiddenError(NO_REVIEW_HERE)
        ws, sets = work.ws, change_sets.of_workspace(work.conn, work.ws.id)
        rows = unsealed(work.conn, ws, sets)
        # What a fork inherited is its parent's, and stays.
        rows = replace(rows, entries=tuple(one for one in rows.entries if one.seq > 0))
        staged = _folded(work.site, without(rows, (), lost_issues(work.conn, ws, rows)))
        dropped = repeats(staged, [(one.change_set, one.outcome) for one in sets])
        if dropped:
            kept = {one.seq for one in without(rows, dropped).entries}
            gone = [one.seq for one in rows.entries if one.seq not in kept]
            journal.forget_some(work.conn, ws.id, gone)
            newest = newest_revision(sandbox)
            settle(work.conn, work.site, ws, newest, taken_back=dropped)
    return len(dropped)


def outcomes(sandbox: Sandbox, caller: Caller) -> list[tuple[ChangeSet, Outcome | None]]:
    """Return the caller's sets with what became of them, oldest first."""
    with reading(sandbox, caller) as work:
        if work.ws is None:
            return []
        found = change_sets.of_workspace(work.conn, work.ws.id)
    return [(one.change_set, one.outcome) for one in found]


def outcome_for_issue(
    sandbox: Sandbox, caller: Caller, ref: str
) -> list[tuple[Change, Outcome, ChangeOutcome]]:
    """Return the decisions on an issue's changes: who decided what, and in which words."""
    with reading(sandbox, caller) as work:
        if work.ws is None or not work.ws.sets:
            return []
        names = _names(work, ref)
        sets = change_sets.of_workspace(work.conn, work.ws.id)
    found: list[tuple[Change, Outcome, ChangeOutcome]] = []
    for one in sets:
        if one.outcome is None:
            continue
        decided = {each.change_id: each for each in one.outcome.changes}
        found += [
            (change, one.outcome, decided[change.id])
            for change in one.change_set.changes
            if change.id in decided and {change.issue_id, change.issue_key} & names
        ]
    return found


def _names(work: Work, ref: str) -> set[str]:
    # A new issue that was refused is no more, and one that was made has another key now:
    # the agent's own changes are still known by the temporary one.
    issue = issues.find(work.conn, work.view, ref)
    return {ref.upper()} if issue is None else {issue.issue_id, issue.key, ref.upper()}


def _seal_by_id(sandbox: Sandbox, ws_id: str, said: Said) -> ChangeSet | None:
    site = site_of(sandbox)
    with sandbox.database.write() as conn:
        sandbox.reads.flush_in(conn)
        found = _seal(sandbox, conn, site, ws_id, said)
    forget(sandbox, Group.WORKSPACES)
    return found


def _seal(
    sandbox: Sandbox, conn: Connection, site: Site, ws_id: str, said: Said
) -> ChangeSet | None:
    # Read again: storing the reads may just have tainted it.
    ws = workspaces.get(conn, ws_id)
    if ws is None or ws.site != sandbox.site or ws.state != workspaces.OPEN:
        raise MissingError(f"There is no workspace '{ws_id}' here.")
    proposal = _proposal(conn, site, ws)
    if not proposal.changes:
        return None
    said = replace(said, title=said.title.strip() or _title(conn, ws, proposal.changes))
    sources = cited(said.sources, proposal.changes, site)
    made = _change_set(ws, proposal, said, sandbox.clock(), sources)
    replaced = proposal.replaces
    after_seq = ws.sealed_seq if replaced is None else replaced.after_seq
    change_sets.put(conn, made, after_seq, ws.seq)
    workspaces.change(conn, ws.id, sealed_seq=ws.seq, sets=made.number)
    return made


def _proposal(conn: Connection, site: Site, ws: Workspace) -> _Proposal:
    """Return what is unsealed, with what is still wanted of a set that was sent back."""
    sets = change_sets.of_workspace(conn, ws.id)
    rows, again = unsealed(conn, ws, sets), sent_back(ws, sets)
    if again is not None:
        rows = of_set(conn, ws, sets, again).then(rows)
        rows = without(rows, _no_longer_wanted(conn, ws, _folded(site, rows)))
    return _Proposal(_folded(site, without(rows, (), lost_issues(conn, ws, rows))), again)


def _folded(site: Site, rows: Rows) -> tuple[Change, ...]:
    return fold(rows.entries, rows.read_at, _on_create_screen(site, rows.entries))


def _no_longer_wanted(conn: Connection, ws: Workspace, changes: Sequence[Change]) -> list[Change]:
    view = View(ws.site, ws, ws.person, None)
    return [
        one for one in changes if not is_shown(one, issues.find_unscoped(conn, view, one.issue_id))
    ]


def _change_set(
    ws: Workspace,
    proposal: _Proposal,
    said: Said,
    now: int,
    sources: dict[str, tuple[Source, ...]],
) -> ChangeSet:
    number = ws.sets + 1
    replaced = None if proposal.replaces is None else proposal.replaces.change_set
    creates = [one for one in proposal.changes if one.kind is ChangeKind.CREATE]
    made = ChangeSet(
        id=f"{ws.id}.{number}",
        site=ws.site,
        agent=ws.agent,
        person=ws.person,
        workspace=ws.id,
        task=ws.task,
        number=number,
        round=1 if replaced is None else replaced.round + 1,
        replaces=None if replaced is None else replaced.id,
        title=said.title[:_TITLE_LIMIT],
        reason=said.reason,
        request=said.request.strip(),
        sources=sources,
        sealed_at=now,
        tainted=ws.tainted,
        changes=proposal.changes,
        temporary_keys={one.issue_key: one.issue_id for one in creates},
    )
    return made.model_copy(update={"seal": digest.seal(made)})


def _title(conn: Connection, ws: Workspace, changes: Sequence[Change]) -> str:
    """Return a line that names the issues, in no language: ``AIR-1 · Fix the login page``."""
    keys = list(dict.fromkeys(one.issue_key for one in changes))
    first = issues.find_unscoped(conn, View(ws.site, ws, ws.person, None), changes[0].issue_id)
    summary = "" if first is None else text_of(first.fields.get("summary"))
    more = f" (+{len(keys) - 1})" if len(keys) > 1 else ""
    return f"{keys[0]} · {summary}"[: _TITLE_LIMIT - len(more)] + more


def _on_create_screen(site: Site, entries: Sequence[Entry]) -> OnCreateScreen:
    """Return what tells whether a field may be given when a new issue is made."""
    screens: dict[str, frozenset[str]] = {}
    for entry in entries:
        if entry.kind == ChangeKind.CREATE:
            fields = object_of(object_of(entry.detail.get("after")).get("fields"))
            project, kind = (object_of(fields.get(name)) for name in ("project", "issuetype"))
            screen = create_screen(site, text_of(project.get("id")), text_of(kind.get("id")))
            screens[entry.issue_id] = frozenset(screen) | {"parent"}
    return lambda issue_id, field: field in screens.get(issue_id, frozenset())
