"""The fields of an issue that a change set leaves as they are. Pure."""

from collections.abc import Iterable

from pydantic import JsonValue

from gateway.promotion.fields import Fields, part
from sandbox.contract.shapes import Change, ChangeKind, JsonObject

#: No fields to a person: what Jira counts by itself, and what has readers of its own.
_UNTOLD = frozenset({
    "comment", "worklog", "attachment", "votes", "watches", "workratio", "lastViewed", "thumbnail",
    "statuscategorychangedate", "statusCategory", "progress", "aggregateprogress",
    "issuerestriction",
})  # fmt: skip
_EMPTY: tuple[JsonValue, ...] = (None, "", [], {})


def unchanged(fields: JsonObject, changes: Iterable[Change], known: Fields) -> JsonObject:
    """Return what is filled in and that none of an issue's changes touches, by field id."""
    touched = {name for one in changes for name in _touched(one, known)} | _UNTOLD
    return {
        name: value
        for name, value in fields.items()
        if name not in touched and value not in _EMPTY and not known.is_rank(name)
    }


def _touched(change: Change, known: Fields) -> Iterable[str]:
    if change.field:
        yield change.field
    if change.kind is ChangeKind.TRANSITION:
        more = part(change.after, "fields")
        yield from ("status", *(more if isinstance(more, dict) else ()))
    if change.kind is ChangeKind.SPRINT and known.sprint:
        yield known.sprint
