"""Wiki text to documents: blocks. What stands in a line is read by ``wiki_words``.

Macros are cut out first and stand for themselves as one character, so that a table cell
or a list item may hold one. What is not understood stays the text it is.
"""

import re
from dataclasses import dataclass

from sandbox.domain.adf_mend import mended
from sandbox.domain.adf_nodes import block, doc, mark, paragraph, text
from sandbox.domain.adf_schema import Node
from sandbox.domain.wiki_lists import Item, lists_of
from sandbox.domain.wiki_macros import HOLE, Macro, cut
from sandbox.domain.wiki_signs import PANEL_MACROS, PANEL_TYPES
from sandbox.domain.wiki_words import NameOf, colour_of, inline_nodes, unescaped

#: Deeper than this macros stay text.
_DEEPEST = 12
#: A cell that is not closed within so many lines is none.
_LONGEST_CELL = 200

_HEADING = re.compile(r"\s*h([1-6])\.\s*(.*)")
_QUOTE = re.compile(r"\s*bq\.\s+(.*)")
_RULE = re.compile(r"\s*-{4,5}\s*")
_ITEM = re.compile(r"\s*([*#]+|-)\s+(\S.*)?")
_IMAGE = re.compile(r"\s*!((?:https?)://[^!|\s]+)(?:\|([^!\n]*))?!\s*")
_CARD = re.compile(r"\s*\[([^\[\]|\s]+)\|[^\[\]|\s]+\|(smart-card|smart-embed)\]\s*")
_PARAMETER = re.compile(r'(\w+)\s*=\s*("[^"]*"|[^|,]*)')


@dataclass(frozen=True, slots=True)
class _Page:
    """What the lines of one text share."""

    macros: list[Macro]
    name_of: NameOf | None
    depth: int

    def line(self, source: str) -> list[Node]:
        """Return the inline nodes of a line without macros."""
        return inline_nodes(source, name_of=self.name_of)


def read(source: str, *, name_of: NameOf | None = None) -> Node:
    """Return the document that a wiki text means."""
    plain = source.replace("\r\n", "\n").replace("\r", "\n")
    return mended(doc(_blocks(plain, name_of, 0)))


def _blocks(source: str, name_of: NameOf | None, depth: int) -> list[Node]:
    if depth > _DEEPEST:
        return [paragraph(*inline_nodes(source, name_of=name_of))]
    holed, macros = cut(source)
    page = _Page(macros, name_of, depth)
    lines = holed.split("\n")
    found: list[Node] = []
    position = 0
    while position < len(lines):
        if not lines[position].strip():
            position += 1
            continue
        nodes, position = _next_block(lines, position, page)
        found += nodes
    return found


def _next_block(lines: list[str], position: int, page: _Page) -> tuple[list[Node], int]:
    line = lines[position]
    single = _single_line(line, page)
    if single is not None:
        return single, position + 1
    if line.lstrip().startswith("|"):
        return _table(lines, position, page)
    if _ITEM.fullmatch(line):
        return _list(lines, position, page)
    return _paragraphs(lines, position, page)


def _single_line(line: str, page: _Page) -> list[Node] | None:
    """Return what a line is by itself, None if it is part of something."""
    if _RULE.fullmatch(line):
        return [block("rule")]
    heading, quote = _HEADING.fullmatch(line), _QUOTE.fullmatch(line)
    if heading:
        return _holed(heading[2], page, "heading", level=int(heading[1]))
    if quote:
        return [block("blockquote", _holed(quote[1], page, "paragraph"))]
    return _single_link(line)


def _single_link(line: str) -> list[Node] | None:
    """Return a picture or a card that has the line for itself."""
    image, card = _IMAGE.fullmatch(line), _CARD.fullmatch(line)
    if image:
        return [_image(image[1], image[2] or "")]
    if card is None:
        return None
    if card[2] == "smart-card":
        return [block("blockCard", url=card[1])]
    return [block("embedCard", url=card[1], layout="center")]


def _starts_something(line: str, page: _Page) -> bool:
    return (
        not line.strip()
        or line.lstrip().startswith("|")
        or _ITEM.fullmatch(line) is not None
        or _single_line(line, page) is not None
    )


def _paragraphs(lines: list[str], position: int, page: _Page) -> tuple[list[Node], int]:
    end = position + 1
    while end < len(lines) and not _starts_something(lines[end], page):
        end += 1
    source = "\n".join(line.strip() for line in lines[position:end])
    return _holed(source, page, "paragraph"), end


def _holed(source: str, page: _Page, kind: str, **attrs: int) -> list[Node]:
    """Return lines as blocks of a kind, with the macros that stood between them."""
    found: list[Node] = []
    for place, part in enumerate(HOLE.split(source)):
        if place % 2:
            found.append(_macro(page.macros[int(part)], page))
        elif part.strip():
            found.append(block(kind, page.line(part.strip()), **attrs))
    return found if found or kind == "paragraph" else [block(kind, [], **attrs)]


def _list(lines: list[str], position: int, page: _Page) -> tuple[list[Node], int]:
    items: list[Item] = []
    while position < len(lines):
        match = _ITEM.fullmatch(lines[position])
        if match:
            items.append(Item(match[1].replace("-", "*"), match[2] or ""))
        elif _starts_something(lines[position], page):
            break
        else:
            last = items[-1]
            items[-1] = Item(last.signs, f"{last.source}\n{lines[position].strip()}")
        position += 1
    return lists_of(items, lambda source: _holed(source, page, "paragraph")), position


def _table(lines: list[str], position: int, page: _Page) -> tuple[list[Node], int]:
    rows: list[Node] = []
    while position < len(lines) and lines[position].lstrip().startswith("|"):
        source = lines[position].lstrip()
        position += 1
        while position < len(lines) and _goes_on(source, lines, position):
            source += "\n" + lines[position]
            position += 1
        rows.append(block("tableRow", _cells(source.strip(), page)))
    return [block("table", rows)], position


def _is_closed(source: str) -> bool:
    return source.endswith("|") and not source.endswith("\\|") and len(source) > 1


def _goes_on(source: str, lines: list[str], position: int) -> bool:
    """Return whether the last cell of a row has more lines."""
    if _is_closed(source.rstrip()):
        return source.endswith("| ") and _ITEM.fullmatch(lines[position]) is not None
    for line in lines[position : position + _LONGEST_CELL]:
        if line.lstrip().startswith("|"):
            return False
        if _is_closed(line.strip()):
            return True
    return False


_CELL_PART = re.compile(r"\\.|\[[^\[\]\n]*\]|!(?=\S)[^!\n|]+\|[^!\n]*!|\{\{[^\n]*?\}\}|(\|\|?)")


def _cells(source: str, page: _Page) -> list[Node]:
    found: list[Node] = []
    kind, start = "", 0
    for match in _CELL_PART.finditer(source):
        if match[1] is None:
            continue
        if kind:
            found.append(_cell(kind, source[start : match.start()], page))
        kind, start = ("tableHeader" if match[1] == "||" else "tableCell"), match.end()
    if source[start:].strip():
        found.append(_cell(kind, source[start:], page))
    return found


def _cell(kind: str, source: str, page: _Page) -> Node:
    restored = HOLE.sub(lambda match: page.macros[int(match[1])].source, source)
    inner = _blocks(restored.strip(), page.name_of, page.depth + 1)
    return block(kind, inner or [paragraph()])


def _macro(macro: Macro, page: _Page) -> Node:
    if macro.name in ("code", "noformat"):
        return _code(macro)
    inner = _blocks(macro.body, page.name_of, page.depth + 1) or [paragraph()]
    if macro.name == "quote":
        return block("blockquote", inner)
    if macro.name == "expand":
        title = macro.parameters.removeprefix("title=")
        return block("expand", inner, **({"title": title} if title else {}))
    return _panel(macro, inner)


def _panel(macro: Macro, inner: list[Node]) -> Node:
    given = _parameters(macro.parameters)
    if given.get("title"):
        inner = [paragraph(text(given["title"], [mark("strong")])), *inner]
    if macro.name in PANEL_MACROS:
        return block("panel", inner, panelType=PANEL_MACROS[macro.name])
    colour = given.get("bgColor", "")
    if not colour or colour.lower() in PANEL_TYPES:
        return block("panel", inner, panelType=PANEL_TYPES.get(colour.lower(), "info"))
    return block("panel", inner, panelType="custom", panelColor=colour_of(colour) or colour)


def _code(macro: Macro) -> Node:
    given = _parameters(macro.parameters)
    first = macro.parameters.split("|")[0].strip()
    language = given.get("language") or ("" if "=" in first or macro.name != "code" else first)
    body = macro.body.removeprefix("\n").removesuffix("\n")
    node = block("codeBlock", [text(body)] if body else [])
    return {**node, "attrs": {"language": language}} if language else node


def _image(url: str, parameters: str) -> Node:
    given = _parameters(parameters.replace(",", "|"))
    media: Node = {"type": "external", "url": url}
    for name in ("width", "height"):
        if given.get(name, "").isdecimal():
            media[name] = int(given[name][:9])
    if given.get("alt"):
        media["alt"] = unescaped(given["alt"])
    return block("mediaSingle", [block("media", **media)], layout="center")


def _parameters(source: str) -> dict[str, str]:
    return {name: value.strip().strip('"') for name, value in _PARAMETER.findall(source)}
