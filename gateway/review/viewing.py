"""What of a change somebody has looked at: its content, by a digest. Pure."""

import hashlib

from gateway.review.values import ChangeView
from sandbox.contract.compare import Three, mark_of
from sandbox.contract.digest import canonical
from sandbox.contract.shapes import ChangeKind
from sandbox.contract.wishes import said


def content(view: ChangeView) -> str:
    """Return what a reader sees of a change: where, what is wanted, and what it replaces.

    The same in a later round that has the change as it was; another one when the agent, a
    reviewer or somebody in Jira makes it another.
    """
    change = view.change
    was = view.now if view.now_known else view.base
    wanted = said(change.kind, view.wants)
    # Of what is only added nothing in Jira is replaced.
    replaced = mark_of(was if change.kind in _REPLACING else None)
    place = canonical([change.issue_key, str(change.kind), change.field or ""])
    # It decides nothing, and stands on the page twice: no longer than it takes to tell apart.
    return hashlib.sha256(b"\n".join((place, mark_of(wanted), replaced))).hexdigest()[:20]


def unflagged(view: ChangeView) -> bool:
    """Return whether nothing was seen in a change that asks for a look of its own.

    A conflict does, a flag of whatever severity, and a change that Jira was not read for.
    """
    return view.three is not Three.CONFLICT and view.now_known and not view.flags


_REPLACING = frozenset(
    {ChangeKind.EDIT, ChangeKind.TRANSITION, ChangeKind.COMMENT_EDIT, ChangeKind.SPRINT}
)
