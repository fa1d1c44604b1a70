"""Verbs that make an issue or change its fields: create, edit, transition, assign, move.

One transaction each. Whatever names another issue (parents, epics, link ends, issues to
move) is looked up within the caller's scope before anything is written; what is absent
and what is out of scope get the same answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from sandbox.contract.scope import may_create
from sandbox.contract.shapes import ChangeKind, Dialect, JsonObject
from sandbox.domain import creating, editing, workflow
from sandbox.domain.checking import mentioned_issues
from sandbox.domain.errors import (
    FIELDS_OR_UPDATE_REQUIRED,
    PARENT_MISSING,
    InvalidError,
    RefusedError,
)
from sandbox.domain.history import FieldEdit, with_metadata
from sandbox.domain.issue import IssueState
from sandbox.domain.linking import add_subtask, links_of, remove_link, remove_subtask
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.domain.screens import APPENDED
from sandbox.operations.access import (
    Work,
    allowed,
    require_upstream,
    still_allowed,
    visible,
    writing,
)
from sandbox.operations.automating import follow
from sandbox.operations.commenting import append_comment, append_worklog
from sandbox.operations.context import Caller, Sandbox
from sandbox.operations.linking import append_payload
from sandbox.operations.properties import with_properties
from sandbox.operations.recording import Written, fresh_key, put, record
from sandbox.operations.rich_texts import Rich, rich_values
from sandbox.operations.sprints import current_sprint
from sandbox.store import issues, sites

#: What Jira says when an issue with sub-tasks is deleted without them.
HAS_SUBTASKS = (
    "The issue '{key}' has subtasks.  You must specify the 'deleteSubtasks' parameter to delete "
    "this issue and all its subtasks."
)

#: The kind of change that each part of a request is, where it is not an edit.
_KINDS = {
    "comment": ChangeKind.COMMENT,
    "worklog": ChangeKind.WORKLOG,
    "issuelinks": ChangeKind.LINK,
}


@dataclass(frozen=True, slots=True)
class _Ask:
    """The fields part of a request."""

    fields: JsonObject
    update: JsonObject
    dialect: Dialect

    @property
    def edited(self) -> list[str]:
        """The fields whose value it changes."""
        return [name for name in (*self.fields, *self.update) if name not in APPENDED]

    @property
    def appended(self) -> list[str]:
        """The fields that it only appends to."""
        return [name for name in self.update if name in APPENDED]


def create_issue(
    sandbox: Sandbox,
    caller: Caller,
    fields: JsonObject,
    update: JsonObject | None = None,
    properties: JsonObject | None = None,
    *,
    dialect: Dialect,
    rich: Mapping[str, Rich] | None = None,
) -> IssueState:
    """Create an issue and return it; in a workspace it has a temporary key."""
    with writing(sandbox, caller) as work:
        texts = rich_values(work.site, {}, rich or {}, dialect)
        ask = _Ask({**fields, **texts}, update or {}, dialect)
        project = _may_create(work, ask)
        related = _related(work, ask)
        key, issue_id = fresh_key(work, text_of(project.get("key")))
        made = creating.create(
            work.site,
            ask.fields,
            ask.update,
            dialect=dialect,
            actor=work.actor,
            now_us=work.now,
            issue_id=issue_id,
            key=key,
            related=related,
        )
        issue = with_properties(work, made.issue, properties)
        wanted: JsonObject = {"fields": made.given}
        stored = record(work, issue, Written(ChangeKind.CREATE, wanted))
        _into_parent(work, stored)
        whole = _append(work, stored, made.comments, made.worklogs, made.links, dialect)
        return follow(work, None, whole)


def edit_issue(  # noqa: PLR0913 - as in Jira, all parts are optional
    sandbox: Sandbox,
    caller: Caller,
    ref: str,
    fields: JsonObject | None = None,
    update: JsonObject | None = None,
    properties: JsonObject | None = None,
    *,
    dialect: Dialect,
    rich: Mapping[str, Rich] | None = None,
    history: JsonValue = None,
) -> IssueState:
    """Set fields of an issue and return it; what changes nothing is not recorded.

    ``rich`` holds texts that edit what stands there (see ``rich_texts``).
    """
    ask = _Ask({**(fields or {}), **dict.fromkeys(rich or {})}, update or {}, dialect)
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        if not (ask.fields or ask.update or properties):
            raise InvalidError((FIELDS_OR_UPDATE_REQUIRED,))
        _may_ask(work, issue, ask)
        ask = _with_texts(work, issue, ask, rich)
        edited = editing.edit(
            work.site,
            issue,
            ask.fields,
            ask.update,
            dialect=ask.dialect,
            actor=work.actor,
            now_us=work.now,
            related=_related(work, ask),
        )
        edited = replace(edited, issue=with_metadata(issue, edited.issue, history))
        stored = _stored_edit(work, issue, edited, properties)
        whole = _append(work, stored, edited.comments, edited.worklogs, edited.links, dialect)
        return follow(work, issue, whole)


def transition_issue(  # noqa: PLR0913, PLR0917 - as edit_issue, with the transition
    sandbox: Sandbox,
    caller: Caller,
    ref: str,
    transition_id: str,
    fields: JsonObject | None = None,
    update: JsonObject | None = None,
    properties: JsonObject | None = None,
    *,
    dialect: Dialect,
    rich: Mapping[str, Rich] | None = None,
    history: JsonValue = None,
) -> IssueState:
    """Move an issue through its workflow and return it; ``rich`` as for an edit."""
    ask = _Ask({**(fields or {}), **dict.fromkeys(rich or {})}, update or {}, dialect)
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        allowed(work, issue, ChangeKind.TRANSITION, ("status", *ask.edited))
        _may_append(work, issue, ask)
        _require_related(work, ask)
        ask = _with_texts(work, issue, ask, rich)
        moved = workflow.transition(
            work.site,
            issue,
            transition_id,
            ask.fields,
            ask.update,
            dialect=ask.dialect,
            actor=work.actor,
            now_us=work.now,
            beside=work.ws is not None,
        )
        after = with_metadata(issue, moved.issue, history)
        after = with_properties(work, after, properties)
        stored = record(work, after, _transition(moved))
        whole = _append(work, stored, moved.comments, moved.worklogs, moved.links, dialect)
        return follow(work, issue, whole)


def assign(sandbox: Sandbox, caller: Caller, ref: str, user_ref: str | None) -> IssueState:
    """Assign an issue: to a user, to nobody (None), or to whom Jira chooses (``-1``)."""
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        allowed(work, issue, ChangeKind.EDIT, ("assignee",))
        edited = editing.assign(work.site, issue, user_ref, actor=work.actor, now_us=work.now)
        return follow(work, issue, record(work, edited.issue, *_edits(edited.edits)))


def move_to_sprint(
    sandbox: Sandbox, caller: Caller, sprint_id: str | int | None, refs: Sequence[str]
) -> None:
    """Move issues into a sprint, or (None) to the backlog; all of them or none."""
    with writing(sandbox, caller) as work:
        moving = [visible(work, ref) for ref in refs]
        field = work.site.sprint_field
        for issue in moving:
            allowed(work, issue, ChangeKind.SPRINT, () if field is None else (field,))
        wanted = None if sprint_id is None else str(sprint_id)
        for issue in moving:
            edited = editing.move_to_sprint(
                work.site, issue, wanted, actor=work.actor, now_us=work.now
            )
            if edited.edits:
                stored = record(work, edited.issue, _sprint(edited.edits[0], wanted))
                follow(work, issue, stored)


def set_property(sandbox: Sandbox, caller: Caller, ref: str, key: str, value: JsonValue) -> None:
    """Set one property of an issue (role upstream only)."""
    with writing(sandbox, caller) as work:
        put(work, with_properties(work, visible(work, ref), {key: value}))


def delete_issue(
    sandbox: Sandbox, caller: Caller, ref: str, *, delete_subtasks: bool = False
) -> None:
    """Delete an issue (role upstream only)."""
    require_upstream(sandbox)
    with writing(sandbox, caller) as work:
        issue = visible(work, ref)
        listed = objects_of(issue.fields.get("subtasks"))
        if listed and not delete_subtasks:
            raise InvalidError((HAS_SUBTASKS.format(key=issue.key),))
        ids = [issue.issue_id, *(text_of(one.get("id")) for one in listed)]
        _leave_others(work, issue, ids)
        revision = sites.next_revision(work.conn, sandbox.site)
        issues.remove_base(work.conn, sandbox.site, ids, revision)


def _may_create(work: Work, ask: _Ask) -> JsonObject:
    """Return the project of a new issue, or refuse; an unknown project is a foreign one."""
    scope = work.caller.scope
    if scope is not None:
        sent = object_of(ask.fields.get("project"))
        ref = text_of(sent.get("key")) or text_of(sent.get("id"))
        known = work.site.project(ref) or {}
        inside = text_of(known.get("key")) in scope.projects
        refusal = may_create(scope, ref, "", "", ())
        if ref and not inside and refusal is not None:
            raise RefusedError(refusal)
    first = creating.first_fields(work.site, ask.fields, ask.dialect)
    project, kind = object_of(first["project"]), object_of(first["issuetype"])
    if scope is not None:
        names = (text_of(project.get("key")), text_of(kind.get("id")), text_of(kind.get("name")))
        needed = ("project", "issuetype")
        fields = [name for name in ask.edited if name not in needed]
        refusal = may_create(scope, *names, tuple(fields))
        if refusal is not None:
            raise RefusedError(refusal)
    return project


def _may_ask(work: Work, issue: IssueState, ask: _Ask) -> None:
    if ask.edited:
        allowed(work, issue, ChangeKind.EDIT, ask.edited)
    _may_append(work, issue, ask)


def _may_append(work: Work, issue: IssueState, ask: _Ask) -> None:
    for name in ask.appended:
        allowed(work, issue, _KINDS[name], (name,))


def _with_texts(work: Work, issue: IssueState, ask: _Ask, rich: Mapping[str, Rich] | None) -> _Ask:
    """Return a request with its texts as they will be stored, once it may touch them."""
    if not rich:
        return ask
    texts = rich_values(work.site, issue.fields, rich, issue.native)
    return replace(ask, fields={**ask.fields, **texts}, dialect=issue.native)


def _related(work: Work, ask: _Ask) -> dict[str, IssueState]:
    """Return the issues that a request names, as far as the caller sees them."""
    refs = mentioned_issues(work.site, ask.fields, ask.update)
    found = {ref: issues.find(work.conn, work.view, ref) for ref in refs}
    return {ref: one for ref, one in found.items() if one is not None}


def _require_related(work: Work, ask: _Ask) -> None:
    refs = mentioned_issues(work.site, ask.fields, ask.update)
    if len(_related(work, ask)) < len(refs):
        raise InvalidError((PARENT_MISSING,))


def _stored_edit(
    work: Work, issue: IssueState, edited: editing.Edited, properties: JsonObject | None
) -> IssueState:
    after = with_properties(work, edited.issue, properties)
    still_allowed(work, after)
    if edited.edits:
        stored = record(work, after, *_edits(edited.edits))
        _into_parent(work, stored)
        return stored
    return put(work, after) if after is not issue and properties else after


def _edits(edits: Iterable[FieldEdit]) -> list[Written]:
    return [Written(ChangeKind.EDIT, one.after, one.before, one.field) for one in edits]


def _transition(moved: workflow.Transitioned) -> Written:
    taken = moved.transition
    after: JsonObject = {
        "status": _named(moved.after_status),
        "transition": _named(taken),
        "fields": {one.field: one.after for one in moved.edits},
    }
    return Written(ChangeKind.TRANSITION, after, {"status": _named(moved.before_status)})


def _named(thing: JsonObject) -> JsonObject:
    return {"id": thing.get("id"), "name": thing.get("name")}


def _sprint(edit: FieldEdit, sprint_id: str | None) -> Written:
    after: JsonObject | None = None if sprint_id is None else {"id": sprint_id}
    return Written(ChangeKind.SPRINT, after, current_sprint(edit.before))


def _into_parent(work: Work, issue: IssueState) -> None:
    """Show a sub-task in its parent's list, as Jira does by itself."""
    kind = object_of(issue.fields.get("issuetype"))
    parent = text_of(object_of(issue.fields.get("parent")).get("id"))
    if kind.get("subtask") is not True or not parent:
        return
    found = issues.find(work.conn, work.view, parent)
    if found is not None:
        put(work, add_subtask(found, issue))


def _leave_others(work: Work, issue: IssueState, gone: Sequence[str]) -> None:
    """Take a deleted issue out of its parent's list and of the links of others."""
    parent = text_of(object_of(issue.fields.get("parent")).get("id"))
    above = issues.find(work.conn, work.view, parent) if parent else None
    if above is not None:
        put(work, remove_subtask(above, issue.issue_id))
    for link in links_of(issue):
        other = object_of(link.get("inwardIssue")) or object_of(link.get("outwardIssue"))
        found = issues.find(work.conn, work.view, text_of(other.get("id")))
        if found is not None and found.issue_id not in gone:
            number = text_of(link.get("id"))
            put(work, remove_link(work.site, found, number, actor=work.actor, now_us=work.now))


def _append(
    work: Work,
    issue: IssueState,
    comments: Iterable[JsonObject],
    worklogs: Iterable[JsonObject],
    links: Iterable[JsonObject],
    dialect: Dialect,
) -> IssueState:
    """Add what a request appends beside the fields it sets: each is a change of its own."""
    for one in comments:
        issue, _ = append_comment(work, issue, one, dialect)
    for one in worklogs:
        issue, _ = append_worklog(work, issue, one, dialect)
    for one in links:
        append_payload(work, issue, one)
        issue = visible(work, issue.issue_id)
    return issue
