"""What is other now than on a page that somebody still has open, in sentences."""

from gateway.operations.seeing import Sight
from gateway.promotion.plan import REJECT

#: So many decisions are named to somebody whose page grew old.
_MOST_SAID = 8


def differences(sight: Sight, shown: str) -> tuple[str, ...]:
    """Return what can be said about why the digest is another one now."""
    found: list[str] = []
    if not shown:
        found.append("The page did not say what was shown.")
    found += _said_since(sight)
    if sight.review.approved_digest is not None:
        found.append("It was approved with the digest that is shown now.")
    return tuple(found)


def _said_since(sight: Sight) -> list[str]:
    """Return who decided what about single changes, the newest first."""
    names = {
        one.change.id: f"{one.change.issue_key} {one.field_name or one.change.kind}"
        for one in sight.shown.changes
    }
    ordered = sorted(sight.decisions.values(), key=lambda one: -one.at)
    found: list[str] = []
    for one in ordered[:_MOST_SAID]:
        who, what = sight.names.get(one.by, one.by), names.get(one.change_id, one.change_id)
        if one.verdict == REJECT:
            found.append(f"{who} left out: {what}.")
        elif one.settled is not None:
            found.append(f"{who} settled the value of: {what}.")
        else:
            found.append(f"{who} kept: {what}.")
    return found
