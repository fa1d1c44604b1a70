"""Is an answer that says *done* to be believed? Asked of what was read back after it. Pure.

A proxy, an app or a fault can answer 2xx to what Jira never did. Such an answer is no
receipt: what carries a mark is looked up like any lost answer, the rest is for a person.
"""

from gateway.promotion.drift import Now, achieved, value_now
from gateway.promotion.fields import Fields
from gateway.promotion.states import OpEvent
from gateway.promotion.values import PlannedOperation
from sandbox.contract.compare import equal
from sandbox.contract.shapes import ChangeKind

#: Kinds whose answer names what was made.
_NAMED = frozenset(
    {ChangeKind.CREATE, ChangeKind.COMMENT, ChangeKind.WORKLOG, ChangeKind.ATTACHMENT}
)
#: Kinds that leave their mark at the issue, in the same request.
_MARKED = frozenset({ChangeKind.EDIT, ChangeKind.TRANSITION})

NAMELESS = "Jira answered as if it had done it, but did not say what it made."
UNSHOWN = "Jira answered as if it had done it, but shows nothing of it."


def nameless(planned: PlannedOperation, new_id: str | None) -> bool:
    """Return whether an answer fails to name what the request was to make."""
    return planned.kind in _NAMED and new_id is None


def doubt(
    planned: PlannedOperation, before: Now, after: Now, fields: Fields, *, marked: bool
) -> OpEvent | None:
    """Return what an answer comes to that the issue itself does not bear out, or None.

    ``marked``: the issue carries this operation's own mark.
    """
    if planned.kind in _NAMED or marked or after.doc is None or achieved(planned, after, fields):
        return None
    if planned.kind in _MARKED:
        return OpEvent.NO_ANSWER
    # Jira may show a value in a form of its own; where nothing moved, nothing happened.
    moved = any(
        not equal(value_now(planned, name, before, fields), value_now(planned, name, after, fields))
        for name in planned.wants
    )
    return None if moved else OpEvent.CANNOT_TELL
