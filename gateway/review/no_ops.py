"""Changes that would change nothing in Jira as it is now: nobody has to look at them. Pure.

They stay in the set, in its digest and in the plan, and the page shows them when asked: Jira may
change until the promotion, which looks again before each write.
"""

from collections.abc import Iterable

from gateway.review.states import State
from gateway.review.values import ChangeView, ReviewView
from sandbox.contract.compare import Three, equal
from sandbox.contract.shapes import ChangeKind, JsonObject

#: Later on, all that was written equals Jira.
_BEFORE_WRITING = frozenset({State.REVIEW, State.APPROVED})
_THERE = frozenset({Three.SAME, Three.BOTH})
#: What was seen of the agent's reading; that Jira changed since is what makes it a no-op.
_MOOT = frozenset({"stale_read", "unread_write"})


def no_ops(view: ReviewView) -> frozenset[str]:
    """Return the ids of the changes of a set that Jira has already, while it is not written."""
    return idle(view.state, (one for issue in view.issues for one in issue.changes))


def idle(state: State, changes: Iterable[ChangeView]) -> frozenset[str]:
    """Return the ids of these changes that Jira has already, while they are not written."""
    if state not in _BEFORE_WRITING:
        return frozenset()
    return frozenset(one.change.id for one in changes if is_no_op(one))


def is_no_op(view: ChangeView) -> bool:
    """Return whether a kept change wants just what Jira was seen to have.

    Not what a person settled or left out, nor what warns of something: that is to be seen.
    """
    if not view.now_known or view.three not in _THERE or view.verdict != "keep" or view.pick:
        return False
    if any(flag.severity != "info" and flag.id not in _MOOT for flag in view.flags):
        return False
    match view.change.kind:
        case ChangeKind.EDIT | ChangeKind.SPRINT:
            return True
        case ChangeKind.TRANSITION:
            # What its screen asks for is written on the way, whatever the status.
            return not _object(view.wants).get("fields")
        case ChangeKind.COMMENT_EDIT:
            now, wants = _object(view.now), _object(view.wants)
            return all(equal(now.get(name), wants.get(name)) for name in ("body", "visibility"))
        case _:
            return False


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}
