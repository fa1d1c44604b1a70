"""What a reader of a text cannot see: invisible characters, and letters that pass for others.

A bidi override, a zero-width space or a Cyrillic ``а`` can make an approved text read
differently from what is sent. One answer for the flags and for every page.
"""

import re

#: Controls, soft hyphen, zero-width and bidi characters, invisible fillers (Hangul ones
#: too), musical and shorthand controls, tag characters, lone surrogates, noncharacters,
#: the blank Braille cell. Not: tab and line feed.
_INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U00013430-\U0001343f\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\ud800-\udfff"
)
#: Each picks a look for the sign before it. Many in a row look like nothing, and can
#: carry any text.
_SELECTORS = "\ufe00-\ufe0f\U000e0000-\U000e0fff"
_ODD = re.compile(f"[{_INVISIBLE}{_SELECTORS}]")
#: Zero-width joiners inside an emoji sequence belong to it.
_JOINED_EMOJI = re.compile("(?<=[\U0001f000-\U0001faff\u2190-\u2bff\ufe0f])\u200d(?=[^\x00-\x7f])")
#: One selector behind an emoji, a sign, a digit (keycaps), or a Han ideograph.
_SELECTED = re.compile(
    "(?<=[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff0-9#*])[\ufe0e\ufe0f]"
    "|(?<=[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\ufe00-\ufe02\U000e0100-\U000e01ef]"
)
#: Flags of regions that have no letters of their own, such as Scotland's.
_FLAG = re.compile("(?<=\U0001f3f4)[\U000e0061-\U000e007a\U000e0030-\U000e0039]{3,6}\U000e007f")
#: Cyrillic, Greek, Armenian and other letters that look like Latin ones.
_ALIKE = (
    "\u0131\u0251\u0261\u0391\u0392\u0395-\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4"
    "\u03a5\u03a7\u03b1\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u0405\u0406\u0408\u0410\u0412"
    "\u0415\u041a\u041c-\u041e\u0420-\u0422\u0425\u0430\u0435\u043e\u0440\u0441\u0443\u0445"
    "\u0455\u0456\u0458\u04af\u04bb\u04cf\u0501\u051b\u051d\u0561\u0570\u0578\u057d\u0585"
    "\u13a0-\u13c9\u217c\u2c9f\ua4d0-\ua4f7"
)
#: Such a letter in a word that has Latin letters too.
_MIXED = re.compile(f"[{_ALIKE}]+(?=[A-Za-z])|(?<=[A-Za-z])[{_ALIKE}]+")
_WORD = re.compile(f"[A-Za-z{_ALIKE}]+")
_MAYBE = re.compile(f"[{_INVISIBLE}{_SELECTORS}{_ALIKE}]")


def unseen(text: str) -> list[int]:
    """Return the places of what a reader would not see, or would take for something else."""
    if text.isascii() and text.isprintable():
        return []
    if not _MAYBE.search(text):
        return []
    plain = {found.start() for found in _JOINED_EMOJI.finditer(text)}
    plain |= {found.start() for found in _SELECTED.finditer(text)}
    plain |= {at for found in _FLAG.finditer(text) for at in range(*found.span())}
    odd = {found.start() for found in _ODD.finditer(text)} - plain
    return sorted(odd | set(_alike(text)))


def _alike(text: str) -> list[int]:
    """Return the places of foreign letters in words that are Latin otherwise."""
    return [
        word.start() + at
        for word in _WORD.finditer(text)
        if _MIXED.search(word[0])
        for at, letter in enumerate(word[0])
        if not letter.isascii()
    ]
