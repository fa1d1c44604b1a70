"""Properties of issues and of comments: JSON that programs leave there."""

import re

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.responses import Response

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import InvalidError, MissingError
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.jira_api.call import ApiCall, Call
from sandbox.operations import commenting, reading, writing

router = APIRouter()

_LONGEST_KEY = 255
#: Jira counts the characters of the JSON text.
_LONGEST_VALUE = 32_768


@router.get("/issue/{ref}/properties")
async def keys(call: ApiCall, ref: str) -> Response:
    """Answer the keys of an issue's properties."""
    found = await _properties(call, ref)
    return call.json(_keys(call, f"issue/{ref}", list(found)))


@router.get("/issue/{ref}/properties/{key}")
async def value(call: ApiCall, ref: str, key: str) -> Response:
    """Answer one property of an issue."""
    found = await _properties(call, ref)
    if key not in found:
        raise _missing(key)
    return call.json({"key": key, "value": found[key]})


@router.put("/issue/{ref}/properties/{key}")
async def put_value(call: ApiCall, ref: str, key: str) -> Response:
    """Set a property of an issue: 201 for a new one, 200 for a changed one."""
    raw = await call.request.body()
    if len(key) > _LONGEST_KEY or len(raw) > _LONGEST_VALUE:
        raise InvalidError(("The property key or value is too long.",))
    if not raw:
        raise InvalidError(("The property value must be valid JSON.",))
    wanted = await call.value()
    known = key in await _properties(call, ref)
    await call.slow(writing.set_property, ref, key, wanted)
    return call.empty(200 if known else 201)


@router.get("/comment/{comment_id}/properties")
async def comment_keys(call: ApiCall, comment_id: str) -> Response:
    """Answer the keys of a comment's properties."""
    found = await _comment_properties(call, comment_id)
    return call.json(_keys(call, f"comment/{comment_id}", list(found)))


@router.get("/comment/{comment_id}/properties/{key}")
async def comment_value(call: ApiCall, comment_id: str, key: str) -> Response:
    """Answer one property of a comment."""
    found = await _comment_properties(call, comment_id)
    if key not in found:
        raise _missing(key)
    return call.json({"key": key, "value": found[key]})


async def _properties(call: Call, ref: str) -> JsonObject:
    state = await call.quick(reading.issue, ref, fields=("properties",))
    return object_of((state.extra or {}).get("properties"))


async def _comment_properties(call: Call, comment_id: str) -> dict[str, JsonValue]:
    if not re.fullmatch(r"\d{1,20}", comment_id):
        raise MissingError(f"Comment with id '{comment_id}' does not exist.")
    comment = await call.slow(commenting.comment, comment_id)
    return {
        text_of(one.get("key")): one.get("value") for one in objects_of(comment.get("properties"))
    }


def _keys(call: Call, owner: str, found: list[str]) -> JsonObject:
    root = f"{PLACEHOLDER}/rest/api/{call.dialect.value}/{owner}/properties"
    return {"keys": [{"self": f"{root}/{key}", "key": key} for key in sorted(found)]}


def _missing(key: str) -> MissingError:
    return MissingError(f"The property with key '{key}' does not exist.")
