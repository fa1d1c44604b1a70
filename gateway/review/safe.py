"""Which changes of a set one button keeps, and what it leaves for a look of their own. Pure.

Keeping is a decision about each change; it approves nothing. What is in conflict, blocked,
flagged in whatever way or not compared with Jira is never among what is kept, nor is what
somebody decided about before.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.promotion.plan import KEEP
from gateway.review.no_ops import is_no_op
from gateway.review.values import ChangeView
from gateway.review.viewing import unflagged
from sandbox.contract.compare import Three


@dataclass(frozen=True, slots=True)
class Parted:
    """The changes of a set by what keeping all that is safe does about them."""

    #: Nothing was seen in them, and nobody decided yet.
    safe: tuple[ChangeView, ...]
    #: Nothing was seen in them, and somebody decided to keep them.
    kept: tuple[ChangeView, ...]
    #: What is left to be decided one by one.
    left: tuple[ChangeView, ...]


def parted(changes: Iterable[ChangeView]) -> Parted:
    """Return which changes can be kept at once, which were, and which are left."""
    seen = [one for one in changes if not is_no_op(one)]
    plain = [one for one in seen if unflagged(one)]
    return Parted(
        safe=tuple(one for one in plain if not one.decided),
        kept=tuple(one for one in plain if one.decided and one.verdict == KEEP),
        left=tuple(one for one in seen if not unflagged(one) and _open(one)),
    )


def _open(view: ChangeView) -> bool:
    """Return whether a decision is still to be made; a conflict is not settled by keeping it."""
    return not view.decided or (view.verdict == KEEP and stuck(view))


def stuck(view: ChangeView) -> bool:
    """Return whether a change cannot be approved as it is."""
    return view.three is Three.CONFLICT or any(one.severity == "block" for one in view.flags)
