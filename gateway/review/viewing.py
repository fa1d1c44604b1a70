"""What of a change somebody has looked at: its content, by a digest. Pure."""

from gateway.review.rounds import said
from gateway.review.values import ChangeView
from sandbox.contract.compare import normal
from sandbox.contract.digest import digest
from sandbox.contract.shapes import ChangeKind


def content(view: ChangeView) -> str:
    """Return what a reader sees of a change: where, what is wanted, and what it replaces.

    The same in a later round that has the change as it was; another one when the agent, a
    reviewer or somebody in Jira makes it another.
    """
    change = view.change
    was = view.now if view.now_known else view.base
    wanted = said(change.model_copy(update={"after": view.wants}))
    # Of what is only added nothing in Jira is replaced.
    replaced = normal(was) if change.kind in _REPLACING else None
    place = [change.issue_key, str(change.kind), change.field or ""]
    return digest([place, normal(wanted), replaced])


_REPLACING = frozenset(
    {ChangeKind.EDIT, ChangeKind.TRANSITION, ChangeKind.COMMENT_EDIT, ChangeKind.SPRINT}
)
