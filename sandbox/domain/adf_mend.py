"""Any tree of nodes to a document that Jira takes; what cannot stand somewhere moves.

Markdown and wiki text allow nestings that ADF does not (a heading in a list, a panel in
a panel). Nothing is dropped: a block that may not stand where it is gives its content to
the place, or becomes a paragraph that says the same. Ids are given anew, by position.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from sandbox.domain.adf_attributes import mended_attributes, mended_marks, text_marks
from sandbox.domain.adf_nodes import (
    attributes,
    block,
    children,
    doc,
    hard_break,
    is_inline,
    kind_of,
    mark,
    paragraph,
    text,
)
from sandbox.domain.adf_schema import INLINE, RULES, Node
from sandbox.domain.adf_text import any_text, document_text, inline_text

#: Deeper than this only the words stay.
_DEEPEST = 40

#: What a child is wrapped in where a parent takes one type only.
_WRAPPERS = {
    "bulletList": "listItem",
    "orderedList": "listItem",
    "taskList": "taskItem",
    "decisionList": "decisionItem",
    "table": "tableRow",
    "tableRow": "tableCell",
    "layoutSection": "layoutColumn",
}
#: Types without content that says something: empty, they are left out.
_POINTLESS = frozenset(
    {
        "bulletList",
        "orderedList",
        "taskList",
        "decisionList",
        "table",
        "tableRow",
        "layoutSection",
    }
)
_NEEDS_ID = frozenset({"taskList", "taskItem", "blockTaskItem", "decisionList", "decisionItem"})
_LINES = frozenset({"paragraph", "heading", "taskItem", "decisionItem", "caption"})


def mended(tree: Any) -> Node:
    """Return a document with all that a tree says, in a form that Jira takes."""
    listed = children(tree) if kind_of(tree) == "doc" else [tree] if tree else []
    return with_ids(doc(_blocks("doc", listed, 0)))


def with_ids(document: Node) -> Node:
    """Return a document whose required ids count up from 1; others stay."""
    numbers = count(1)

    def numbered(node: Node) -> Node:
        found = dict(node)
        if kind_of(node) in _NEEDS_ID:
            found["attrs"] = {**attributes(node), "localId": str(next(numbers))}
        if isinstance(node.get("content"), list):
            found["content"] = [numbered(child) for child in node["content"]]
        return found

    return numbered(document)


def _blocks(parent: str, nodes: list[Any], depth: int) -> list[Node]:
    """Return nodes as children that a block may have; lines are put into paragraphs."""
    found: list[Node] = []
    line: list[Any] = []
    for node in nodes:
        if is_inline(node) or isinstance(node, str):
            line.append(node)
            continue
        found += _line_block(parent, line, depth)
        line = []
        found += _block(parent, node, depth)
    return found + _line_block(parent, line, depth)


def _line_block(parent: str, line: list[Any], depth: int) -> list[Node]:
    inline = _inline(line)
    return _block(parent, paragraph(*inline), depth) if inline else []


def _block(parent: str, node: Any, depth: int) -> list[Node]:
    kind = kind_of(node)
    if not kind or depth > _DEEPEST:
        words = document_text(node)
        return _block(parent, paragraph(*_words(words)), depth - 5) if words else []
    if kind not in RULES or kind == "doc":
        return _blocks(parent, _unknown(node), depth + 1)
    if kind in (RULES[parent].children or ()):
        return _kept(parent, node, depth)
    if parent in _WRAPPERS:
        return _kept(parent, block(_WRAPPERS[parent], [node]), depth + 1)
    return _blocks(parent, _lowered(parent, node), depth + 1)


def _kept(parent: str, node: Node, depth: int) -> list[Node]:
    kind = kind_of(node)
    attrs = mended_attributes(node)
    if attrs is None:
        return _blocks(parent, [paragraph(text(f"[{any_text(node) or kind}]"))], depth + 1)
    found: Node = {"type": kind}
    if attrs or RULES[kind].needs_attrs:
        found["attrs"] = attrs
    marks = mended_marks(node, parent)
    if marks:
        found["marks"] = marks
    if RULES[kind].children is None:
        return [found]
    if kind == "mediaGroup":
        return _media_group(parent, node, depth)
    found["content"] = _content(kind, node, depth)
    if kind in _POINTLESS and not found["content"]:
        return []
    return _split_media(parent, found) if kind == "mediaSingle" else [found]


def _media_group(parent: str, node: Node, depth: int) -> list[Node]:
    """Return a group of its media alone, and after it whatever else stood in it."""
    inner = [part for one in children(node) for part in _media_part(one, depth)]
    medias = [one for one in inner if kind_of(one) == "media"]
    others = [paragraph(*one["content"]) for one in inner if kind_of(one) != "media"]
    group = [block("mediaGroup", medias)] if medias else []
    return [*group, *_blocks(parent, others, depth + 1)]


def _content(kind: str, node: Node, depth: int) -> list[Node]:
    if kind in _LINES:
        return _inline(_flat(children(node)))
    if kind == "codeBlock":
        return _words("".join(inline_text(child) for child in _flat(children(node))))
    if kind == "mediaSingle":
        return [child for one in children(node) for child in _media_part(one, depth)]
    found = _blocks(kind, children(node), depth + 1)
    if not found and RULES[kind].least and kind not in _POINTLESS:
        return [paragraph()]
    return _columns(found) if kind == "layoutSection" else found


def _media_part(node: Any, depth: int) -> list[Node]:
    if kind_of(node) == "media" and mended_attributes(node) is not None:
        return _kept("mediaSingle", node, depth)
    words = _inline(_flat([node]))
    return [block("caption", words)] if words else []


def _split_media(parent: str, node: Node) -> list[Node]:
    """Return one mediaSingle for each media, and words that cannot be its caption."""
    found: list[Node] = []
    for child in node["content"]:
        last = found[-1] if found else None
        if kind_of(child) == "media":
            found.append({**node, "content": [child]})
        elif last is not None and kind_of(last) == "mediaSingle" and len(last["content"]) == 1:
            last["content"].append(child)
        else:
            found += _blocks(parent, [paragraph(*child["content"])], 1)
    return found


def _columns(found: list[Node]) -> list[Node]:
    """Return two or three columns; more join the last one."""
    if len(found) == 1:
        found = [*found, block("layoutColumn", [paragraph()], width=50)]
    for extra in found[3:]:
        found[2]["content"] += extra["content"]
    return found[:3]


def _lowered(parent: str, node: Node) -> list[Any]:
    """Return nodes that say the same and come closer to what a parent may have."""
    kind = kind_of(node)
    lower = _LOWER.get(kind)
    if lower is not None:
        return lower(parent, node)
    if RULES[kind].children is not None:
        return [*_title(node), *children(node)]
    words = any_text(node)
    return [paragraph(text(f"[{words or kind}]"))]


def _title(node: Node) -> list[Node]:
    title = attributes(node).get("title")
    return [paragraph(text(title, [mark("strong")]))] if isinstance(title, str) and title else []


def _heading(_parent: str, node: Node) -> list[Any]:
    bold = [
        {**one, "marks": [*one.get("marks", []), mark("strong")]} if kind_of(one) == "text" else one
        for one in _inline(_flat(children(node)))
    ]
    return [paragraph(*bold)]


def _rule(_parent: str, _node: Node) -> list[Any]:
    return [paragraph(text("———"))]


def _expand(parent: str, node: Node) -> list[Any]:
    allowed = RULES[parent].children or frozenset()
    for other in ("expand", "nestedExpand"):
        if other in allowed:
            return [{**node, "type": other}]
    return [*_title(node), *children(node)]


def _rows(_parent: str, node: Node) -> list[Any]:
    return [paragraph(*_joined_cells(row)) for row in children(node)]


def _joined_cells(row: Any) -> Iterator[Node]:
    for place, cell in enumerate(children(row)):
        if place:
            yield text(" | ")
        yield from _inline(_flat(children(cell)))


def _items(_parent: str, node: Node) -> list[Any]:
    """Return a task or decision list as a bullet list."""
    found = []
    for item in children(node):
        if kind_of(item) in ("taskList", "decisionList"):
            found.append(block("listItem", _items("", item)))
            continue
        sign = {"DONE": "[x] ", "TODO": "[ ] "}.get(str(attributes(item).get("state")), "")
        sign = sign or ("<> " if kind_of(item) == "decisionItem" else "")
        words = [text(sign)] if sign else []
        found.append(block("listItem", [paragraph(*words, *_inline(_flat(children(item))))]))
    return [block("bulletList", found)]


def _listed(parent: str, node: Node) -> list[Any]:
    """Return a list's items as paragraphs, for parents that take no list."""
    if "bulletList" in (RULES[parent].children or ()):
        return [{**node, "type": "bulletList", "attrs": {}}]
    return [child for item in children(node) for child in children(item)]


def _medias(parent: str, node: Node) -> list[Any]:
    if "mediaSingle" not in (RULES[parent].children or ()):
        return [paragraph(text(f"[{document_text(node) or 'media'}]"))]
    listed = [node] if kind_of(node) == "media" else children(node)
    return [block("mediaSingle", [one], layout="center") for one in listed]


def _card(_parent: str, node: Node) -> list[Any]:
    attrs = attributes(node)
    url = attrs.get("url")
    if isinstance(url, str):
        return [paragraph(block("inlineCard", url=url))]
    return [paragraph(text(f"[{any_text(node) or kind_of(node)}]"))]


_LOWER: dict[str, Callable[[str, Node], list[Any]]] = {
    "heading": _heading,
    "rule": _rule,
    "expand": _expand,
    "nestedExpand": _expand,
    "table": _rows,
    "taskList": _items,
    "decisionList": _items,
    "bulletList": _listed,
    "orderedList": _listed,
    "media": _medias,
    "mediaGroup": _medias,
    "mediaSingle": _medias,
    "blockCard": _card,
    "embedCard": _card,
}


def _unknown(node: Node) -> list[Any]:
    """Return a node of an unknown type as words that name it, and its content."""
    kind, words = kind_of(node), any_text(node)
    shown = text(f"[{kind}: {words}]" if words else f"[{kind}]")
    listed = children(node)
    if listed and all(is_inline(one) or isinstance(one, str) for one in listed):
        return [shown, *listed]
    return [paragraph(shown), *listed]


def _flat(nodes: list[Any]) -> list[Any]:
    """Return inline nodes; blocks among them give theirs, with line breaks between."""
    found: list[Any] = []
    for node in nodes:
        if is_inline(node) or isinstance(node, str):
            found.append(node)
            continue
        inner = _flat(children(node)) if children(node) else _words(any_text(node))
        if found and inner:
            found.append(hard_break())
        found += inner
    return found


def _words(words: str) -> list[Node]:
    return [text(words)] if words else []


def _inline(nodes: list[Any]) -> list[Node]:
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            found += _lines(node, [])
        elif kind_of(node) == "text":
            words = node.get("text")
            found += _lines(words if isinstance(words, str) else "", text_marks(node))
        elif kind_of(node) in INLINE:
            found += _inline_leaf(node)
    return found


def _inline_leaf(node: Node) -> list[Node]:
    attrs = mended_attributes(node)
    if attrs is None:
        return _words(inline_text(node) or f"[{kind_of(node)}]")
    found: Node = {"type": kind_of(node)}
    if attrs or RULES[kind_of(node)].needs_attrs:
        found["attrs"] = attrs
    marks = mended_marks(node, "paragraph")
    return [{**found, "marks": marks} if marks else found]


def _lines(words: str, marks: list[Node]) -> list[Node]:
    found: list[Node] = []
    for place, line in enumerate(words.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if place:
            found.append(hard_break())
        if line:
            found.append(text(line, marks))
    return found
