"""Which change sets a person may approve several at a time: those that need no look of their own.

It is the same approval, with one rule more. What a set needs a look of its own for is a
table; what is not in it is as harmless as values that an undo puts back. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.promotion.lasting import NOTICES
from gateway.promotion.plan import KEEP
from gateway.review.values import ChangeView, Flag
from sandbox.contract.compare import Three
from sandbox.contract.scope import Refusal

#: Sets that may be approved at once: each is read in Jira before, and again at its approval.
MOST = 20
#: Every set that is read beside Jira has this one; the number stands in its line.
_EVERYWHERE = "notifies"
_NEXT = "Open it and decide about it there."


@dataclass(frozen=True, slots=True)
class Weighed:
    """What of a set decides whether it needs a look of its own."""

    changes: tuple[ChangeView, ...]
    #: Of the set as a whole.
    flags: tuple[Flag, ...]
    #: Codes of what an undo would leave (``promotion.lasting``).
    stays: frozenset[str] = frozenset()
    #: Whether the approval takes a second confirmation.
    confirmed_apart: bool = False
    round: int = 1


def own_look(found: Weighed) -> Refusal | None:
    """Return why a set needs a look of its own, or None: it may be approved with others."""
    for code, applies, sentence in REASONS:
        if applies(found):
            return Refusal(code, sentence, _NEXT)
    return None


def flags_of(found: Weighed) -> tuple[Flag, ...]:
    """Return what was seen of a set that is worth a look."""
    every = (*found.flags, *(flag for one in found.changes for flag in one.flags))
    return tuple(one for one in every if one.id != _EVERYWHERE or one.severity != "info")


def _conflict(found: Weighed) -> bool:
    return any(one.three is Three.CONFLICT for one in found.changes)


def _flagged(found: Weighed) -> bool:
    return bool(flags_of(found))


def irreversible(found: Weighed) -> bool:
    """Return whether an undo would not put all of it back."""
    # Mails cannot be called back whatever is written.
    return bool(found.stays - {NOTICES.code})


def _touched(found: Weighed) -> bool:
    return any(one.verdict != KEEP or one.pick or one.words for one in found.changes)


def _later_round(found: Weighed) -> bool:
    return found.round > 1


def _confirmed_apart(found: Weighed) -> bool:
    return found.confirmed_apart


#: Code, what it is about and what people are told, in the order in which they are asked.
REASONS: tuple[tuple[str, Callable[[Weighed], bool], str], ...] = (
    ("own_conflict", _conflict, "Somebody changed the same field in Jira."),
    ("own_flag", _flagged, "Something was seen in it that is worth a look."),
    (
        "own_confirmation",
        _confirmed_apart,
        "Its approval takes a second confirmation.",
    ),
    ("own_lasting", irreversible, "An undo would not put all of it back."),
    ("own_touched", _touched, "Somebody has already left out or edited a part of it."),
    ("own_round", _later_round, "It answers what a person wrote about the round before."),
)
