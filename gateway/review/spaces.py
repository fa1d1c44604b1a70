"""Whether a change of text is one of spaces alone. Pure."""

import re

from pydantic import JsonValue

from sandbox.contract.compare import equal, normal

_SPACE = re.compile(r"\s+")


def only_spaces(before: JsonValue, after: JsonValue) -> bool:
    """Return whether two texts differ, and are the same without their spaces and line ends.

    Of a document only what a reader sees as space counts: another node is another text.
    """
    if type(before) is not type(after) or not isinstance(before, str | dict):
        return False
    if equal(before, after):
        return False
    return _without(normal(before)) == _without(normal(after))


def _without(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return _SPACE.sub("", value)
    if isinstance(value, list):
        return [one for one in map(_node, value) if one is not None]
    return _node(value)


def _node(node: JsonValue) -> JsonValue:
    """Return a node without the spaces of its text; a text of nothing else is none."""
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("text"), str):
        text = _SPACE.sub("", str(node["text"]))
        return {**node, "text": text} if text else None
    content = node.get("content")
    return {**node, "content": _without(content)} if isinstance(content, list) else node
