"""A document as the Markdown that an agent is shown and may send back, edited.

What Markdown has no words for stands there as a sign (see ``adf_signs``): blocks with
content as a quotation that starts with the sign, everything else as a link.
"""

import re
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from sandbox.domain.adf_nodes import attributes, children, is_inline, kind_of, string
from sandbox.domain.adf_schema import Node
from sandbox.domain.adf_signs import (
    CONTAINER_SIGNS,
    DECISION,
    PART,
    Signs,
    block_sign,
    container_sign,
)
from sandbox.domain.adf_text import document_text
from sandbox.domain.markdown_line import link_to, written_line

#: Deeper than this only a sign with the words stands there.
_DEEPEST = 12
#: Lists of one kind that follow each other need different signs to stay apart.
_FAMILY = {"bulletList": "-", "taskList": "-", "decisionList": "-", "orderedList": "."}
_OTHER = {"-": "*", "*": "-", ".": ")", ")": "."}


def written(nodes: Sequence[Any], signs: Signs, depth: int = 0) -> str:
    """Return blocks as Markdown; inline nodes among them become a paragraph."""
    return "\n\n".join(_pieces(nodes, signs, depth))


def _pieces(nodes: Sequence[Any], signs: Signs, depth: int) -> list[str]:
    found: list[str] = []
    before = ""
    line: list[Any] = []
    for node in [*nodes, None]:
        if is_inline(node):
            line.append(node)
            continue
        if line:
            found.append(written_line(line, signs))
            line, before = [], ""
        if not isinstance(node, dict):
            continue
        bullet = _FAMILY.get(kind_of(node), "")
        bullet = _OTHER[bullet] if bullet and before == bullet else bullet
        piece = _block(node, signs, depth, bullet)
        if piece.strip():
            found.append(piece)
            before = bullet
    return found


def cell_pieces(cell: Node, signs: Signs) -> list[str]:
    """Return what each block in a table cell looks like there."""
    return [_in_cell(one, signs) for one in children(cell) if isinstance(one, dict)]


def _block(node: Node, signs: Signs, depth: int, bullet: str) -> str:
    kind = kind_of(node)
    if depth > _DEEPEST:
        return link_to(" • ".join(document_text(node).split("\n")) or kind, signs.name(PART, node))
    if kind in _LISTS and _is_whole(node, _LISTS[kind]):
        return _list(node, signs, depth + 1, bullet)
    if kind == "table" and _is_table(node):
        return _table(node, signs)
    if kind in CONTAINER_SIGNS and children(node):
        return _container(node, signs, depth + 1)
    writer = _WRITERS.get(kind)
    return writer(node, signs, depth + 1) if writer else link_to(*block_sign(node, signs))


def _paragraph(node: Node, signs: Signs, _depth: int) -> str:
    return written_line(children(node), signs)


def _heading(node: Node, signs: Signs, _depth: int) -> str:
    level = attributes(node).get("level")
    shown = int(level) if isinstance(level, int | float) and 1 <= level <= 6 else 3
    return f"{'#' * shown} {_closing(written_line(children(node), signs))}".strip()


def _closing(line: str) -> str:
    """Return a heading's words; a ``#`` at their end would be read as its closing."""
    return re.sub(r"(^|\s)(#+)$", r"\1\\\2", line)


def _code(node: Node, _signs: Signs, _depth: int) -> str:
    words = "".join(string(one.get("text")) for one in children(node) if isinstance(one, dict))
    longest = max((len(one) for one in re.findall("`+", words)), default=0)
    fence = "`" * max(3, longest + 1)
    language = "".join(string(attributes(node).get("language")).split()).replace("`", "")
    return f"{fence}{language}\n{words}\n{fence}" if words else f"{fence}{language}\n{fence}"


def _rule(_node: Node, _signs: Signs, _depth: int) -> str:
    return "---"


def _quote(node: Node, signs: Signs, depth: int) -> str:
    return _quoted(written(children(node), signs, depth)) or ">"


def _container(node: Node, signs: Signs, depth: int) -> str:
    label, sign = container_sign(node, signs)
    title = ""
    if kind_of(node) in ("expand", "nestedExpand"):
        title = written_line(
            [{"type": "text", "text": string(attributes(node).get("title"))}], signs
        )
    head = f"{link_to(f'!{label}', sign)} {title}".strip()
    return _quoted(f"{head}\n\n{written(children(node), signs, depth)}")


def _quoted(inner: str) -> str:
    return (
        "\n".join(f"> {line}".rstrip() for line in inner.strip("\n").split("\n")) if inner else ""
    )


def _list(node: Node, signs: Signs, depth: int, bullet: str) -> str:
    numbers = count(_start(node))
    found: list[str] = []
    for item in children(node):
        kind = kind_of(item)
        if kind == "taskList":
            nested = _list(item, signs, depth + 1, "-")
            found.append(_indented(nested, 2) if found else nested)
            continue
        sign = f"{next(numbers)}{bullet}" if kind_of(node) == "orderedList" else bullet
        found.append(_item(item, f"{sign} ", signs, depth))
    return "\n".join(found)


def _start(node: Node) -> int:
    order = attributes(node).get("order")
    return int(order) if isinstance(order, int | float) and 0 <= order < 10**9 else 1


def _item(item: Node, sign: str, signs: Signs, depth: int) -> str:
    kind = kind_of(item)
    if kind in ("taskItem", "blockTaskItem"):
        box = "[x] " if attributes(item).get("state") == "DONE" else "[ ] "
        listed = children(item)
        inner = written_line(listed, signs) if kind == "taskItem" else written(listed, signs, depth)
        return f"{sign}{box}{_indented(inner, len(sign))[len(sign) :]}".rstrip()
    if kind == "decisionItem":
        state = string(attributes(item).get("state")) or "DECIDED"
        return f"{sign}{link_to(state.lower(), f'{DECISION}:{state}')} " + written_line(
            children(item), signs
        )
    return f"{sign}{_indented(_item_blocks(item, signs, depth), len(sign))[len(sign) :]}".rstrip()


def _item_blocks(item: Node, signs: Signs, depth: int) -> str:
    """Return an item's blocks; a list right after its first line stands close to it."""
    pieces = _pieces(children(item), signs, depth)
    listed = [one for one in children(item) if isinstance(one, dict)]
    close = (
        len(pieces) == len(listed) > 1
        and kind_of(listed[0]) == "paragraph"
        and kind_of(listed[1]) in ("bulletList", "taskList")
        and not re.match(r"[-*]\s*(\n|$)", pieces[1])
    )
    if close:
        pieces[:2] = [f"{pieces[0]}\n{pieces[1]}"]
    return "\n\n".join(pieces)


def _indented(inner: str, width: int) -> str:
    pad = " " * width
    return "\n".join(f"{pad}{line}" if line else "" for line in inner.split("\n"))


def _table(node: Node, signs: Signs) -> str:
    rows = [[_cell(cell, signs) for cell in children(row)] for row in children(node)]
    width = max(len(row) for row in rows)
    lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
    lines.insert(1, f"| {' | '.join(['---'] * width)} |")
    return "\n".join(re.sub(r" +\|", " |", line) for line in lines)


def _cell(cell: Node, signs: Signs) -> str:
    return "<br>".join(piece for piece in cell_pieces(cell, signs) if piece)


def _in_cell(node: Node, signs: Signs) -> str:
    if kind_of(node) == "paragraph":
        return written_line(children(node), signs, in_cell=True)
    kind = kind_of(node)
    words = " • ".join(document_text(node).split("\n"))
    if kind in CONTAINER_SIGNS or kind not in _WRITERS:
        label, sign = block_sign(node, signs)
        words = f"{label}: {words}" if kind in CONTAINER_SIGNS and words else label
        return link_to(words, sign).replace("|", "\\|")
    return link_to(words or kind, signs.name(PART, node)).replace("|", "\\|")


def _is_whole(node: Node, items: frozenset[str]) -> bool:
    listed = children(node)
    return bool(listed) and all(kind_of(one) in items for one in listed)


def _is_table(node: Node) -> bool:
    rows = children(node)
    cells = [cell for row in rows for cell in children(row)]
    return (
        bool(cells)
        and bool(children(rows[0]))
        and all(kind_of(row) == "tableRow" for row in rows)
        and all(kind_of(cell) in ("tableCell", "tableHeader") for cell in cells)
    )


_LISTS = {
    "bulletList": frozenset({"listItem"}),
    "orderedList": frozenset({"listItem"}),
    "taskList": frozenset({"taskItem", "blockTaskItem", "taskList"}),
    "decisionList": frozenset({"decisionItem"}),
}
_WRITERS: dict[str, Callable[[Node, Signs, int], str]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "codeBlock": _code,
    "rule": _rule,
    "blockquote": _quote,
}
