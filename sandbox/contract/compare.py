"""Comparing values: what changed, and what three versions of one field come to.

One pair of functions for shadow diffs and for drift. Values are *normalised* first:
``null``, missing and ``[]`` are one, users and options are reduced to what identifies
them, text is NFC with LF line ends, 5.0 is 5, ADF loses its ``localId`` attributes.
Without that, most conflicts would be noise.
"""

import unicodedata
from enum import StrEnum
from typing import Any

from pydantic import JsonValue

from sandbox.contract.digest import canonical

#: What identifies a user, option, version, …; the first one present wins.
_IDENTITIES = ("accountId", "id", "key", "name", "value")


class Three(StrEnum):
    """What base, ours and theirs come to, for one value."""

    SAME = "same"
    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"
    CONFLICT = "conflict"


def normal(value: JsonValue) -> Any:
    """Return a value reduced to what makes a difference."""
    if value in (None, [], {}, ""):
        return None
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n")).rstrip() or None
    if isinstance(value, list):
        return _normal_list(value)
    if isinstance(value, dict):
        return _normal_object(value)
    return _normal_number(value)


def equal(one: JsonValue, other: JsonValue) -> bool:
    """Return whether two values are the same in meaning."""
    return canonical(normal(one)) == canonical(normal(other))


def three_way(base: JsonValue, ours: JsonValue, theirs: JsonValue) -> Three:
    """Return what the three versions come to.

    OURS: only we changed. THEIRS: only they did. BOTH: the same change on both sides.
    """
    if equal(ours, base):
        return Three.SAME if equal(theirs, base) else Three.THEIRS
    if equal(theirs, base):
        return Three.OURS
    return Three.BOTH if equal(ours, theirs) else Three.CONFLICT


def changes_between(
    before: dict[str, JsonValue], after: dict[str, JsonValue]
) -> dict[str, tuple[JsonValue, JsonValue]]:
    """Return the fields that differ in meaning, with both values."""
    names = dict.fromkeys([*before, *after])
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if not equal(*pair)}


def elements(value: JsonValue) -> list[Any]:
    """Return a set field's elements in normal form (labels, components, versions)."""
    found = normal(value)
    return found if isinstance(found, list) else [] if found is None else [found]


def is_set(value: JsonValue) -> bool:
    """Return whether a value is a list whose order has no meaning."""
    return isinstance(value, list)


def _normal_number(value: JsonValue) -> JsonValue:
    """Return 5 for 5.0: Jira writes a number field either way. ``True`` is no number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _normal_list(value: list[JsonValue]) -> list[Any] | None:
    items = [item for item in (normal(one) for one in value) if item is not None]
    return sorted(items, key=canonical) or None


def _normal_object(value: dict[str, JsonValue]) -> Any:
    if value.get("type") == "doc" and "content" in value:
        return _normal_adf(value)
    for name in _IDENTITIES:
        identity = _normal_number(value.get(name))
        if isinstance(identity, str | int) and not isinstance(identity, bool):
            found: dict[str, Any] = {name: str(identity)}
            child = value.get("child")
            if isinstance(child, dict):
                found["child"] = _normal_object(child)
            return found
    return {
        name: kept for name, kept in ((n, normal(v)) for n, v in value.items()) if kept is not None
    } or None


def _normal_adf(node: JsonValue) -> Any:
    """Return an ADF node without what has no meaning; order stays."""
    if isinstance(node, list):
        return [_normal_adf(child) for child in node]
    if not isinstance(node, dict):
        return unicodedata.normalize("NFC", node) if isinstance(node, str) else _normal_number(node)
    found = {name: _normal_adf(child) for name, child in node.items() if name != "localId"}
    return {name: child for name, child in found.items() if child not in (None, {}, [])}
