"""Reads Jira for one operation: how it is now, and what became of a lost write."""

from collections.abc import Callable
from dataclasses import replace

from gateway.operations.context import Gateway
from gateway.operations.looking_for_issue import look_for_issue, newest_key_number, shows_project
from gateway.operations.looks import carries_mark, looked
from gateway.promotion.deleting import Thing, thing_of
from gateway.promotion.drift import Now, missing
from gateway.promotion.fields import Fields
from gateway.promotion.probing import (
    COMMENTS,
    GONE,
    Finding,
    files_of,
    judge,
    judge_attachment,
    judge_comment,
    judge_worklog,
    marked_by_property,
    newest_id,
    said_with,
)
from gateway.promotion.states import OpEvent
from gateway.promotion.values import MARKER_KEY, Place, PlannedOperation
from gateway.store.outbox import Operation
from gateway.upstream.client import Upstream
from gateway.upstream.errors import OurFaultError, UnreadableError
from sandbox.contract.shapes import ChangeKind, JsonObject

#: Newest comments that a glance looks at.
GLANCE = 3
_HALF = "Jira shows the issue, but not what belongs to it."


def now_of(upstream: Upstream, planned: PlannedOperation, *, probing: bool = False) -> Now:
    """Return the issue of an operation as it is in Jira now."""
    if planned.kind is ChangeKind.CREATE:
        return Now(None)
    issue_id = planned.issue_id
    kind, doc = planned.kind, upstream.issue(issue_id)
    goes = thing_of(planned.wants) if kind is ChangeKind.DELETE else None
    if doc is None:
        shown = goes is Thing.ISSUE and shows_project(upstream, planned.project_key)
        return Now(None, place_shown=shown)
    commenting = kind is ChangeKind.COMMENT_EDIT or goes is Thing.COMMENT
    commenting = commenting or planned.said is not None
    logging = (kind is ChangeKind.WORKLOG and probing) or goes is Thing.WORKLOG
    linking = kind is ChangeKind.REMOTE_LINK or goes is Thing.REMOTE_LINK
    return Now(
        doc=doc,
        watchers=upstream.watchers(issue_id) if kind is ChangeKind.WATCHER else None,
        remote_links=upstream.remote_links(issue_id) if linking else None,
        comments=upstream.comments(issue_id) if commenting else None,
        worklogs=upstream.worklogs(issue_id) if logging else None,
        account=upstream.expected.account,
    )


def newest_before(gateway: Gateway, planned: PlannedOperation) -> int | None:
    """Return what a lost write is looked for behind: a key's number, or an id."""
    upstream = gateway.upstream
    if planned.kind is ChangeKind.CREATE:
        return newest_key_number(gateway, planned.project_key)
    if planned.kind is ChangeKind.WORKLOG:
        return newest_id(_listed(upstream, upstream.worklogs, planned.issue_id) or [])
    if planned.kind is ChangeKind.ATTACHMENT:
        now = now_of(upstream, planned)
        if now.doc is None and upstream.issue(planned.issue_id) is not None:
            raise UnreadableError(_HALF)
        return newest_id(files_of(now))
    if planned.said is not None:
        return newest_id(_listed(upstream, upstream.comments, planned.issue_id) or [])
    return None


def look_up(
    gateway: Gateway,
    operation: Operation,
    planned: PlannedOperation,
    fields: Fields,
    *,
    glance: bool = False,
) -> Finding:
    """Return what became of a write whose answer never came, and what was looked at.

    A ``glance`` asks only where it would be in this very moment: a few requests.
    """
    if planned.kind is ChangeKind.CREATE:
        return look_for_issue(gateway, operation, planned, glance=glance)
    if planned.kind is ChangeKind.COMMENT:
        newest = GLANCE if glance else COMMENTS
        listed = _listed(gateway.upstream, gateway.upstream.comments, planned.issue_id)
        if listed is None:
            return Finding(OpEvent.CANNOT_TELL, GONE)
        seen, ours = _own_comments(gateway, operation, listed, newest)
        names = tuple(str(one.get("id")) for one in ours)
        look = looked(gateway, Place.COMMENTS, seen, marked=names)
        return replace(judge_comment(planned, ours), looks=(look,))
    now = now_of(gateway.upstream, planned, probing=True)
    if planned.kind is ChangeKind.WORKLOG:
        look = looked(gateway, Place.WORKLOGS, len(now.worklogs or []))
        return replace(judge_worklog(planned, now, operation.probe_from), looks=(look,))
    if planned.kind is ChangeKind.ATTACHMENT:
        look = looked(gateway, Place.ISSUE, len(files_of(now)))
        return replace(judge_attachment(planned, now, operation.probe_from), looks=(look,))
    marked = is_marked(gateway, operation, now)
    finding = judge(planned, now, fields, marked=marked, after=operation.probe_from)
    look = looked(
        gateway,
        Place.ISSUE,
        0 if now.doc is None else 1,
        marked=(planned.issue_key,) if marked else (),
        missing=() if now.doc is None else tuple(missing(planned, now, fields)),
    )
    return replace(finding, looks=(look,))


def is_marked(gateway: Gateway, operation: Operation, now: Now) -> bool:
    """Return whether an issue carries the mark of this very operation."""
    return carries_mark(gateway, operation, marked_by_property(now.doc, MARKER_KEY))


def copies(gateway: Gateway, operation: Operation, planned: PlannedOperation) -> tuple[str, ...]:
    """Return the names of all new issues or comments that carry this operation's mark."""
    if planned.kind is ChangeKind.CREATE:
        finding = look_for_issue(gateway, operation, planned)
        return tuple(sorted({name for look in finding.looks for name in look.marked}))
    if planned.kind is ChangeKind.COMMENT:
        listed = _listed(gateway.upstream, gateway.upstream.comments, planned.issue_id)
        _, ours = _own_comments(gateway, operation, listed or [])
        return tuple(str(one.get("id")) for one in ours)
    if planned.said is not None:
        now = now_of(gateway.upstream, planned)
        return tuple(str(one.get("id")) for one in said_with(planned, now, operation.probe_from))
    return ()


def is_hidden(upstream: Upstream, planned: PlannedOperation, comment_id: str) -> bool:
    """Return whether a comment is internal, as Jira itself shows it now."""
    comment = upstream.comment(planned.issue_id, comment_id)
    if comment is None:
        return False
    if isinstance(comment.get("jsdPublic"), bool):
        return comment["jsdPublic"] is False
    # Data Center's own API does not say; Service Management's does.
    known = upstream.service_comment(planned.issue_id, comment_id)
    return known is not None and known.get("public") is False


def _own_comments(
    gateway: Gateway, operation: Operation, listed: list[JsonObject], most: int = COMMENTS
) -> tuple[int, list[JsonObject]]:
    """Return how many of the newest comments were looked at, and those with our marker."""
    newest, ours = listed[-most:], []
    for comment in newest:
        found = marked_by_property(comment, MARKER_KEY)
        if found is None:
            found = gateway.upstream.comment_property(str(comment.get("id")), MARKER_KEY)
        if carries_mark(gateway, operation, found):
            ours.append(comment)
    return len(newest), ours


def _listed(
    upstream: Upstream, ask: Callable[[str], list[JsonObject]], issue_id: str
) -> list[JsonObject] | None:
    """Return an issue's comments or worklogs; None when the issue is gone.

    Raises UnreadableError when Jira shows the issue and not what belongs to it.
    """
    try:
        return ask(issue_id)
    except OurFaultError as error:
        if error.status != 404:
            raise
        if upstream.issue(issue_id) is not None:
            raise UnreadableError(_HALF) from error
        return None
