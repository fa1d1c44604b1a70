"""Lines of a document as wiki text: marks, escapes and everything that stands in a line.

A mark is written ``*so*`` where its neighbours let Jira see it, else ``{*}so{*}``. A
character is escaped only where it would start something: ``well-known`` stays as it is.
Marks that wiki text has no sign for (annotations, backgrounds) are left away.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sandbox.domain.adf_nodes import attributes, kind_of, marks_of, string
from sandbox.domain.adf_schema import Node
from sandbox.domain.adf_text import any_text, day_of, inline_text, mention_text
from sandbox.domain.wiki_signs import EMOTICON_OF

#: Marks from the outside in, with their sign.
_SIGNS = {
    "strong": "*",
    "em": "_",
    "underline": "+",
    "strike": "-",
    "sub": "~",
    "sup": "^",
}
#: The sign of emphasis that comes next: a letter to its neighbours, but no text.
_EM_SIGN = "\ue002"
_ORDER = ("link", "textColor", *_SIGNS, "code")

#: Signs that open something only at the edge of a word.
_AT_EDGES = "*_+-~^"
_ALWAYS = "{}["
_ATTACHMENT = re.compile(r"\[\^[^\]|\n]+\]|!(?! )[^!\n|]+\.\w+(?:\|[^!\n]*)?!")
_LINE_START = re.compile(r"(\s*)(?:(?:[*#]+|-)\s|h[1-6]\.|bq\.|-{4,}\s*$|\|)")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]{1,20}:\S")
_ENTITY = re.compile(r"&(?=#\d{1,7};)")
_SMILEY = re.compile(r"(?<!\w)(?::\)|:\(|:P|:D|;\)|\((?:y|n|i|/|x|!|\+|-|\?|on|off|\*[rgby]?)\))")
_BACKSLASH = re.compile(r"\\(?=[\\*_+\-~^?{}\[\]!|:;(<#&]|$)")
_ACCOUNT_ID = re.compile(r".*:.*|[0-9a-f]{16,}|qm:.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """Where a line stands: some characters mean more there."""

    #: In a table cell, ``|`` ends the cell.
    in_cell: bool = False
    #: A heading or a list item ends with its line: breaks are written ``\\\\``.
    is_single: bool = False
    #: Signs of the marks around: they would end there.
    inside: str = ""


def written_line(nodes: list[Any], line: Line) -> str:
    """Return inline nodes as wiki text."""
    text = _run([one for one in nodes if isinstance(one, dict)], _ORDER, line)
    return text if line.is_single else "\n".join(_guarded(one) for one in text.split("\n"))


def _guarded(text: str) -> str:
    """Escape what would make a line a heading, a list item, a rule or a table row."""
    start = _LINE_START.match(text)
    return f"{start[1]}\\{text[start.end(1) :]}" if start else text


def guarded_start(text: str) -> str:
    """Escape what would make a list item's text a deeper item or a task."""
    return f"\\{text}" if text.startswith("<> ") else text


def _run(nodes: list[Node], order: tuple[str, ...], line: Line) -> str:
    """Write nodes, those with the same outermost mark together."""
    found, position = "", 0
    while position < len(nodes):
        name = _outermost(nodes[position], order)
        end = position + 1
        while name and end < len(nodes) and _mark(nodes[end], name) == _mark(nodes[position], name):
            end += 1
        if name:
            inner = _marked(nodes[position:end], name, order, line)
            found = _joined(found, inner, name, _character_at(nodes, end, order))
        else:
            found += _leaf(nodes, position, line, found, _character_at(nodes, end, order))
        position = end
    return found


def _character_at(nodes: list[Node], place: int, order: tuple[str, ...]) -> str:
    """Return the character that a node will be written with first."""
    if place >= len(nodes):
        return ""
    name, first = _outermost(nodes[place], order), inline_text(nodes[place])[:1]
    if not name or first.isspace():
        return first
    return _EM_SIGN if name == "em" else "{"


def _outermost(node: Node, order: tuple[str, ...]) -> str:
    return next((name for name in order if _mark(node, name) is not None), "")


def _mark(node: Node, name: str) -> Node | None:
    for one in marks_of(node):
        kind = kind_of(one)
        if kind == "subsup":
            kind = "sup" if attributes(one).get("type") == "sup" else "sub"
        if kind == name:
            return one
    return None


def _marked(nodes: list[Node], name: str, order: tuple[str, ...], line: Line) -> str:
    if name == "code":
        return "".join(string(one.get("text")) for one in nodes)
    within = replace(line, inside=line.inside + _SIGNS.get(name, ""))
    inner = _run(nodes, tuple(one for one in order if one != name), within)
    attrs = attributes(_mark(nodes[0], name))
    if name == "link":
        return _link(inner, attrs, "".join(inline_text(one) for one in nodes))
    if name == "textColor":
        return f"{{color:{string(attrs.get('color'))}}}{inner}{{color}}"
    return inner


def _joined(before: str, inner: str, name: str, following: str) -> str:
    """Add a marked text, its sign in braces where the plain one would not be seen."""
    if name in ("link", "textColor"):
        return before + inner
    core = inner.strip()
    if not core:
        return before + inner
    lead, trail = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    if name == "code":
        return f"{before}{lead}{{{{{_code(core)}}}}}{trail}"
    sign = _SIGNS[name]
    left, right = before[-1:] if not lead else " ", following if not trail else " "
    plain = not _clings(left, sign) and not _clings(right, sign) and "\n" not in core
    shown = sign if plain and core[0] != sign and core[-1] not in (sign, "\\") else f"{{{sign}}}"
    return f"{before}{lead}{shown}{core}{shown}{trail}"


def _clings(neighbour: str, sign: str) -> bool:
    return neighbour.isalnum() or (neighbour != "" and neighbour in f"_\\{_EM_SIGN}{sign}")


def _code(text: str) -> str:
    """Return text for ``{{…}}``, where Jira still looks for signs."""
    escaped = _entities(text).replace("\\", "&#92;")
    return re.sub(r"[{}\[\]*_+\-~^?|!]", lambda match: f"\\{match[0]}", escaped)


def _link(inner: str, attrs: Node, shown: str) -> str:
    href = _target(string(attrs.get("href")))
    if not href:
        return inner
    if shown == attrs.get("href") and _SCHEME.match(href):
        return f"[{href}]"
    title = string(attrs.get("title")).replace("|", " ").replace("]", " ")
    return f"[{inner}|{href}|{title}]" if title else f"[{inner}|{href}]"


def _target(url: str) -> str:
    for character, code in (("|", "%7C"), ("]", "%5D"), ("[", "%5B"), ("\n", "%0A"), (" ", "%20")):
        url = url.replace(character, code)
    return url


def _leaf(nodes: list[Node], position: int, line: Line, before: str, following: str) -> str:
    node = nodes[position]
    kind = kind_of(node)
    if kind == "text":
        left = " " if before.endswith("\\\\") else before[-1:]
        return escaped(string(node.get("text")), line, left, following)
    if kind == "hardBreak":
        last = position + 1 == len(nodes) or kind_of(nodes[position + 1]) == "hardBreak"
        alone = not before or before.endswith(("\n", "\\\\"))
        return "\\\\" if line.is_single or last or alone else "\n"
    known = _LEAVES.get(kind)
    if known:
        return known(node, line)
    return escaped(inline_text(node) or f"[{kind}]", line, before[-1:], "")


def _card(node: Node, line: Line) -> str:
    url = _target(string(attributes(node).get("url")))
    return f"[{url}|{url}|smart-link]" if url else escaped(f"[{any_text(node) or 'card'}]", line)


def _emoji(node: Node, line: Line) -> str:
    name = string(attributes(node).get("shortName"))
    return EMOTICON_OF.get(name) or escaped(inline_text(node), line)


def _status(node: Node, line: Line) -> str:
    return f"*\\[ {escaped(any_text(node), line, ' ', ' ')} \\]*"


def _date(node: Node, line: Line) -> str:
    return escaped(day_of(attributes(node).get("timestamp")), line)


def _file(node: Node, line: Line) -> str:
    name = any_text(node)
    return escaped(f"[{name}]", line) if set("]|\n") & set(name) or not name else f"[^{name}]"


def _mention(node: Node, line: Line) -> str:
    attrs = attributes(node)
    account = string(attrs.get("id"))
    if not account or re.search(r"[\]|\n]", account):
        return escaped(mention_text(attrs), line)
    return f"[~accountid:{account}]" if _ACCOUNT_ID.fullmatch(account) else f"[~{account}]"


def escaped(text: str, line: Line, before: str = "", following: str = "") -> str:
    """Return plain text so that wiki text means just that."""
    parts, position = [], 0
    for match in _ATTACHMENT.finditer(text):
        # What names an attachment means it: that is how it got into the text.
        parts += [_escaped(text[position : match.start()], line, before, match[0][0]), match[0]]
        before, position = match[0][-1], match.end()
    parts.append(_escaped(text[position:], line, before, following))
    return "".join(parts)


def _escaped(text: str, line: Line, before: str, following: str) -> str:
    if not text:
        return ""
    text = _BACKSLASH.sub("&#92;", _entities(text))
    text = _SMILEY.sub(lambda match: f"\\{match[0]}", text)
    edge = "{" if line.inside else " "
    padded = f"{before or edge}{text}{following or edge}"
    found = []
    for place, character in enumerate(text, 1):
        found.append("\\" if _opens(padded, place, line) else "")
        found.append(character)
    return "".join(found).replace("\r\n", "\n")


def _opens(padded: str, place: int, line: Line) -> bool:
    character, left, right = padded[place], padded[place - 1], padded[place + 1]
    if character in _ALWAYS or (character == "|" and line.in_cell):
        return True
    if character == "!":
        return not right.isspace() and "!" in padded[place + 1 :]
    if character == "?":
        return right == "?" and left != "?" and not left.isalnum()
    if character not in _AT_EDGES:
        return False
    if character in line.inside and not right.isalnum():
        return True
    return not (left.isalnum() or left in ("_", character) or right.isspace() or right == character)


def _entities(text: str) -> str:
    return _ENTITY.sub("&#38;", text)


_LEAVES: dict[str, Callable[[Node, Line], str]] = {
    "mention": _mention,
    "inlineCard": _card,
    "emoji": _emoji,
    "status": _status,
    "date": _date,
    "mediaInline": _file,
}
