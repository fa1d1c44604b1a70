"""What an undo is about: the review it undoes, and the places it writes to."""

from gateway.promotion.undo import is_undo
from sandbox.contract.shapes import Change, ChangeKind

#: Issue, kind, and field or comment.
Place = tuple[str, ChangeKind, str]


def undone_of(change_set: str) -> int | None:
    """Return the review that a set's id says it undoes (a claim until audited), or None."""
    number = change_set.partition("-")[2].partition(".")[0]
    return int(number) if is_undo(change_set) and number.isascii() and number.isdigit() else None


def place(change: Change) -> Place:
    """Return what a change writes to."""
    comment = change.after.get("id") if isinstance(change.after, dict) else None
    return change.issue_id, change.kind, change.field or str(comment or "")
