"""Verbs that add to an issue what people say: comments, worklogs, watchers."""

from collections.abc import Mapping

from pydantic import JsonValue

from sandbox.contract.shapes import ChangeKind, Dialect, JsonObject
from sandbox.domain import talking
from sandbox.domain.errors import MissingError
from sandbox.domain.issue import IssueState, user_id
from sandbox.domain.parts import object_of, objects_of
from sandbox.operations.access import (
    Work,
    allowed,
    note_read,
    reading,
    require_upstream,
    site_of,
    visible,
    writing,
)
from sandbox.operations.automating import follow
from sandbox.operations.context import Caller, Sandbox
from sandbox.operations.properties import checked
from sandbox.operations.recording import Written, fresh_id, name_part, part_named, put, record
from sandbox.operations.rich_texts import Markdown, rich_value

#: Parts of a comment that a change set carries.
_COMMENT_PARTS = ("id", "body", "visibility")
_WORKLOG_PARTS = ("id", "timeSpentSeconds", "started", "comment", "visibility")


def add_comment(
    sandbox: Sandbox,
    caller: Caller,
    ref: str,
    body: JsonValue | Markdown,
    *,
    dialect: Dialect,
    visibility: JsonObject | None = None,
    properties: JsonObject | None = None,
) -> JsonObject:
    """Add a comment to an issue and return the comment."""
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        if isinstance(body, Markdown):
            body, dialect = rich_value(work.site, None, body, issue.native), issue.native
        said: JsonObject = {"body": body, "visibility": visibility, "properties": properties}
        after, comment = append_comment(work, issue, said, dialect)
        follow(work, issue, after)
        return comment


def append_comment(
    work: Work, issue: IssueState, said: Mapping[str, JsonValue], dialect: Dialect
) -> tuple[IssueState, JsonObject]:
    """Add a comment within a write that goes on; return the issue and the comment."""
    allowed(work, issue, ChangeKind.COMMENT, ("comment",))
    properties = checked(work, said.get("properties"))
    if work.ws is not None:
        # What agents stage is written so by the gateway: they see it as it will be.
        properties = talking.internal_by_default(issue, properties)
    after, comment = talking.add_comment(
        work.site,
        issue,
        said.get("body"),
        dialect=dialect,
        actor=work.actor,
        now_us=work.now,
        comment_id=fresh_id(work),
        visibility=object_of(said.get("visibility")) or None,
        properties=properties,
    )
    wanted = _carried(comment, properties)
    name_part(work, "comment", str(comment["id"]), issue)
    return record(work, after, Written(ChangeKind.COMMENT, wanted)), comment


def edit_comment(
    sandbox: Sandbox,
    caller: Caller,
    ref: str,
    comment_id: str,
    body: JsonValue | Markdown,
    *,
    dialect: Dialect,
    visibility: JsonObject | None = None,
    properties: JsonObject | None = None,
) -> JsonObject:
    """Replace a comment's body and return the comment; Markdown edits what stands there."""
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        allowed(work, issue, ChangeKind.COMMENT_EDIT, ("comment",))
        own = checked(work, properties)
        before = talking.comment_of(issue, comment_id)
        if isinstance(body, Markdown):
            body = rich_value(work.site, before.get("body"), body, issue.native)
            dialect = issue.native
        after, comment = talking.edit_comment(
            work.site,
            issue,
            comment_id,
            body,
            dialect=dialect,
            actor=work.actor,
            now_us=work.now,
            visibility=visibility,
            properties=own,
        )
        said = (_carried(comment, own), _carried(before, None))
        if said[0] == said[1]:
            return comment
        record(work, after, Written(ChangeKind.COMMENT_EDIT, *said))
        return comment


def delete_comment(sandbox: Sandbox, caller: Caller, ref: str, comment_id: str) -> None:
    """Remove a comment (role upstream only)."""
    require_upstream(sandbox)
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        put(work, talking.remove_comment(issue, comment_id, now_us=work.now))


def comment(sandbox: Sandbox, caller: Caller, comment_id: str) -> JsonObject:
    """Return a comment by its id alone, with its ``properties`` as Jira lists them."""
    with reading(sandbox, caller) as work:
        issue = part_named(work, "comment", comment_id)
        if issue is None:
            raise MissingError(f"Comment with id '{comment_id}' does not exist.")
        note_read(work, issue.key, ("comment",))
        found = talking.comment_of(issue, comment_id)
        held = object_of((issue.extra or {}).get("comment_properties"))
        listed: list[JsonValue] = [
            {"key": key, "value": value} for key, value in object_of(held.get(comment_id)).items()
        ]
        return {**found, "properties": listed}


def worded(sandbox: Sandbox, said: Markdown, dialect: Dialect) -> JsonValue:
    """Return a new text in a dialect, for parts that edit nothing."""
    return rich_value(site_of(sandbox), None, said, dialect)


def add_worklog(
    sandbox: Sandbox,
    caller: Caller,
    ref: str,
    payload: JsonObject,
    *,
    dialect: Dialect,
    adjust: JsonObject | None = None,
) -> JsonObject:
    """Log work on an issue and return the worklog."""
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        return append_worklog(work, issue, payload, dialect, adjust)[1]


def append_worklog(
    work: Work,
    issue: IssueState,
    payload: Mapping[str, JsonValue],
    dialect: Dialect,
    adjust: JsonObject | None = None,
) -> tuple[IssueState, JsonObject]:
    """Log work within a write that goes on; return the issue and the worklog."""
    allowed(work, issue, ChangeKind.WORKLOG, ("worklog",))
    after, worklog = talking.add_worklog(
        work.site,
        issue,
        payload,
        dialect=dialect,
        actor=work.actor,
        now_us=work.now,
        worklog_id=fresh_id(work),
        adjust=adjust,
    )
    wanted: JsonObject = {name: worklog[name] for name in _WORKLOG_PARTS if name in worklog}
    return record(work, after, Written(ChangeKind.WORKLOG, wanted)), worklog


def delete_worklog(sandbox: Sandbox, caller: Caller, ref: str, worklog_id: str) -> None:
    """Remove a worklog (role upstream only)."""
    require_upstream(sandbox)
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        gone = talking.remove_worklog(
            work.site, issue, worklog_id, actor=work.actor, now_us=work.now
        )
        put(work, gone)


def add_watcher(sandbox: Sandbox, caller: Caller, ref: str, user_ref: str) -> None:
    """Have a user watch an issue; who watches already goes on doing so."""
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        allowed(work, issue, ChangeKind.WATCHER, ("watches",))
        after = talking.add_watcher(work.site, issue, user_ref, actor=work.actor)
        _watch(work, issue, after, "add", user_ref)


def remove_watcher(sandbox: Sandbox, caller: Caller, ref: str, user_ref: str) -> None:
    """Have a user no longer watch an issue."""
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        allowed(work, issue, ChangeKind.WATCHER, ("watches",))
        after = talking.remove_watcher(work.site, issue, user_ref, actor=work.actor)
        _watch(work, issue, after, "remove", user_ref)


def _watch(work: Work, issue: IssueState, after: IssueState, verb: str, user_ref: str) -> None:
    if _watching(issue) == _watching(after):
        return
    user: JsonValue = work.site.user(user_ref)
    record(work, after, Written(ChangeKind.WATCHER, {verb: user}))


def _watching(issue: IssueState) -> set[str | None]:
    return {user_id(one) for one in objects_of((issue.extra or {}).get("watchers"))}


def _carried(comment: JsonObject, properties: JsonObject | None) -> JsonObject:
    """Return the parts of a comment that a reviewer sees and Jira is sent."""
    found: JsonObject = {name: comment[name] for name in _COMMENT_PARTS if name in comment}
    if properties:
        found["properties"] = [{"key": key, "value": one} for key, one in properties.items()]
    return found
