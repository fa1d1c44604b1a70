"""Search by JQL: ``/search`` of Server, ``/search/jql`` and the count of Cloud."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.responses import Response

from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import GoneError, InvalidError
from sandbox.domain.jql.errors import JqlError
from sandbox.domain.jql.parser import parse
from sandbox.domain.parts import text_of
from sandbox.jira_api import paging, render
from sandbox.jira_api.call import ApiCall, Call
from sandbox.jira_api.errors import UNBOUNDED_JQL
from sandbox.jira_api.paging import Page, page_of
from sandbox.jira_api.render import Wanted
from sandbox.operations import reading
from sandbox.operations.reading import Found

router = APIRouter()

#: Over it, ``/search/jql`` refuses; ``/search`` clamps silently instead.
_MOST = 5000
#: What Cloud gives at most when more than ids are asked for.
_MOST_WHOLE = 100
_ORDER_ONLY = re.compile(r"\s*(order\s+by\b.*)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as a request asks for it, from a query or a body."""

    jql: str
    wanted: Wanted
    raw: Mapping[str, JsonValue]


@router.get("/search")
async def search(call: ApiCall) -> Response:
    """Answer a page of issues with the total (Server only)."""
    return await _old_search(call, _from_query(call))


@router.post("/search")
async def search_by_body(call: ApiCall) -> Response:
    """Answer a page of issues with the total (Server only)."""
    return await _old_search(call, _from_body(await call.body()))


@router.get("/search/jql")
async def search_jql(call: ApiCall) -> Response:
    """Answer a page of issues with a token for the next one."""
    return await _new_search(call, _from_query(call))


@router.post("/search/jql")
async def search_jql_by_body(call: ApiCall) -> Response:
    """Answer a page of issues with a token for the next one."""
    return await _new_search(call, _from_body(await call.body()))


@router.get("/search/approximate-count")
async def count(call: ApiCall) -> Response:
    """Answer how many issues a query finds."""
    return call.json({"count": await call.slow(reading.count, _bounded(call.query("jql")))})


@router.post("/search/approximate-count")
async def count_by_body(call: ApiCall) -> Response:
    """Answer how many issues a query finds."""
    asked = _from_body(await call.body())
    return call.json({"count": await call.slow(reading.count, _bounded(asked.jql))})


@router.post("/jql/parse")
async def parse_jql(call: ApiCall) -> Response:
    """Answer, for each query, what is wrong with it."""
    queries = (await call.body()).get("queries")
    if not isinstance(queries, list):
        raise InvalidError(("'queries' must be a list.",))
    shown = [_parsed(text_of(one)) for one in queries]
    return call.json({"queries": cast("JsonValue", shown)})


async def issues_page(
    call: Call, jql: str, wanted: Wanted, page: Page
) -> tuple[list[JsonObject], Found]:
    """Return one page of issues as JSON, and what was found."""
    found = await call.slow(
        reading.search, jql, offset=page.start, limit=page.size, fields=wanted.fields or None
    )
    look = call.look
    return [look.issue(one, wanted, "*navigable") for one in found.issues], found


async def _old_search(call: Call, asked: Asked) -> Response:
    if call.cloud:
        raise GoneError
    page = page_of(asked.raw)
    shown, found = await issues_page(call, asked.jql, asked.wanted, page)
    answer: JsonObject = {
        "expand": "schema,names",
        "startAt": page.start,
        "maxResults": page.size,
        "total": found.total,
        "issues": cast("JsonValue", _alone(shown)),
    }
    if found.warnings:
        answer["warningMessages"] = list(found.warnings)
    return call.json({**answer, **_shared(call, asked, shown)})


async def _new_search(call: Call, asked: Asked) -> Response:
    jql, secret = _bounded(asked.jql), call.request.app.state.page_secret
    size = paging.whole_number(asked.raw.get("maxResults"), "maxResults", 50)
    if not 0 < size <= _MOST:
        raise InvalidError((f"The 'maxResults' parameter must be from 1 to {_MOST}.",))
    ids_only = set(asked.wanted.fields) <= {"id"} and not asked.wanted.expand
    question = f"{call.caller.person}\n{call.caller.agent}\n{call.caller.task}\n{jql}"
    token = text_of(asked.raw.get("nextPageToken"))
    start = paging.offset_in(secret, question, token) if token else 0
    size = size if ids_only else min(size, _MOST_WHOLE)
    # One more than shown: that is how we know whether this page is the last.
    found = await call.slow(
        reading.search,
        jql,
        offset=start,
        limit=size + 1,
        want_total=False,
        fields=asked.wanted.fields or ("id",),
    )
    look = call.look
    shown: list[JsonObject] = [
        {"id": one.issue_id} if ids_only else look.issue(one, asked.wanted, "*navigable")
        for one in found.issues[:size]
    ]
    last = len(found.issues) <= size
    answer: JsonObject = {"issues": cast("JsonValue", _alone(shown)), "isLast": last}
    if not last:
        answer["nextPageToken"] = paging.token_for(secret, question, start + size)
    return call.json({**answer, **_shared(call, asked, shown)})


def _shared(call: Call, asked: Asked, shown: list[JsonObject]) -> JsonObject:
    """Return ``names`` and ``schema``, which a search gives once for all issues."""
    fields = {name for one in shown for name in _fields_of(one)}
    answer: JsonObject = {}
    if "names" in asked.wanted.expand:
        answer["names"] = render.names(call.site, sorted(fields))
    if "schema" in asked.wanted.expand:
        answer["schema"] = render.schemas(call.site, sorted(fields))
    return answer


def _alone(shown: list[JsonObject]) -> list[JsonObject]:
    return [{name: one[name] for name in one if name not in ("names", "schema")} for one in shown]


def _fields_of(issue: JsonObject) -> list[str]:
    fields = issue.get("fields")
    return list(fields) if isinstance(fields, dict) else []


def _from_query(call: Call) -> Asked:
    wanted = Wanted(call.names("fields"), frozenset(call.names("expand")), call.names("properties"))
    return Asked(call.query("jql"), wanted, call.request.query_params)


def _from_body(body: JsonObject) -> Asked:
    jql = body.get("jql")
    if jql is not None and not isinstance(jql, str):
        raise InvalidError(("'jql' must be a text.",))
    wanted = Wanted(
        _words(body.get("fields")),
        frozenset(_words(body.get("expand"))),
        _words(body.get("properties")),
    )
    return Asked(jql or "", wanted, body)


def _words(value: JsonValue) -> tuple[str, ...]:
    """Return names given as a list or as one comma-separated text."""
    listed = value if isinstance(value, list) else [value]
    texts = [one for one in listed if isinstance(one, str)]
    return tuple(word.strip() for text in texts for word in text.split(",") if word.strip())


def _bounded(jql: str) -> str:
    if _ORDER_ONLY.fullmatch(jql):
        raise InvalidError((UNBOUNDED_JQL,))
    return jql


def _parsed(query: str) -> JsonObject:
    try:
        parse(query)
    except JqlError as error:
        return {"query": query, "errors": [str(error)]}
    return {"query": query, "structure": {}}
