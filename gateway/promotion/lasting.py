"""What stays in Jira although its change set is undone: sentences for people.

Each sentence is a whole text without values, so that the pages can translate it; the
issues that it is about stand beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.promotion.kinds import KINDS, Inverse, having
from gateway.promotion.values import PlannedOperation, Stays
from sandbox.contract.shapes import ChangeKind


@dataclass(frozen=True, slots=True)
class Lasting:
    """Something that an undo leaves as it is, and what a person can do about it."""

    code: str
    sentence: str
    next_step: str
    #: The issues that it is about; empty when it is about all of them.
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return issues, sentence and next step as one text."""
        about = f"{', '.join(self.keys)}: " if self.keys else ""
        return f"{about}{self.sentence} {self.next_step}"


NOTICES = Lasting(
    "notices",
    "Mails that Jira has sent and automations that it has set off cannot be called back.",
    "Tell the people concerned.",
)
_DELETE = "Delete it in Jira by hand if it should go; deleting is switched off here."
#: Kinds that make something which only deleting would take back.
STAYS: dict[ChangeKind, Lasting] = {
    ChangeKind.CREATE: Lasting(
        "create", "A new issue is not deleted by an undo.", "Close or delete it in Jira by hand."
    ),
    ChangeKind.COMMENT: Lasting("comment", "A comment is not deleted by an undo.", _DELETE),
    ChangeKind.WORKLOG: Lasting("worklog", "Logged work is not deleted by an undo.", _DELETE),
    ChangeKind.LINK: Lasting("link", "An issue link is not deleted by an undo.", _DELETE),
    ChangeKind.REMOTE_LINK: Lasting(
        "remote_link", "A web link is not deleted by an undo.", _DELETE
    ),
    ChangeKind.ATTACHMENT: Lasting(
        "attachment", "An attached file is not deleted by an undo.", _DELETE
    ),
}
#: Kinds that an undo turns back with a request of its own.
TURNS_BACK = having(inverse=Inverse.VALUES) | having(inverse=Inverse.OPPOSITE)
#: Kinds that an undo deletes again, where deleting is switched on.
GOES_AGAIN = having(inverse=Inverse.DELETE)
DELETED = Lasting(
    "deleted",
    "What was deleted is gone for good; an undo cannot make it again.",
    "Write it again in Jira by hand if it is needed.",
)
MAYBE_USED = Lasting(
    "maybe_used",
    "A new issue is deleted by an undo only while nobody else has touched it.",
    "Look at the issue before you undo.",
)
USED = Lasting(
    "used",
    "Somebody else has worked on the new issue since, so it is not deleted.",
    "Close or delete it in Jira by hand.",
)
CHANGED = Lasting(
    "changed",
    "Somebody changed it since it was written, so it is not deleted.",
    "Look at it in Jira and delete it by hand if it should go.",
)
MAYBE_NO_WAY = Lasting(
    "maybe_no_way",
    "A status can be turned back only if the workflow offers a way back then.",
    "Look at the workflow before you approve.",
)
NO_WAY = Lasting(
    "no_way",
    "The workflow offers no way back to the status before.",
    "Move the issue in Jira by hand.",
)
WORKFLOW_FIELD = Lasting(
    "workflow_field",
    "A resolution follows the workflow; an undo does not set it by itself.",
    "Look at the issue's resolution after the undo.",
)
GONE = Lasting(
    "gone", "It is no longer in Jira, or is hidden from us.", "Look for it in Jira by hand."
)
UNTRACED = Lasting(
    "untraced",
    "Somebody changed a field before it was read again, so it is not touched.",
    "Compare it with the issue's history in Jira.",
)
RACED = Lasting(
    "raced",
    "Somebody's edit fell together with ours, so nobody knows what to put back.",
    "Compare it with the issue's history in Jira.",
)
UNTOLD = Lasting(
    "untold",
    "Jira's answer was lost, and its history does not say what was replaced.",
    "Compare it with the issue's history in Jira.",
)
NOT_OURS = Lasting(
    "not_ours",
    "Jira had the wanted value already, so nothing of it is ours to take back.",
    "Edit the issue in Jira if it should change.",
)
UNKNOWN_KIND = Lasting(
    "unknown_kind", "An undo does not know this kind of request.", "Put it right in Jira by hand."
)


#: Every sentence by its code: a plan names the code, the pages say the sentence.
BY_CODE: dict[str, Lasting] = {
    one.code: one
    for one in (
        NOTICES,
        DELETED,
        MAYBE_USED,
        USED,
        CHANGED,
        MAYBE_NO_WAY,
        NO_WAY,
        WORKFLOW_FIELD,
        GONE,
        UNTRACED,
        RACED,
        UNTOLD,
        NOT_OURS,
        UNKNOWN_KIND,
        *STAYS.values(),
    )
}


def cannot_undo(operations: Sequence[PlannedOperation], *, deletes: bool) -> tuple[Stays, ...]:
    """Return what an undo of these would leave, to be read before they are approved."""
    found = [about(one, op.issue_key) for op in operations for one in _all_of(op, deletes=deletes)]
    every = merged([*found, NOTICES] if operations else [])
    return tuple(Stays(code=one.code, keys=one.keys) for one in every)


def about(lasting: Lasting, key: str) -> Lasting:
    """Return the same sentence, about one issue."""
    return Lasting(lasting.code, lasting.sentence, lasting.next_step, (key,))


def merged(found: Iterable[Lasting]) -> tuple[Lasting, ...]:
    """Return each sentence once, with all issues that it is about."""
    keys: dict[str, dict[str, None]] = {}
    kinds: dict[str, Lasting] = {}
    for one in found:
        kinds.setdefault(one.code, one)
        keys.setdefault(one.code, {}).update(dict.fromkeys(one.keys))
    return tuple(
        Lasting(code, one.sentence, one.next_step, tuple(keys[code])) for code, one in kinds.items()
    )


def _all_of(operation: PlannedOperation, *, deletes: bool) -> tuple[Lasting, ...]:
    own = _of(operation.kind, deletes=deletes)
    return own if operation.said is None else (*own, *_of(ChangeKind.COMMENT, deletes=deletes))


def _of(kind: ChangeKind, *, deletes: bool) -> tuple[Lasting, ...]:
    inverse = KINDS[kind].inverse
    if kind is ChangeKind.TRANSITION:
        return (MAYBE_NO_WAY,)
    if inverse is Inverse.NEVER:
        return (DELETED,)
    if inverse is not Inverse.DELETE:
        return ()
    if not deletes:
        return (STAYS[kind],)
    return (MAYBE_USED,) if kind is ChangeKind.CREATE else ()
