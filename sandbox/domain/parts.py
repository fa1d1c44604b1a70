"""Taking typed parts out of Jira's JSON. Whatever has another type counts as absent."""

from typing import cast

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject


def object_of(value: JsonValue) -> JsonObject:
    """Return the object, or an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: JsonValue) -> list[JsonValue]:
    """Return the list, or an empty one."""
    return value if isinstance(value, list) else []


def objects_of(value: JsonValue) -> list[JsonObject]:
    """Return the objects of a list."""
    return [one for one in list_of(value) if isinstance(one, dict)]


def text_of(value: JsonValue) -> str:
    """Return the text, a number as text, or nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def number_of(value: JsonValue) -> int:
    """Return the whole number, or 0."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def flat(values: JsonValue) -> list[JsonObject]:
    """Return the objects of a list of lists: old Servers nest ``allowedValues``."""
    found: list[JsonObject] = []
    for one in list_of(values):
        found += [one] if isinstance(one, dict) else flat(one)
    return found


def as_json(value: list[JsonObject]) -> JsonValue:
    """Return objects as a JSON list: lists are invariant to the type checker."""
    return cast("JsonValue", value)
