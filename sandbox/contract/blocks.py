"""Rich text as blocks: a document's nodes, or the paragraphs, lists and macros of wiki text.

Blocks are what two people can change at the same time without being in each other's way.
Taking apart and putting together loses nothing: wiki blocks keep the blank lines behind
them, documents keep their nodes as they are.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import pairwise

from pydantic import JsonValue

from sandbox.contract.compare import is_empty_paragraph, normal_node
from sandbox.contract.digest import canonical
from sandbox.contract.shapes import JsonObject

#: Nodes whose children are blocks again, so that two people may work on one of them.
_CONTAINERS = frozenset(
    {
        "bulletList",
        "orderedList",
        "taskList",
        "decisionList",
        "panel",
        "expand",
        "nestedExpand",
        "blockquote",
        "table",
    }
)
_MACRO = re.compile(r"\{(code|noformat|panel|quote|expand|info|note|warning|tip)(?:[:}])")
_ALONE = re.compile(r"\s*(?:h[1-6]\.\s|bq\.\s|-{4,5}\s*$)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_BLANK_BEHIND = re.compile(r"\n[^\S\n]*\n\s*\Z")
#: Kinds whose blocks go on until a blank line or another kind.
_RUNNING = frozenset({"paragraph", "list", "table"})
_ITEM = re.compile(r"\s*(?:[*#]+|-)\s+\S")


class Frame(StrEnum):
    """What holds the blocks together."""

    ADF = "adf"
    WIKI = "wiki"
    #: The lines of one wiki list or table.
    LINES = "lines"
    #: The children of one document node.
    CHILDREN = "children"


def frame_of(*values: JsonValue) -> Frame | None:
    """Return what the values have in common, or None when they are not one kind of text."""
    given = [one for one in values if one not in (None, "")]
    if given and all(isinstance(one, str) for one in given):
        return Frame.WIKI
    if given and all(isinstance(one, dict) and one.get("type") == "doc" for one in given):
        return Frame.ADF
    return None


def apart(value: JsonValue, frame: Frame) -> list[JsonValue]:
    """Return the blocks of a value; nothing has none."""
    if isinstance(value, str):
        return [*(_lines(value) if frame is Frame.LINES else _wiki_blocks(value))]
    content = _object(value).get("content")
    nodes = [*content] if isinstance(content, list) else []
    while frame is Frame.ADF and nodes and is_empty_paragraph(nodes[-1]):
        nodes.pop()
    return nodes


def key(*blocks: JsonValue) -> str:
    """Return the text that blocks of the same meaning share."""
    kept = [one.rstrip() if isinstance(one, str) else one for one in blocks]
    return canonical([normal_node(one) for one in kept]).decode("utf-8", "surrogatepass")


def together(blocks: Sequence[JsonValue], frame: Frame, outer: JsonValue = None) -> JsonValue:
    """Return the value that holds the blocks; ``outer`` is the node they are put into."""
    match frame:
        case Frame.WIKI:
            return _wiki_text([str(one) for one in blocks])
        case Frame.LINES:
            return "".join(_ended(str(one), "\n") for one in blocks)
        case Frame.ADF:
            return {"type": "doc", "version": 1, **_object(outer), "content": [*blocks]}
        case Frame.CHILDREN:
            return {**_object(outer), "content": [*blocks]}


def inside(*versions: JsonValue) -> Frame | None:
    """Return how versions of one block can be taken apart further, or None."""
    if all(isinstance(one, str) for one in versions):
        kinds = {_kind(str(one)) for one in versions}
        return Frame.LINES if kinds <= {"list"} or kinds <= {"table"} else None
    nodes = [_object(one) for one in versions]
    same_type = {str(one.get("type")) for one in nodes}
    if len(same_type) != 1 or not same_type <= _CONTAINERS:
        return None
    outsides = {key({"attrs": one.get("attrs")}) for one in nodes}
    return Frame.CHILDREN if len(outsides) == 1 else None


def sound(block: JsonValue) -> bool:
    """Return whether a merged block still is one: a table's rows have as many cells each."""
    node = _object(block)
    if node.get("type") != "table":
        return True
    rows = node.get("content")
    widths = {_width(row) for row in (rows if isinstance(rows, list) else [])}
    return len(widths) <= 1


def words(block: JsonValue) -> frozenset[str]:
    """Return what to know a block by after it was edited: its kind and pairs of letters."""
    text = "".join(_texts(block))
    kind = _kind(block) if isinstance(block, str) else str(_object(block).get("type"))
    return frozenset({f"<{kind}>", *(text[at : at + 2] for at in range(len(text) - 1))})


def _texts(block: JsonValue) -> Iterator[str]:
    if isinstance(block, str):
        yield block.strip()
    elif isinstance(block, list):
        for one in block:
            yield from _texts(one)
    elif isinstance(block, dict):
        yield from _texts(block["text"] if "text" in block else block.get("content"))


def _width(row: JsonValue) -> int:
    cells = _object(row).get("content")
    return sum(_span(cell) for cell in (cells if isinstance(cells, list) else []))


def _span(cell: JsonValue) -> int:
    span = _object(_object(cell).get("attrs")).get("colspan")
    return span if isinstance(span, int) else 1


def _wiki_blocks(source: str) -> Iterator[str]:
    """Yield the blocks of a wiki text, each with the blank lines behind it."""
    current: list[str] = []
    for unit in _units(source):
        if current and not _continues(current, unit):
            yield "".join(current)
            current = []
        current.append(unit)
    if current:
        yield "".join(current)


def _continues(current: list[str], unit: str) -> bool:
    if not unit.strip():
        return True
    if not current[-1].strip():
        return not "".join(current).strip()  # blank lines at the very start
    kinds = (_kind(current[-1]), _kind(unit))
    return kinds[0] == kinds[1] and kinds[0] not in ("alone", "macro")


def _units(source: str) -> Iterator[str]:
    """Yield lines, and whole macros as one piece."""
    lines = _lines(source)
    at = 0
    while at < len(lines):
        opened = _MACRO.match(lines[at].strip())
        end = at + 1
        if opened and lines[at].count(f"{{{opened[1]}") % 2:
            closing = f"{{{opened[1]}}}"
            rest = range(at + 1, len(lines))
            end = next((line + 1 for line in rest if closing in lines[line]), end)
        yield "".join(lines[at:end])
        at = end


def _kind(block: str) -> str:
    # A text may begin with blank lines, which stay with its first block.
    line = next((one for one in block.split("\n") if one.strip()), "")
    if _MACRO.match(line.strip()):
        return "macro"
    if _ALONE.match(line):
        return "alone"
    if line.lstrip().startswith("|"):
        return "table"
    return "list" if _ITEM.match(line) else "paragraph"


def _wiki_text(blocks: list[str]) -> str:
    spaced: list[str] = []
    for block, following in pairwise(blocks):
        # Two of one kind would run together without a blank line between.
        alike = _kind(block) == _kind(following) and _kind(block) in _RUNNING
        ended = _ended(block, "\n")
        spaced.append(ended if not alike or _BLANK_BEHIND.search(ended) else ended + "\n")
    return "".join([*spaced, *blocks[-1:]])


def _ended(text: str, end: str) -> str:
    return text if text.endswith(end) else text + end


def _lines(source: str) -> list[str]:
    """Return the lines with their ends. Other separators than LF are text to Jira."""
    return _LINE.findall(source.replace("\r\n", "\n"))


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}
