"""Comparing values: what changed, and what three versions of one field come to.

One pair of functions for shadow diffs and for drift. Values are *normalised* first:
``null``, missing and ``[]`` are one, users and options are reduced to what identifies
them, text is NFC with LF line ends, 5.0 is 5; ADF loses its ``localId`` attributes, the
order of marks, spaces at a line's end, and empty paragraphs behind the last one.
Without that, most conflicts would be noise.
"""

import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeGuard

from pydantic import JsonValue

from sandbox.contract.digest import canonical
from sandbox.contract.sameness import Same

#: What identifies a user, option, version, …; the first one present wins.
_IDENTITIES = ("accountId", "id", "key", "name", "value")
#: A value of more bytes than this is worth to be kept in normal form.
_LONG = 200
#: Nodes whose last spaces nobody sees.
_LINES = frozenset({"paragraph", "heading"})


class Three(StrEnum):
    """What base, ours and theirs come to, for one value."""

    SAME = "same"
    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"
    #: Both changed it, at different places: the merged value has both (``merging.py``).
    MERGED = "merged"
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
    # Most values are the very same, which is found out much sooner.
    left, right = Same(one), Same(other)
    return left == right or _normalised(left) == _normalised(right)


def mark_of(value: JsonValue) -> bytes:
    """Return what equal values share, as bytes."""
    return _normalised(Same(value))


def _normalised(same: Same) -> bytes:
    # Long texts are compared many times for one page, and again at the next look.
    return _kept(same) if len(same.mark) > _LONG else canonical(normal(same.value))


@lru_cache(maxsize=512)
def _kept(same: Same) -> bytes:
    return canonical(normal(same.value))


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
    if value.get("type") == "doc" and ("content" in value or "version" in value):
        return _normal_document(value)
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


def normal_node(node: JsonValue) -> Any:
    """Return an ADF node, or a block of plain text, without what has no meaning; order stays."""
    if isinstance(node, list):
        return _joined_texts([normal_node(child) for child in node])
    if isinstance(node, str):
        return unicodedata.normalize("NFC", node)
    if not isinstance(node, dict):
        return _normal_number(node)
    found = {name: normal_node(child) for name, child in node.items() if name != "localId"}
    if isinstance(found.get("marks"), list):
        found["marks"] = sorted(found["marks"], key=canonical)
    if found.get("type") in _LINES:
        found["content"] = _without_trailing_space(found.get("content"))
    return {name: child for name, child in found.items() if child not in (None, {}, [])}


def is_empty_paragraph(node: JsonValue) -> bool:
    """Return whether a node is a paragraph of nothing, as editors leave behind."""
    if not isinstance(node, dict) or node.get("type") != "paragraph":
        return False
    return not normal_node(node).get("content")


def _normal_document(document: dict[str, JsonValue]) -> Any:
    """Return a document in normal form; one that says nothing is none."""
    content = document.get("content")
    nodes = list(content) if isinstance(content, list) else []
    while nodes and is_empty_paragraph(nodes[-1]):
        nodes.pop()
    return normal_node({**document, "content": nodes}) if nodes else None


def _joined_texts(nodes: list[Any]) -> list[Any]:
    """Return nodes with neighbouring texts of the same marks as one."""
    found: list[Any] = []
    for node in nodes:
        last = found[-1] if found else None
        if _is_text(node) and _is_text(last) and {**node, "text": ""} == {**last, "text": ""}:
            text = f"{last['text']}{node['text']}"
            found[-1] = {**last, "text": unicodedata.normalize("NFC", text)}
        else:
            found.append(node)
    return found


def _is_text(node: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(node, dict) and node.get("type") == "text" and "text" in node


def _without_trailing_space(nodes: Any) -> Any:
    if not isinstance(nodes, list) or not nodes or not _is_text(nodes[-1]):
        return nodes
    text = str(nodes[-1]["text"]).rstrip()
    return [*nodes[:-1], {**nodes[-1], "text": text}] if text else nodes[:-1]
