"""Whether the person an agent worked for may approve what it did. Pure.

What was left out of a set is not done, so nothing is asked of it.
"""

from dataclasses import replace

from gateway.policy.self_approval import SelfApproval
from gateway.promotion.plan import KEEP
from gateway.review.together import Weighed, flags_of, irreversible
from sandbox.contract.scope import Refusal

#: Flag of a change to an issue that is not assigned to the person served.
_NOT_THEIRS = "not_assignee"
_ELSE = "Ask somebody else to approve it, or leave that part out."


def needs_another(weighed: Weighed, policy: SelfApproval) -> Refusal | None:
    """Return why the person served may not approve this set, or None."""
    if policy is SelfApproval.YES:
        return None
    if policy is SelfApproval.NO:
        return Refusal(
            "self",
            "The agent worked for you, and the policy wants another pair of eyes.",
            "Ask somebody else to approve it.",
        )
    kept = replace(weighed, changes=tuple(one for one in weighed.changes if one.verdict == KEEP))
    seen = flags_of(kept)
    if any(one.id == _NOT_THEIRS for one in seen):
        return Refusal("self", _THEIRS, _ELSE)
    if seen:
        return Refusal("self", _FLAGGED, _ELSE)
    return Refusal("self", _LASTING, _ELSE) if irreversible(kept) else None


_THEIRS = (
    "The agent worked for you, and an issue of this set is not yours, so somebody else approves it."
)
_FLAGGED = (
    "The agent worked for you, and something was seen in this set, so somebody else approves it."
)
_LASTING = (
    "The agent worked for you, and an undo would not put all of this set back, so somebody else "
    "approves it."
)
