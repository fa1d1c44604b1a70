"""What was said about an agent's changes, in sentences for the agent. Pure."""

from collections.abc import Iterable

from pydantic import JsonValue

from sandbox.contract.shapes import Change, Told

Spoken = tuple[str, Change, tuple[Told, ...]]
#: Of one thread only the newest remarks are repeated.
_NEWEST = 5


def line(_set: str, change: Change, thread: tuple[Told, ...]) -> str:
    """Return one line: who said what about a change, oldest first."""
    said = "; ".join(f"{'you' if one.agent else one.by}: “{one.text}”" for one in thread[-_NEWEST:])
    what = f"{change.issue_key} {change.field or change.kind.value}"
    more = "" if thread[-1].agent else " (answerReviewer answers)"
    return f"Said about {what}: {said}{more}"


def lines(spoken: Iterable[Spoken], set_id: str) -> list[JsonValue]:
    """Return what was said about one set's changes as JSON."""
    return [
        {"change": change.id, "by": "you" if one.agent else one.by, "text": one.text}
        for owner, change, thread in spoken
        if owner == set_id
        for one in thread
    ]
