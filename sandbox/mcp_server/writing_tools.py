"""Tools that stage changes in the shadow. None of them can reach Jira."""

from pydantic import JsonValue

from sandbox.contract.shapes import ChangeKind, JsonObject
from sandbox.domain.errors import JiraError
from sandbox.domain.parts import object_of
from sandbox.domain.rich_text import value_in_dialect
from sandbox.mcp_server import wording
from sandbox.mcp_server.answers import Look, answer, issue_json, rendered
from sandbox.mcp_server.sending import dialect_of, rich_text, sent_fields
from sandbox.mcp_server.tool import (
    CLOUD_ID,
    CONTENT_FORMAT,
    DROP,
    ISSUE,
    ISSUE_SHAPE,
    RESPONSE_FORMAT,
    STAGE,
    TEXT,
    Call,
    Tool,
    ToolAnswer,
    ToolRefusal,
    anything,
    jira_words,
    string,
)
from sandbox.operations import commenting, linking, reading, writing
from sandbox.operations.rich_texts import Markdown

#: As the official server has it.
LONGEST_DESCRIPTION = 32_000

_TRANSITION = anything("{id} from getTransitionsForJiraIssue; {name} will do, too.")
_TEXT_OR_ADF: JsonObject = {
    "anyOf": [{"type": "string", "maxLength": LONGEST_DESCRIPTION}, {"type": "object"}],
    "description": "Markdown text, or an ADF document.",
}


def _staged(call: Call, ref: str, what: str) -> ToolAnswer:
    issue = reading.issue(call.sandbox, call.caller, ref)
    site = reading.site(call.sandbox)
    look = Look(adf=call.text("responseContentFormat") == "adf")
    return answer(issue_json(call, site, issue, look), wording.STAGED.format(what=what))


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
        fields["assignee"] = call.text("assignee_account_id")
    transition = call.object("transition").get("id") if "transition" in call.arguments else ""
    plain, texts = sent_fields(call, fields)
    issue = writing.create_issue(
        call.sandbox, call.caller, plain, dialect=dialect_of(call), rich=texts
    )
    if transition:
        _first_transition(call, issue.key, str(transition))
    return _staged(call, issue.key, f"new issue {issue.key}")


def _first_transition(call: Call, key: str, transition: str) -> None:
    """Move a new issue on; a refusal says that the issue is there all the same."""
    try:
        writing.transition_issue(
            call.sandbox, call.caller, key, transition, dialect=dialect_of(call)
        )
    except JiraError as error:
        raise ToolRefusal(wording.CREATED_ONLY.format(key=key, why=jira_words(error))) from error


def _transition_id(call: Call, ref: str) -> str:
    """Return the id of a transition that an issue offers; a name or a status will do."""
    sent = call.object("transition")
    wanted = str(sent.get("id") or sent.get("name") or "")
    if not wanted:
        raise ToolRefusal(
            "transition must be {id: …}. Use getTransitionsForJiraIssue to see the ids."
        )
    if wanted.isdigit():
        return wanted
    offered = reading.transitions(call.sandbox, call.caller, ref, noted=False)
    named = [one for one in offered if wanted.casefold() in _names(one)]
    if len(named) == 1:
        return str(named[0].get("id"))
    listed = ", ".join(
        f"{one.get('id')} = {one.get('name')} → {object_of(one.get('to')).get('name')}"
        for one in named or offered
    )
    words = wording.SEVERAL_TRANSITIONS if named else wording.NO_SUCH_TRANSITION
    raise ToolRefusal(words.format(wanted=wanted, key=ref, listed=listed or "none"))


def _names(transition: JsonObject) -> set[str]:
    to = object_of(transition.get("to"))
    return {str(one or "").casefold() for one in (transition.get("name"), to.get("name"))}


def _edit(call: Call) -> ToolAnswer:
    ref = call.text("issueIdOrKey")
    fields, texts = sent_fields(call, call.object("fields"))
    if not fields and not texts:
        raise ToolRefusal("fields is empty: name at least one field to change.")
    writing.edit_issue(call.sandbox, call.caller, ref, fields, dialect=dialect_of(call), rich=texts)
    return _staged(call, ref, f"{', '.join([*fields, *texts])} of {ref}")


def _transition(call: Call) -> ToolAnswer:
    ref = call.text("issueIdOrKey")
    fields, texts = sent_fields(call, call.object("fields"))
    issue = writing.transition_issue(
        call.sandbox,
        call.caller,
        ref,
        _transition_id(call, ref),
        fields,
        call.object("update"),
        dialect=dialect_of(call),
        rich=texts,
    )
    status = issue.fields.get("status")
    name = status.get("name") if isinstance(status, dict) else ""
    return _staged(call, ref, f"status {name} of {ref}")


def _comment(call: Call) -> ToolAnswer:
    ref = call.text("issueIdOrKey")
    body: JsonValue | Markdown = rich_text(call, "commentBody", call.arguments["commentBody"])
    if isinstance(body, dict):
        body = value_in_dialect(body, dialect_of(call))
    visibility = call.object("commentVisibility") or None
    comment_id = call.text("commentId")
    if comment_id:
        made = commenting.edit_comment(
            call.sandbox,
            call.caller,
            ref,
            comment_id,
            body,
            dialect=dialect_of(call),
            visibility=visibility,
        )
    else:
        made = commenting.add_comment(
            call.sandbox,
            call.caller,
            ref,
            body,
            dialect=dialect_of(call),
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
    made = commenting.add_worklog(call.sandbox, call.caller, ref, payload, dialect=dialect_of(call))
    return answer(
        rendered(call, {"id": made.get("id"), "issue": ref}),
        wording.STAGED.format(what=f"{call.text('timeSpent')} of work on {ref}"),
    )


def _link(call: Call) -> ToolAnswer:
    inward, outward = call.text("inwardIssue"), call.text("outwardIssue")
    linking.link(call.sandbox, call.caller, call.text("type"), inward, outward)
    what = f"link {call.text('type')} from {inward} to {outward}"
    said: JsonObject = {"type": call.text("type"), "inward": inward, "outward": outward}
    return answer(said, wording.STAGED.format(what=what))


WRITING_TOOLS: tuple[Tool, ...] = (
    Tool(
        "createJiraIssue",
        "Create issue (staged)",
        wording.CREATE,
        {
            "cloudId": CLOUD_ID,
            "projectKey": string("Project key.", minLength=1),
            "issueTypeName": string("E.g. Task.", minLength=1),
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
        stages=frozenset({ChangeKind.CREATE}),
        gives=ISSUE_SHAPE,
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
        stages=frozenset({ChangeKind.EDIT}),
        gives=ISSUE_SHAPE,
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
        stages=frozenset({ChangeKind.TRANSITION}),
        gives=ISSUE_SHAPE,
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
        stages=frozenset({ChangeKind.COMMENT, ChangeKind.COMMENT_EDIT}),
        gives={"id": TEXT, "issue": TEXT},
    ),
    Tool(
        "addWorklogToJiraIssue",
        "Log work (staged)",
        wording.WORKLOG,
        {
            "cloudId": CLOUD_ID,
            "issueIdOrKey": ISSUE,
            "timeSpent": string("E.g. 1h 30m.", minLength=1),
            "visibility": anything("{type, value}."),
        },
        ("issueIdOrKey", "timeSpent"),
        STAGE,
        _worklog,
        stages=frozenset({ChangeKind.WORKLOG}),
        gives={"id": TEXT, "issue": TEXT},
    ),
    Tool(
        "createIssueLink",
        "Link issues (staged)",
        wording.LINK,
        {
            "cloudId": CLOUD_ID,
            "type": string("E.g. Blocks.", minLength=1),
            "inwardIssue": ISSUE,
            "outwardIssue": ISSUE,
        },
        ("type", "inwardIssue", "outwardIssue"),
        STAGE,
        _link,
        stages=frozenset({ChangeKind.LINK}),
        gives={"type": TEXT, "inward": TEXT, "outward": TEXT},
    ),
)
