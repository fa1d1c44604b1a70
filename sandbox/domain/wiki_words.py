"""Wiki text within a line to inline nodes: marks, links, mentions, colours, escapes.

A sign means something only where Jira sees it: ``*so*`` at the edges of words, ``{*}so{*}``
anywhere. What has no partner stays the character it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.domain.adf_nodes import block, hard_break, mark, text
from sandbox.domain.adf_schema import Node
from sandbox.domain.wiki_signs import COLOURS, EMOTICONS

#: Tells the display name of an account id or user name, if it is known.
NameOf = Callable[[str], str | None]

_SIGN_MARKS: dict[str, Node] = {
    "*": mark("strong"),
    "_": mark("em"),
    "+": mark("underline"),
    "-": mark("strike"),
    "~": mark("subsup", type="sub"),
    "^": mark("subsup", type="sup"),
    "??": mark("em"),
}
_ESCAPABLE = frozenset("\\*_+-~^?{}[]!|:;(#<&h b.")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SHORT_COLOUR = re.compile(r"#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])")

#: Everything that could mean something; each is tried where it stands, in this order.
_TOKEN = re.compile(
    r"""
      (?P<break>\\\\|\n)
    | \\(?P<escaped>:\)|:\(|:P|:D|;\)|[*_+\-~^?{}\[\]!|(#<&])
    | \\(?P<start>(?=h[1-6]\.|bq\.))
    | &\#(?P<entity>\d{1,7});
    | \{\{(?P<code>(?:[^\n\\}]|\\.|\}(?!\}))+)\}\}
    | \{color:(?P<colour>[^}\n]{1,40})\}
    | \{(?P<braced>[*_+\-~^])\}
    | \[~(?P<mention>[^\]|\n]{1,200})\]
    | (?P<attachment>\[\^[^\]|\n]+\])
    | \[(?P<link>(?:[^\[\]\n\\]|\\.)+)\]
    | (?P<url>(?<!\w)(?:https?|ftp)://[^\s\[\]{}|<>"\\^`]+)
    | (?P<emoticon>(?<!\w)(?::\)|:\(|:P|:D|;\)|\((?:y|n|i|/|x|!|\+|-|\?|on|off|\*[rgby]?)\))(?!\w))
    | (?<!\w)(?P<sign>\?\?|[*_+\-~^])(?=\S)(?!\\\\)
    """,
    re.VERBOSE,
)
_TARGET = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]{1,20}:\S|#\w|/\S")
_TRAILING = ".,;:!?)'"


@dataclass(slots=True)
class _Reader:
    """Reads one piece of text; remembers which signs found no partner any more."""

    source: str
    marks: tuple[Node, ...]
    name_of: NameOf | None
    nodes: list[Node] = field(default_factory=list)
    plain: str = ""
    #: Sign to whether a closing one is nowhere in the rest.
    lonely: set[str] = field(default_factory=set)

    def read(self) -> list[Node]:
        position = 0
        while match := _TOKEN.search(self.source, position):
            self.plain += self.source[position : match.start()]
            position = _TAKE[str(match.lastgroup)](self, match)
        self.plain += self.source[position:]
        self.flush()
        return self.nodes

    def flush(self) -> None:
        if self.plain:
            self.nodes.append(text(self.plain, _sorted_marks(self.marks)))
        self.plain = ""

    def add(self, node: Node) -> None:
        self.flush()
        self.nodes.append(node)

    def inside(self, source: str, *marks: Node) -> None:
        """Read an inner piece with more marks."""
        self.flush()
        self.nodes += _Reader(source, (*self.marks, *marks), self.name_of).read()

    def closing(self, key: str, pattern: str, start: int) -> re.Match[str] | None:
        """Return the partner of a sign on the same line, remembering failures."""
        if key in self.lonely:
            return None
        found = re.compile(pattern).search(self.source, start)
        if found is None:
            self.lonely.add(key)
        return found


def inline_nodes(source: str, *, name_of: NameOf | None = None) -> list[Node]:
    """Return the inline nodes that a piece of wiki text means."""
    return _Reader(source, (), name_of).read()


def colour_of(written: str) -> str | None:
    """Return a colour as ADF wants it, None for what is no colour."""
    name = written.strip()
    if _COLOUR.fullmatch(name):
        return name.lower()
    short = _SHORT_COLOUR.fullmatch(name)
    if short:
        return "#" + "".join(2 * part for part in short.groups()).lower()
    return COLOURS.get(name.lower())


def _break(reader: _Reader, match: re.Match[str]) -> int:
    reader.add(hard_break())
    return match.end()


def _escaped(reader: _Reader, match: re.Match[str]) -> int:
    reader.plain += match["escaped"]
    return match.end()


def _start(_reader: _Reader, match: re.Match[str]) -> int:
    return match.end()


def _entity(reader: _Reader, match: re.Match[str]) -> int:
    number = int(match["entity"])
    known = 32 <= number < 0x110000 and not 0xD800 <= number < 0xE000
    reader.plain += chr(number) if known else match[0]
    return match.end()


def _code(reader: _Reader, match: re.Match[str]) -> int:
    reader.flush()
    outside = reader.marks
    inner = unescaped(match["code"])
    reader.marks = (*outside, mark("code"))
    reader.plain = inner
    reader.flush()
    reader.marks = outside
    return match.end()


def unescaped(source: str) -> str:
    """Return text whose escapes and numeric entities are taken back."""
    plain = re.sub(r"\\([*_+\-~^?{}\[\]!|(#<&])", r"\1", source)
    return re.sub(r"&#(\d{1,5});", lambda match: chr(int(match[1]) or 32), plain)


def _colour(reader: _Reader, match: re.Match[str]) -> int:
    colour = colour_of(match["colour"])
    end = reader.closing("{color}", r"\{color\}", match.end())
    if colour is None or end is None or _has(reader, "textColor"):
        return _literal(reader, match)
    reader.inside(reader.source[match.end() : end.start()], mark("textColor", color=colour))
    return end.end()


def _braced(reader: _Reader, match: re.Match[str]) -> int:
    sign = match["braced"]
    end = reader.closing(f"{{{sign}}}", rf"\{{{re.escape(sign)}\}}", match.end())
    if end is None or end.start() == match.end() or _has_sign(reader, sign):
        return _literal(reader, match)
    reader.inside(reader.source[match.end() : end.start()], _SIGN_MARKS[sign])
    return end.end()


def _sign(reader: _Reader, match: re.Match[str]) -> int:
    sign = match["sign"]
    pattern = rf"(?<=[^\s\\]){re.escape(sign)}(?!\w)"
    start = match.end() + 1
    following = reader.source[match.end() : match.end() + 1]
    doubled = sign[0] in (following, reader.source[match.start() - 1 : match.start()])
    if _has_sign(reader, sign) or doubled:
        return _literal(reader, match)
    line_end = reader.source.find("\n", start)
    end = reader.closing(sign, pattern, start)
    if end is None or -1 < line_end < end.start() or end.start() < start:
        return _literal(reader, match)
    reader.inside(reader.source[match.end() : end.start()], _SIGN_MARKS[sign])
    return end.end()


def _mention(reader: _Reader, match: re.Match[str]) -> int:
    account = match["mention"].removeprefix("accountid:").strip()
    if not account:
        return _literal(reader, match)
    name = reader.name_of(account) if reader.name_of else None
    reader.add(block("mention", id=account, text=f"@{name or account}"))
    return match.end()


def _attachment(reader: _Reader, match: re.Match[str]) -> int:
    reader.plain += match[0]
    return match.end()


def _link(reader: _Reader, match: re.Match[str]) -> int:
    parts = re.split(r"(?<!\\)\|", match["link"])
    if len(parts) > 1 and parts[-1] in _CARDS:
        reader.add(block("inlineCard", url=parts[-2].strip()))
        return match.end()
    href = (parts[1] if len(parts) > 1 else parts[0]).strip()
    if not _is_target(href, alone=len(parts) == 1) or _has(reader, "link"):
        return _literal(reader, match)
    title = {"title": parts[2]} if len(parts) > 2 and parts[2] else {}
    linked = mark("link", href=href, **title)
    if len(parts) > 1 and parts[0].strip():
        reader.inside(parts[0], linked)
    else:
        reader.flush()
        reader.nodes.append(text(href, _sorted_marks((*reader.marks, linked))))
    return match.end()


def _url(reader: _Reader, match: re.Match[str]) -> int:
    url = match["url"].rstrip(_TRAILING)
    if _has(reader, "link") or (url.endswith("/") and url.count("/") == 2):
        reader.plain += match[0]
        return match.end()
    reader.flush()
    reader.nodes.append(text(url, _sorted_marks((*reader.marks, mark("link", href=url)))))
    return match.start() + len(url)


def _emoticon(reader: _Reader, match: re.Match[str]) -> int:
    name, character = EMOTICONS[match["emoticon"]]
    reader.add(block("emoji", shortName=name, text=character))
    return match.end()


def _literal(reader: _Reader, match: re.Match[str]) -> int:
    """Take the first character as it is; what follows may still mean something."""
    reader.plain += match[0][0]
    return match.start() + 1


def _is_target(href: str, *, alone: bool) -> bool:
    if not href or " " in href or href.startswith(("~", "^")):
        return False
    return not alone or _TARGET.match(href) is not None


def _has(reader: _Reader, kind: str) -> bool:
    return any(one["type"] == kind for one in reader.marks)


def _has_sign(reader: _Reader, sign: str) -> bool:
    return _has(reader, _SIGN_MARKS[sign]["type"])


def _sorted_marks(marks: tuple[Node, ...]) -> list[Node]:
    if any(one["type"] == "code" for one in marks):
        return [one for one in marks if one["type"] in ("link", "code")]
    return list(marks)


#: What Jira Cloud writes behind a link that it shows as a card in the line.
_CARDS = ("smart-link",)

_TAKE: dict[str, Callable[[_Reader, re.Match[str]], int]] = {
    "break": _break,
    "escaped": _escaped,
    "start": _start,
    "entity": _entity,
    "code": _code,
    "colour": _colour,
    "braced": _braced,
    "mention": _mention,
    "attachment": _attachment,
    "link": _link,
    "url": _url,
    "emoticon": _emoticon,
    "sign": _sign,
}
