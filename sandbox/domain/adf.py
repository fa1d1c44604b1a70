"""Atlassian Document Format as plain JSON: walking it, its text, and what is wrong with it.

Facts from Atlassian's published schema: a document is ``{"type": "doc", "version": 1,
"content": [...]}``; blocks hold blocks or inline nodes; text carries marks.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import JsonValue

Node = dict[str, Any]

#: Nodes that stand inside a line of text.
INLINE = frozenset(
    {
        "text",
        "hardBreak",
        "mention",
        "emoji",
        "date",
        "status",
        "inlineCard",
        "mediaInline",
        "inlineExtension",
        "placeholder",
    }
)
#: Blocks whose children are inline nodes.
TEXT_BLOCKS = frozenset(
    {"paragraph", "heading", "codeBlock", "taskItem", "decisionItem", "caption"}
)
#: Block to the only children it may have; blocks that are not named here take any block.
CHILDREN: dict[str, frozenset[str]] = {
    "bulletList": frozenset({"listItem"}),
    "orderedList": frozenset({"listItem"}),
    "taskList": frozenset({"taskItem", "taskList", "blockTaskItem"}),
    "decisionList": frozenset({"decisionItem"}),
    "table": frozenset({"tableRow"}),
    "tableRow": frozenset({"tableCell", "tableHeader"}),
    "mediaSingle": frozenset({"media", "caption"}),
    "mediaGroup": frozenset({"media"}),
    "listItem": frozenset(
        {
            "paragraph",
            "bulletList",
            "orderedList",
            "taskList",
            "mediaSingle",
            "codeBlock",
            "extension",
        }
    ),
    "layoutSection": frozenset({"layoutColumn"}),
}
#: Nodes that stand only in their own parent.
_BELONGS = {
    "listItem": ("bulletList", "orderedList"),
    "taskItem": ("taskList",),
    "decisionItem": ("decisionList",),
    "tableRow": ("table",),
    "tableCell": ("tableRow",),
    "tableHeader": ("tableRow",),
    "layoutColumn": ("layoutSection",),
}
#: Deeper than any person writes; keeps recursion bounded.
DEEPEST = 60


def children(node: Node) -> list[Node]:
    """Return the child nodes; what is not a node is left out."""
    content = node.get("content")
    return [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []


def attributes(node: Node) -> Node:
    """Return a node's attributes."""
    found = node.get("attrs")
    return found if isinstance(found, dict) else {}


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, in reading order."""
    yield node
    for child in children(node):
        yield from walk(child)


def inline_text(node: Node) -> str:
    """Return the text of an inline node."""
    attrs = attributes(node)
    match node.get("type"):
        case "text":
            return str(node.get("text") or "")
        case "hardBreak":
            return "\n"
        case "mention":
            return str(attrs.get("text") or f"@{attrs.get('id', '')}")
        case "inlineCard" | "blockCard" | "embedCard":
            return str(attrs.get("url") or "")
        case "emoji":
            return str(attrs.get("text") or attrs.get("shortName") or "")
        case _:
            return str(attrs.get("text") or attrs.get("title") or attrs.get("alt") or "")


def text_of(node: Node) -> str:
    """Return everything readable in a node, one line a block."""
    if node.get("type") in INLINE:
        return inline_text(node)
    kids = children(node)
    own = inline_text(node)
    if node.get("type") in TEXT_BLOCKS or all(one.get("type") in INLINE for one in kids):
        return "".join([own, *(text_of(one) for one in kids)])
    return "\n".join(part for part in (own, *(text_of(one) for one in kids)) if part)


def problem(value: JsonValue) -> str | None:
    """Return the first thing wrong with a document, as a sentence, or None."""
    if not isinstance(value, dict) or value.get("type") != "doc":
        return "It must be an object with type 'doc'."
    if value.get("version") != 1:
        return "Its version must be 1."
    if not isinstance(value.get("content"), list):
        return "It must have a list 'content'."
    return _children_problem(value, "doc", 0)


def _children_problem(node: Node, where: str, depth: int) -> str | None:
    if depth > DEEPEST:
        return f"{where} is nested more than {DEEPEST} levels deep."
    content = node.get("content", [])
    if not isinstance(content, list):
        return f"{where}: 'content' must be a list."
    for number, child in enumerate(content):
        found = _node_problem(child, str(node.get("type")), f"{where}.content[{number}]", depth)
        if found is not None:
            return found
    return None


def _node_problem(child: Any, parent: str, where: str, depth: int) -> str | None:
    if not isinstance(child, dict) or not isinstance(child.get("type"), str):
        return f"{where} must be an object with a 'type'."
    kind = child["type"]
    misplaced = _misplaced(kind, parent)
    if misplaced is not None:
        return f"{where}: {misplaced}"
    if "attrs" in child and not isinstance(child["attrs"], dict):
        return f"{where}: 'attrs' must be an object."
    if kind == "text":
        return _text_problem(child, parent, where)
    if kind == "mention" and not attributes(child).get("id"):
        return f"{where}: a mention needs attrs.id."
    return _children_problem(child, where, depth + 1)


def _misplaced(kind: str, parent: str) -> str | None:
    allowed = CHILDREN.get(parent)
    if allowed is not None and kind not in allowed:
        return f"'{kind}' may not stand in '{parent}'; only {', '.join(sorted(allowed))} may."
    if kind in _BELONGS and parent not in _BELONGS[kind]:
        return f"'{kind}' may only stand in {' or '.join(_BELONGS[kind])}, not in '{parent}'."
    if kind in INLINE and parent not in TEXT_BLOCKS:
        return f"'{kind}' may not stand in '{parent}'; put it into a paragraph."
    if parent in ("paragraph", "heading", "codeBlock") and kind not in INLINE:
        return f"the block '{kind}' may not stand in '{parent}'."
    return None


def _text_problem(node: Node, parent: str, where: str) -> str | None:
    text = node.get("text")
    if not isinstance(text, str) or not text:
        return f"{where}: a text node needs a text that is not empty."
    # The schema allows it, the real Jira answers 400.
    if parent != "codeBlock" and ("\n" in text or "\r" in text):
        return f"{where}: a text node may not have a line break; use a hardBreak node."
    marks = node.get("marks", [])
    if not isinstance(marks, list) or not all(
        isinstance(mark, dict) and isinstance(mark.get("type"), str) for mark in marks
    ):
        return f"{where}: marks must be a list of objects with a 'type'."
    return None
