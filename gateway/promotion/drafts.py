"""From single changes to requests that have no place in an order yet."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pydantic import JsonValue

from gateway.promotion import service
from gateway.promotion.fields import listed, part, sprint_id
from gateway.promotion.ground import Ground
from gateway.promotion.references import is_temporary_id
from gateway.promotion.requests import SetChange, Writer, set_change
from gateway.promotion.routes import Step, route
from gateway.promotion.values import Request
from sandbox.contract.compare import equal
from sandbox.contract.shapes import Change, ChangeKind, JsonObject


class UnplannableError(Exception):
    """The kept changes cannot be put into requests; says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An operation before it has a place in the order."""

    kind: ChangeKind
    changes: tuple[Change, ...]
    request: Request
    base: dict[str, JsonValue]
    wants: dict[str, JsonValue]
    set_fields: tuple[str, ...] = ()
    #: Whether customers of a service project would read it.
    customers: bool = False
    #: False for the gateway's own comment, which carries no change.
    carries: bool = True

    @property
    def first(self) -> Change:
        """The change that names issue and project."""
        return self.changes[0]


def drafts(
    kept: list[Change], later: dict[str, frozenset[str]], writer: Writer, ground: Ground
) -> Iterable[Draft]:
    """Yield a draft for each request; ``later``: create to fields set after it is made."""
    edits: dict[str, list[Change]] = {}
    for change in kept:
        if change.kind is ChangeKind.EDIT:
            edits.setdefault(change.issue_id, []).append(change)
        elif change.kind is ChangeKind.CREATE:
            yield from _create(change, later.get(change.id, frozenset()), writer)
        elif change.kind is ChangeKind.TRANSITION:
            yield from _transitions(change, writer, ground)
        elif change.kind in (ChangeKind.COMMENT, ChangeKind.COMMENT_EDIT):
            yield _comment(change, writer, ground)
        else:
            yield _other(change, writer, ground)
    for changes in edits.values():
        draft = _edit(changes, writer, ground)
        if draft is not None:
            yield draft


def given_fields(change: Change) -> JsonObject:
    """Return the fields of a new issue."""
    fields = part(change.after, "fields")
    return fields if isinstance(fields, dict) else {}


def _create(change: Change, later: Collection[str], writer: Writer) -> Iterable[Draft]:
    """Yield the new issue, and an edit for what names issues that come only after it."""
    given = given_fields(change)
    first = {name: value for name, value in given.items() if name not in later}
    yield Draft(change.kind, (change,), writer.create(first), {}, dict(first))
    rest = {name: value for name, value in given.items() if name in later}
    if rest:
        request = writer.edit(change.issue_id, rest, {})
        yield Draft(ChangeKind.EDIT, (change,), request, {}, rest)


def _edit(changes: list[Change], writer: Writer, ground: Ground) -> Draft | None:
    """Return one draft for all edits of an issue; None when they change nothing."""
    scalars: dict[str, JsonValue] = {}
    sets: dict[str, SetChange] = {}
    base: dict[str, JsonValue] = {}
    for change in changes:
        name = change.field or ""
        known = ground.base(change)
        before = known.get(name)
        if equal(before, change.after):
            continue
        if name in known or not is_temporary_id(change.issue_id):
            base[name] = before
        if ground.fields.is_set(name, before, change.after):
            sets[name] = set_change(before, change.after)
        else:
            scalars[name] = change.after
    if not scalars and not sets:
        return None
    wants = {**scalars, **{name: one.wants for name, one in sets.items()}}
    request = writer.edit(changes[0].issue_id, scalars, sets)
    return Draft(ChangeKind.EDIT, tuple(changes), request, base, wants, tuple(sets))


def _transitions(change: Change, writer: Writer, ground: Ground) -> Iterable[Draft]:
    """Yield one draft per step: folded transitions may have passed through other statuses."""
    given = given_fields(change)
    steps = route(change, ground.docs.get(change.id), ground.site)
    for number, step in enumerate(steps, start=1):
        last = number == len(steps)
        yield _step(change, writer, step, given if last else {}, ground)


def _step(change: Change, writer: Writer, step: Step, fields: JsonObject, ground: Ground) -> Draft:
    known = ground.base(change)
    base: dict[str, JsonValue] = {name: known.get(name) for name in fields}
    if step.source is not None:
        base["status"] = step.source
    return Draft(
        change.kind,
        (change,),
        writer.transition(change.issue_id, step.transition_id, fields),
        base,
        {"status": step.target, **fields},
    )


def _comment(change: Change, writer: Writer, ground: Ground) -> Draft:
    after = change.after if isinstance(change.after, dict) else {}
    base: dict[str, JsonValue] = {}
    old = _comment_now(ground.base(change), str(after.get("id")))
    if change.kind is ChangeKind.COMMENT_EDIT:
        base = {name: old.get(name) for name in ("body", "visibility")} if old else {}
    desk = service.is_service(ground.site, ground.project(change))
    customers = desk and _for_customers(change, after, old)
    if desk and not customers:
        after = service.made_internal(after)
        change = change.model_copy(update={"after": after})
    wants: dict[str, JsonValue] = {
        name: value for name, value in after.items() if name not in ("id", "properties")
    }
    if desk and not customers:
        wants[service.INTERNAL] = True
    request = writer.spoken(change)
    return Draft(change.kind, (change,), request, base, wants, customers=customers)


def _for_customers(change: Change, after: JsonObject, old: JsonObject) -> bool:
    """Return whether customers would read it: who edits their comment writes to them."""
    if change.kind is ChangeKind.COMMENT_EDIT:
        return service.internal(old) is not True or service.wants_customers(after)
    return service.wants_customers(after)


def _other(change: Change, writer: Writer, ground: Ground) -> Draft:
    after = change.after if isinstance(change.after, dict) else {}
    base: dict[str, JsonValue] = {}
    wants: dict[str, JsonValue] = {
        name: value for name, value in after.items() if name not in ("id", "properties")
    }
    if change.kind is ChangeKind.SPRINT:
        wants = {"sprint": sprint_id(change.after)}
        base = {"sprint": sprint_id(ground.base(change).get(ground.fields.sprint or ""))}
    if change.kind is ChangeKind.DELETE:
        base = {"was": after.get("was")}
        wants = {name: after.get(name) for name in ("thing", "id", "name")}
    request = writer.spoken(change)
    if change.kind is ChangeKind.REMOTE_LINK:
        wants["globalId"] = part(request.body, "globalId")
    return Draft(change.kind, (change,), request, base, wants)


def _comment_now(fields: JsonObject, comment_id: str) -> JsonObject:
    for comment in listed(part(fields, "comment", "comments")):
        if str(comment.get("id")) == comment_id:
            return comment
    return {}
