"""Text as a reviewer must see it: escaped, with what would not be seen made visible.

Every text that came from Jira, an agent or a person goes through ``reveal``, or through
``spelled`` where no tag may stand; templates do the latter by themselves. What counts as
unseen is told by ``gateway.policy.unseen``.
"""

import re

from markupsafe import Markup, escape

from gateway.policy.unseen import unseen

#: Conjoining Hangul: the text is decomposed (NFD), as macOS file names are.
_JAMO = re.compile("[\u1100-\u115e\u1161-\u11ff]")


def reveal(text: str) -> Markup:
    """Return the text escaped, each unseen character as a visible ⟦U+…⟧."""
    places = unseen(text)
    if not places:
        return escape(text)
    pieces: list[Markup] = []
    end = 0
    for at in places:
        pieces += [
            escape(text[end:at]),
            Markup('<span class="odd">{}</span>').format(_name(text[at])),
        ]
        end = at + 1
    return Markup("").join([*pieces, escape(text[end:])])


def spelled(text: str) -> str:
    """Return the text for an attribute: what is unseen spelled, nothing escaped yet."""
    places = unseen(text)
    if not places:
        return text
    letters = list(text)
    for at in places:
        letters[at] = _name(text[at])
    return "".join(letters)


def odd(text: str) -> bool:
    """Return whether a text has something that would not be seen as what it is."""
    return bool(unseen(text))


def decomposed(text: str) -> bool:
    """Return whether a text has decomposed Hangul, which looks like composed Hangul."""
    return bool(_JAMO.search(text))


def _name(character: str) -> str:
    return f"⟦U+{ord(character):04X}⟧"
