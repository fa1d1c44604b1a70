"""Issues: read, create, edit, transition, assign, delete."""

from typing import cast

from fastapi import APIRouter, Request
from pydantic import JsonValue
from starlette.responses import Response

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import (
    TRANSITION_REQUIRED,
    InvalidError,
    NotVisibleError,
)
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.jira_api.body import object_in, part, properties_in
from sandbox.jira_api.call import ApiCall, Call, api_call
from sandbox.jira_api.paging import bean, page_of
from sandbox.jira_api.render import Wanted
from sandbox.operations import news, reading, writing

router = APIRouter()

#: How many issues one bulk request may name.
_BULK_READ = 100
_BULK_WRITE = 50


def wanted_of(call: Call) -> Wanted:
    """Return which parts of an issue the query asks for."""
    return Wanted(call.names("fields"), frozenset(call.names("expand")), call.names("properties"))


async def get_issue(request: Request) -> Response:
    """Answer an issue; without parameters, its stored text as it is.

    This is what clients ask most: a plain route, because FastAPI's look at the parameters
    alone costs more than the read.
    """
    call, ref = await api_call(request), request.path_params["ref"]
    if not request.scope["query_string"]:
        text = await call.quick(reading.issue_text, ref, call.dialect)
        return _with_news(call, ref, call.text(text))
    wanted = wanted_of(call)
    state = await call.quick(reading.issue, ref, fields=wanted.fields or None)
    return _with_news(call, ref, call.json(await _expanded(call, state, wanted)))


def _with_news(call: Call, ref: str, response: Response) -> Response:
    """Return the answer with who decided what about the agent's own changes of the issue."""
    said = news.header(call.sandbox, call.caller, ref)
    if said:
        response.headers[news.HEADER] = said
    return response


router.add_route("/issue/{ref}", get_issue, ["GET"])


@router.post("/issue")
async def create_issue(call: ApiCall) -> Response:
    """Create an issue."""
    made = await _create(call, await call.body())
    return call.json(_created(call, made), 201)


@router.put("/issue/{ref}")
async def edit_issue(call: ApiCall, ref: str) -> Response:
    """Edit fields, by value or by verb."""
    body = await call.body()
    state = await call.slow(
        writing.edit_issue,
        ref,
        part(body, "fields"),
        part(body, "update"),
        properties_in(body),
        dialect=call.dialect,
        history=body.get("historyMetadata"),
    )
    if call.query("returnIssue") == "true":
        # Read again: what was written is whole, what is shown follows the scope.
        wanted = wanted_of(call)
        seen = await call.quick(reading.issue, state.issue_id, fields=wanted.fields or None)
        return call.json(await _expanded(call, seen, wanted))
    return call.empty()


@router.delete("/issue/{ref}")
async def delete_issue(call: ApiCall, ref: str) -> Response:
    """Delete an issue, at an upstream."""
    await call.slow(
        writing.delete_issue, ref, delete_subtasks=call.query("deleteSubtasks") == "true"
    )
    return call.empty()


@router.post("/issue/bulk")
async def create_issues(call: ApiCall) -> Response:
    """Create several issues; each stands for itself."""
    asked = (await call.body()).get("issueUpdates")
    if not isinstance(asked, list) or not 0 < len(asked) <= _BULK_WRITE:
        raise InvalidError((f"'issueUpdates' must be a list of 1 to {_BULK_WRITE} issues.",))
    made: list[JsonValue] = []
    failed: list[JsonValue] = []
    for number, one in enumerate(asked):
        try:
            made.append(_created(call, await _create(call, object_in(one))))
        except InvalidError as error:
            said = {"errorMessages": list(error.messages), "errors": dict(error.errors)}
            failed.append(
                {
                    "status": error.status,
                    "elementErrors": cast("JsonValue", said),
                    "failedElementNumber": number,
                }
            )
    return call.json({"issues": made, "errors": failed}, 201 if made else 400)


@router.post("/issue/bulkfetch")
async def fetch_issues(call: ApiCall) -> Response:
    """Answer several issues; what cannot be seen is named in ``issueErrors``."""
    body = await call.body()
    refs = [text_of(one) for one in _list(body, "issueIdsOrKeys", _BULK_READ)]
    wanted = Wanted(
        tuple(text_of(one) for one in _list(body, "fields", 1000)),
        frozenset(text_of(one) for one in _list(body, "expand", 20)),
        tuple(text_of(one) for one in _list(body, "properties", 20)),
    )
    found: dict[str, IssueState] = {}
    missing: list[JsonValue] = []
    for ref in refs:
        try:
            state = await call.quick(reading.issue, ref, fields=wanted.fields or None)
        except NotVisibleError as error:
            missing.append({"id": ref, "errorMessage": error.messages[0]})
        else:
            found[state.issue_id] = state
    ordered = sorted(found.values(), key=lambda one: (len(one.issue_id), one.issue_id))
    shown = [call.look.issue(one, wanted, "*navigable") for one in ordered]
    return call.json({"issues": cast("JsonValue", shown), "issueErrors": missing})


@router.get("/issue/{ref}/editmeta")
async def edit_meta(call: ApiCall, ref: str) -> Response:
    """Answer what may be edited, and how."""
    found = await call.quick(reading.edit_meta, ref)
    return call.json({"fields": call.look.meta(found)})


@router.get("/issue/{ref}/transitions")
async def transitions(call: ApiCall, ref: str) -> Response:
    """Answer the transitions that are possible now."""
    found = await _transitions(call, ref, with_fields="transitions.fields" in call.names("expand"))
    only = call.query("transitionId")
    shown = [one for one in found if not only or text_of(one.get("id")) == only]
    return call.json({"expand": "transitions", "transitions": cast("JsonValue", shown)})


@router.post("/issue/{ref}/transitions")
async def transition_issue(call: ApiCall, ref: str) -> Response:
    """Move an issue to another status."""
    body = await call.body()
    asked = body.get("transition")
    transition_id = text_of(object_of(asked).get("id")) if isinstance(asked, dict) else ""
    if not transition_id:
        raise InvalidError((TRANSITION_REQUIRED,))
    await call.slow(
        writing.transition_issue,
        ref,
        transition_id,
        part(body, "fields"),
        part(body, "update"),
        properties_in(body),
        dialect=call.dialect,
        history=body.get("historyMetadata"),
    )
    return call.empty()


@router.put("/issue/{ref}/assignee")
async def assign(call: ApiCall, ref: str) -> Response:
    """Give an issue to somebody, or to nobody."""
    body = await call.body()
    given = [name for name in ("accountId", "name", "key") if name in body]
    if len(given) != 1:
        raise InvalidError(("Exactly one of 'accountId', 'name' and 'key' must be given.",))
    wanted = body[given[0]]
    if wanted is not None and not isinstance(wanted, str):
        raise InvalidError(errors={"assignee": "Operation value must be a string"})
    await call.slow(writing.assign, ref, wanted)
    return call.empty()


@router.get("/issue/{ref}/changelog")
async def changelog(call: ApiCall, ref: str) -> Response:
    """Answer an issue's changelog, oldest first."""
    state = await call.quick(reading.issue, ref, fields=("changelog",))
    return call.json(bean(call.look.histories(state), page_of(call.request.query_params, 100, 100)))


@router.post("/issue/{ref}/changelog/list")
async def some_of_changelog(call: ApiCall, ref: str) -> Response:
    """Answer some entries of a changelog, by id."""
    ids = {text_of(one) for one in _list(await call.body(), "changelogIds", 1000)}
    state = await call.quick(reading.issue, ref, fields=("changelog",))
    found = [one for one in call.look.histories(state) if text_of(one.get("id")) in ids]
    return call.json(bean(found, page_of({}, 1000)))


@router.post("/changelog/bulkfetch")
async def changelogs(call: ApiCall) -> Response:
    """Answer the changelogs of several issues."""
    body = await call.body()
    only = {text_of(one) for one in _list(body, "fieldIds", 10)}
    found: list[JsonValue] = []
    for ref in _list(body, "issueIdsOrKeys", 1000):
        try:
            state = await call.quick(reading.issue, text_of(ref), fields=("changelog",))
        except NotVisibleError:
            continue
        every = call.look.histories(state)
        histories = [one for one in every if not only or _touches(one, only)]
        found.append({"issueId": state.issue_id, "changeHistories": cast("JsonValue", histories)})
    return call.json({"issueChangeLogs": found})


async def _create(call: Call, body: JsonObject) -> IssueState:
    return await call.slow(
        writing.create_issue,
        part(body, "fields") or {},
        part(body, "update"),
        properties_in(body),
        dialect=call.dialect,
    )


def _created(call: Call, made: IssueState) -> JsonObject:
    address = f"{PLACEHOLDER}/rest/api/{call.dialect.value}/issue/{made.issue_id}"
    return {"id": made.issue_id, "key": made.key, "self": address}


async def _expanded(call: Call, state: IssueState, wanted: Wanted) -> JsonObject:
    shown = call.look.issue(state, wanted)
    if "transitions" in wanted.expand:
        found = await _transitions(call, state.issue_id, with_fields=False)
        shown["transitions"] = cast("JsonValue", found)
    if "editmeta" in wanted.expand:
        meta = await call.quick(reading.edit_meta, state.issue_id)
        shown["editmeta"] = {"fields": call.look.meta(meta)}
    return shown


async def _transitions(call: Call, ref: str, *, with_fields: bool) -> list[JsonObject]:
    found = await call.quick(reading.transitions, ref)
    hidden = () if with_fields else ("fields",)
    kept = [{name: one[name] for name in one if name not in hidden} for one in found]
    return objects_of(call.look.meta(cast("JsonValue", kept)))


def _list(body: JsonObject, name: str, most: int) -> list[JsonValue]:
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidError((f"'{name}' must be a list.",))
    if len(value) > most:
        raise InvalidError((f"'{name}' must not have more than {most} entries.",))
    return value


def _touches(history: JsonObject, fields: set[str]) -> bool:
    return any(
        text_of(item.get("fieldId")) in fields or text_of(item.get("field")) in fields
        for item in objects_of(history.get("items"))
    )
