"""Pages: which one is asked for, and the envelopes Jira puts them in."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import orjson
from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import InvalidError

TOKEN_INVALID = "The provided next page token is invalid or expired."


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page starts, and how many things it may have."""

    start: int
    size: int

    def of(self, things: Sequence[JsonObject]) -> list[JsonObject]:
        """Return this page's things."""
        return list(things[self.start : self.start + self.size])


def page_of(asked: Mapping[str, JsonValue], size: int = 50, cap: int = 1000) -> Page:
    """Return the page asked for; over the cap is clamped silently, as Jira does."""
    start = whole_number(asked.get("startAt"), "startAt", 0)
    wanted = whole_number(asked.get("maxResults"), "maxResults", size)
    if start < 0:
        raise InvalidError(("The value of 'startAt' must not be negative.",))
    # A negative size asks for everything.
    return Page(start, cap if wanted < 0 else min(wanted, cap))


def whole_number(value: JsonValue, name: str, default: int) -> int:
    """Return a number that a query or a body gives, as text or not."""
    if value is None or value == "":
        return default
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise InvalidError((f"The value of '{name}' must be a whole number.",))
    try:
        number = int(value)
    except ValueError as error:
        raise InvalidError((f"The value of '{name}' must be a whole number.",)) from error
    if abs(number) > 2**31:
        raise InvalidError((f"The value of '{name}' is too large.",))
    return number


def named(name: str, things: Sequence[JsonObject], page: Page) -> JsonObject:
    """Return one page under its own name, as comments and worklogs are."""
    return {
        "startAt": page.start,
        "maxResults": page.size,
        "total": len(things),
        name: cast("JsonValue", page.of(things)),
    }


def bean(things: Sequence[JsonObject], page: Page) -> JsonObject:
    """Return one page under ``values``, with ``isLast``."""
    return {
        "maxResults": page.size,
        "startAt": page.start,
        "total": len(things),
        "isLast": page.start + page.size >= len(things),
        "values": cast("JsonValue", page.of(things)),
    }


def token_for(secret: bytes, question: str, offset: int) -> str:
    """Return the opaque token of the page at an offset of one question."""
    said = orjson.dumps([offset, _mark(secret, question, offset)])
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


def offset_in(secret: bytes, question: str, token: str) -> int:
    """Return the offset in a token; raise for one that was not made for this question."""
    try:
        said = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        offset, mark = int(said[0]), str(said[1])
    except (binascii.Error, ValueError, TypeError, LookupError) as error:
        raise InvalidError((TOKEN_INVALID,)) from error
    if not hmac.compare_digest(mark.encode(), _mark(secret, question, offset).encode()):
        raise InvalidError((TOKEN_INVALID,))
    return offset


def _mark(secret: bytes, question: str, offset: int) -> str:
    return hmac.new(secret, f"{offset}\n{question}".encode(), hashlib.sha256).hexdigest()[:32]
