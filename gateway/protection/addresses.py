"""Upstream addresses in whole JSON values: to placeholders on the way in, and back.

String by string, keys too: in dumped JSON a line break before a host name reads as the
letter ``n``, and the name would be taken for a longer one and let through.
"""

from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, JsonValue

from sandbox.contract.addresses import Address, from_placeholder, to_placeholder

_Shape = TypeVar("_Shape", bound=BaseModel)


def inward(value: JsonValue, upstream: Address) -> Any:
    """Return a value that no longer names the upstream."""
    if isinstance(value, str):
        return _hidden(value, upstream)
    if isinstance(value, list):
        return [inward(one, upstream) for one in value]
    if isinstance(value, dict):
        return {_hidden(name, upstream): inward(one, upstream) for name, one in value.items()}
    return value


def outward(value: JsonValue, upstream: Address) -> Any:
    """Return a value with every placeholder turned back to the upstream's address."""
    if isinstance(value, str):
        return from_placeholder(value, upstream)
    if isinstance(value, list):
        return [outward(one, upstream) for one in value]
    if isinstance(value, dict):
        return {
            from_placeholder(name, upstream): outward(one, upstream) for name, one in value.items()
        }
    return value


def shape_inward(shape: _Shape, upstream: Address) -> _Shape:
    """Return a contract value that no longer names the upstream."""
    return type(shape).model_validate(inward(shape.model_dump(mode="json"), upstream))


def shape_outward(shape: _Shape, upstream: Address) -> _Shape:
    """Return a contract value in upstream form."""
    return type(shape).model_validate(outward(shape.model_dump(mode="json"), upstream))


def _hidden(text: str, upstream: Address) -> str:
    # Most strings have no address in them; the search is much cheaper than the patterns.
    return to_placeholder(text, upstream) if _host(upstream.url) in text.casefold() else text


@cache
def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
