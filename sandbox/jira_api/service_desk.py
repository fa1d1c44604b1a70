"""Service Management's own API, as far as comments go: who sees them is said there."""

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.responses import Response

from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain import talking
from sandbox.domain.errors import InvalidError, MissingError
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import text_of
from sandbox.domain.rich_text import value_in_dialect
from sandbox.jira_api.call import Call, SiteCall
from sandbox.operations import commenting, reading

router = APIRouter(prefix="/rest/servicedeskapi")

_NO_REQUEST = "The Request with the provided id or key does not exist."
_NO_COMMENT = "The comment does not exist."


@router.get("/request/{ref}/comment/{comment_id}")
async def comment(call: SiteCall, ref: str, comment_id: str) -> Response:
    """Answer one comment of a request."""
    issue = await _request(call, ref)
    found = next((one for one in call.look.comments(issue) if one.get("id") == comment_id), None)
    if found is None:
        raise MissingError(_NO_COMMENT)
    return call.json(_shown(issue, found))


@router.post("/request/{ref}/comment")
async def add_comment(call: SiteCall, ref: str) -> Response:
    """Add a comment of wiki text, for customers or for the team alone."""
    issue, body = await _request(call, ref), await call.body()
    if not isinstance(body.get("public"), bool):
        raise InvalidError(("The 'public' attribute must be true or false.",))
    made = await call.slow(
        commenting.add_comment,
        issue.issue_id,
        body.get("body"),
        dialect=Dialect.V2,
        properties={"sd.public.comment": {"internal": not body["public"]}},
    )
    return call.json({**_shown(issue, made), "public": body["public"]}, 201)


async def _request(call: Call, ref: str) -> IssueState:
    issue = await call.quick(reading.issue, ref, fields=("comment",))
    if not talking.in_service_project(issue):
        raise MissingError(_NO_REQUEST)
    return issue


def _shown(issue: IssueState, comment: JsonObject) -> JsonObject:
    body: JsonValue = value_in_dialect(comment.get("body"), Dialect.V2)
    number = text_of(comment.get("id"))
    return {
        "id": number,
        "body": body,
        "public": talking.is_public(issue, number),
        "author": comment.get("author"),
        "created": {"iso8601": comment.get("created"), "jira": comment.get("created")},
    }
