"""From a tree that was read from Markdown to ADF: signs become the nodes they stand for.

First ``folded``: quotations that start with a sign become panels, expands, columns. Then,
where blocks are known to be new or changed, ``resolved`` puts nodes in for the others.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.domain.adf_nodes import (
    attributes,
    block,
    children,
    is_inline,
    kind_of,
    marks_of,
    paragraph,
    text,
)
from sandbox.domain.adf_schema import Node
from sandbox.domain.adf_signs import KINDS, STYLE, label_of
from sandbox.domain.markdown_read import link_of

_SIGN = re.compile(r"([a-z]+):(\S+)")
_ALERT = re.compile(r"\s*\[!(\w+)\]\s*")
#: Words of alerts, as many a Markdown has them, and the panels they are.
_ALERTS = {
    "note": "note",
    "info": "info",
    "important": "info",
    "tip": "success",
    "success": "success",
    "warning": "warning",
    "caution": "error",
    "error": "error",
}
#: Marks a node whose attributes are those of a sign until they are put in.
_FROM = "sign:"

MentionOf = Callable[[str], Node | None]


class UnknownSignError(Exception):
    """A sign that stands for nothing in the text that is being edited."""

    def __init__(self, label: str, sign: str) -> None:
        """Say which sign it is."""
        super().__init__(f"[{label}]({sign})")


@dataclass(frozen=True, slots=True)
class Known:
    """What signs may stand for."""

    nodes: Mapping[str, Node]
    emoji: Mapping[str, Node]
    #: The mention of an account that a sign names by its id.
    mention_of: MentionOf | None = None

    def node(self, label: str, href: str) -> Node | None:
        """Return what a link stands for, None for a link that is no sign."""
        found = _SIGN.fullmatch(href)
        if found is None or found[1] not in KINDS:
            return None
        node = self.nodes.get(href)
        if node is None and found[1] == "mention" and self.mention_of:
            node = self.mention_of(found[2])
        if node is None:
            raise UnknownSignError(label, href)
        return node


def folded(nodes: list[Node], known: Known) -> list[Node]:
    """Return blocks with quotations that start with a sign as what they stand for."""
    return [_folded(one, known) for one in nodes]


def _folded(node: Node, known: Known) -> Node:
    if not isinstance(node.get("content"), list) or is_inline(node):
        return node
    inner = folded(node["content"], known)
    if kind_of(node) != "blockquote" or not inner or kind_of(inner[0]) != "paragraph":
        return {**node, "content": inner}
    line = children(inner[0])
    if not line or kind_of(line[0]) != "text":
        return {**node, "content": inner}
    href, said = link_of(line[0]), str(line[0]["text"])
    if href and said.startswith("!"):
        stood = known.node(said, href)
        return _container(stood, href, inner) if stood else {**node, "content": inner}
    alert = _ALERT.match(said)
    if alert is None or alert[1].lower() not in _ALERTS:
        return {**node, "content": inner}
    first = [{**line[0], "text": said[alert.end() :]}, *line[1:]]
    return block("panel", _without_head(inner, first), panelType=_ALERTS[alert[1].lower()])


def _container(stood: Node, href: str, inner: list[Node]) -> Node:
    attrs = {**attributes(stood), "localId": f"{_FROM}{href}"}
    rest = children(inner[0])[1:]
    if kind_of(stood) in ("expand", "nestedExpand"):
        title = "".join(str(one.get("text") or "") for one in rest).strip()
        attrs = (
            {**attrs, "title": title} if title else {k: v for k, v in attrs.items() if k != "title"}
        )
        rest = []
    return {**stood, "attrs": attrs, "content": _without_head(inner, rest)}


def _without_head(inner: list[Node], line: list[Node]) -> list[Node]:
    """Return what follows the sign: the rest of its line is a paragraph of its own."""
    line = [one for one in line if one.get("text", "x").strip()]
    return [*([paragraph(*line)] if line else []), *inner[1:]]


def resolved(node: Node, known: Known) -> list[Node]:
    """Return a block with everything in it that signs stand for; it may become several."""
    kind = kind_of(node)
    content = node.get("content")
    if not isinstance(content, list) or kind == "codeBlock":
        return [_own_attributes(node, known)]
    if any(is_inline(one) for one in content) or kind in ("paragraph", "heading"):
        return split(node, resolved_line(content, known))
    inner = [one for child in content for one in resolved(child, known)]
    return [_own_attributes({**node, "content": inner}, known)]


def _own_attributes(node: Node, known: Known) -> Node:
    """Return a container with the attributes and marks of what its sign stands for."""
    attrs = attributes(node)
    sign = str(attrs.get("localId") or "")
    if not sign.startswith(_FROM):
        return node
    stood = known.nodes[sign.removeprefix(_FROM)]
    own = dict(attributes(stood))
    if "title" in attrs or "title" in own:
        own["title"] = attrs.get("title", "")
    found = {**stood, **({"attrs": own} if own else {}), "content": children(node)}
    return {**found, "type": kind_of(node)}


def split(node: Node, line: list[Node]) -> list[Node]:
    """Return a block of one line; blocks that stand in the line become its neighbours."""
    if all(is_inline(one) for one in line):
        return [{**node, "content": line}]
    found: list[Node] = []
    for one in line:
        if not is_inline(one):
            found.append(one)
        elif found and kind_of(found[-1]) == "" and found[-1].get("line"):
            found[-1]["line"].append(one)
        else:
            found.append({"line": [one]})
    return [
        {**node, "content": one["line"]} if "line" in one else one
        for one in found
        if "line" not in one or any(str(part.get("text", "x")).strip() for part in one["line"])
    ]


def resolved_line(nodes: list[Node], known: Known) -> list[Node]:
    """Return inline nodes with those that signs stand for; blocks may be among them."""
    found: list[Node] = []
    last = ""
    for node in nodes:
        href = link_of(node)
        stood = known.node(str(node.get("text")), href) if href else None
        if stood is None:
            found += _with_emoji(node, known.emoji)
        elif kind_of(stood) == STYLE:
            found += _with_emoji(_styled(node, stood), known.emoji)
        elif href != last:
            found.append(_relabelled(stood, str(node.get("text"))))
        last = href if stood is not None and kind_of(stood) != STYLE else ""
    return found


def _styled(node: Node, style: Node) -> Node:
    kept = [one for one in marks_of(node) if kind_of(one) != "link"]
    names = {kind_of(one) for one in marks_of(style)}
    return text(
        node["text"], [*(one for one in kept if kind_of(one) not in names), *marks_of(style)]
    )


def _relabelled(node: Node, label: str) -> Node:
    """Return a status or a date with what was written into its sign."""
    if label.strip() == label_of(node).strip() or not label.strip():
        return node
    if kind_of(node) == "status":
        return {**node, "attrs": {**attributes(node), "text": label.strip()}}
    if kind_of(node) == "date":
        try:
            day = datetime.strptime(label.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            return node
        return {
            **node,
            "attrs": {**attributes(node), "timestamp": str(int(day.timestamp()) * 1000)},
        }
    return node


def _with_emoji(node: Node, emoji: Mapping[str, Node]) -> list[Node]:
    """Return a text with the emoji nodes that it had shown as plain characters."""
    if kind_of(node) != "text" or not emoji or "marks" in node:
        return [node]
    pattern = "|".join(re.escape(one) for one in sorted(emoji, key=len, reverse=True))
    found: list[Any] = []
    for place, part in enumerate(re.split(f"({pattern})", node["text"])):
        if part:
            found.append(emoji[part] if place % 2 else {**node, "text": part})
    return found
