"""Undoing what made something: deleting exactly that, where deleting is switched on."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from pydantic import JsonValue

from gateway.promotion import lasting
from gateway.promotion.deleting import Thing, found_in, touched_by_others, what_was
from gateway.promotion.drift import Now, link_of
from gateway.promotion.fields import fields_of, listed, part
from gateway.promotion.lasting import Lasting
from gateway.promotion.values import PlannedOperation, Receipt
from sandbox.contract.compare import equal
from sandbox.contract.shapes import Change, ChangeKind, IssueBaseline, JsonObject

THINGS: dict[ChangeKind, Thing] = {
    ChangeKind.CREATE: Thing.ISSUE,
    ChangeKind.COMMENT: Thing.COMMENT,
    ChangeKind.WORKLOG: Thing.WORKLOG,
    ChangeKind.LINK: Thing.LINK,
    ChangeKind.REMOTE_LINK: Thing.REMOTE_LINK,
    ChangeKind.ATTACHMENT: Thing.ATTACHMENT,
}


@dataclass(frozen=True, slots=True)
class Made:
    """Something that an operation made, and what is known of its issue now."""

    planned: PlannedOperation
    receipt: Receipt
    newest: IssueBaseline
    #: Names of the account that we write as.
    account: frozenset[str]
    #: Ids of the issues that the same undo deletes.
    going: Collection[str] = ()


def take_back(made: Made, *, door: str, now: int) -> Change | Lasting | None:
    """Return the deletion, or why there is none; None when it is gone already."""
    thing = THINGS[made.planned.kind]
    found = _found(thing, made)
    if found is None:
        return None
    if thing is Thing.ISSUE:
        if touched_by_others(made.newest.doc, made.account, made.going):
            return lasting.USED
    elif not _as_we_wrote(thing, made, found):
        return lasting.CHANGED
    after: JsonObject = {
        "thing": thing.value,
        "id": str(found.get("id")),
        "name": _name(thing, made, found),
        "was": what_was(thing, found, made.account),
    }
    return Change(
        id="",
        kind=ChangeKind.DELETE,
        issue_id=made.planned.issue_id,
        issue_key=made.newest.key,
        after=after,
        base_revision=made.newest.revision,
        written_at=now,
        read_at=now,
        door=door,
    )


def _found(thing: Thing, made: Made) -> JsonObject | None:
    extra, doc = made.newest.extra, made.newest.doc
    wanted = str(made.receipt.upstream_id)
    if thing is Thing.LINK:
        return link_of(made.planned, Now(doc))
    if thing is Thing.ISSUE:
        wanted = str(doc.get("id"))
    links = listed(extra.get("remote_links"))
    if thing is Thing.REMOTE_LINK:
        same = [one for one in links if one.get("globalId") == made.planned.wants.get("globalId")]
        return same[0] if same else None
    worklogs = extra.get("worklogs")
    return found_in(
        thing,
        wanted,
        doc,
        worklogs=listed(worklogs) if isinstance(worklogs, list) else None,
        remote_links=links,
    )


def _as_we_wrote(thing: Thing, made: Made, found: JsonObject) -> bool:
    names = _WRITTEN.get(thing, ())
    wants = made.planned.wants
    if thing is Thing.REMOTE_LINK:
        # Jira adds to what was sent.
        wants, found, names = _object(wants), _object(found), tuple(_object(wants))
    return all(equal(wants.get(name), found.get(name)) for name in names if name in wants)


def _object(link: JsonObject) -> JsonObject:
    found = link.get("object")
    return found if isinstance(found, dict) else {}


#: What of a thing must still be as it was wanted.
_WRITTEN: dict[Thing, tuple[str, ...]] = {
    Thing.COMMENT: ("body",),
    Thing.WORKLOG: ("timeSpentSeconds", "comment"),
    Thing.ATTACHMENT: ("filename", "size"),
}


def _name(thing: Thing, made: Made, found: JsonObject) -> str:
    names: dict[Thing, Callable[[], JsonValue]] = {
        Thing.ISSUE: lambda: f"{made.newest.key} {fields_of(made.newest.doc).get('summary')}",
        Thing.ATTACHMENT: lambda: found.get("filename"),
        Thing.REMOTE_LINK: lambda: part(found, "object", "title"),
        Thing.LINK: lambda: part(found, "type", "name"),
    }
    return str(names[thing]() if thing in names else found.get("id"))
