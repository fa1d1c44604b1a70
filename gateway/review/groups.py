"""Changes that are the same on many issues, so that they can be looked at once. Pure.

A group only says what is alike: each change keeps its own verdict, and the digest names each.
"""

from dataclasses import dataclass

from gateway.review.values import ChangeView, ReviewView
from sandbox.contract.compare import mark_of
from sandbox.contract.shapes import ChangeKind
from sandbox.contract.wishes import said

#: On so many issues it is worth to be looked at once.
LEAST = 3
#: What is new with each issue, or names it, is never the same.
_ALONE = frozenset({ChangeKind.CREATE, ChangeKind.LINK, ChangeKind.DELETE})


@dataclass(frozen=True, slots=True)
class Group:
    """One change on several issues, in the order of the page."""

    changes: tuple[ChangeView, ...]

    @property
    def first(self) -> ChangeView:
        """The one that stands for what all of them want."""
        return self.changes[0]


def groups(view: ReviewView) -> tuple[Group, ...]:
    """Return what is wanted alike on at least ``LEAST`` issues."""
    found: dict[tuple[str, str, bytes], dict[str, ChangeView]] = {}
    for issue in view.issues:
        for one in issue.changes:
            if one.change.kind not in _ALONE:
                # Twice on one issue, it is looked at there.
                found.setdefault(_likeness(one), {}).setdefault(issue.issue_id, one)
    return tuple(Group(tuple(one.values())) for one in found.values() if len(one) >= LEAST)


def _likeness(view: ChangeView) -> tuple[str, str, bytes]:
    """Return what is the same of two changes: kind, field, and what is added or wanted."""
    change = view.change
    if isinstance(view.wants, list):
        old = [*map(mark_of, view.base if isinstance(view.base, list) else [])]
        new = [*map(mark_of, view.wants)]
        come, gone = set(new) - set(old), set(old) - set(new)
        marks = b"\n".join([*sorted(come), b"-", *sorted(gone)])
        return str(change.kind), change.field or "", marks
    return str(change.kind), change.field or "", mark_of(said(change.kind, view.wants))
