"""Tools that stage changes in the shadow. None of them can reach Jira."""

import orjson
from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, Flavour, JsonObject
from sandbox.domain.errors import JiraError
from sandbox.domain.rich_text import check_adf, value_in_dialect
from sandbox.mcp_server import wording
from sandbox.mcp_server.answers import UNTRUSTED, answer, issue_json, rendered
from sandbox.mcp_server.tool import (
    CLOUD_ID,
    CONTENT_FORMAT,
    DROP,
    ISSUE,
    RESPONSE_FORMAT,
    STAGE,
    Call,
    Tool,
    ToolAnswer,
    ToolRefusal,
    anything,
    jira_words,
    string,
)
from sandbox.operations import commenting, linking, reading, writing
from sandbox.operations.rich_texts import Markdown, Rich

#: As the official server has it.
LONGEST_DESCRIPTION = 32_000

_TRANSITION = anything("{id} from getTransitionsForJiraIssue.")
_TEXT_OR_ADF: JsonObject = {
    "anyOf": [{"type": "string", "maxLength": LONGEST_DESCRIPTION}, {"type": "object"}],
    "description": "Markdown text, or an ADF document.",
}


def _dialect(call: Call) -> Dialect:
    return Dialect.V3 if call.sandbox.flavour is Flavour.CLOUD else Dialect.V2


def _rich(call: Call, name: str, value: str | JsonObject) -> Rich:
    """Return a sent text as an edit of what stands there; refuse a broken ADF document."""
    if isinstance(value, str) and call.text("contentFormat") != "adf":
        _whole(name, value)
        return Markdown(value, drop=bool(call.arguments.get("dropRichContent")))
    document = _adf_in(name, value) if isinstance(value, str) else value
    problem = check_adf(document)
    if problem is not None:
        raise ToolRefusal(f"{name} is not a valid ADF document: {problem} Nothing was changed.")
    return document


def _whole(name: str, text: str) -> None:
    """Refuse a text that ends where an answer was cut: the rest would be lost."""
    if wording.CUT_SIGN in text:
        raise ToolRefusal(wording.SENT_A_CUT_TEXT.format(name=name))


def _adf_in(name: str, text: str) -> JsonObject:
    """Return the ADF document in a JSON text: the official server takes it so, too."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, dict):
        return value
    raise ToolRefusal(
        f"{name} must be an ADF document (an object) when contentFormat is adf. "
        "Send Markdown and leave contentFormat out, or send the object."
    )


def _fields(call: Call, fields: JsonObject) -> tuple[JsonObject, dict[str, Rich]]:
    """Return fields by id (names are accepted), and apart from them the rich texts."""
    site = reading.site(call.sandbox)
    found: JsonObject = {}
    texts: dict[str, Rich] = {}
    for name, value in fields.items():
        known = site.field(name)
        field_id = str(known["id"]) if known else name
        if site.is_rich(field_id) and isinstance(value, str | dict):
            texts[field_id] = _rich(call, name, value)
        else:
            found[field_id] = value
    return found, texts


def _staged(call: Call, ref: str, what: str) -> ToolAnswer:
    issue = reading.issue(call.sandbox, call.caller, ref)
    site = reading.site(call.sandbox)
    adf = call.text("responseContentFormat") == "adf"
    shown = issue_json(call, site, issue, (), adf=adf)
    return answer(shown, f"{wording.STAGED.format(what=what)}\n{UNTRUSTED}")


def _create(call: Call) -> ToolAnswer:
    fields: JsonObject = {
        **call.object("additional_fields"),
        "project": {"key": call.text("projectKey")},
        "issuetype": {"name": call.text("issueTypeName")},
        "summary": call.text("summary"),
    }
    if call.arguments.get("description") is not None:
        fields["description"] = call.arguments["description"]
    if call.text("parent"):
        fields["parent"] = {"key": call.text("parent")}
    if call.text("assignee_account_id"):
        fields["assignee"] = _person(call, call.text("assignee_account_id"))
    transition = _transition_id(call) if "transition" in call.arguments else ""
    plain, texts = _fields(call, fields)
    issue = writing.create_issue(
        call.sandbox, call.caller, plain, dialect=_dialect(call), rich=texts
    )
    if transition:
        _first_transition(call, issue.key, transition)
    return _staged(call, issue.key, f"new issue {issue.key}")


def _first_transition(call: Call, key: str, transition: str) -> None:
    """Move a new issue on; a refusal says that the issue is there all the same."""
    try:
        writing.transition_issue(call.sandbox, call.caller, key, transition, dialect=_dialect(call))
    except JiraError as error:
        raise ToolRefusal(wording.CREATED_ONLY.format(key=key, why=jira_words(error))) from error


def _transition_id(call: Call) -> str:
    wanted = call.object("transition").get("id")
    if not wanted:
        raise ToolRefusal(
            "transition must be {id: …}. Use getTransitionsForJiraIssue to see the ids."
        )
    return str(wanted)


def _person(call: Call, ref: str) -> JsonObject:
    cloud = call.sandbox.flavour is Flavour.CLOUD
    return {"accountId": ref} if cloud else {"name": ref}


def _edit(call: Call) -> ToolAnswer:
    ref = call.text("issueIdOrKey")
    fields, texts = _fields(call, call.object("fields"))
    if not fields and not texts:
        raise ToolRefusal("fields is empty: name at least one field to change.")
    writing.edit_issue(call.sandbox, call.caller, ref, fields, dialect=_dialect(call), rich=texts)
    return _staged(call, ref, f"{', '.join([*fields, *texts])} of {ref}")


def _transition(call: Call) -> ToolAnswer:
    ref = call.text("issueIdOrKey")
    fields, texts = _fields(call, call.object("fields"))
    issue = writing.transition_issue(
        call.sandbox,
        call.caller,
        ref,
        _transition_id(call),
        fields,
        call.object("update"),
        dialect=_dialect(call),
        rich=texts,
    )
    status = issue.fields.get("status")
    name = status.get("name") if isinstance(status, dict) else ""
    return _staged(call, ref, f"status {name} of {ref}")


def _comment(call: Call) -> ToolAnswer:
    ref = call.text("issueIdOrKey")
    body: JsonValue | Markdown = _rich(call, "commentBody", call.arguments["commentBody"])
    if isinstance(body, dict):
        body = value_in_dialect(body, _dialect(call))
    visibility = call.object("commentVisibility") or None
    comment_id = call.text("commentId")
    if comment_id:
        made = commenting.edit_comment(
            call.sandbox,
            call.caller,
            ref,
            comment_id,
            body,
            dialect=_dialect(call),
            visibility=visibility,
        )
    else:
        made = commenting.add_comment(
            call.sandbox,
            call.caller,
            ref,
            body,
            dialect=_dialect(call),
            visibility=visibility,
        )
    return answer(
        rendered(call, {"id": made.get("id"), "issue": ref}),
        wording.STAGED.format(what=f"comment on {ref}"),
    )


def _worklog(call: Call) -> ToolAnswer:
    ref = call.text("issueIdOrKey")
    payload: JsonObject = {"timeSpent": call.text("timeSpent")}
    if call.object("visibility"):
        payload["visibility"] = call.object("visibility")
    made = commenting.add_worklog(call.sandbox, call.caller, ref, payload, dialect=_dialect(call))
    return answer(
        rendered(call, {"id": made.get("id"), "issue": ref}),
        wording.STAGED.format(what=f"{call.text('timeSpent')} of work on {ref}"),
    )


def _link(call: Call) -> ToolAnswer:
    inward, outward = call.text("inwardIssue"), call.text("outwardIssue")
    linking.link(call.sandbox, call.caller, call.text("type"), inward, outward)
    what = f"link {call.text('type')} from {inward} to {outward}"
    return ToolAnswer(wording.STAGED.format(what=what), {"inward": inward, "outward": outward})


WRITING_TOOLS: tuple[Tool, ...] = (
    Tool(
        "createJiraIssue",
        "Create issue (staged)",
        wording.CREATE,
        {
            "cloudId": CLOUD_ID,
            "projectKey": string("Project key.", minLength=1),
            "issueTypeName": string("Issue type name, e.g. Task.", minLength=1),
            "summary": string("One line.", minLength=1),
            "description": _TEXT_OR_ADF,
            "parent": string("Key of the parent (epic, or task of a sub-task)."),
            "assignee_account_id": string("Account id of the assignee."),
            "additional_fields": anything("Other fields by id or name."),
            "transition": _TRANSITION,
            "contentFormat": CONTENT_FORMAT,
            "dropRichContent": DROP,
            "responseContentFormat": RESPONSE_FORMAT,
        },
        ("projectKey", "issueTypeName", "summary"),
        STAGE,
        _create,
    ),
    Tool(
        "editJiraIssue",
        "Edit issue (staged)",
        wording.EDIT,
        {
            "cloudId": CLOUD_ID,
            "issueIdOrKey": ISSUE,
            "fields": anything("New values by field id or name; null clears.", minProperties=1),
            "contentFormat": CONTENT_FORMAT,
            "dropRichContent": DROP,
            "responseContentFormat": RESPONSE_FORMAT,
        },
        ("issueIdOrKey", "fields"),
        STAGE,
        _edit,
    ),
    Tool(
        "transitionJiraIssue",
        "Change status (staged)",
        wording.TRANSITION,
        {
            "cloudId": CLOUD_ID,
            "issueIdOrKey": ISSUE,
            "transition": _TRANSITION,
            "fields": anything("Fields of the transition's screen."),
            "update": anything("Field operations, as in Jira's REST API."),
            "historyMetadata": anything("Accepted; not written."),
        },
        ("issueIdOrKey", "transition"),
        STAGE,
        _transition,
    ),
    Tool(
        "addCommentToJiraIssue",
        "Comment (staged)",
        wording.COMMENT,
        {
            "cloudId": CLOUD_ID,
            "issueIdOrKey": ISSUE,
            "commentBody": _TEXT_OR_ADF,
            "commentVisibility": anything("{type: group or role, value: its name}."),
            "commentId": string("Edit this comment instead of adding one.", maxLength=18),
            "contentFormat": CONTENT_FORMAT,
            "dropRichContent": DROP,
            "responseContentFormat": RESPONSE_FORMAT,
        },
        ("issueIdOrKey", "commentBody"),
        STAGE,
        _comment,
    ),
    Tool(
        "addWorklogToJiraIssue",
        "Log work (staged)",
        wording.WORKLOG,
        {
            "cloudId": CLOUD_ID,
            "issueIdOrKey": ISSUE,
            "timeSpent": string("As Jira writes it, e.g. 1h 30m.", minLength=1),
            "visibility": anything("{type, value}."),
        },
        ("issueIdOrKey", "timeSpent"),
        STAGE,
        _worklog,
    ),
    Tool(
        "createIssueLink",
        "Link issues (staged)",
        wording.LINK,
        {
            "cloudId": CLOUD_ID,
            "type": string("Name of the link type, e.g. Blocks.", minLength=1),
            "inwardIssue": ISSUE,
            "outwardIssue": ISSUE,
        },
        ("type", "inwardIssue", "outwardIssue"),
        STAGE,
        _link,
    ),
)
