"""What a later round changed since the one before: compared by what each change writes to."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import JsonValue

from gateway.promotion.fields import part
from sandbox.contract.compare import equal
from sandbox.contract.shapes import Change, ChangeKind


class Since(StrEnum):
    """What became of a change since the round before."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


def place(change: Change) -> tuple[str, str, str]:
    """Return what a change writes to; what is only added is told apart by what it says."""
    if change.kind is ChangeKind.EDIT:
        return change.issue_id, change.kind, change.field or ""
    if change.kind is ChangeKind.COMMENT_EDIT:
        return change.issue_id, change.kind, str(part(change.after, "id"))
    return change.issue_id, change.kind, ""


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
    return equal(said(one), said(other))


def said(change: Change) -> JsonValue:
    """Return a change's value without the ids that each round gives anew."""
    if change.kind is not ChangeKind.EDIT and isinstance(change.after, dict):
        return {name: one for name, one in change.after.items() if name != "id"}
    return change.after
