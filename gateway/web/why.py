"""Why something was refused, as pages show it: reasons in the reader's language, then words."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.review.reasons import Reason, apart
from gateway.web.language import N_, Tongue

REASONS: dict[Reason, str] = {
    Reason.WRONG_ISSUE: N_("Wrong issue"),
    Reason.WRONG_FIELD: N_("Wrong field"),
    Reason.WRONG_VALUE: N_("Wrong value"),
    Reason.NOT_ASKED: N_("Not asked for"),
    Reason.WORDING: N_("Wording"),
    Reason.DUPLICATE: N_("Duplicate"),
}


@dataclass(frozen=True, slots=True)
class ReasonChip:
    """One reason to choose."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Why:
    """What somebody said about leaving a change out."""

    #: The words alone.
    text: str
    chips: tuple[ReasonChip, ...]
    #: Reasons and words, to be read.
    said: str


def why(words: str, tongue: Tongue) -> Why:
    """Return words with their reasons apart."""
    reasons, rest = apart(words)
    return Why(rest, chips(reasons, tongue), said(words, tongue))


def chips(chosen: Iterable[Reason], tongue: Tongue) -> tuple[ReasonChip, ...]:
    """Return every reason, those that are chosen marked."""
    own = {*chosen}
    return tuple(
        ReasonChip(str(one), tongue.gettext(text), one in own) for one, text in REASONS.items()
    )


def said(words: str, tongue: Tongue) -> str:
    """Return words as they are read: reasons in the reader's language before them."""
    reasons, rest = apart(words)
    if not reasons:
        return words
    names = " · ".join(tongue.gettext(REASONS[one]) for one in reasons)
    return f"{names}: {rest}" if rest else names
