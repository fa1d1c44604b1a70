"""What a later round changed since the one before: compared by what each change writes to."""

from collections.abc import Iterable
from enum import StrEnum

from sandbox.contract.compare import equal
from sandbox.contract.shapes import Change
from sandbox.contract.wishes import place, said


class Since(StrEnum):
    """What became of a change since the round before."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


def since(changes: Iterable[Change], before: Iterable[Change]) -> dict[str, Since]:
    """Return change id to what became of it since the round before."""
    left = list(before)
    found: dict[str, Since] = {}
    for change in changes:
        there = [one for one in left if place(one) == place(change)]
        same = next((one for one in there if _says_the_same(one, change)), None)
        partner = same or next(iter(there), None)
        if partner is not None:
            left.remove(partner)
        found[change.id] = _became(same, partner)
    return found


def earlier(change: Change, before: Iterable[Change]) -> Change | None:
    """Return the version of a change that the round before had."""
    return next((one for one in before if place(one) == place(change)), None)


def dropped(changes: Iterable[Change], before: Iterable[Change]) -> tuple[Change, ...]:
    """Return what the round before had and this one has no more."""
    places = {place(one) for one in changes}
    return tuple(one for one in before if place(one) not in places)


def _became(same: Change | None, partner: Change | None) -> Since:
    if same is not None:
        return Since.SAME
    return Since.NEW if partner is None else Since.CHANGED


def _says_the_same(one: Change, other: Change) -> bool:
    return equal(said(one.kind, one.after), said(other.kind, other.after))
