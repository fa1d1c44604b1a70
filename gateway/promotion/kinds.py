"""Every kind of change as one row: preconditions, request, marker, probe, read-back, inverse.

The other modules of this room ask this table what a kind has; the table in
``docs/reference.md`` is made of it. A new kind without a row fails the suite.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sandbox.contract.shapes import ChangeKind


class Condition(StrEnum):
    """What must hold in Jira in the moment before the request is sent."""

    ISSUE = "the issue is there, in the project that was approved"
    BASE = "every touched field still has the approved value before; sets merge by element"
    OFFERED = "a transition to the approved status is offered"
    COMMENT = "the comment is there, with the approved text before"
    EXISTS = "all new issues that it names exist by now"
    HELD = "the gateway holds the very bytes that were approved"
    SWITCH = "deleting is switched on, and confirmed a second time by every approver"
    UNTOUCHED = "nobody but us has touched what is to go"
    INTERNAL = "in a service project: internal, or a customer reply that was confirmed"


class Marker(StrEnum):
    """How a write can be told from somebody else's."""

    PROPERTY = "property `airlock.last` in the same request"
    GLOBAL_ID = "a `globalId` of its own: sent twice, it replaces"
    NEWER = "none: ids above the newest one before the request, made by our account"
    NATURAL = "none needed: done twice is done once"


class Probe(StrEnum):
    """How a lost answer is looked up."""

    VALUES = "marker and values of the issue by its id, else its history"
    NEW_ISSUE = "the keys after the project's newest one, then a search: marker of each"
    COMMENT = "the newest comments of the issue: marker of each"
    WORKLOG = "newer worklogs of our account with the same time and text"
    FILE = "newer files of our account with the same name and size"
    PRESENCE = "whether it is there (or gone), by its values"


class ReadBack(StrEnum):
    """What is read again after an answer, and must show what was wanted."""

    FIELDS = "the issue with its changelog: wanted values, what they replaced, side effects"
    COMMENT = "the comment, also that customers cannot see it when it is internal"
    ISSUE = "the issue with its changelog: side effects"
    FILE = "the attachment's name and size"
    GONE = "that it is gone"


class Inverse(StrEnum):
    """How an undo takes it back."""

    VALUES = "an edit (transition, move) back to what was really replaced"
    OPPOSITE = "the opposite request"
    DELETE = "deleting exactly that, if deleting is switched on; else it stays"
    NEVER = "none: what was deleted is gone for good"


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind: the six answers that promotion needs of it."""

    preconditions: tuple[Condition, ...]
    #: Method and path below the API's root; ``{}`` stands for an id.
    request: tuple[str, ...]
    marker: Marker
    probe: Probe
    read_back: ReadBack
    inverse: Inverse


_ISSUE, _BASE, _EXISTS = Condition.ISSUE, Condition.BASE, Condition.EXISTS
KINDS: Mapping[ChangeKind, KindRow] = {
    ChangeKind.CREATE: KindRow(
        (_EXISTS,),
        ("POST issue",),
        Marker.PROPERTY,
        Probe.NEW_ISSUE,
        ReadBack.FIELDS,
        Inverse.DELETE,
    ),
    ChangeKind.EDIT: KindRow(
        (_ISSUE, _BASE, _EXISTS),
        ("PUT issue/{}",),
        Marker.PROPERTY,
        Probe.VALUES,
        ReadBack.FIELDS,
        Inverse.VALUES,
    ),
    ChangeKind.TRANSITION: KindRow(
        (_ISSUE, _BASE, Condition.OFFERED, _EXISTS),
        ("POST issue/{}/transitions",),
        Marker.PROPERTY,
        Probe.VALUES,
        ReadBack.FIELDS,
        Inverse.VALUES,
    ),
    ChangeKind.COMMENT: KindRow(
        (_ISSUE, Condition.INTERNAL, _EXISTS),
        ("POST issue/{}/comment",),
        Marker.PROPERTY,
        Probe.COMMENT,
        ReadBack.COMMENT,
        Inverse.DELETE,
    ),
    ChangeKind.COMMENT_EDIT: KindRow(
        (_ISSUE, Condition.COMMENT, Condition.INTERNAL, _EXISTS),
        ("PUT issue/{}/comment/{}",),
        Marker.PROPERTY,
        Probe.VALUES,
        ReadBack.COMMENT,
        Inverse.VALUES,
    ),
    ChangeKind.WORKLOG: KindRow(
        (_ISSUE, _EXISTS),
        ("POST issue/{}/worklog",),
        Marker.PROPERTY,
        Probe.WORKLOG,
        ReadBack.ISSUE,
        Inverse.DELETE,
    ),
    ChangeKind.LINK: KindRow(
        (_ISSUE, _EXISTS),
        ("POST issueLink",),
        Marker.NATURAL,
        Probe.PRESENCE,
        ReadBack.ISSUE,
        Inverse.DELETE,
    ),
    ChangeKind.REMOTE_LINK: KindRow(
        (_ISSUE, _EXISTS),
        ("POST issue/{}/remotelink",),
        Marker.GLOBAL_ID,
        Probe.PRESENCE,
        ReadBack.ISSUE,
        Inverse.DELETE,
    ),
    ChangeKind.WATCHER: KindRow(
        (_ISSUE,),
        ("POST issue/{}/watchers", "DELETE issue/{}/watchers"),
        Marker.NATURAL,
        Probe.PRESENCE,
        ReadBack.ISSUE,
        Inverse.OPPOSITE,
    ),
    ChangeKind.SPRINT: KindRow(
        (_ISSUE, _BASE),
        ("POST sprint/{}/issue", "POST backlog/issue"),
        Marker.NATURAL,
        Probe.VALUES,
        ReadBack.ISSUE,
        Inverse.VALUES,
    ),
    ChangeKind.ATTACHMENT: KindRow(
        (_ISSUE, Condition.HELD),
        ("POST issue/{}/attachments",),
        Marker.NEWER,
        Probe.FILE,
        ReadBack.FILE,
        Inverse.DELETE,
    ),
    ChangeKind.DELETE: KindRow(
        (_ISSUE, Condition.SWITCH, Condition.UNTOUCHED),
        (
            "DELETE issue/{}",
            "DELETE issue/{}/comment/{}",
            "DELETE issue/{}/worklog/{}",
            "DELETE issueLink/{}",
            "DELETE issue/{}/remotelink/{}",
            "DELETE attachment/{}",
        ),
        Marker.NATURAL,
        Probe.PRESENCE,
        ReadBack.GONE,
        Inverse.NEVER,
    ),
}


def having(*, inverse: Inverse) -> frozenset[ChangeKind]:
    """Return the kinds that an undo takes back in one way."""
    return frozenset(kind for kind, row in KINDS.items() if row.inverse is inverse)
