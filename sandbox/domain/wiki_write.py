"""Documents as wiki text: blocks. Lines are written by ``wiki_marks``.

What wiki text cannot say becomes what says it best; a node of an unknown type is named
in brackets, with its words.
"""

import re
from collections.abc import Callable
from typing import Any

from sandbox.domain.adf_nodes import attributes, children, is_inline, kind_of, string
from sandbox.domain.adf_schema import Node
from sandbox.domain.adf_text import any_text, document_text
from sandbox.domain.wiki_marks import Line, escaped, guarded_start, written_line
from sandbox.domain.wiki_signs import PANEL_COLOURS

#: Deeper than this only the words are written.
_DEEPEST = 60

_LIST_START = re.compile(r"[*#]+ ")

_PLAIN = Line()
_SINGLE = Line(is_single=True)
_CELL = Line(in_cell=True)


def written(document: Any) -> str:
    """Return a document as wiki text."""
    return _blocks(children(document), _PLAIN, 0)


def _blocks(nodes: list[Any], line: Line, depth: int) -> str:
    found: list[str] = []
    running: list[Any] = []
    for node in [*nodes, None]:
        if is_inline(node):
            running.append(node)
            continue
        if running:
            found.append(written_line(running, line))
            running = []
        if isinstance(node, dict):
            found.append(_block(node, line, depth))
    return "\n\n".join(one for one in found if one.strip())


def _block(node: Node, line: Line, depth: int) -> str:
    if depth > _DEEPEST:
        return escaped(document_text(node), line)
    known = _WRITERS.get(kind_of(node))
    return known(node, line, depth + 1) if known else _unknown(node, line, depth + 1)


def _paragraph(node: Node, line: Line, _depth: int) -> str:
    return written_line(children(node), line)


def _heading(node: Node, line: Line, _depth: int) -> str:
    level = attributes(node).get("level")
    shown = int(level) if isinstance(level, int | float) and 1 <= level <= 6 else 3
    single = Line(in_cell=line.in_cell, is_single=True)
    return f"h{shown}. {written_line(children(node), single)}"


def _code(node: Node, _line: Line, _depth: int) -> str:
    text = "".join(string(one.get("text")) for one in children(node) if isinstance(one, dict))
    language = string(attributes(node).get("language"))
    fits = language and not set("}|\n:") & set(language)
    if (fits or "{noformat}" in text) and "{code}" not in text:
        return f"{{code{f':{language}' if fits else ''}}}\n{text}\n{{code}}"
    # No escape exists in there: a zero-width space keeps the block in one piece.
    safe = text.replace("{noformat}", "{\u200bnoformat}")
    return f"{{noformat}}\n{safe}\n{{noformat}}"


def _quote(node: Node, line: Line, depth: int) -> str:
    return f"{{quote}}\n{_blocks(children(node), line, depth)}\n{{quote}}"


def _panel(node: Node, line: Line, depth: int) -> str:
    attrs = attributes(node)
    colour = PANEL_COLOURS.get(string(attrs.get("panelType"))) or string(attrs.get("panelColor"))
    parameters = f":bgColor={colour}" if colour and not set("}|\n") & set(colour) else ""
    return f"{{panel{parameters}}}\n{_blocks(children(node), line, depth)}\n{{panel}}"


def _expand(node: Node, line: Line, depth: int) -> str:
    title = string(attributes(node).get("title")).replace("}", ")").replace("\n", " ")
    parameters = f":{title}" if title else ""
    return f"{{expand{parameters}}}\n{_blocks(children(node), line, depth)}\n{{expand}}"


def _list(node: Node, line: Line, depth: int, above: str = "") -> str:
    sign = above + ("#" if kind_of(node) == "orderedList" else "*")
    return "\n".join(_item(one, sign, line, depth) for one in children(node))


def _item(item: Any, sign: str, line: Line, depth: int) -> str:
    """Return one list item, its nested lists below it."""
    if kind_of(item) in _LISTS:
        return _nested(item, sign, line, depth)
    single = Line(in_cell=line.in_cell, is_single=True)
    words, below = _item_parts(item, sign, single, depth)
    first = "\\\\".join(one for one in words if one)
    head = f"{sign} {_task_sign(item)}{guarded_start(first) if first else ''}"
    if not first and below and kind_of(item) == "listItem":
        head = ""
    return "\n".join(one for one in (head, *below) if one)


def _item_parts(item: Any, sign: str, line: Line, depth: int) -> tuple[list[str], list[str]]:
    """Return the lines of an item, and the blocks that stand below it."""
    words: list[str] = []
    below: list[str] = []
    running: list[Any] = []
    for node in [*children(item), None]:
        if is_inline(node):
            running.append(node)
            continue
        if running:
            words.append(written_line(running, line))
            running = []
        kind = kind_of(node)
        if kind in _LISTS:
            below.append(_nested(node, sign, line, depth))
        elif kind == "paragraph":
            words.append(written_line(children(node), line))
        elif isinstance(node, dict):
            below.append(_block(node, line, depth))
    return words, below


def _nested(node: Node, sign: str, line: Line, depth: int) -> str:
    return _list(node, line, depth + 1, sign) if depth < _DEEPEST else document_text(node)


def _task_sign(item: Any) -> str:
    kind = kind_of(item)
    if kind in ("taskItem", "blockTaskItem"):
        return "[x] " if attributes(item).get("state") == "DONE" else "[ ] "
    return "<> " if kind == "decisionItem" else ""


def _table(node: Node, _line: Line, depth: int) -> str:
    return "\n".join(_row(row, depth) for row in children(node))


def _row(row: Any, depth: int) -> str:
    found, sign = "", "|"
    for cell in children(row):
        sign = "||" if kind_of(cell) == "tableHeader" else "|"
        content = _blocks(children(cell), _CELL, depth)
        # A list begins on a line of its own; the space says that the row goes on.
        found += f"{sign}{' ' + chr(10) if _LIST_START.match(content) else ''}{content or ' '}"
    return f"{found}{sign}" if found else ""


def _media_single(node: Node, line: Line, depth: int) -> str:
    found = [_media(one) for one in children(node) if kind_of(one) == "media"]
    captions = [one for one in children(node) if kind_of(one) != "media"]
    return "\n".join([*found, *([_blocks(captions, line, depth)] if captions else [])])


def _media(node: Any, _line: Line = _PLAIN, _depth: int = 0) -> str:
    attrs = attributes(node)
    name = string(attrs.get("url")) or string(attrs.get("alt")) or string(attrs.get("id"))
    sizes = [f"{one}={attrs[one]}" for one in ("width", "height") if attrs.get(one) is not None]
    alt = string(attrs.get("alt"))
    if attrs.get("url") and alt and not set('|!"\n') & set(alt):
        sizes.append(f'alt="{alt}"')
    name = name.replace("|", "%7C").replace("!", "%21").replace("\n", " ")
    return f"!{'|'.join([name, ','.join(sizes)]) if sizes else name}!" if name else "[media]"


def _card(node: Node, line: Line, _depth: int) -> str:
    url = string(attributes(node).get("url"))
    if not url or set("|] \n") & set(url):
        return escaped(any_text(node) or f"[{kind_of(node)}]", line)
    return f"[{url}|{url}|{_CARDS[kind_of(node)]}]"


def _rule(_node: Node, _line: Line, _depth: int) -> str:
    return "----"


def _through(node: Node, line: Line, depth: int) -> str:
    return _blocks(children(node), line, depth)


def _unknown(node: Node, line: Line, depth: int) -> str:
    kind, words = kind_of(node) or "?", any_text(node)
    named = escaped(f"[{kind}: {words}]" if words else f"[{kind}]", line)
    inner = _blocks(children(node), line, depth)
    return f"{named}\n\n{inner}" if inner else named


_LISTS = frozenset({"bulletList", "orderedList", "taskList", "decisionList"})
_CARDS = {"blockCard": "smart-card", "embedCard": "smart-embed"}

_WRITERS: dict[str, Callable[[Node, Line, int], str]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "codeBlock": _code,
    "blockquote": _quote,
    "panel": _panel,
    "expand": _expand,
    "nestedExpand": _expand,
    "bulletList": _list,
    "orderedList": _list,
    "taskList": _list,
    "decisionList": _list,
    "rule": _rule,
    "table": _table,
    "mediaSingle": _media_single,
    "mediaGroup": _media_single,
    "media": _media,
    "blockCard": _card,
    "embedCard": _card,
    "layoutSection": _through,
    "layoutColumn": _through,
    "doc": _through,
    "caption": _paragraph,
}
