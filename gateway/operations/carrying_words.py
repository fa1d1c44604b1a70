"""What is said of an operation that was not written, or not as it was meant."""

from collections.abc import Iterable

from gateway.promotion.drift import Drift
from gateway.promotion.fields import Fields
from gateway.promotion.values import SideEffect

PUBLIC = (
    "Jira took the comment, but shows it to customers although it was to be internal. "
    "Hide or delete it in Jira now."
)
MAYBE_PUBLIC = (
    "Jira took the comment, but nobody can tell whether customers see it. Look at it in Jira now."
)


def conflict(fields: Fields, drift: Drift) -> str:
    """Return the sentence about fields that moved after the approval."""
    names = ", ".join(fields.name(name) for name in drift.conflicts)
    return f"Somebody changed it in Jira after it was approved: {names}. Nothing was written."


def hit(fields: Fields, effects: Iterable[SideEffect]) -> str:
    """Return the sentence about fields that an earlier request of the set had changed."""
    found = tuple(effects)
    names = ", ".join(dict.fromkeys(fields.name(one.field) for one in found))
    who = ", ".join(dict.fromkeys(one.by or "Jira" for one in found))
    return (
        f"An earlier request of this change set made {who} change {names}. "
        "Nothing was written; a person has to decide."
    )
