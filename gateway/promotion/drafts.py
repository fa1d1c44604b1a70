"""From single changes to requests that have no place in an order yet."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pydantic import JsonValue

from gateway.promotion import service
from gateway.promotion.fields import listed, part, sprint_id
from gateway.promotion.ground import Ground
from gateway.promotion.references import is_temporary_id
from gateway.promotion.requests import Load, Writer, set_change
from gateway.promotion.riding import Riding, riding
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
    along = riding(kept, ground)
    for change in kept:
        if change.id in along.riders:
            continue
        if change.kind is ChangeKind.EDIT:
            edits.setdefault(change.issue_id, []).append(change)
        elif change.kind is ChangeKind.CREATE:
            yield from _create(change, later.get(change.id, frozenset()), writer)
        elif change.kind is ChangeKind.TRANSITION:
            yield from _transitions(change, writer, ground, along)
        elif change.kind in (ChangeKind.COMMENT, ChangeKind.COMMENT_EDIT):
            yield _comment(change, writer, ground)
        else:
            yield _other(change, writer, ground)
    for issue_id, changes in edits.items():
        draft = _edit(changes, along.comments.get(issue_id), writer, ground)
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
        request = writer.edit(change.issue_id, Load(rest))
        yield Draft(ChangeKind.EDIT, (change,), request, {}, rest)


def _edit(
    changes: list[Change], comment: Change | None, writer: Writer, ground: Ground
) -> Draft | None:
    """Return one draft for all edits of an issue; None when they change nothing."""
    load, base = _loaded(changes, comment, ground)
    if not load.wants:
        return None
    carried = (*changes, *([] if comment is None else [comment]))
    request = writer.edit(changes[0].issue_id, load)
    return Draft(ChangeKind.EDIT, carried, request, base, load.wants, tuple(load.sets))


def _loaded(
    changes: Iterable[Change], comment: Change | None, ground: Ground
) -> tuple[Load, dict[str, JsonValue]]:
    """Return what edits of an issue carry, and what they assume."""
    load = Load(comment=None if comment is None else _said(comment))
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
            load.sets[name] = set_change(before, change.after)
        else:
            load.scalars[name] = change.after
    return load, base


def _said(comment: Change) -> JsonObject:
    """Return the parts of a comment that travel along."""
    after = comment.after if isinstance(comment.after, dict) else {}
    return {name: after[name] for name in ("body", "visibility") if after.get(name)}


def _transitions(change: Change, writer: Writer, ground: Ground, along: Riding) -> Iterable[Draft]:
    """Yield one draft per step: folded transitions may have passed through other statuses."""
    steps = route(change, ground.docs.get(change.id), ground.site)
    edits = along.edits.get(change.id, ())
    comment = along.comments.get(change.id)
    load, base = _loaded(edits, comment, ground)
    known = ground.base(change)
    given = given_fields(change)
    load.scalars.update(given)
    base |= {name: known.get(name) for name in given}
    for number, step in enumerate(steps, start=1):
        if number < len(steps):
            yield _step((change,), writer, step, Load(), {})
        else:
            carried = (change, *edits, *([] if comment is None else [comment]))
            yield _step(carried, writer, step, load, base)


def _step(
    changes: tuple[Change, ...],
    writer: Writer,
    step: Step,
    load: Load,
    base: dict[str, JsonValue],
) -> Draft:
    if step.source is not None:
        base = {**base, "status": step.source}
    issue_id = changes[0].issue_id
    return Draft(
        ChangeKind.TRANSITION,
        changes,
        writer.transition(issue_id, step.transition_id, load),
        base,
        {"status": step.target, **load.wants},
        tuple(load.sets),
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
