"""What the gateway puts in and takes out: baselines, registry, outcomes, change sets."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from sandbox.contract.shapes import (
    ChangeKind,
    ChangeSet,
    IssueBaseline,
    Outcome,
    Read,
    Registry,
    SiteBaseline,
    Verdict,
)
from sandbox.domain.errors import InvalidError, MissingError
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.domain.site import Site
from sandbox.operations.access import newest_revision, site_of
from sandbox.operations.baselines import state_of, unchanged
from sandbox.operations.context import Role, Sandbox
from sandbox.operations.recording import part_name
from sandbox.operations.remembered import Group, forget
from sandbox.operations.settling import settle
from sandbox.store import change_sets, grants, issues, journal, sites, workspaces
from sandbox.store.change_sets import Sealed
from sandbox.store.journal import Entry

__all__ = [
    "change_sets_after",
    "put_issues",
    "put_registry",
    "put_site",
    "reads_of",
    "remove_issues",
    "take_outcome",
]


def put_site(sandbox: Sandbox, baseline: SiteBaseline) -> None:
    """Take a site's metadata in place of what was there."""
    _same_site(sandbox, baseline.site)
    with sandbox.database.write() as conn:
        sites.put(conn, baseline)
    forget(sandbox, Group.SITE, Group.REVISION)


def put_issues(sandbox: Sandbox, baselines: Sequence[IssueBaseline]) -> int:
    """Take new baselines of issues and rebase open work on them; return the revision."""
    for one in baselines:
        _same_site(sandbox, one.site)
    site = site_of(sandbox)
    with sandbox.database.write() as conn:
        sandbox.reads.flush_in(conn)
        touched = {one.issue_id for one in baselines if _put(sandbox, conn, site, one)}
        if sandbox.role is Role.SHADOW:
            newest = max((one.revision for one in baselines), default=0)
            sites.set_revision(conn, sandbox.site, newest)
        _settle_all(sandbox, conn, site, touched)
    forget(sandbox, Group.REVISION, Group.WORKSPACES)
    return newest_revision(sandbox)


def remove_issues(sandbox: Sandbox, issue_ids: Collection[str]) -> int:
    """Take issues out that upstream no longer has, with what was worked on them."""
    site = site_of(sandbox)
    with sandbox.database.write() as conn:
        sandbox.reads.flush_in(conn)
        revision = sites.next_revision(conn, sandbox.site)
        issues.remove_base(conn, sandbox.site, issue_ids, revision)
        _settle_all(sandbox, conn, site, set(issue_ids))
    forget(sandbox, Group.REVISION, Group.WORKSPACES)
    return revision


def put_registry(sandbox: Sandbox, registry: Registry) -> None:
    """Take the grants of all agents; whoever is missing may no longer call."""
    _same_site(sandbox, registry.site)
    with sandbox.database.write() as conn:
        grants.replace_all(conn, registry)
    forget(sandbox, Group.REGISTRY)


def take_outcome(sandbox: Sandbox, outcome: Outcome) -> None:
    """Store what became of a change set and let the agent's shadows follow."""
    site = site_of(sandbox)
    with sandbox.database.write() as conn:
        sandbox.reads.flush_in(conn)
        sealed = _sealed(sandbox, conn, outcome.change_set)
        change_sets.set_outcome(conn, outcome.change_set, outcome)
        _add_aliases(sandbox, conn, sealed.change_set, outcome)
        ws = workspaces.get(conn, sealed.change_set.workspace)
        if ws is not None and ws.state == workspaces.OPEN:
            settle(conn, site, ws, _revision(sandbox, conn))
    forget(sandbox, Group.WORKSPACES)


def change_sets_after(sandbox: Sandbox, position: int) -> list[tuple[int, ChangeSet]]:
    """Return the sealed sets behind a position, in order, each with its position."""
    with sandbox.database.read() as conn:
        found = change_sets.after(conn, sandbox.site, position)
    return [(one.position, one.change_set) for one in found]


def reads_of(sandbox: Sandbox, change_set_id: str) -> list[Read] | None:
    """Return what the agent had read in the set's workspace before it was sealed."""
    sandbox.reads.flush()
    with sandbox.database.read() as conn:
        sealed = change_sets.get(conn, sandbox.site, change_set_id)
        if sealed is None:
            return None
        found = journal.reads(conn, sealed.change_set.workspace, upto_seq=sealed.upto_seq)
    # Reads made after the seal carry its number too.
    return [_read(one) for one in found if one.at <= sealed.change_set.sealed_at]


def _read(entry: Entry) -> Read:
    fields = entry.detail.get("fields")
    names = fields if isinstance(fields, list) else []
    return Read(
        issue_key=entry.issue_key,
        fields=tuple(str(name) for name in names),
        at=entry.at,
        door=entry.door,
        client=entry.client,
    )


def _put(sandbox: Sandbox, conn: Connection, site: Site, baseline: IssueBaseline) -> bool:
    """Put one baseline in; False when nothing is new in it, or it is an old one."""
    state = state_of(baseline)
    before = issues.base_at(conn, sandbox.site, baseline.issue_id)
    if before is not None and unchanged(before, state):
        issues.touch_base(conn, sandbox.site, state)
        return False
    revision = baseline.revision
    if sandbox.role is Role.UPSTREAM:
        revision = sites.next_revision(conn, sandbox.site)
    elif before is not None and before.base_revision > revision:
        return False
    since = revision
    if before is None and sandbox.wanted.asked_for(state.key):
        # It was there all along, only not here: also work that was begun before sees it.
        since = 0 if issues.is_new(conn, sandbox.site, state.issue_id) else revision
    issues.put_base(conn, site, replace(state, base_revision=revision), since)
    if sandbox.role is Role.UPSTREAM:
        _name_parts(sandbox, conn, state)
    return True


def _name_parts(sandbox: Sandbox, conn: Connection, issue: IssueState) -> None:
    """Remember whose the parts are that clients of an upstream name by id alone."""
    parts = {
        "comment": objects_of(object_of(issue.fields.get("comment")).get("comments")),
        "link": objects_of(issue.fields.get("issuelinks")),
    }
    for kind, listed in parts.items():
        for one in listed:
            name = part_name(kind, text_of(one.get("id")))
            issues.add_alias(conn, sandbox.site, name, issue.issue_id)


def _settle_all(sandbox: Sandbox, conn: Connection, site: Site, touched: set[str]) -> None:
    if not touched:
        return
    newest = _revision(sandbox, conn)
    for ws in workspaces.listed(conn, sandbox.site):
        settle(conn, site, ws, newest, touched)


def _add_aliases(
    sandbox: Sandbox, conn: Connection, change_set: ChangeSet, outcome: Outcome
) -> None:
    """Have a new issue's temporary key and id lead to what was made of it, for ever."""
    creates = {one.id: one for one in change_set.changes if one.kind is ChangeKind.CREATE}
    for one in outcome.changes:
        made = creates.get(one.change_id)
        if made is None or one.verdict is not Verdict.PROMOTED or one.upstream_id is None:
            continue
        for name in (made.issue_key, made.issue_id):
            issues.add_alias(conn, sandbox.site, name, one.upstream_id)


def _sealed(sandbox: Sandbox, conn: Connection, set_id: str) -> Sealed:
    found = change_sets.get(conn, sandbox.site, set_id)
    if found is None:
        raise MissingError(f"There is no change set '{set_id}' here.")
    return found


def _revision(sandbox: Sandbox, conn: Connection) -> int:
    stored = sites.get(conn, sandbox.site)
    return 0 if stored is None else stored.revision


def _same_site(sandbox: Sandbox, site: str) -> None:
    if site != sandbox.site:
        raise InvalidError((f"This sandbox plays the site '{sandbox.site}', not '{site}'.",))
