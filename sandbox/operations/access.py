"""Opening a transaction for a caller: their workspace, what they see and may change.

Every verb starts here, so that no verb can forget the scope. Absent and out of scope
answer identically: both are `NotVisibleError`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from sandbox.contract.scope import IssueFacts, may_change, may_create, may_see
from sandbox.contract.shapes import ChangeKind, Flavour, JsonObject
from sandbox.domain.errors import (
    ISSUE_MISSING_ON_SERVER,
    ISSUE_NOT_VISIBLE,
    ForbiddenError,
    NotVisibleError,
    RefusedError,
    UnauthorizedError,
)
from sandbox.domain.issue import IssueState, facts
from sandbox.domain.site import Site
from sandbox.operations.context import Caller, Role, Sandbox
from sandbox.operations.remembered import Group, forget, remembered
from sandbox.operations.scoped_site import scoped_site
from sandbox.store import issues, sites, workspaces
from sandbox.store.issues import View
from sandbox.store.reads import ReadNote
from sandbox.store.workspaces import Workspace

#: What Jira says to a DELETE or an admin's write without the permission.
NO_PERMISSION = "You do not have permission to perform this operation."


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction of one caller."""

    sandbox: Sandbox
    caller: Caller
    conn: Connection
    site: Site
    #: ``None`` at an upstream, where writes go to the issues themselves.
    ws: Workspace | None
    now: int

    @property
    def view(self) -> View:
        """What this caller's SELECTs look through."""
        return View(self.sandbox.site, self.ws, self.caller.person, self.caller.scope)

    @property
    def actor(self) -> JsonObject:
        """The person who does it, as Jira shows them."""
        return person_json(self.site, self.caller.person)


def site_of(sandbox: Sandbox) -> Site:
    """Return the site's metadata, parsed once until it changes."""

    def load() -> Site | None:
        with sandbox.database.read() as conn:
            stored = sites.get(conn, sandbox.site)
        return None if stored is None else Site.of(stored.baseline)

    found = remembered(sandbox, Group.SITE, sandbox.site, load)
    if found is None:
        raise NotVisibleError("This site has no metadata yet: its gateway has not pushed any.")
    return found


def site_seen(sandbox: Sandbox, caller: Caller) -> Site:
    """Return the metadata as a caller's scope shows it: other projects do not exist.

    Neither do their sprints and filters. To name any of them in a search or a write has to
    answer as for what was never there.
    """
    site, scope = site_of(sandbox), caller.scope
    if scope is None:
        return site
    key = f"{sandbox.site} for {' '.join(scope.projects)}"
    return remembered(sandbox, Group.SITE, key, lambda: scoped_site(site.baseline, scope.projects))


def person_json(site: Site, person: str) -> JsonObject:
    """Return a person's user JSON; somebody unknown is shown by id alone."""
    found = site.user(person)
    if found is not None:
        return found
    if site.flavour is Flavour.CLOUD:
        return {"accountId": person, "displayName": person, "active": True}
    return {"key": person, "name": person, "displayName": person, "active": True}


@contextmanager
def reading(sandbox: Sandbox, caller: Caller) -> Iterator[Work]:
    """Open a read for a caller, in their workspace."""
    site = site_seen(sandbox, caller)
    ws = _workspace_to_read(sandbox, caller)
    with sandbox.database.read() as conn:
        yield Work(sandbox, caller, conn, site, ws, sandbox.clock())


@contextmanager
def writing(sandbox: Sandbox, caller: Caller) -> Iterator[Work]:
    """Open a write for a caller: one transaction, after all reads before it are stored."""
    site, newest = site_seen(sandbox, caller), newest_revision(sandbox)
    _workspace_to_read(sandbox, caller)  # opened by itself, so that two first calls do not clash
    try:
        with sandbox.database.write() as conn:
            now = sandbox.clock()
            ws = _workspace_to_write(sandbox, caller, conn, newest, now)
            sandbox.reads.flush_in(conn)
            yield Work(sandbox, caller, conn, site, ws, now)
    finally:
        forget(sandbox, Group.WORKSPACES)
        if sandbox.role is Role.UPSTREAM:
            forget(sandbox, Group.REVISION)
            _remember_revision(sandbox, newest)


def searched(work: Work) -> View:
    """Return what this caller's searches look through: an upstream's may lag behind."""
    lag = work.sandbox.faults.search_lag_ms * 1000
    if not lag or work.ws is not None:
        return work.view
    pin: int | None = None
    for at, revision in list(work.sandbox.revisions):
        if at > work.now - lag:
            break
        pin = revision
    return replace(work.view, pin=pin)


def require_upstream(sandbox: Sandbox) -> None:
    """Refuse what no agent may do, in Jira's own words."""
    if sandbox.role is not Role.UPSTREAM:
        raise ForbiddenError(NO_PERMISSION)


def visible(work: Work, ref: str) -> IssueState:
    """Return an issue that the caller sees, by id, key or an earlier key."""
    # With a colon it would name a part of an issue (see ``recording.name_part``).
    found = None if ":" in ref else issues.find(work.conn, work.view, ref)
    if found is None:
        raise unseen(work.sandbox, work.caller, ref)
    return found


def unseen(sandbox: Sandbox, caller: Caller | None = None, ref: str = "") -> NotVisibleError:
    """Return the one answer for what is absent, out of scope or not here yet.

    Whom and what it is about is noted alike for all three: the gateway may look for it.
    """
    if caller is not None and caller.agent is not None and caller.scope is not None:
        sandbox.wanted.note(caller.agent, caller.person, caller.scope, ref)
    on_server = sandbox.flavour is Flavour.SERVER
    return NotVisibleError(ISSUE_MISSING_ON_SERVER if on_server else ISSUE_NOT_VISIBLE)


def allowed(work: Work, issue: IssueState, kind: ChangeKind, fields: Iterable[str] = ()) -> None:
    """Raise unless the caller may make this kind of change to this issue."""
    scope = work.caller.scope
    if scope is None:
        return
    known = baseline_facts(work, issue)
    refusal = may_change(scope, work.caller.person, known, kind, tuple(fields))
    if refusal is None:
        return
    if may_see(scope, work.caller.person, known) is not None:
        raise unseen(work.sandbox)
    raise RefusedError(refusal)


def still_allowed(work: Work, issue: IssueState) -> None:
    """Raise when an edit would carry an issue out of its agent's scope."""
    scope = work.caller.scope
    if scope is None:
        return
    before = baseline_facts(work, issue)
    after = replace(facts(issue), people=before.people, created_here=before.created_here)
    if may_see(scope, work.caller.person, after) is None:
        return
    refusal = may_create(scope, after.project_key, after.type_id, after.type_name, ())
    if refusal is not None:
        raise RefusedError(refusal)
    raise unseen(work.sandbox)


def baseline_facts(work: Work, issue: IssueState) -> IssueFacts:
    """Return what ownership is judged on: the baseline, never the agent's own edits."""
    if issue.created_here:
        return facts(issue)
    revision = None if work.ws is None else work.ws.base_rev
    found = issues.base_at(work.conn, work.sandbox.site, issue.issue_id, revision)
    if found is None:
        raise unseen(work.sandbox)
    return facts(found)


def note_read(work: Work, key: str, fields: Iterable[str] = ("*all",), kind: str = "issue") -> None:
    """Journal that an agent saw an issue; people at an upstream are not watched."""
    if work.ws is None:
        return
    caller = work.caller
    work.sandbox.reads.note(
        ReadNote(
            site=work.sandbox.site,
            ws=work.ws.id,
            issue_key=key,
            fields=tuple(fields),
            at=work.now,
            door=caller.door,
            client=caller.client,
            kind=kind,
        )
    )


def newest_revision(sandbox: Sandbox) -> int:
    """Return the site's newest baseline revision."""

    def load() -> int:
        with sandbox.database.read() as conn:
            stored = sites.get(conn, sandbox.site)
        return 0 if stored is None else stored.revision

    return remembered(sandbox, Group.REVISION, sandbox.site, load)


def _remember_revision(sandbox: Sandbox, before: int) -> None:
    """Keep when a write happened, as long as searches lag behind writes."""
    if not sandbox.faults.search_lag_ms:
        sandbox.revisions.clear()
        return
    if not sandbox.revisions:
        sandbox.revisions.append((0, before))
    sandbox.revisions.append((sandbox.clock(), newest_revision(sandbox)))


def _agent_of(sandbox: Sandbox, caller: Caller) -> str | None:
    """Return whose workspace this is; at a shadow nobody comes without agent and scope."""
    if sandbox.role is Role.UPSTREAM:
        return None
    if caller.agent is None or caller.scope is None:
        raise UnauthorizedError
    return caller.agent


def _workspace_to_read(sandbox: Sandbox, caller: Caller) -> Workspace | None:
    agent = _agent_of(sandbox, caller)
    if agent is None:
        return None
    ws_id = workspaces.workspace_id(sandbox.site, agent, caller.person, caller.task)
    found = remembered(
        sandbox, Group.WORKSPACES, ws_id, lambda: _opened(sandbox, caller, agent, ws_id)
    )
    return _at_newest(found, newest_revision(sandbox))


def _opened(sandbox: Sandbox, caller: Caller, agent: str, ws_id: str) -> Workspace:
    with sandbox.database.read() as conn:
        found = workspaces.get(conn, ws_id)
    if found is not None and found.state == workspaces.OPEN:
        return found
    try:
        with sandbox.database.write() as conn:
            return workspaces.open_for(
                conn, sandbox.site, agent, caller.person, caller.task, now=sandbox.clock()
            )
    except IntegrityError:
        # On PostgreSQL another first call may have opened it meanwhile.
        return _opened(sandbox, caller, agent, ws_id)


def _workspace_to_write(
    sandbox: Sandbox, caller: Caller, conn: Connection, newest: int, now: int
) -> Workspace | None:
    agent = _agent_of(sandbox, caller)
    if agent is None:
        return None
    ws = workspaces.open_for(conn, sandbox.site, agent, caller.person, caller.task, now=now)
    base_rev = _at_newest(ws, newest).base_rev
    return workspaces.change(conn, ws.id, base_rev=base_rev, touched_at=now)


def _at_newest(ws: Workspace, newest: int) -> Workspace:
    """Return the workspace as it is used: without unsealed writes nothing holds it back."""
    if ws.seq != ws.sealed_seq or ws.base_rev == newest:
        return ws
    return replace(ws, base_rev=newest)
