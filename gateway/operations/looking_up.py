"""Reads Jira for one operation: how it is now, and what became of a lost write."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from pydantic import JsonValue

from gateway.operations.context import Gateway
from gateway.promotion.deleting import Thing, thing_of
from gateway.promotion.drift import Now, missing
from gateway.promotion.fields import Fields
from gateway.promotion.markers import is_ours
from gateway.promotion.probing import (
    COMMENTS,
    KEY_GAP,
    KEY_WALK,
    Finding,
    files_of,
    judge,
    judge_attachment,
    judge_comment,
    judge_create,
    judge_worklog,
    marked_by_property,
    newest_id,
    said_with,
)
from gateway.promotion.values import MARKER_KEY, Look, Place, PlannedOperation
from gateway.store.outbox import Operation
from gateway.upstream.client import Upstream
from gateway.upstream.errors import OurFaultError
from sandbox.contract.shapes import ChangeKind, JsonObject

#: Newest comments that a glance looks at.
GLANCE = 3
#: Newest issues of a project whose marker is read when a create was lost.
_NEWEST = 30


def now_of(upstream: Upstream, planned: PlannedOperation, *, probing: bool = False) -> Now:
    """Return the issue of an operation as it is in Jira now."""
    if planned.kind is ChangeKind.CREATE:
        return Now(None)
    issue_id = planned.issue_id
    doc = upstream.issue(issue_id)
    if doc is None:
        return Now(None)
    kind = planned.kind
    goes = thing_of(planned.wants) if kind is ChangeKind.DELETE else None
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


def newest_before(upstream: Upstream, planned: PlannedOperation) -> int | None:
    """Return what a lost write is looked for behind: a key's number, or an id."""
    if planned.kind is ChangeKind.CREATE:
        return newest_key_number(upstream, planned.project_key)
    if planned.kind is ChangeKind.WORKLOG:
        return newest_id(_listed(upstream.worklogs, planned.issue_id))
    if planned.kind is ChangeKind.ATTACHMENT:
        return newest_id(files_of(now_of(upstream, planned)))
    if planned.said is not None:
        return newest_id(_listed(upstream.comments, planned.issue_id))
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
        return _look_for_issue(gateway, operation, planned, glance=glance)
    if planned.kind is ChangeKind.COMMENT:
        newest = GLANCE if glance else COMMENTS
        seen, ours = _own_comments(gateway, operation, planned, newest)
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
    return _ours(gateway, operation, marked_by_property(now.doc, MARKER_KEY))


def copies(gateway: Gateway, operation: Operation, planned: PlannedOperation) -> tuple[str, ...]:
    """Return the names of all new issues or comments that carry this operation's mark."""
    if planned.kind is ChangeKind.CREATE:
        finding = _look_for_issue(gateway, operation, planned)
        return tuple(sorted({name for look in finding.looks for name in look.marked}))
    if planned.kind is ChangeKind.COMMENT:
        _, ours = _own_comments(gateway, operation, planned)
        return tuple(str(one.get("id")) for one in ours)
    if planned.said is not None:
        now = now_of(gateway.upstream, planned)
        return tuple(str(one.get("id")) for one in said_with(planned, now, operation.probe_from))
    return ()


def looked(
    gateway: Gateway,
    place: Place,
    seen: int,
    *,
    marked: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
) -> Look:
    """Return one piece of evidence, of now."""
    return Look(at=gateway.clock(), place=place, seen=seen, marked=marked, missing=missing)


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


def newest_key_number(upstream: Upstream, project: str) -> int | None:
    """Return the number of a project's newest key: a lost new issue lies behind it."""
    query = f'project = "{_quoted(project)}" ORDER BY created DESC, key DESC'
    newest = upstream.first_key(query)
    return 0 if newest is None else _number(newest)


def _look_for_issue(
    gateway: Gateway, operation: Operation, planned: PlannedOperation, *, glance: bool = False
) -> Finding:
    """Look for issues with our marker: by key, then by search.

    A search may lag behind by minutes; reading by key does not.
    """
    found: dict[str, JsonObject] = {}
    looks: list[Look] = []
    places = {Place.KEYS: _walk(gateway.upstream, planned, operation)}
    if not glance:
        places[Place.SEARCH] = _search(gateway.upstream, planned)
    for place, docs in places.items():
        seen, marked = 0, []
        for doc in docs:
            seen += 1
            if _ours(gateway, operation, marked_by_property(doc, MARKER_KEY)):
                found[str(doc.get("id"))] = doc
                marked.append(str(doc.get("key")))
        looks.append(looked(gateway, place, seen, marked=tuple(marked)))
    return replace(judge_create(list(found.values())), looks=tuple(looks))


def _walk(
    upstream: Upstream, planned: PlannedOperation, operation: Operation
) -> Iterator[JsonObject]:
    if operation.probe_from is None:
        return
    missing = 0
    for number in range(operation.probe_from + 1, operation.probe_from + 1 + KEY_WALK):
        doc = upstream.issue(f"{planned.project_key}-{number}")
        missing = missing + 1 if doc is None else 0
        if doc is not None:
            yield doc
        if missing >= KEY_GAP:
            return


def _search(upstream: Upstream, planned: PlannedOperation) -> Iterator[JsonObject]:
    query = (
        f'project = "{_quoted(planned.project_key)}" AND created >= -1d '
        "ORDER BY created DESC, key DESC"
    )
    for number, hit in enumerate(upstream.search(query)):
        if number >= _NEWEST:
            return
        doc = upstream.issue(str(hit.get("id")))
        if doc is not None:
            yield doc


def _own_comments(
    gateway: Gateway, operation: Operation, planned: PlannedOperation, most: int = COMMENTS
) -> tuple[int, list[JsonObject]]:
    """Return how many of the newest comments were looked at, and those with our marker."""
    newest, ours = _listed(gateway.upstream.comments, planned.issue_id)[-most:], []
    for comment in newest:
        found = marked_by_property(comment, MARKER_KEY)
        if found is None:
            found = gateway.upstream.comment_property(str(comment.get("id")), MARKER_KEY)
        if _ours(gateway, operation, found):
            ours.append(comment)
    return len(newest), ours


def _listed(ask: Callable[[str], list[JsonObject]], issue_id: str) -> list[JsonObject]:
    """Return an issue's comments or worklogs; none when it is gone."""
    try:
        return ask(issue_id)
    except OurFaultError as error:
        if error.status == 404:
            return []
        raise


def _ours(gateway: Gateway, operation: Operation, found: JsonValue) -> bool:
    return is_ours(found, gateway.settings.secret_key, operation.marker, operation.digest)


def _number(key: str) -> int | None:
    found = re.search(r"-(\d+)$", key)
    return int(found.group(1)) if found else None


def _quoted(key: str) -> str:
    return key.replace("\\", "").replace('"', "")
