"""Storing what a verb made: the version, and in a workspace the journal beside it.

Also gives out ids and keys. In a workspace they derive from who works on what and from
the journal's number, never from a shared counter, so that two runs of one task agree and
nothing an agent makes can collide with what upstream will make.
"""

import hashlib
from dataclasses import dataclass, replace

from pydantic import JsonValue

from sandbox.contract.digest import canonical
from sandbox.contract.shapes import ChangeKind, JsonObject
from sandbox.domain.issue import TEMPORARY_FROM, IssueState
from sandbox.operations.access import Work
from sandbox.store import issues, journal, sites, workspaces
from sandbox.store.issues import View
from sandbox.store.journal import Entry

_TEMPORARY_SPAN = 999_999_999

#: Ids of comments and the like at an upstream start here, above those of loaded issues.
_PART_IDS_FROM = 10_000_000


@dataclass(frozen=True, slots=True)
class Written:
    """One line for the journal."""

    kind: ChangeKind
    after: JsonValue
    before: JsonValue = None
    field: str | None = None


def record(work: Work, issue: IssueState, *written: Written) -> IssueState:
    """Store a new version with its lines in the journal; without a line, do nothing."""
    if not written:
        return issue
    for one in written:
        _journal(work, issue, one)
    return put(work, issue)


def put(work: Work, issue: IssueState) -> IssueState:
    """Store a new version: into the workspace, or at an upstream as a new revision."""
    if work.ws is not None:
        seq = workspaces.next_seq(work.conn, work.ws.id)
        issues.put_overlay(work.conn, work.site, work.ws, issue, seq)
        return issue
    revision = sites.next_revision(work.conn, work.sandbox.site)
    stored = replace(issue, base_revision=revision)
    issues.put_base(work.conn, work.site, stored, revision)
    return stored


def fresh_id(work: Work) -> str:
    """Return an id for a new comment, worklog, link or attachment."""
    if work.ws is not None:
        return str(_temporary(work, workspaces.next_seq(work.conn, work.ws.id), 0))
    return str(_PART_IDS_FROM + sites.next_revision(work.conn, work.sandbox.site))


def fresh_key(work: Work, project_key: str) -> tuple[str, str]:
    """Return key and id for a new issue of a project."""
    if work.ws is None:
        return issues.next_key(work.conn, work.sandbox.site, project_key)
    seq, salt = workspaces.next_seq(work.conn, work.ws.id), 0
    while _taken(work, _temporary(work, seq, salt), project_key):
        salt += 1
    number = _temporary(work, seq, salt)
    return f"{project_key}-{number}", str(number)


def name_part(work: Work, kind: str, part_id: str, issue: IssueState) -> None:
    """Remember on which issue a comment, link or attachment is: clients name it alone."""
    name = part_name(kind, part_id)
    issues.add_alias(work.conn, work.sandbox.site, name, issue.issue_id)


def part_named(work: Work, kind: str, part_id: str) -> IssueState | None:
    """Return the issue that a comment, link or attachment is on, if the caller sees it."""
    return issues.find(work.conn, work.view, part_name(kind, part_id))


def part_name(kind: str, part_id: str) -> str:
    """Return the alias by which a comment, link or attachment leads to its issue."""
    return f"{kind}:{part_id}"


def _temporary(work: Work, seq: int, salt: int) -> int:
    caller = work.caller
    named = [work.sandbox.site, caller.agent, caller.person, caller.task, seq, salt]
    found = int(hashlib.sha256(canonical(named)).hexdigest()[:15], 16)
    return TEMPORARY_FROM + found % _TEMPORARY_SPAN


def _taken(work: Work, number: int, project_key: str) -> bool:
    """Return whether a number leads somewhere already: here, upstream or by an alias."""
    here = View(work.sandbox.site, work.ws, work.caller.person, None)
    everywhere = replace(here, ws=None)
    return any(
        issues.find_unscoped(work.conn, view, ref) is not None
        for view in (here, everywhere)
        for ref in (str(number), f"{project_key}-{number}")
    )


def _journal(work: Work, issue: IssueState, written: Written) -> None:
    if work.ws is None:
        return
    detail: JsonObject = {
        "before": written.before,
        "after": written.after,
        "base_revision": issue.base_revision,
    }
    journal.add(
        work.conn,
        Entry(
            site=work.sandbox.site,
            ws=work.ws.id,
            seq=workspaces.next_seq(work.conn, work.ws.id),
            at=work.now,
            act=journal.WRITE,
            kind=written.kind,
            issue_id=issue.issue_id,
            issue_key=issue.key,
            field=written.field,
            detail=detail,
            door=work.caller.door,
            client=work.caller.client,
        ),
    )
