"""Whether a change of text is one of spaces alone. Pure."""

import re
from functools import lru_cache

from pydantic import JsonValue

from sandbox.contract.compare import equal, normal
from sandbox.contract.sameness import Same

_SPACE = re.compile(r"\s+")


def only_spaces(before: JsonValue, after: JsonValue) -> bool:
    """Return whether two texts differ, and are the same without their spaces and line ends.

    Of a document only what a reader sees as space counts: another node is another text.
    """
    if type(before) is not type(after) or not isinstance(before, str | dict):
        return False
    return _only_spaces(Same(before), Same(after))


@lru_cache(maxsize=1024)
def _only_spaces(before: Same, after: Same) -> bool:
    """Return the same for two texts: a page is looked at many times."""
    if equal(before.value, after.value):
        return False
    return _without(normal(before.value)) == _without(normal(after.value))


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
