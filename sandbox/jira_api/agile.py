"""Boards, sprints, epics and the backlog: ``/rest/agile/1.0``."""

import re
from typing import cast

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.responses import Response

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import InvalidError, MissingError
from sandbox.domain.parts import list_of, object_of, text_of
from sandbox.jira_api.call import AgileCall, Call
from sandbox.jira_api.errors import BOARD_MISSING, SPRINT_MISSING
from sandbox.jira_api.issues import wanted_of
from sandbox.jira_api.paging import bean, page_of
from sandbox.jira_api.searching import issues_page
from sandbox.operations import reading, writing

router = APIRouter(prefix="/rest/agile/1.0")

#: Jira takes no more issues at a time.
_MOST_MOVED = 50
_ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)


@router.get("/board")
async def boards(call: AgileCall) -> Response:
    """Answer a page of the boards that the caller sees."""
    project, kind = call.query("projectKeyOrId"), call.query("type")
    name = call.query("name").casefold()
    found = [
        one
        for one in await _boards(call)
        if (not project or project in _place(one))
        and (not kind or one.get("type") in kind.split(","))
        and name in text_of(one.get("name")).casefold()
    ]
    return call.json(bean(found, page_of(call.request.query_params, 50, 100)))


@router.get("/board/{board_id}")
async def board(call: AgileCall, board_id: str) -> Response:
    """Answer one board."""
    return call.json(await _board(call, board_id))


@router.get("/board/{board_id}/configuration")
async def configuration(call: AgileCall, board_id: str) -> Response:
    """Answer a board's columns and filter."""
    found = await _board(call, board_id)
    shown = found.get("configuration")
    return call.json(shown if isinstance(shown, dict) else _configuration(call, found))


@router.get("/board/{board_id}/sprint")
async def sprints(call: AgileCall, board_id: str) -> Response:
    """Answer a page of a board's sprints."""
    await _board(call, board_id)
    states = call.names("state")
    found = [
        one
        for one in call.site.baseline.sprints
        if text_of(one.get("originBoardId")) == board_id
        and (not states or one.get("state") in states)
    ]
    return call.json(bean(found, page_of(call.request.query_params, 50, 100)))


@router.get("/board/{board_id}/issue")
async def board_issues(call: AgileCall, board_id: str) -> Response:
    """Answer a page of a board's issues."""
    return await _issues(call, _scope_of(call, await _board(call, board_id)))


@router.get("/board/{board_id}/backlog")
async def backlog(call: AgileCall, board_id: str) -> Response:
    """Answer a page of a board's issues that are in no open sprint."""
    clause = _scope_of(call, await _board(call, board_id))
    if call.site.sprint_field:
        clause = f"({clause}) AND (sprint is EMPTY OR sprint not in openSprints())"
    return await _issues(call, clause)


@router.get("/sprint/{sprint_id}")
async def sprint(call: AgileCall, sprint_id: str) -> Response:
    """Answer one sprint."""
    return call.json(await _sprint(call, sprint_id))


@router.get("/sprint/{sprint_id}/issue")
@router.get("/board/{board_id}/sprint/{sprint_id}/issue")
async def sprint_issues(call: AgileCall, sprint_id: str) -> Response:
    """Answer a page of a sprint's issues."""
    found = await _sprint(call, sprint_id)
    return await _issues(call, f"sprint = {text_of(found.get('id'))}")


@router.post("/sprint/{sprint_id}/issue")
async def move_to_sprint(call: AgileCall, sprint_id: str) -> Response:
    """Move issues into a sprint."""
    await _sprint(call, sprint_id)
    await call.slow(writing.move_to_sprint, sprint_id, await _moved(call))
    return call.empty()


@router.post("/backlog/issue")
async def move_to_backlog(call: AgileCall) -> Response:
    """Move issues out of every open sprint."""
    await call.slow(writing.move_to_sprint, None, await _moved(call))
    return call.empty()


@router.get("/epic/{ref}/issue")
async def epic_issues(call: AgileCall, ref: str) -> Response:
    """Answer a page of an epic's issues."""
    epic = await call.quick(reading.issue, ref, fields=("issuetype",))
    clause = f"parent = {epic.key}"
    if call.site.epic_link_field:
        clause = f'{clause} OR "Epic Link" = {epic.key}'
    return await _issues(call, clause)


@router.get("/issue/{ref}")
async def issue(call: AgileCall, ref: str) -> Response:
    """Answer an issue."""
    wanted = wanted_of(call)
    state = await call.quick(reading.issue, ref, fields=wanted.fields or None)
    return call.json(call.look.issue(state, wanted))


async def _issues(call: Call, clause: str) -> Response:
    page = page_of(call.request.query_params, 50, 1000)
    jql = _narrowed(clause, call.query("jql"))
    shown, found = await issues_page(call, jql, wanted_of(call), page)
    answer: JsonObject = {
        "expand": "schema,names",
        "startAt": page.start,
        "maxResults": page.size,
        "total": found.total,
        "issues": cast("JsonValue", shown),
    }
    return call.json(answer)


async def _moved(call: Call) -> tuple[str, ...]:
    refs = (await call.body()).get("issues")
    if not isinstance(refs, list) or not all(isinstance(one, str) for one in refs):
        raise InvalidError(("'issues' must be a list of keys or ids.",))
    if len(refs) > _MOST_MOVED:
        raise InvalidError((f"At most {_MOST_MOVED} issues can be moved at a time.",))
    return tuple(text_of(one) for one in refs)


async def _boards(call: Call) -> list[JsonObject]:
    """Return the boards of projects that the caller sees; others are not there."""
    projects = await call.quick(reading.projects)
    seen = {text_of(one.get(name)) for one in projects for name in ("key", "id")}
    return [one for one in call.site.baseline.boards if _place(one) & seen]


async def _board(call: Call, board_id: str) -> JsonObject:
    for one in await _boards(call):
        if text_of(one.get("id")) == board_id:
            return one
    raise MissingError(BOARD_MISSING)


async def _sprint(call: Call, sprint_id: str) -> JsonObject:
    seen = {text_of(one.get("id")) for one in await _boards(call)}
    for one in call.site.baseline.sprints:
        if text_of(one.get("id")) == sprint_id and text_of(one.get("originBoardId")) in seen:
            return one
    raise MissingError(SPRINT_MISSING)


def _place(board: JsonObject) -> set[str]:
    location = object_of(board.get("location"))
    found = {text_of(location.get(name)) for name in ("projectKey", "key", "projectId")}
    return found - {""}


def _filter(call: Call, board: JsonObject) -> JsonObject | None:
    """Return the filter that a board shows."""
    asked = object_of(object_of(board.get("configuration")).get("filter"))
    wanted = text_of(asked.get("id")) or text_of(board.get("filterId"))
    for one in call.seen.baseline.filters:
        if wanted and text_of(one.get("id")) == wanted:
            return one
    return None


def _scope_of(call: Call, board: JsonObject) -> str:
    found = _filter(call, board)
    if found is not None and (jql := text_of(found.get("jql"))):
        return _ORDER.split(jql)[0].strip() or "issuekey is not EMPTY"
    location = object_of(board.get("location"))
    key = text_of(location.get("projectKey")) or text_of(location.get("key"))
    return f'project = "{key}"'


def _narrowed(clause: str, jql: str) -> str:
    """Return a clause and a query as one; the query's order stays last."""
    parts = _ORDER.split(jql, maxsplit=1)
    where = f"({clause}) AND ({parts[0]})" if parts[0].strip() else clause
    return f"{where} ORDER BY {parts[1]}" if len(parts) > 1 else where


def _configuration(call: Call, board: JsonObject) -> JsonObject:
    columns: list[JsonValue] = [
        {
            "name": one.get("name"),
            "statuses": [{"id": one.get("id"), "self": one.get("self")}],
        }
        for one in call.site.baseline.statuses
    ]
    found = _filter(call, board) or {}
    shown: JsonObject = {name: board[name] for name in ("id", "name", "type") if name in board}
    shown["self"] = f"{PLACEHOLDER}/rest/agile/1.0/board/{board.get('id')}/configuration"
    if board.get("location") is not None:
        shown["location"] = board["location"]
    shown["filter"] = {"id": text_of(found.get("id")), "self": found.get("self")}
    shown["columnConfig"] = {"columns": list_of(columns), "constraintType": "none"}
    if (points := call.site.story_points_field) is not None:
        field = {"fieldId": points, "displayName": "Story Points"}
        shown["estimation"] = {"type": "field", "field": cast("JsonValue", field)}
    if (rank := call.site.rank_field) is not None and rank[12:].isdecimal():
        shown["ranking"] = {"rankCustomFieldId": int(rank[12:])}
    return shown
