"""Inline ADF as tokens and as HTML: words with their marks, mentions, dates, links.

A token is what the differ compares: its key says when two are the same, its HTML is
made by ``markupsafe`` so that escaping cannot be forgotten.
"""

import colorsys
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from markupsafe import Markup

from gateway.web.adf_nodes import ATOM, Mark, Node
from gateway.web.links import link
from gateway.web.reveal import reveal, spelled
from gateway.web.text_diff import words
from sandbox.contract.digest import canonical

_HEX_COLOUR = re.compile(r"^#([0-9a-fA-F]{6})$")
#: Hue in degrees up to which a colour bears this name; the page has no inline styles.
_HUES = (
    (20, "red"),
    (50, "orange"),
    (70, "yellow"),
    (165, "green"),
    (260, "blue"),
    (330, "purple"),
)
_STATUS_COLOURS = frozenset({"neutral", "purple", "blue", "red", "yellow", "green"})
_TAGS = {"strong": "strong", "em": "em", "code": "code", "strike": "s", "underline": "u"}
#: An unknown node's JSON beyond this is cut; the exact request shows it whole.
_LONGEST_JSON = 600


@dataclass(frozen=True, slots=True)
class Token:
    """One word with its marks, or one inline node."""

    key: tuple[str, bytes]
    #: The word; ``ATOM`` for a node.
    text: str
    marks: tuple[Mark, ...] = ()
    html: Markup | None = None


def tokens(content: Iterable[Node]) -> list[Token]:
    """Return inline content as tokens."""
    found: list[Token] = []
    for node in content:
        if node.type == "text":
            key = _marks_key(node.marks)
            found += [Token((word, key), word, node.marks) for word in words(node.text)]
        else:
            found.append(Token((node.type, node.signature), ATOM, html=atom(node)))
    return found


def as_html(found: Iterable[Token]) -> Markup:
    """Return tokens as HTML; neighbours with the same marks share their tags."""
    pieces: list[Markup] = []
    for (_, is_atom), group in groupby(found, key=lambda one: (one.key[1], one.html is not None)):
        run = list(group)
        if is_atom:
            pieces += [one.html for one in run if one.html is not None]
        else:
            pieces.append(marked(reveal("".join(one.text for one in run)), run[0].marks))
    return Markup("").join(pieces)


def marked(shown: Markup, marks: Iterable[Mark]) -> Markup:
    """Return HTML inside the tags of its marks."""
    for mark in marks:
        shown = _marked_once(shown, mark)
    return shown


def _marked_once(shown: Markup, mark: Mark) -> Markup:
    if mark.type in _TAGS:
        return Markup("<{0}>{1}</{0}>").format(_TAGS[mark.type], shown)
    if mark.type == "link":
        return link(str(mark.attrs.get("href", "")), shown)
    if mark.type == "subsup":
        tag = "sub" if mark.attrs.get("type") == "sub" else "sup"
        return Markup("<{0}>{1}</{0}>").format(tag, shown)
    if mark.type in ("textColor", "backgroundColor"):
        return _coloured(shown, mark)
    note = mark.type if not mark.attrs else f"{mark.type} {_short_json(mark.attrs)}"
    return Markup('<span class="adf-mark" title="{}">{}</span>').format(spelled(note), shown)


def _coloured(shown: Markup, mark: Mark) -> Markup:
    colour = str(mark.attrs.get("color", ""))
    part = "text" if mark.type == "textColor" else "back"
    return Markup('<span class="adf-{}-{}" title="{}">{}</span>').format(
        part, _hue(colour), spelled(colour), shown
    )


def _hue(colour: str) -> str:
    found = _HEX_COLOUR.match(colour)
    if found is None:
        return "grey"
    red, green, blue = (int(found[1][at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < 0.15:
        return "grey"
    return next((name for limit, name in _HUES if hue * 360 <= limit), "red")


def atom(node: Node) -> Markup:
    """Return an inline node that is not text."""
    return _ATOMS.get(node.type, unknown)(node)


def unknown(node: Node) -> Markup:
    """Return a node that has no look of its own: its type and its JSON."""
    return Markup('<span class="adf-unknown"><b>⟦{}⟧</b> <code>{}</code></span>').format(
        reveal(node.type), reveal(_short_json(node.raw))
    )


def _mention(node: Node) -> Markup:
    shown = node.word("text") or "@" + node.word("id", "?")
    return Markup('<span class="adf-mention" title="{}">{}</span>').format(
        spelled(node.word("id")), reveal(shown)
    )


def _emoji(node: Node) -> Markup:
    shown = node.word("text") or node.word("shortName")
    return Markup('<span class="adf-emoji" title="{}">{}</span>').format(
        spelled(node.word("shortName")), reveal(shown)
    )


def _date(node: Node) -> Markup:
    try:
        moment = datetime.fromtimestamp(int(node.word("timestamp")) / 1000, UTC)
        shown = moment.date().isoformat()
    except (ValueError, OverflowError, OSError):
        shown = f"⟦date {node.word('timestamp')}⟧"
    return Markup('<span class="adf-date">{}</span>').format(reveal(shown))


def _status(node: Node) -> Markup:
    colour = node.word("color")
    return Markup('<span class="lozenge lozenge-{}">{}</span>').format(
        colour if colour in _STATUS_COLOURS else "neutral", reveal(node.word("text"))
    )


def _inline_card(node: Node) -> Markup:
    url = node.word("url")
    if not url:
        return unknown(node)
    return link(url, Markup("🔗 {}").format(reveal(url)), "adf-card")


def _media_inline(node: Node) -> Markup:
    shown = node.word("alt") or node.word("id") or node.word("url")
    return Markup('<span class="adf-media">📎 {}</span>').format(reveal(shown))


def _placeholder(node: Node) -> Markup:
    return Markup('<span class="adf-placeholder">{}</span>').format(reveal(node.word("text")))


_ATOMS: dict[str, Callable[[Node], Markup]] = {
    "hardBreak": lambda _: Markup("<br>"),
    "mention": _mention,
    "emoji": _emoji,
    "date": _date,
    "status": _status,
    "inlineCard": _inline_card,
    "mediaInline": _media_inline,
    "placeholder": _placeholder,
}


def _marks_key(marks: tuple[Mark, ...]) -> bytes:
    return canonical([[mark.type, mark.attrs] for mark in marks])


def _short_json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_JSON else text[:_LONGEST_JSON] + "…"
