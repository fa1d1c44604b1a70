"""Gathers what decisions stand on: baselines, registry and Jira now; decides nothing."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from gateway.operations import undo_authority
from gateway.operations.context import Gateway
from gateway.operations.whole_issue import watchers_of
from gateway.policy.authority import Known, linked_issues, new_fields, parent_keys, why_not
from gateway.policy.facts import facts_of, facts_of_new
from gateway.policy.policy import Policy
from gateway.policy.projects import issues_of, projects_of
from gateway.promotion.authors import Author, AuthorKind, Writers
from gateway.promotion.drift import Now
from gateway.promotion.ground import Ground
from gateway.promotion.naming import Naming
from gateway.promotion.references import is_temporary_id, is_temporary_key
from gateway.promotion.undo import is_undo
from gateway.promotion.values import SiteIdentity
from gateway.review.states import State
from gateway.store import baselines, connections, people, registry, reviews, sites
from gateway.upstream.client import Upstream
from gateway.upstream.errors import UpstreamError
from sandbox.contract.scope import IssueFacts, Refusal
from sandbox.contract.shapes import (
    EVERY_PERSON,
    Change,
    ChangeKind,
    ChangeSet,
    Flavour,
    IssueBaseline,
    JsonObject,
    SiteBaseline,
)


@dataclass(frozen=True, slots=True)
class Looked:
    """Jira now, for the issues of a set; ``trouble`` says why it could not be read."""

    now: dict[str, Now]
    trouble: str = ""


def policy_of(gateway: Gateway) -> Policy:
    """Return the site's policy."""
    settings = gateway.settings
    return Policy(
        approvals=settings.people.approvals,
        approvals_in=settings.people.approvals_in,
        person_served_may_approve=settings.people.self_approval,
        deletes=settings.deletes,
        name_in_history=settings.name_in_history,
        name_in_comment=settings.name_in_comment,
    )


def approvals_wanted(conn: Connection, gateway: Gateway, change_set: ChangeSet) -> int:
    """Return how many different people must approve a set."""
    policy = policy_of(gateway)
    keys = projects(conn, change_set) if policy.approvals_in else ()
    return policy.approvals_for(keys)


def site_of(conn: Connection, identity: SiteIdentity) -> SiteBaseline:
    """Return a site's metadata; empty before the first intake."""
    found = sites.metadata(conn, identity.site)
    if found is not None:
        return found
    return SiteBaseline(site=identity.site, flavour=Flavour(identity.flavour), fetched_at=0)


def ground(
    conn: Connection,
    gateway: Gateway,
    change_set: ChangeSet,
    viewer: str | None = None,
    *,
    quiet: bool = False,
) -> Ground:
    """Return what a plan of this set stands on, for whoever looks and could approve."""
    policy = policy_of(gateway)
    docs, watchers = _documents(conn, change_set)
    return Ground(
        identity=gateway.identity,
        site=site_of(conn, gateway.identity),
        policy_version=policy.version,
        docs=docs,
        watchers=watchers,
        writers=replace(
            writers(conn, gateway, change_set.person, viewer),
            approvals=approvals_wanted(conn, gateway, change_set),
        ),
        deletes=policy.deletes,
        naming=Naming(history=policy.name_in_history, comment=policy.name_in_comment),
        quiet=quiet,
    )


def writers(conn: Connection, gateway: Gateway, served: str, viewer: str | None) -> Writers:
    """Return who could write changes made for a person."""
    account = gateway.writing().upstream.account
    person = None if viewer is None else people.get(conn, viewer)
    own = "" if person is None else person.jira_account or ""
    return Writers(
        policy=AuthorKind(gateway.settings.author),
        service=Author(account=account.id, name=account.name),
        requester=_connected(conn, gateway, AuthorKind.REQUESTER, served),
        approver=_connected(conn, gateway, AuthorKind.APPROVER, own),
        served=served,
        served_name=person_name(conn, gateway.site, served),
    )


def _connected(conn: Connection, gateway: Gateway, kind: AuthorKind, account: str) -> Author | None:
    found = connections.get(conn, gateway.site, account) if account else None
    if found is None or gateway.accounts is None:
        return None
    return Author(kind=kind, account=found.account, name=found.account_name)


def documents(conn: Connection, change_set: ChangeSet) -> dict[str, JsonObject]:
    """Return change id to the issue that its ``before`` is taken from, as we read it."""
    return _documents(conn, change_set)[0]


def _documents(
    conn: Connection, change_set: ChangeSet
) -> tuple[dict[str, JsonObject], dict[str, list[JsonObject]]]:
    """Return each change's issue as we read it, and issue id to who watched it then."""
    new = _new_issues(conn, change_set)
    found: dict[str, JsonObject] = {}
    # Several changes of one issue stand on one reading of it.
    read: dict[tuple[str, int], IssueBaseline | None] = {}
    for change in change_set.changes:
        if change.issue_id in new:
            fields = new_fields(new[change.issue_id])
            found[change.id] = {"key": change.issue_key, "fields": fields}
        else:
            mark = change.issue_id, change.base_revision
            if mark not in read:
                read[mark] = _baseline(conn, change_set.site, change)
            baseline = read[mark]
            if baseline is not None:
                found[change.id] = baseline.doc
    watchers = {one.issue_id: watchers_of(one.extra) for one in read.values() if one is not None}
    return found, watchers


def projects(conn: Connection, change_set: ChangeSet) -> frozenset[str]:
    """Return the keys of the projects that a set is about, by our own baselines too."""
    return projects_of(change_set, baselines.projects(conn, change_set.site, issues_of(change_set)))


def authority(conn: Connection, change_set: ChangeSet) -> Refusal | None:
    """Return why this set may not be what it claims to be, or None."""
    if is_undo(change_set.id):
        # Made by a person here: the audit vouches for it, no token does.
        return undo_authority.why_not(conn, change_set)
    scopes = tuple(
        one.grant.scope
        for one in registry.tokens(conn, change_set.site)
        # An expired token's sealed sets still count: only revoking takes the right away.
        if one.grant.agent == change_set.agent
        and one.grant.person in (change_set.person, EVERY_PERSON)
        and one.revoked_at is None
    )
    keys = _keys(conn, change_set)
    touched = {one.issue_id for one in change_set.changes} | linked_issues(change_set)
    issues: dict[str, IssueFacts] = {}
    for issue_id in touched | set(keys.values()):
        baseline = baselines.latest(conn, change_set.site, issue_id)
        if baseline is not None:
            issues[issue_id] = facts_of(baseline)
    creates = _new_issues(conn, change_set, own=False)
    earlier = {
        issue_id: facts_of_new(new_fields(create), create.issue_key)
        for issue_id, create in creates.items()
    }
    keys |= {create.issue_key: issue_id for issue_id, create in creates.items()}
    return why_not(change_set, Known(scopes, issues, earlier, keys))


def _keys(conn: Connection, change_set: ChangeSet) -> dict[str, str]:
    """Return key to id of the issues that a set names as parents by key alone."""
    found = {key: baselines.by_key(conn, change_set.site, key) for key in parent_keys(change_set)}
    return {key: one.issue_id for key, one in found.items() if one is not None}


def temporary_keys(conn: Connection, site: str, workspace: str) -> dict[str, str]:
    """Return temporary key to temporary id of all sets of a workspace."""
    return {
        key: issue_id
        for review in reviews.creating(conn, site, workspace)
        for key, issue_id in review.change_set.temporary_keys.items()
    }


def look(upstream: Upstream, change_set: ChangeSet, real: dict[str, str]) -> Looked:
    """Read all issues of a set as they are in Jira now."""
    found: dict[str, Now] = {}
    own = set(change_set.temporary_keys.values()) - set(real)
    try:
        for issue_id in dict.fromkeys(one.issue_id for one in change_set.changes):
            if issue_id not in own:
                found[issue_id] = Now(upstream.issue(real.get(issue_id, issue_id)))
    except UpstreamError as error:
        return Looked(found, error.sentence)
    return Looked(found)


def person_name(conn: Connection, site: str, person: str) -> str:
    """Return the display name of the person that an agent worked for."""
    for token in registry.tokens(conn, site):
        if token.grant.person == person:
            return token.person_name
    return person


def _new_issues(conn: Connection, change_set: ChangeSet, *, own: bool = True) -> dict[str, Change]:
    """Return temporary issue id to its create, of the workspace's earlier sets and this one.

    Without ``own``, an earlier create that this set makes anew (in a later round of what
    was sent back or rejected) does not count.
    """
    found: dict[str, Change] = {}
    touched = {one.issue_id for one in change_set.changes} | linked_issues(change_set)
    temporary = any(map(is_temporary_id, touched))
    if not temporary and not any(map(is_temporary_key, parent_keys(change_set))):
        return found
    again = set() if own else set(change_set.temporary_keys.values())
    for review in reviews.creating(conn, change_set.site, change_set.workspace):
        one = review.change_set
        if review.refused is not None or one.number >= change_set.number:
            continue
        held = review.state in _HELD_STATES
        for change in one.changes:
            if change.kind is ChangeKind.CREATE and (held or change.issue_id not in again):
                found[change.issue_id] = change
    if own:
        creates = (one for one in change_set.changes if one.kind is ChangeKind.CREATE)
        found |= {one.issue_id: one for one in creates}
    return found


#: A create in one of these may exist upstream: nothing may be made in its place.
_HELD_STATES = frozenset(
    {State.APPROVED, State.PROMOTING, State.PROMOTED, State.PARTLY_PROMOTED, State.FAILED}
)


def _baseline(conn: Connection, site: str, change: Change) -> IssueBaseline | None:
    """Return our baseline at the revision the shadow claims to have had, else the newest."""
    at = baselines.at(conn, site, change.issue_id, change.base_revision)
    return at or baselines.latest(conn, site, change.issue_id)
