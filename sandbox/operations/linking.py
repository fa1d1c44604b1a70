"""Verbs that connect: links between issues, and links to the outside.

Both ends must be visible and both must allow the link, before anything is written.
"""

from pydantic import JsonValue

from sandbox.contract.shapes import ChangeKind, Dialect, JsonObject
from sandbox.domain import linking
from sandbox.domain.errors import MissingError, no_such_link
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, text_of
from sandbox.operations.access import Work, allowed, require_upstream, unseen, visible, writing
from sandbox.operations.commenting import append_comment
from sandbox.operations.context import Caller, Sandbox
from sandbox.operations.recording import Written, fresh_id, name_part, part_named, put, record
from sandbox.store import issues

#: What a remote link's change carries of it.
_REMOTE_PARTS = ("globalId", "application", "relationship", "object")


def link(
    sandbox: Sandbox,
    caller: Caller,
    type_ref: JsonValue,
    inward_ref: str,
    outward_ref: str,
    comment: JsonObject | None = None,
    *,
    dialect: Dialect | None = None,
) -> None:
    """Link two issues; a link that exists already is success, as in Jira."""
    with writing(sandbox, caller) as work:
        inward, outward = visible(work, inward_ref), visible(work, outward_ref)
        append_link(work, type_ref, inward, outward)
        if comment:
            said_in = dialect or work.site.native
            append_comment(work, visible(work, inward_ref), comment, said_in)


def append_link(work: Work, type_ref: JsonValue, inward: IssueState, outward: IssueState) -> None:
    """Link two issues within a write that goes on."""
    for end in (inward, outward):
        allowed(work, end, ChangeKind.LINK, ("issuelinks",))
    kind = linking.link_type(work.site, type_ref)
    if inward.issue_id != outward.issue_id and linking.is_linked(inward, outward, kind):
        return
    link_id = fresh_id(work)
    start, end = linking.add_link(
        work.site, inward, outward, kind, link_id, actor=work.actor, now_us=work.now
    )
    wanted: JsonObject = {
        "type": {"id": kind.get("id"), "name": kind.get("name")},
        "inwardIssue": {"id": inward.issue_id, "key": inward.key},
        "outwardIssue": {"id": outward.issue_id, "key": outward.key},
    }
    record(work, start, Written(ChangeKind.LINK, wanted))
    put(work, end)
    name_part(work, "link", link_id, inward)


def append_payload(work: Work, issue: IssueState, payload: JsonObject) -> None:
    """Link an issue as ``update.issuelinks`` asks: the payload names the other end."""
    for direction in ("outwardIssue", "inwardIssue"):
        named = object_of(payload.get(direction))
        ref = text_of(named.get("id")) or text_of(named.get("key"))
        if not ref:
            continue
        other = visible(work, ref)
        ends = (issue, other) if direction == "outwardIssue" else (other, issue)
        append_link(work, payload.get("type"), *ends)
        return
    raise unseen(work.sandbox)


def unlink(sandbox: Sandbox, caller: Caller, link_id: str) -> None:
    """Remove a link (role upstream only)."""
    require_upstream(sandbox)
    with writing(sandbox, caller) as work:
        start = part_named(work, "link", link_id)
        if start is None:
            raise MissingError(no_such_link(link_id))
        ends = [start, *_others(work, start, link_id)]
        for end in ends:
            gone = linking.remove_link(work.site, end, link_id, actor=work.actor, now_us=work.now)
            put(work, gone)


def add_remote_link(sandbox: Sandbox, caller: Caller, ref: str, payload: JsonObject) -> JsonObject:
    """Link an issue to the outside and return the link."""
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        allowed(work, issue, ChangeKind.REMOTE_LINK, ("issuelinks",))
        after, made, _ = linking.add_remote_link(
            work.site, issue, payload, fresh_id(work), actor=work.actor, now_us=work.now
        )
        wanted: JsonObject = {name: made[name] for name in _REMOTE_PARTS if name in made}
        record(work, after, Written(ChangeKind.REMOTE_LINK, wanted))
        return made


def remove_remote_link(sandbox: Sandbox, caller: Caller, ref: str, link_id: str) -> None:
    """Remove a link to the outside (role upstream only)."""
    require_upstream(sandbox)
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        put(
            work,
            linking.remove_remote_link(
                work.site, issue, link_id, actor=work.actor, now_us=work.now
            ),
        )


def _others(work: Work, start: IssueState, link_id: str) -> list[IssueState]:
    """Return the other end of a link, if it is here at all."""
    for one in linking.links_of(start):
        if text_of(one.get("id")) == link_id:
            other = object_of(one.get("inwardIssue")) or object_of(one.get("outwardIssue"))
            found = issues.find(work.conn, work.view, text_of(other.get("id")))
            return [] if found is None or found.issue_id == start.issue_id else [found]
    return []
