"""What became of a write whose answer never came: judged from Jira, never guessed.

A marker of ours proves that the write happened; the wanted values alone prove that
nothing is left to do. Only where neither is to be found may the write be tried again.
"""

from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from gateway.promotion.deleting import names_of
from gateway.promotion.drift import Now, achieved, lost_place
from gateway.promotion.fields import Fields, listed, part
from gateway.promotion.history import Replaced, replaced_in
from gateway.promotion.readback import effects_of, overwrote_once, reached_in_history
from gateway.promotion.states import OpEvent
from gateway.promotion.values import Look, PlannedOperation
from sandbox.contract.compare import equal
from sandbox.contract.shapes import ChangeKind, JsonObject

#: Only so many keys behind the last known one are looked at for a lost new issue.
KEY_WALK = 100
#: A run of this many keys without an issue ends the walk (deleted and moved ones leave gaps).
KEY_GAP = 10
GONE = "The issue is gone, so nobody can look it up there."
TOO_MANY = "So many issues are newer that not all were looked at. Please look for it in Jira."
#: Newest comments whose marker is read.
COMMENTS = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe came to."""

    event: OpEvent
    sentence: str = ""
    upstream_id: str | None = None
    upstream_key: str | None = None
    #: Id of a comment that travelled along.
    comment_id: str | None = None
    #: Whether the write that was found replaced what nobody was shown.
    overwrote: bool = False
    #: What it replaced, as far as anybody knows.
    replaced: Replaced = field(default_factory=Replaced)
    #: What was looked at: the evidence for a person.
    looks: tuple[Look, ...] = ()


def judge(
    planned: PlannedOperation, now: Now, fields: Fields, *, marked: bool, after: int | None = None
) -> Finding:
    """Return what became of a write to an issue that exists (not comments, not creates).

    ``after``: the newest comment's id before the request, where one was to travel along.
    """
    found = _judge_values(planned, now, fields, marked=marked)
    if found.event is OpEvent.FOUND:
        hands, lines = hands_of(planned, now), effects_of(planned, None, now.doc, fields)
        was = replaced_in(planned, lines, hands, marked=marked)
        found = replace(found, overwrote=overwrote_once(planned, lines, hands), replaced=was)
    if planned.said is None or found.event is not OpEvent.FOUND:
        return found
    own = [str(one.get("id")) for one in said_with(planned, now, after)]
    if own:
        return replace(found, comment_id=own[0])
    if marked:
        return replace(found, sentence="It was written, but its comment is not there any more.")
    # The values are there, by whatever hand; the comment is not, so the request was not.
    return Finding(OpEvent.NOT_FOUND)


def said_with(planned: PlannedOperation, now: Now, after: int | None) -> list[JsonObject]:
    """Return the comments that travelled with an operation: text, author and a newer id."""
    wanted = part(planned.said, "body")
    return [
        one
        for one in _ours(planned, now.comments or [], now, after)
        if equal(one.get("body"), wanted)
    ]


def _judge_values(planned: PlannedOperation, now: Now, fields: Fields, *, marked: bool) -> Finding:
    if planned.kind is ChangeKind.DELETE:
        gone = achieved(planned, now, fields)
        return Finding(OpEvent.FOUND) if gone else _nowhere(now)
    if now.doc is None or (lost_place(planned, now) and not marked):
        return Finding(OpEvent.CANNOT_TELL, GONE)
    if achieved(planned, now, fields):
        return Finding(OpEvent.FOUND)
    if not marked:
        return Finding(OpEvent.NOT_FOUND)
    if reached_in_history(planned, effects_of(planned, None, now.doc, fields)):
        return Finding(OpEvent.FOUND, "It was written, and changed again since by somebody else.")
    return Finding(
        OpEvent.CANNOT_TELL,
        "Jira carries our mark, but not the values that were approved. Please look at it.",
    )


def newest_id(listed_things: list[JsonObject]) -> int:
    """Return the newest id: what a lost write made has a higher one."""
    ids = (str(one.get("id")) for one in listed_things)
    return max((int(one) for one in ids if one.isascii() and one.isdigit()), default=0)


def _ours(
    planned: PlannedOperation, found: list[JsonObject], now: Now, after: int | None
) -> list[JsonObject]:
    """Return what its author made since, oldest first; without a start there is no telling."""
    if after is None:
        return []
    account = hands_of(planned, now)
    return [
        one for one in found if newest_id([one]) > after and names_of(one.get("author")) & account
    ]


def hands_of(planned: PlannedOperation, now: Now) -> frozenset[str]:
    """Return the names of the account that writes an operation; empty: nobody can tell."""
    own = planned.author.account.casefold()
    return frozenset({own}) if own else now.account


def files_of(now: Now) -> list[JsonObject]:
    """Return an issue's attachments."""
    return listed(part(now.doc, "fields", "attachment"))


def judge_attachment(planned: PlannedOperation, now: Now, after: int | None) -> Finding:
    """Return what became of a file: found by name, size, author and a newer id."""
    for one in _ours(planned, files_of(now), now, after):
        if all(equal(planned.wants.get(name), one.get(name)) for name in ("filename", "size")):
            return Finding(OpEvent.FOUND, upstream_id=str(one.get("id")))
    return _nowhere(now)


def _nowhere(now: Now) -> Finding:
    """Return what it says that something is not there: nothing where the issue is not either."""
    gone = now.doc is None
    return Finding(OpEvent.CANNOT_TELL, GONE) if gone else Finding(OpEvent.NOT_FOUND)


def judge_worklog(planned: PlannedOperation, now: Now, after: int | None) -> Finding:
    """Return what became of a worklog: found by its values, author and a newer id."""
    for one in _ours(planned, now.worklogs or [], now, after):
        same = all(
            equal(_comparable(name, planned.wants.get(name)), _comparable(name, one.get(name)))
            for name in ("timeSpentSeconds", "started", "comment")
            if name in planned.wants
        )
        if same:
            return Finding(OpEvent.FOUND, upstream_id=str(one.get("id")))
    return _nowhere(now)


def judge_comment(planned: PlannedOperation, comments: list[JsonObject]) -> Finding:
    """Return what became of a comment; ``comments`` are all with our marker."""
    if not comments:
        return Finding(OpEvent.NOT_FOUND)
    if len(comments) > 1:
        return Finding(OpEvent.CANNOT_TELL, "Jira has the comment more than once. Keep only one.")
    comment = comments[0]
    found = str(comment.get("id"))
    if equal(comment.get("body"), planned.wants.get("body")):
        return Finding(OpEvent.FOUND, upstream_id=found)
    return Finding(
        OpEvent.FOUND, "It was written, and edited since by somebody else.", upstream_id=found
    )


def judge_create(found: list[JsonObject], *, whole: bool) -> Finding:
    """Return what became of a new issue; ``found`` are all issues with our marker.

    ``whole``: every issue that could be it was looked at.
    """
    if not found:
        return Finding(OpEvent.NOT_FOUND) if whole else Finding(OpEvent.CANNOT_TELL, TOO_MANY)
    if len(found) > 1:
        keys = ", ".join(str(one.get("key")) for one in found)
        return Finding(OpEvent.CANNOT_TELL, f"Jira has it more than once: {keys}. Keep only one.")
    one = found[0]
    return Finding(OpEvent.FOUND, upstream_id=str(one.get("id")), upstream_key=str(one.get("key")))


def look_behind(earlier: int | None, newest: int | None) -> int | None:
    """Return behind which point a write is looked for, should its answer be lost.

    A second try looks behind the same point as the first: what was lost may still come. Only
    where too many keys lie between to walk over them all does it look behind the newest.
    """
    if earlier is None or newest is None:
        return newest if earlier is None else earlier
    return earlier if newest - earlier <= KEY_WALK // 2 else newest


def marked_by_property(doc: JsonObject | None, key: str) -> JsonValue:
    """Return an issue's or comment's property as its JSON carries it."""
    properties = part(doc, "properties")
    if isinstance(properties, dict):
        return properties.get(key)
    for one in listed(properties):
        if one.get("key") == key:
            return one.get("value")
    return None


def _comparable(name: str, value: JsonValue) -> JsonValue:
    # Jira writes times with or without milliseconds and zone colon.
    if name == "started" and isinstance(value, str):
        return value[:19]
    return value
