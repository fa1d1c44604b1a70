"""Deleting: what may go, by which request, and whether only we ever touched it.

Only an undo makes a change of this kind, never an agent, and only where an administrator
switched deleting on. A change of this kind says ``{"thing", "id", "name", "was"}``: what
goes, Jira's id of it, a word for people, and what it must still be.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from enum import StrEnum

from pydantic import JsonValue

from gateway.promotion.fields import fields_of, listed, part
from gateway.promotion.values import PlannedOperation
from sandbox.contract.compare import equal
from sandbox.contract.shapes import Change, ChangeKind, JsonObject


class Thing(StrEnum):
    """What can be deleted."""

    ISSUE = "issue"
    COMMENT = "comment"
    WORKLOG = "worklog"
    LINK = "link"
    REMOTE_LINK = "remote_link"
    ATTACHMENT = "attachment"


_PATHS: dict[Thing, str] = {
    Thing.ISSUE: "issue/{issue}",
    Thing.COMMENT: "issue/{issue}/comment/{id}",
    Thing.WORKLOG: "issue/{issue}/worklog/{id}",
    Thing.LINK: "issueLink/{id}",
    Thing.REMOTE_LINK: "issue/{issue}/remotelink/{id}",
    Thing.ATTACHMENT: "attachment/{id}",
}
#: What of a thing must be as we wrote it.
KEPT: dict[Thing, tuple[str, ...]] = {
    Thing.ISSUE: (),
    Thing.COMMENT: ("body", "visibility"),
    Thing.WORKLOG: ("timeSpentSeconds", "comment"),
    Thing.LINK: (),
    Thing.REMOTE_LINK: ("object",),
    Thing.ATTACHMENT: ("filename", "size"),
}


def thing_of(value: JsonValue) -> Thing | None:
    """Return what a change (its ``after``) or an operation (its wants) deletes."""
    named = part(value, "thing")
    return Thing(named) if isinstance(named, str) and named in set(Thing) else None


def delete_path(change: Change) -> str:
    """Return the path below the API's root."""
    thing, found = thing_of(change.after) or Thing.ISSUE, str(part(change.after, "id") or "")
    return _PATHS[thing].format(issue=change.issue_id, id=found)


def what_was(thing: Thing, found: JsonObject, account: frozenset[str]) -> JsonObject:
    """Return what of a thing must not have changed until it goes.

    Of an issue: that nobody but the gateway's own account has touched it. Who writes
    through the gateway under their own name may also have written by hand.
    """
    if thing is Thing.ISSUE:
        return {"by": [*sorted(account)]}
    return {name: found[name] for name in KEPT[thing] if found.get(name) is not None}


def going_before(planned: PlannedOperation, plan: Iterable[PlannedOperation]) -> frozenset[str]:
    """Return the ids of the issues that earlier requests of a plan delete."""
    return frozenset(
        one.issue_id
        for one in plan
        if one.position < planned.position
        and one.kind is ChangeKind.DELETE
        and thing_of(one.wants) is Thing.ISSUE
    )


def still_is(thing: Thing, was: JsonValue, now: JsonObject, going: Collection[str] = ()) -> bool:
    """Return whether a thing is what it was when the undo was made."""
    known = was if isinstance(was, dict) else {}
    if thing is Thing.ISSUE:
        ours = known.get("by")
        by = frozenset(str(one) for one in ours) if isinstance(ours, list) else frozenset()
        return not touched_by_others(now, by, going)
    return all(equal(known.get(name), now.get(name)) for name in KEPT[thing])


def found_in(
    thing: Thing,
    wanted_id: str,
    doc: JsonObject,
    *,
    comments: list[JsonObject] | None = None,
    worklogs: list[JsonObject] | None = None,
    remote_links: list[JsonObject] | None = None,
) -> JsonObject | None:
    """Return the thing as Jira has it now, or None when it is gone."""
    fields = fields_of(doc)
    places: dict[Thing, Callable[[], list[JsonObject]]] = {
        Thing.ISSUE: lambda: [doc],
        Thing.COMMENT: lambda: (
            listed(part(fields, "comment", "comments")) if comments is None else comments
        ),
        Thing.WORKLOG: lambda: (
            listed(part(fields, "worklog", "worklogs")) if worklogs is None else worklogs
        ),
        Thing.LINK: lambda: listed(fields.get("issuelinks")),
        Thing.REMOTE_LINK: lambda: remote_links or [],
        Thing.ATTACHMENT: lambda: listed(fields.get("attachment")),
    }
    return next((one for one in places[thing]() if str(one.get("id")) == wanted_id), None)


def touched_by_others(
    doc: JsonObject, account: frozenset[str], going: Collection[str] = ()
) -> bool:
    """Return whether anybody but our account edited, discussed or built upon an issue.

    ``going`` are the ids of issues that go before it: sub-tasks of ours.
    """
    children = (str(one.get("id")) for one in listed(fields_of(doc).get("subtasks")))
    if any(one not in going for one in children):
        return True
    return any(not names & account for names in _hands(doc))


def _hands(doc: JsonObject) -> Iterator[frozenset[str]]:
    """Yield the names of everybody who left something on an issue."""
    fields = fields_of(doc)
    for one in listed(part(doc, "changelog", "histories")):
        yield names_of(one.get("author"))
    for name, parts in (("comment", "comments"), ("worklog", "worklogs")):
        for one in listed(part(fields, name, parts)):
            yield names_of(one.get("author"))
            yield names_of(one.get("updateAuthor") or one.get("author"))
    for one in listed(fields.get("attachment")):
        yield names_of(one.get("author"))


def names_of(user: JsonValue) -> frozenset[str]:
    """Return what identifies a user, as our own account's names are kept."""
    found = user if isinstance(user, dict) else {}
    return frozenset(
        str(found[name]).casefold() for name in ("accountId", "key", "name") if found.get(name)
    )
