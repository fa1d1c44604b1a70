"""Reading a request's body: JSON that can be trusted to be JSON, or Jira's refusal."""

from typing import cast

import orjson
from fastapi import Request
from pydantic import JsonValue

from sandbox.contract.addresses import Address, own_to_placeholder
from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import InvalidError, UnsupportedMediaError
from sandbox.jira_api.errors import NOT_JSON

#: Deeper than any document a person wrote; deeper ones only exhaust the stack.
MAX_DEPTH = 200


async def json_of(request: Request, own: Address) -> JsonValue:
    """Return the JSON body, with our own addresses as placeholders; empty is null."""
    raw = await request.body()
    if not raw:
        return None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise UnsupportedMediaError
    return _inward(_parsed(raw), raw, own)


def object_in(value: JsonValue) -> JsonObject:
    """Return a body that must be an object."""
    if not isinstance(value, dict):
        raise InvalidError((NOT_JSON,))
    return value


def part(body: JsonObject, name: str) -> JsonObject | None:
    """Return a member that must be an object where it is given."""
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise InvalidError((f"'{name}' must be an object.",))
    return value


def properties_in(body: JsonObject) -> JsonObject | None:
    """Return ``properties`` by key: Jira takes a list of ``{"key", "value"}``."""
    listed = body.get("properties")
    if listed is None:
        return None
    if not isinstance(listed, list):
        raise InvalidError(("'properties' must be a list.",))
    found: JsonObject = {}
    for one in listed:
        if not isinstance(one, dict) or not isinstance(one.get("key"), str) or "value" not in one:
            raise InvalidError(("Each property must have a 'key' and a 'value'.",))
        found[str(one["key"])] = one["value"]
    return found


def _parsed(raw: bytes) -> JsonValue:
    try:
        value = cast("JsonValue", orjson.loads(raw))
    except orjson.JSONDecodeError as error:
        raise InvalidError((NOT_JSON,)) from error
    # A NUL cannot be stored by PostgreSQL, and no Jira text has one.
    if b"\\u0000" in raw and _has_nul(value):
        raise InvalidError((NOT_JSON,))
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _too_deep(value):
        raise InvalidError((NOT_JSON,))
    return value


def _too_deep(value: JsonValue) -> bool:
    level: list[JsonValue] = [value]
    for _ in range(MAX_DEPTH):
        level = [child for one in level for child in _children(one)]
        if not level:
            return False
    return True


def _has_nul(value: JsonValue) -> bool:
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, str) and "\0" in one:
            return True
        pending += _children(one)
        if isinstance(one, dict):
            pending += one
    return False


def _children(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _inward(value: JsonValue, raw: bytes, own: Address) -> JsonValue:
    """Turn our own address into the placeholder, on the JSON text without escapes."""
    if own.host.encode() not in raw:
        return value
    text = orjson.dumps(value).decode()
    return cast("JsonValue", orjson.loads(own_to_placeholder(text, own)))
