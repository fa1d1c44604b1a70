"""How many issues a promotion touches, and what that asks of whoever promotes."""

import unicodedata
from collections.abc import Iterable

from gateway.promotion.values import PlannedOperation
from sandbox.contract.scope import Refusal

#: Issues above which their number has to be typed.
TYPED_ABOVE = 20
#: Issues above which a narrow screen, where a thumb slips, asks twice.
TWICE_ABOVE = 5


def issues_in(planned: Iterable[PlannedOperation]) -> int:
    """Return how many issues are touched, new ones included."""
    return len({one.issue_id for one in planned})


def not_typed(issues: int, typed: str) -> Refusal | None:
    """Return why what was typed does not confirm a promotion; None when it does, or need not."""
    if issues <= TYPED_ABOVE or _number(typed) == issues:
        return None
    said = "nothing was typed" if not typed.strip() else "another number was typed"
    return Refusal(
        "number",
        f"This writes to {issues} issues, and {said}.",
        "Nothing was begun. Go back, look at what it touches, and type the number of issues.",
    )


def _number(typed: str) -> int | None:
    """Return a number as people type it: with full-width digits, spaces or commas between."""
    plain = unicodedata.normalize("NFKC", typed).replace(",", "").replace(" ", "")
    return int(plain) if plain.isascii() and plain.isdigit() else None
