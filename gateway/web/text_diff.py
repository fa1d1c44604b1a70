"""Comparing two runs of words: what stayed, what went, what came.

Latin text is compared by word, Hangul and Han by syllable: Korean words carry their
particles and endings, so a word diff would mark nearly everything.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from unicodedata import category, normalize

#: White space · one Hangul, kana or Han syllable · a word · one other character.
_WORDS = re.compile(
    r"\s+|[\uac00-\ud7a3\u3040-\u30ff\u3400-\u9fff]"
    r"|[^\W\uac00-\ud7a3\u3040-\u30ff\u3400-\u9fff]+|[^\w\s]"
)
#: Beyond this product of lengths the middle is replaced whole; SequenceMatcher is
#: quadratic and a page must come in a moment.
_MAX_WORK = 4_000_000
#: So many signs that happen to stand on both sides hold no two sentences together.
_SIGNS = 2


class Step(StrEnum):
    """What became of a run."""

    EQUAL = "equal"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of both sides: equal, or replaced (one side may be empty)."""

    step: Step
    a: slice
    b: slice


def words(text: str) -> list[str]:
    """Return a text as the pieces that are compared."""
    return _WORDS.findall(normalize("NFC", text.replace("\r\n", "\n")))


def runs(a: Sequence[Hashable], b: Sequence[Hashable], texts: Sequence[str]) -> list[Run]:
    """Return how ``a`` becomes ``b``; ``texts`` are the words of ``a``.

    Equal stretches too small to help a reader are taken into the edits around them.
    """
    head, tail = _common_ends(a, b)
    middle_a, middle_b = a[head : len(a) - tail], b[head : len(b) - tail]
    found = [Run(Step.EQUAL, slice(0, head), slice(0, head))]
    found += [_moved(run, head) for run in _middle(middle_a, middle_b)]
    found.append(Run(Step.EQUAL, slice(len(a) - tail, len(a)), slice(len(b) - tail, len(b))))
    return _merged([run for run in found if _length(run)], texts)


def _common_ends(a: Sequence[Hashable], b: Sequence[Hashable]) -> tuple[int, int]:
    shorter = min(len(a), len(b))
    head = next((i for i in range(shorter) if a[i] != b[i]), shorter)
    room = shorter - head
    tail = next((i for i in range(room) if a[-1 - i] != b[-1 - i]), room)
    return head, tail


def _middle(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Run]:
    if len(a) * len(b) > _MAX_WORK:
        return [Run(Step.REPLACE, slice(0, len(a)), slice(0, len(b)))]
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return [
        Run(Step.EQUAL if tag == "equal" else Step.REPLACE, slice(i1, i2), slice(j1, j2))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
    ]


def _moved(run: Run, by: int) -> Run:
    a, b = run.a, run.b
    return Run(run.step, slice(a.start + by, a.stop + by), slice(b.start + by, b.stop + by))


def _length(run: Run) -> int:
    return len(range(run.a.start, run.a.stop)) + len(range(run.b.start, run.b.stop))


def _merged(found: list[Run], texts: Sequence[str]) -> list[Run]:
    """Join neighbouring edits, and edits with nothing worth reading between them."""
    out: list[Run] = []
    for place, run in enumerate(found):
        between = 0 < place < len(found) - 1 and bool(out) and out[-1].step is Step.REPLACE
        tiny = run.step is Step.EQUAL and between and _tiny("".join(texts[run.a]))
        step = Step.REPLACE if tiny else run.step
        if out and out[-1].step is step:
            last = out.pop()
            run = Run(step, slice(last.a.start, run.a.stop), slice(last.b.start, run.b.stop))  # noqa: PLW2901 - the run grown by its neighbour
            out.append(run)
        else:
            out.append(Run(step, run.a, run.b))
    return out


def _tiny(text: str) -> bool:
    """Return whether a stretch is of spaces and at most a sign or two: nothing that one reads."""
    signs = text.strip()
    return len(signs) <= _SIGNS and all(category(one).startswith("P") for one in signs)
