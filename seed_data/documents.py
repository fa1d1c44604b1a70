"""Small builders for ADF documents: paragraphs, panels, tables, mentions, code."""

from collections.abc import Sequence
from typing import Any


def text(value: str, *marks: str) -> dict[str, Any]:
    """Return a text node."""
    node: dict[str, Any] = {"type": "text", "text": value}
    if marks:
        node["marks"] = [{"type": mark} for mark in marks]
    return node


def link(value: str, url: str) -> dict[str, Any]:
    """Return a text node that links somewhere."""
    return {"type": "text", "text": value, "marks": [{"type": "link", "attrs": {"href": url}}]}


def mention(account_id: str, name: str) -> dict[str, Any]:
    """Return a mention of a person."""
    return {"type": "mention", "attrs": {"id": account_id, "text": f"@{name}", "accessLevel": ""}}


def paragraph(*inline: dict[str, Any] | str) -> dict[str, Any]:
    """Return a paragraph of inline nodes; plain strings become text."""
    return {
        "type": "paragraph",
        "content": [text(one) if isinstance(one, str) else one for one in inline],
    }


def heading(value: str, level: int = 3) -> dict[str, Any]:
    """Return a heading."""
    return {"type": "heading", "attrs": {"level": level}, "content": [text(value)]}


def panel(kind: str, *inline: dict[str, Any] | str) -> dict[str, Any]:
    """Return a panel: info, note, warning, error or success."""
    return {"type": "panel", "attrs": {"panelType": kind}, "content": [paragraph(*inline)]}


def code(value: str, language: str = "text") -> dict[str, Any]:
    """Return a code block."""
    return {"type": "codeBlock", "attrs": {"language": language}, "content": [text(value)]}


def steps(items: Sequence[str]) -> dict[str, Any]:
    """Return a numbered list."""
    return {
        "type": "orderedList",
        "attrs": {"order": 1},
        "content": [{"type": "listItem", "content": [paragraph(one)]} for one in items],
    }


def bullets(items: Sequence[str]) -> dict[str, Any]:
    """Return a bullet list."""
    return {
        "type": "bulletList",
        "content": [{"type": "listItem", "content": [paragraph(one)]} for one in items],
    }


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return a table with a header row."""
    first = {"type": "tableRow", "content": [_cell("tableHeader", one) for one in head]}
    rest = [
        {"type": "tableRow", "content": [_cell("tableCell", one) for one in row]} for row in rows
    ]
    return {
        "type": "table",
        "attrs": {"isNumberColumnEnabled": False, "layout": "default"},
        "content": [first, *rest],
    }


def doc(*blocks: dict[str, Any]) -> dict[str, Any]:
    """Return a document."""
    return {"type": "doc", "version": 1, "content": list(blocks)}


def _cell(kind: str, value: str) -> dict[str, Any]:
    return {"type": kind, "attrs": {}, "content": [paragraph(value)]}
