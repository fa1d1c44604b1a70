"""The safe writing tools of mcp-atlassian, with its names and parameters; all are staged."""

from collections.abc import Callable

import orjson
from pydantic import JsonValue

from sandbox.contract.shapes import ChangeKind, JsonObject
from sandbox.domain.parts import object_of
from sandbox.mcp_server import peer_shapes, wording
from sandbox.mcp_server.peer_reading import KEY, PROJECT, RESULT
from sandbox.mcp_server.peer_shapes import staged
from sandbox.mcp_server.people import person
from sandbox.mcp_server.sending import dialect_of, markdown, sent_fields
from sandbox.mcp_server.tool import STAGE, Call, Tool, ToolAnswer, ToolRefusal, string
from sandbox.operations import commenting, linking, reading, writing

#: What other names mean: the other server takes them in additional_fields.
_EPIC_NAMES = ("epicKey", "epic_link", "epic_key", "epicLink")
DROP: JsonObject = {
    "type": "boolean",
    "description": "true: drop what my text lacks; the reviewer is told.",
}


def _create(call: Call) -> ToolAnswer:
    fields: JsonObject = {
        "project": {"key": call.text("project_key")},
        "issuetype": {"name": _type_name(call)},
        "summary": call.text("summary"),
        **_components(call),
        **_more(call),
    }
    for name in ("description", "assignee"):
        if call.text(name):
            fields[name] = call.text(name)
    plain, texts = sent_fields(call, fields)
    made = writing.create_issue(
        call.sandbox, call.caller, plain, dialect=dialect_of(call), rich=texts
    )
    return staged(call, f"new issue {made.key}", issue=_shown(call, made.key))


def _type_name(call: Call) -> str:
    """Return the type's name as this site has it: "Subtask" means its kind of sub-task."""
    wanted = call.text("issue_type")
    project = reading.site(call.sandbox).project(call.text("project_key")) or {}
    names = [str(object_of(one).get("name")) for one in _list(project.get("issueTypes"))]
    bare = wanted.casefold().replace("-", "")
    return next((one for one in names if one.casefold().replace("-", "") == bare), wanted)


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _update(call: Call) -> ToolAnswer:
    key = call.text("issue_key")
    if call.text("attachments"):
        raise ToolRefusal(wording.NO_ATTACHMENTS)
    fields = {**_object(call, "fields"), **_components(call), **_more(call)}
    status = fields.pop("status", None)
    if status is not None:
        raise ToolRefusal(wording.STATUS_IS_NO_FIELD)
    if not fields:
        raise ToolRefusal("fields is empty: name at least one field to change.")
    plain, texts = sent_fields(call, fields)
    writing.edit_issue(call.sandbox, call.caller, key, plain, dialect=dialect_of(call), rich=texts)
    shown = _shown(call, key, call.text("return_fields", ""))
    return staged(call, f"{', '.join([*plain, *texts])} of {key}", issue=shown)


def _assign(call: Call) -> ToolAnswer:
    key = call.text("issue_key")
    who = person(call, "assignee", call.text("assignee"))
    writing.edit_issue(call.sandbox, call.caller, key, {"assignee": who}, dialect=dialect_of(call))
    return staged(call, f"assignee of {key}", issue=_shown(call, key, "assignee"))


def _transition(call: Call) -> ToolAnswer:
    key = call.text("issue_key")
    fields, texts = sent_fields(call, _object(call, "fields"))
    update: JsonObject = {}
    if call.text("comment"):
        said = markdown(call, "comment", call.text("comment"))
        body = commenting.worded(call.sandbox, said, dialect_of(call))
        update["comment"] = [{"add": {"body": body}}]
    writing.transition_issue(
        call.sandbox,
        call.caller,
        key,
        call.text("transition_id"),
        fields,
        update,
        dialect=dialect_of(call),
        rich=texts,
    )
    return staged(call, f"status of {key}", issue=_shown(call, key, "summary,status"))


def _comment(call: Call) -> ToolAnswer:
    if call.arguments.get("public") is not None:
        raise ToolRefusal(wording.NO_SERVICE_DESK)
    key = call.text("issue_key")
    made = commenting.add_comment(
        call.sandbox,
        call.caller,
        key,
        markdown(call, "body", call.text("body")),
        dialect=dialect_of(call),
        visibility=_object(call, "visibility") or None,
    )
    return staged(call, f"comment on {key}", id=made.get("id"), issue_key=key)


def _edit_comment(call: Call) -> ToolAnswer:
    key = call.text("issue_key")
    made = commenting.edit_comment(
        call.sandbox,
        call.caller,
        key,
        call.text("comment_id"),
        markdown(call, "body", call.text("body")),
        dialect=dialect_of(call),
        visibility=_object(call, "visibility") or None,
    )
    return staged(call, f"comment on {key}", id=made.get("id"), issue_key=key)


def _worklog(call: Call) -> ToolAnswer:
    if call.text("original_estimate") or call.text("remaining_estimate"):
        raise ToolRefusal(wording.NO_ESTIMATES)
    key = call.text("issue_key")
    payload: JsonObject = {"timeSpent": call.text("time_spent")}
    if call.text("started"):
        payload["started"] = call.text("started")
    if call.text("comment"):
        state, said = dialect_of(call), markdown(call, "comment", call.text("comment"))
        payload["comment"] = commenting.worded(call.sandbox, said, state)
    made = commenting.add_worklog(call.sandbox, call.caller, key, payload, dialect=dialect_of(call))
    what = f"{call.text('time_spent')} of work on {key}"
    return staged(call, what, id=made.get("id"), issue_key=key)


def _epic(call: Call) -> ToolAnswer:
    key, epic = call.text("issue_key"), call.text("epic_key")
    field = _epic_field(call)
    value: JsonValue = {"key": epic} if field == "parent" else epic
    writing.edit_issue(call.sandbox, call.caller, key, {field: value}, dialect=dialect_of(call))
    return staged(call, f"epic of {key}", issue=_shown(call, key, f"summary,{field}"))


def _epic_field(call: Call) -> str:
    site = reading.site(call.sandbox)
    return site.epic_link_field or "parent" if dialect_of(call).value == "2" else "parent"


def _link(call: Call) -> ToolAnswer:
    if call.text("comment"):
        raise ToolRefusal(wording.NO_LINK_COMMENT)
    kind = call.text("link_type")
    inward, outward = call.text("inward_issue_key"), call.text("outward_issue_key")
    linking.link(call.sandbox, call.caller, kind, inward, outward)
    return staged(
        call,
        f"link {kind} from {inward} to {outward}",
        link_type=kind,
        inward_issue=inward,
        outward_issue=outward,
    )


def _remote_link(call: Call) -> ToolAnswer:
    key = call.text("issue_key")
    thing: JsonObject = {"url": call.text("url"), "title": call.text("title")}
    if call.text("summary"):
        thing["summary"] = call.text("summary")
    payload: JsonObject = {"object": thing}
    if call.text("relationship"):
        payload["relationship"] = call.text("relationship")
    linking.add_remote_link(call.sandbox, call.caller, key, payload)
    return staged(call, f"web link on {key}", issue_key=key)


def _watch(call: Call) -> ToolAnswer:
    key = call.text("issue_key")
    who = object_of(person(call, "user_identifier", call.text("user_identifier")))
    ref = str(who.get("accountId") or who.get("name") or "")
    commenting.add_watcher(call.sandbox, call.caller, key, ref)
    return staged(call, f"watcher of {key}", issue_key=key)


def _shown(call: Call, key: str, fields: str = "") -> JsonObject:
    state = reading.issue(call.sandbox, call.caller, key)
    names = () if fields in ("", "*all") else peer_shapes.wanted(state, fields)
    return peer_shapes.issue(call, reading.site(call.sandbox), state, names, None)


def _object(call: Call, name: str) -> JsonObject:
    """Return an argument that holds a JSON object in a text."""
    text = call.text(name)
    if not text:
        return {}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, dict):
        return value
    raise ToolRefusal(wording.NOT_JSON.format(name=name))


def _more(call: Call) -> JsonObject:
    """Return additional_fields, with the other server's names for parent and epic."""
    found = _object(call, "additional_fields")
    for name in _EPIC_NAMES:
        if name in found:
            field, epic = _epic_field(call), found.pop(name)
            found[field] = {"key": epic} if field == "parent" else epic
    parent = found.get("parent")
    if isinstance(parent, str):
        found["parent"] = {"key": parent}
    return found


def _components(call: Call) -> JsonObject:
    names = [one.strip() for one in call.text("components").split(",") if one.strip()]
    return {"components": [{"name": one} for one in names]} if names else {}


def _tool(  # noqa: PLR0917 - a row of the table below
    name: str,
    title: str,
    words: str,
    properties: dict[str, JsonObject],
    required: tuple[str, ...],
    run: Callable[[Call], ToolAnswer],
    kind: ChangeKind,
) -> Tool:
    return Tool(
        name, title, words, properties, required, STAGE, run, stages=frozenset({kind}), gives=RESULT
    )


_VISIBILITY = string("JSON text: {type: group or role, value: name}.")

PEER_WRITING: tuple[Tool, ...] = (
    _tool(
        "jira_create_issue",
        "Create issue (staged)",
        wording.CREATE_PEER,
        {
            "project_key": PROJECT,
            "summary": string("One line.", minLength=1),
            "issue_type": string("E.g. Task.", minLength=1),
            "assignee": string("Account id, name or e-mail."),
            "description": string("Markdown."),
            "components": string("Names, comma-separated."),
            "additional_fields": string("JSON text: other fields by id or name."),
        },
        ("project_key", "summary", "issue_type"),
        _create,
        ChangeKind.CREATE,
    ),
    _tool(
        "jira_update_issue",
        "Edit issue (staged)",
        wording.EDIT,
        {
            "issue_key": KEY,
            "fields": string("JSON text: new values by field id or name."),
            "additional_fields": string("JSON text: further fields."),
            "components": string("Names, comma-separated."),
            "attachments": string("Not offered."),
            "return_fields": string("Field ids to show afterwards."),
            "drop_rich_content": DROP,
        },
        ("issue_key", "fields"),
        _update,
        ChangeKind.EDIT,
    ),
    _tool(
        "jira_assign_issue",
        "Assign (staged)",
        "Stage an assignee.",
        {"issue_key": KEY, "assignee": string("Account id, name, e-mail; empty: nobody.")},
        ("issue_key",),
        _assign,
        ChangeKind.EDIT,
    ),
    _tool(
        "jira_transition_issue",
        "Change status (staged)",
        wording.TRANSITION,
        {
            "issue_key": KEY,
            "transition_id": string("Id from jira_get_transitions.", minLength=1),
            "fields": string("JSON text: fields of its screen."),
            "comment": string("Markdown."),
        },
        ("issue_key", "transition_id"),
        _transition,
        ChangeKind.TRANSITION,
    ),
    _tool(
        "jira_add_comment",
        "Comment (staged)",
        "Stage a comment.",
        {
            "issue_key": KEY,
            "body": string("Markdown.", minLength=1),
            "visibility": _VISIBILITY,
            "public": {"type": "boolean", "description": "Not offered."},
        },
        ("issue_key", "body"),
        _comment,
        ChangeKind.COMMENT,
    ),
    _tool(
        "jira_edit_comment",
        "Edit comment (staged)",
        "Stage an edit of a comment.",
        {
            "issue_key": KEY,
            "comment_id": string("Comment id.", minLength=1),
            "body": string("Markdown.", minLength=1),
            "visibility": _VISIBILITY,
            "drop_rich_content": DROP,
        },
        ("issue_key", "comment_id", "body"),
        _edit_comment,
        ChangeKind.COMMENT_EDIT,
    ),
    _tool(
        "jira_add_worklog",
        "Log work (staged)",
        wording.WORKLOG,
        {
            "issue_key": KEY,
            "time_spent": string("E.g. 1h 30m.", minLength=1),
            "comment": string("Markdown."),
            "started": string("When, e.g. 2026-11-26T09:00:00.000+0900."),
            "original_estimate": string("Not offered."),
            "remaining_estimate": string("Not offered."),
        },
        ("issue_key", "time_spent"),
        _worklog,
        ChangeKind.WORKLOG,
    ),
    _tool(
        "jira_link_to_epic",
        "Link to epic (staged)",
        "Stage an issue's epic.",
        {"issue_key": KEY, "epic_key": KEY},
        ("issue_key", "epic_key"),
        _epic,
        ChangeKind.EDIT,
    ),
    _tool(
        "jira_create_issue_link",
        "Link issues (staged)",
        wording.LINK_PEER,
        {
            "link_type": string("E.g. Blocks.", minLength=1),
            "inward_issue_key": KEY,
            "outward_issue_key": KEY,
            "comment": string("Not offered."),
            "comment_visibility": string("Not offered."),
        },
        ("link_type", "inward_issue_key", "outward_issue_key"),
        _link,
        ChangeKind.LINK,
    ),
    _tool(
        "jira_create_remote_issue_link",
        "Add web link (staged)",
        "Stage a web link on an issue.",
        {
            "issue_key": KEY,
            "url": string("Address.", minLength=1),
            "title": string("What it is called.", minLength=1),
            "summary": string("One line about it."),
            "relationship": string("How it relates."),
            "icon_url": string("Ignored."),
        },
        ("issue_key", "url", "title"),
        _remote_link,
        ChangeKind.REMOTE_LINK,
    ),
    _tool(
        "jira_add_watcher",
        "Add watcher (staged)",
        "Stage a watcher.",
        {"issue_key": KEY, "user_identifier": string("Account id, name, e-mail.", minLength=1)},
        ("issue_key", "user_identifier"),
        _watch,
        ChangeKind.WATCHER,
    ),
)
