"""Why something is refused, in a word that can be counted, before the reviewer's own words.

A reason stands in brackets at the beginning of the words: ``[not asked for] …``. So it
reaches the agent, the history and the reports as it is, whatever door it came through.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Reasons that can be chosen."""

    WRONG_ISSUE = "wrong issue"
    WRONG_FIELD = "wrong field"
    WRONG_VALUE = "wrong value"
    NOT_ASKED = "not asked for"
    WORDING = "wording"
    DUPLICATE = "duplicate"


_FIRST = re.compile(r"\s*\[([a-z ]{1,20})\]")


def with_reasons(reasons: Collection[str], words: str) -> str:
    """Return words with reasons before them; what is no reason is left out."""
    before, rest = apart(words)
    chosen = {*reasons, *before}
    marks = [f"[{one}]" for one in Reason if one in chosen]
    return " ".join([*marks, *([rest] if rest else [])])


def apart(words: str) -> tuple[tuple[Reason, ...], str]:
    """Return the reasons at the beginning of words, and what follows them."""
    found: list[Reason] = []
    rest = words
    while (mark := _FIRST.match(rest)) is not None and mark[1] in list(Reason):
        found += [] if mark[1] in found else [Reason(mark[1])]
        rest = rest[mark.end() :]
    return tuple(found), rest.strip()


def counted(words: Iterable[str]) -> Mapping[Reason | None, int]:
    """Return how often each reason stands in these words; None: words without any."""
    found: Counter[Reason | None] = Counter()
    for one in words:
        reasons, rest = apart(one)
        found.update(reasons or ((None,) if rest else ()))
    return found
