"""Wiki markup inside a line: marks, links, mentions, images, colours."""

import re

from sandbox.domain.adf import Node

#: Order matters: what is longer or protects its inside comes first.
_TOKEN = re.compile(
    r"""
      \{\{(?P<code>.+?)\}\}
    | \[~(?:accountid:)?(?P<mention>[^\]\s]+)\]
    | \[(?P<label>[^\]|\n]+)\|(?P<href>[^\]\s]+)\]
    | \[(?P<bare>(?:https?://|mailto:)[^\]\s]+)\]
    | \[\^(?P<file>[^\]\n]+)\]
    | !(?P<image>[^\s!|][^!|\n]*)(?:\|[^!\n]*)?!
    | \{color:(?P<color>[^}]+)\}(?P<colored>.*?)\{color\}
    | \{status:(?P<shade>\w+)\}(?P<status>.*?)\{status\}
    | \{date:(?P<date>\d+)\}
    | (?<![\w*])\*(?P<strong>\S(?:[^\n*]*\S)?)\*(?![\w*])
    | (?<![\w_])_(?P<em>\S(?:[^\n_]*\S)?)_(?![\w_])
    | (?<![\w+])\+(?P<under>\S(?:[^\n+]*\S)?)\+(?![\w+])
    | (?<![\w-])-(?P<strike>[^\s-](?:[^\n-]*[^\s-])?)-(?![\w-])
    | \^(?P<sup>[^\s^]+)\^
    | (?<!\w)~(?P<sub>[^\s~]+)~(?!\w)
    | (?P<url>https?://[^\s\]|)}>]+)
    | (?P<breakline>\\\\|\n)
    """,
    re.VERBOSE,
)
_MARKS = {"strong": "strong", "em": "em", "under": "underline", "strike": "strike"}
#: Marks in marks: more is not written by people, and bounds the recursion.
_DEEPEST = 8


def inline_nodes(text: str, marks: tuple[Node, ...] = (), depth: int = 0) -> list[Node]:
    """Return the inline nodes that a piece of wiki text means."""
    found: list[Node] = []
    at = 0
    for match in _TOKEN.finditer(text):
        found += _text(text[at : match.start()], marks)
        found += _nodes(match, marks, depth)
        at = match.end()
    return found + _text(text[at:], marks)


def _text(text: str, marks: tuple[Node, ...]) -> list[Node]:
    if not text:
        return []
    node: Node = {"type": "text", "text": text}
    return [{**node, "marks": list(marks)}] if marks else [node]


def _nodes(match: re.Match[str], marks: tuple[Node, ...], depth: int) -> list[Node]:
    kind = str(match.lastgroup)
    value = match[kind]
    if kind in _MARKS or kind in ("sup", "sub", "colored"):
        return _inside(match, kind, value, marks, depth)
    match kind:
        case "code":
            return _text(value, (*_links(marks), {"type": "code"}))
        case "mention":
            return [{"type": "mention", "attrs": {"id": value, "text": f"@{value}"}}]
        case "href":
            link: Node = {"type": "link", "attrs": {"href": value}}
            return inline_nodes(match["label"], (*marks, link), _DEEPEST)
        case "bare" | "url":
            return _text(value, (*marks, {"type": "link", "attrs": {"href": value}}))
        case "image" | "file":
            return [{"type": "mediaInline", "attrs": {"id": value, "alt": value, "collection": ""}}]
        case "status":
            return [{"type": "status", "attrs": {"text": value, "color": match["shade"]}}]
        case "date":
            return [{"type": "date", "attrs": {"timestamp": value}}]
        case _:
            return [{"type": "hardBreak"}]


def _inside(
    match: re.Match[str], kind: str, value: str, marks: tuple[Node, ...], depth: int
) -> list[Node]:
    if depth >= _DEEPEST:
        return _text(match[0], marks)
    return inline_nodes(value, (*marks, _mark(match, kind)), depth + 1)


def _mark(match: re.Match[str], kind: str) -> Node:
    if kind == "colored":
        return {"type": "textColor", "attrs": {"color": match["color"]}}
    if kind in ("sup", "sub"):
        return {"type": "subsup", "attrs": {"type": kind}}
    return {"type": _MARKS[kind]}


def _links(marks: tuple[Node, ...]) -> tuple[Node, ...]:
    # In the schema, code goes together with links only.
    return tuple(mark for mark in marks if mark.get("type") == "link")
