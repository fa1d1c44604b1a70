"""Which sprint an issue is in, from the two ways in which Jira writes it. Pure."""

import re

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject
from sandbox.domain.parts import list_of, text_of

#: Server prints a Java object's text: ``…Sprint@1f[id=7,rapidViewId=2,state=ACTIVE,…]``.
_PRINTED = re.compile(r"\[id=(\d+),.*?state=(\w+)")


def current_sprint(value: JsonValue) -> JsonObject | None:
    """Return ``{"id"}`` of the sprint that is not closed, or None for the backlog."""
    found = [one for one in (_sprint(part) for part in list_of(value)) if one is not None]
    return {"id": found[-1]} if found else None


def _sprint(part: JsonValue) -> str | None:
    if isinstance(part, dict):
        number, state = text_of(part.get("id")), text_of(part.get("state"))
    else:
        match = _PRINTED.search(text_of(part))
        number, state = match.groups() if match else ("", "")
    return number if number and state.lower() != "closed" else None
