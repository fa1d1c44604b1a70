"""Block macros of wiki text: ``{code}``, ``{quote}``, ``{panel}`` … cut out of the text."""

import re
from dataclasses import dataclass

#: What stands in the text where a macro was; private characters that no Jira text has.
HOLE = re.compile("\ue000(\\d+)\ue001")

_NAMES = "code|noformat|quote|panel|info|note|tip|warning|expand"
_OPENING = re.compile(rf"\\\{{|\{{({_NAMES})(?::([^}}\n]*))?\}}")
_RAW = ("code", "noformat")


@dataclass(frozen=True, slots=True)
class Macro:
    """One macro with what stood in it, and the whole as it was written."""

    name: str
    parameters: str
    body: str
    source: str


def cut(text: str) -> tuple[str, list[Macro]]:
    """Return the text with a hole for each macro, and the macros."""
    text = text.replace("\ue000", "\ufffd").replace("\ue001", "\ufffd")
    macros: list[Macro] = []
    parts: list[str] = []
    unclosed: set[str] = set()
    position = 0
    while match := _OPENING.search(text, position):
        name = match[1]
        end = _closing(text, name, match.end(), unclosed) if name else None
        if end is None:
            parts.append(text[position : match.end()])
            position = match.end()
            continue
        parts += [text[position : match.start()], f"\ue000{len(macros)}\ue001"]
        body, whole = text[match.end() : end.start()], text[match.start() : end.end()]
        macros.append(Macro(name, (match[2] or "").strip(), body, whole))
        position = end.end()
    return "".join([*parts, text[position:]]), macros


def _closing(text: str, name: str, start: int, unclosed: set[str]) -> re.Match[str] | None:
    """Return the end of a macro; code in it may name it without ending it."""
    if name in unclosed:
        return None
    end = re.compile(rf"(?<!\\)\{{{name}\}}")
    found = end.search(text, start)
    if found is not None and name not in _RAW:
        found = _after_code(text, end, start, found)
    if found is None:
        unclosed.add(name)
    return found


def _after_code(
    text: str, end: re.Pattern[str], start: int, found: re.Match[str]
) -> re.Match[str] | None:
    position = start
    while opening := _RAW_OPENING.search(text, position):
        if opening.start() > found.start():
            break
        closed = text.find(f"{{{opening[1]}}}", opening.end())
        if closed < 0:
            break
        position = closed + len(opening[1]) + 2
        later = end.search(text, position) if position > found.start() else found
        if later is None:
            return found
        found = later
    return found


_RAW_OPENING = re.compile(r"(?<!\\)\{(code|noformat)(?::[^}\n]*)?\}")
