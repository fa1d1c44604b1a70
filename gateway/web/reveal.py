"""Text as a reviewer must see it: escaped, with invisible characters made visible.

A bidi override or a zero-width space can make an approved text read differently from
what is sent. Every text that came from Jira or an agent goes through ``reveal``.
"""

import re

from markupsafe import Markup, escape

#: Controls, soft hyphen, zero-width and bidi characters, invisible fillers (Hangul
#: ones too), tag characters, lone surrogates, noncharacters. Not: tab, line feed, and
#: variation selectors, which every emoji carries.
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
#: Zero-width joiners inside an emoji sequence belong to it.
_JOINED_EMOJI = re.compile("(?<=[\U0001f000-\U0001faff\u2190-\u2bff\ufe0f])\u200d(?=[^\x00-\x7f])")
#: Conjoining Hangul: the text is decomposed (NFD), as macOS file names are.
_JAMO = re.compile("[\u1100-\u115e\u1161-\u11ff]")


def reveal(text: str) -> Markup:
    """Return the text escaped, each invisible character as a visible ⟦U+…⟧."""
    pieces: list[Markup] = []
    end = 0
    for at in _odd_places(text):
        pieces += [escape(text[end:at]), _named(text[at])]
        end = at + 1
    return Markup("").join([*pieces, escape(text[end:])])


def spelled(text: str) -> str:
    """Return the text for an attribute: invisible characters spelled, nothing escaped yet."""
    places = set(_odd_places(text))
    return "".join(
        _name(character) if at in places else character for at, character in enumerate(text)
    )


def odd(text: str) -> bool:
    """Return whether a text has characters that would not be seen."""
    return bool(_odd_places(text))


def decomposed(text: str) -> bool:
    """Return whether a text has decomposed Hangul, which looks like composed Hangul."""
    return bool(_JAMO.search(text))


def _odd_places(text: str) -> list[int]:
    joined = {found.start() for found in _JOINED_EMOJI.finditer(text)}
    return [found.start() for found in _ODD.finditer(text) if found.start() not in joined]


def _named(character: str) -> Markup:
    return Markup('<span class="odd">{}</span>').format(_name(character))


def _name(character: str) -> str:
    return f"⟦U+{ord(character):04X}⟧"
