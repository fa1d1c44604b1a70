"""When two changes ask for the same: what each writes to, and what it says there. Pure."""

from collections.abc import Iterable

from pydantic import JsonValue

from sandbox.contract.compare import equal
from sandbox.contract.shapes import Change, ChangeKind

#: Kinds that add something each time; whatever else is done twice is done once.
_ADDING = frozenset({ChangeKind.CREATE, ChangeKind.COMMENT, ChangeKind.WORKLOG})


def place(change: Change) -> tuple[str, str, str]:
    """Return what a change writes to; what is only added is told apart by what it says."""
    if change.kind is ChangeKind.EDIT:
        return change.issue_id, change.kind, change.field or ""
    if change.kind is ChangeKind.COMMENT_EDIT and isinstance(change.after, dict):
        return change.issue_id, change.kind, str(change.after.get("id"))
    return change.issue_id, change.kind, ""


def said(kind: ChangeKind, value: JsonValue) -> JsonValue:
    """Return what a change of some kind wants, without the ids that each round gives anew."""
    if kind is not ChangeKind.EDIT and isinstance(value, dict):
        return {name: one for name, one in value.items() if name != "id"}
    return value


def same_wish(one: Change, other: Change) -> bool:
    """Return whether both write the same to the same place, whatever Jira has there by now.

    A new issue has another temporary id each time: it is the same if it says the same.
    """
    if one.kind is not other.kind:
        return False
    return (one.kind is ChangeKind.CREATE or place(one) == place(other)) and equal(
        said(one.kind, one.after), said(other.kind, other.after)
    )


def doubles(changes: Iterable[Change]) -> frozenset[str]:
    """Return the ids of changes that add the very same as an earlier one of them does."""
    found, before = set[str](), dict[tuple[str, str, str], list[Change]]()
    for one in changes:
        if one.kind in _ADDING:
            earlier = before.setdefault(_group(one), [])
            if any(same_wish(one, other) for other in earlier):
                found.add(one.id)
            earlier.append(one)
    return frozenset(found)


def _group(change: Change) -> tuple[str, str, str]:
    """Return what changes have to share to be looked at side by side."""
    if change.kind is not ChangeKind.CREATE or not isinstance(change.after, dict):
        return place(change)
    fields = change.after.get("fields")
    return "", change.kind, str(fields.get("summary")) if isinstance(fields, dict) else ""
