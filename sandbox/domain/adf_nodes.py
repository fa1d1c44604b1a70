"""Small builders of ADF nodes, shared by everything that makes documents."""

from collections.abc import Iterable, Sequence
from typing import Any

from sandbox.domain.adf_schema import INLINE, Node


def doc(blocks: Sequence[Node]) -> Node:
    """Return a document."""
    return {"type": "doc", "version": 1, "content": list(blocks)}


def text(value: str, marks: Sequence[Node] = ()) -> Node:
    """Return a text node."""
    node: Node = {"type": "text", "text": value}
    return {**node, "marks": list(marks)} if marks else node


def block(kind: str, content: Iterable[Node] | None = None, **attrs: Any) -> Node:
    """Return a node; without attributes it has no ``attrs``."""
    node: Node = {"type": kind}
    if attrs:
        node["attrs"] = attrs
    if content is not None:
        node["content"] = list(content)
    return node


def paragraph(*inline: Node) -> Node:
    """Return a paragraph."""
    return block("paragraph", inline)


def hard_break() -> Node:
    """Return a line break."""
    return {"type": "hardBreak"}


def mark(kind: str, **attrs: Any) -> Node:
    """Return a mark."""
    return {"type": kind, "attrs": attrs} if attrs else {"type": kind}


def kind_of(node: Any) -> str:
    """Return a node's type, nothing for what is no node."""
    kind = node.get("type") if isinstance(node, dict) else None
    return kind if isinstance(kind, str) else ""


def is_inline(node: Any) -> bool:
    """Return whether a node stands within a line."""
    return kind_of(node) in INLINE


def children(node: Any) -> list[Any]:
    """Return what stands in a node."""
    content = node.get("content") if isinstance(node, dict) else None
    return content if isinstance(content, list) else []


def attributes(node: Any) -> dict[str, Any]:
    """Return a node's attributes."""
    attrs = node.get("attrs") if isinstance(node, dict) else None
    return attrs if isinstance(attrs, dict) else {}


def marks_of(node: Any) -> list[Node]:
    """Return a node's marks."""
    marks = node.get("marks") if isinstance(node, dict) else None
    return [one for one in marks if isinstance(one, dict)] if isinstance(marks, list) else []


def string(value: Any) -> str:
    """Return a text, a number as text, or nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
