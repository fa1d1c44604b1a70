"""Whether words stand in a value: both doors ask it of what an agent says it rests on. Pure."""

import unicodedata
from collections.abc import Iterator

from pydantic import JsonValue


def stands_in(words: str, value: JsonValue) -> bool:
    """Return whether a value's text has these words, one after the other.

    Letters and digits alone are compared: Markdown, spaces, line ends and how a Hangul syllable
    is composed are not what somebody quotes. Words without a letter or digit stand nowhere.
    """
    wanted = _letters(words)
    return bool(wanted) and wanted in _letters("".join(_texts(value)))


def _letters(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFC", text) if one.isalnum())


def _texts(value: JsonValue) -> Iterator[str]:
    """Yield the texts of a value in their order: of a document's nodes not what kind they are."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        node = isinstance(value.get("type"), str)
        for name, one in value.items():
            if not (node and name in ("type", "marks", "version")):
                yield from _texts(one)
