"""Comments, worklogs, watchers and votes of an issue."""

from typing import cast

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.responses import Response

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import (
    VOTES_ARE_PERSONAL,
    ForbiddenError,
    InvalidError,
    MissingError,
    no_such_comment,
    no_such_user,
    no_such_worklog,
)
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import objects_of, text_of
from sandbox.jira_api.body import part, properties_in
from sandbox.jira_api.call import ApiCall, Call
from sandbox.jira_api.paging import named, page_of
from sandbox.operations import commenting, reading

router = APIRouter()

#: Comments and worklogs come whole unless a page is asked for.
_ALL = 5000
#: How a worklog changes the remaining estimate, as query parameters.
_ADJUST = ("adjustEstimate", "newEstimate", "reduceBy")


@router.get("/issue/{ref}/comment")
async def comments(call: ApiCall, ref: str) -> Response:
    """Answer an issue's comments."""
    state = await call.quick(reading.issue, ref, fields=("comment",))
    found = call.look.comments(state)
    if call.query("orderBy").lstrip("+") == "-created":
        found.reverse()
    expand = call.names("expand")
    page = page_of(call.request.query_params, _ALL, _ALL)
    shown = [call.look.comment(one, expand) for one in found]
    return call.json(named("comments", shown, page))


@router.get("/issue/{ref}/comment/{comment_id}")
async def comment(call: ApiCall, ref: str, comment_id: str) -> Response:
    """Answer one comment."""
    state = await call.quick(reading.issue, ref, fields=("comment",))
    found = _one(call.look.comments(state), comment_id)
    if found is None:
        raise MissingError(no_such_comment(comment_id))
    return call.json(call.look.comment(found, call.names("expand")))


@router.post("/issue/{ref}/comment")
async def add_comment(call: ApiCall, ref: str) -> Response:
    """Add a comment."""
    body = await call.body()
    made = await call.slow(
        commenting.add_comment,
        ref,
        body.get("body"),
        dialect=call.dialect,
        visibility=part(body, "visibility"),
        properties=properties_in(body),
    )
    return call.json(call.look.new_comment(made), 201)


@router.put("/issue/{ref}/comment/{comment_id}")
async def edit_comment(call: ApiCall, ref: str, comment_id: str) -> Response:
    """Replace a comment's body."""
    body = await call.body()
    made = await call.slow(
        commenting.edit_comment,
        ref,
        comment_id,
        body.get("body"),
        dialect=call.dialect,
        visibility=part(body, "visibility"),
        properties=properties_in(body),
    )
    return call.json(call.look.new_comment(made))


@router.delete("/issue/{ref}/comment/{comment_id}")
async def delete_comment(call: ApiCall, ref: str, comment_id: str) -> Response:
    """Delete a comment, at an upstream."""
    await call.slow(commenting.delete_comment, ref, comment_id)
    return call.empty()


@router.get("/issue/{ref}/worklog")
async def worklogs(call: ApiCall, ref: str) -> Response:
    """Answer an issue's worklogs."""
    state = await call.quick(reading.issue, ref, fields=("worklog",))
    page = page_of(call.request.query_params, _ALL, _ALL)
    return call.json(named("worklogs", call.look.worklogs(state), page))


@router.get("/issue/{ref}/worklog/{worklog_id}")
async def worklog(call: ApiCall, ref: str, worklog_id: str) -> Response:
    """Answer one worklog."""
    state = await call.quick(reading.issue, ref, fields=("worklog",))
    found = _one(call.look.worklogs(state), worklog_id)
    if found is None:
        raise MissingError(no_such_worklog(worklog_id))
    return call.json(found)


@router.post("/issue/{ref}/worklog")
async def add_worklog(call: ApiCall, ref: str) -> Response:
    """Log work."""
    body = await call.body()
    adjust: JsonObject = {name: call.query(name) for name in _ADJUST if call.query(name)}
    made = await call.slow(
        commenting.add_worklog, ref, body, dialect=call.dialect, adjust=adjust or None
    )
    return call.json(call.look.new_worklog(made), 201)


@router.get("/issue/{ref}/watchers")
async def watchers(call: ApiCall, ref: str) -> Response:
    """Answer who watches an issue."""
    state = await call.quick(reading.issue, ref, fields=("watches",))
    return call.json(_watchers(call, state))


@router.post("/issue/{ref}/watchers")
async def add_watcher(call: ApiCall, ref: str) -> Response:
    """Have somebody watch: the body is a bare JSON text, or nothing for oneself."""
    who = await call.value()
    if who is not None and not isinstance(who, str):
        raise InvalidError((no_such_user(who),))
    await call.slow(commenting.add_watcher, ref, who or call.caller.person)
    return call.empty()


@router.delete("/issue/{ref}/worklog/{worklog_id}")
async def delete_worklog(call: ApiCall, ref: str, worklog_id: str) -> Response:
    """Delete a worklog, at an upstream."""
    await call.slow(commenting.delete_worklog, ref, worklog_id)
    return call.empty()


@router.delete("/issue/{ref}/watchers")
async def remove_watcher(call: ApiCall, ref: str) -> Response:
    """Have somebody no longer watch."""
    who = call.query("accountId") or call.query("username") or call.query("userKey")
    await call.slow(commenting.remove_watcher, ref, who or call.caller.person)
    return call.empty()


@router.get("/issue/{ref}/votes")
async def votes(call: ApiCall, ref: str) -> Response:
    """Answer how many voted, as far as the issue says it; who did is not read."""
    state = await call.quick(reading.issue, ref, fields=("votes",))
    told = state.fields.get("votes")
    counted = told.get("votes") if isinstance(told, dict) else None
    found: JsonObject = {
        "self": f"{PLACEHOLDER}/rest/api/{call.dialect.value}/issue/{state.issue_id}/votes",
        "votes": counted if isinstance(counted, int) else 0,
        "hasVoted": False,
        "voters": [],
    }
    return call.json(call.look.meta(found))


@router.post("/issue/{ref}/votes")
@router.delete("/issue/{ref}/votes")
async def vote(call: ApiCall, ref: str) -> Response:
    """Refuse: nobody votes for somebody else."""
    await call.quick(reading.issue, ref, fields=("votes",))
    raise ForbiddenError(VOTES_ARE_PERSONAL)


def _watchers(call: Call, state: IssueState) -> JsonObject:
    people = objects_of((state.extra or {}).get("watchers"))
    mine = any(call.caller.person in _ids(one) for one in people)
    return {
        "self": f"{PLACEHOLDER}/rest/api/{call.dialect.value}/issue/{state.issue_id}/watchers",
        "isWatching": mine,
        "watchCount": len(people),
        "watchers": call.look.meta(cast("JsonValue", people)),
    }


def _ids(user: JsonObject) -> tuple[str, ...]:
    return tuple(text_of(user.get(name)) for name in ("accountId", "key", "name"))


def _one(things: list[JsonObject], wanted: str) -> JsonObject | None:
    return next((one for one in things if text_of(one.get("id")) == wanted), None)
