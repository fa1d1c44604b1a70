"""Undo: from what our writes really replaced to the changes that put it back.

The changes are a change set like any other: they take the same way through review,
approval and promotion. *Wanted* is what a write replaced, *base* is what it wrote: so a
later edit by somebody else is a conflict, never overwritten. For that, each change names
the newest of the gateway's own baselines that shows what was written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from gateway.promotion import lasting
from gateway.promotion.deleting import Thing, thing_of
from gateway.promotion.drift import Now, missing
from gateway.promotion.fields import Fields, fields_of, listed, part, sprint_id
from gateway.promotion.lasting import Lasting, about
from gateway.promotion.requests import set_change
from gateway.promotion.routes import brief, route
from gateway.promotion.taking_back import Made, take_back
from gateway.promotion.values import PlannedOperation, Receipt
from sandbox.contract.compare import elements, equal, normal
from sandbox.contract.digest import canonical
from sandbox.contract.shapes import (
    Change,
    ChangeKind,
    IssueBaseline,
    JsonObject,
    SiteBaseline,
)

#: Stands where an agent's sets say through which door they came.
DOOR = "gateway"
_PREFIX = "undo-"


def set_id(review_id: int, number: int) -> str:
    """Return the id of a set that undoes a review; no workspace has such an id."""
    return f"{workspace(review_id)}.{number}"


def workspace(review_id: int) -> str:
    """Return what stands in place of a workspace for all undos of a review."""
    return f"{_PREFIX}{review_id}"


def is_undo(change_set: str) -> bool:
    """Return whether a set's id says that it was made by an undo (a claim until audited)."""
    return change_set.startswith(_PREFIX)


@dataclass(frozen=True, slots=True)
class Done:
    """One operation that was applied, with real ids in place of temporary ones."""

    planned: PlannedOperation
    receipt: Receipt
    #: False when Jira had everything already and nothing was sent.
    wrote: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """What the gateway knows of the issues when an undo is made."""

    site: SiteBaseline
    #: Issue id to the gateway's own baselines, newest first; none when it is gone.
    baselines: Mapping[str, tuple[IssueBaseline, ...]]
    #: Issue id to the transitions that Jira offers now.
    offered: Mapping[str, tuple[JsonObject, ...]] = field(default_factory=dict)
    now: int = 0
    #: Names of the account that we write as.
    account: frozenset[str] = frozenset()
    #: Whether an administrator switched deleting on.
    deletes: bool = False

    @property
    def fields(self) -> Fields:
        """The site's fields."""
        return Fields.of(self.site)


@dataclass(frozen=True, slots=True)
class Undo:
    """The changes that put things back, and what stays as it is."""

    changes: tuple[Change, ...]
    stays: tuple[Lasting, ...]


@dataclass(frozen=True, slots=True)
class _Slot:
    """One value in Jira that was written: what was there before, what we wrote."""

    planned: PlannedOperation
    kind: ChangeKind
    name: str
    before: JsonValue
    wrote: JsonValue

    @property
    def key(self) -> tuple[str, ChangeKind, str]:
        """What several writes of one value have in common."""
        return self.planned.issue_id, self.kind, self.name


#: A change in the making, or why there is none; None when there is nothing left to do.
_Made = Change | Lasting | None


def undo(done: Iterable[Done], known: Known) -> Undo:
    """Return how to put back what these operations, in their order, replaced."""
    done = tuple(done)
    gone, stays = _taken_back(done, known)
    going = {one.issue_id for one in gone if thing_of(one.after) is Thing.ISSUE}
    slots: dict[tuple[str, ChangeKind, str], _Slot] = {}
    for one in done:
        if one.planned.issue_id in going:
            continue  # with the issue goes everything on it
        for found in _slots(one, known):
            if isinstance(found, Lasting):
                stays.append(about(found, _key(one.planned, known)))
                continue
            first = slots.get(found.key)
            slots[found.key] = found if first is None else _folded(first, found)
    changes: list[Change] = []
    for slot in slots.values():
        made = _turned(slot, known)
        if isinstance(made, Lasting):
            stays.append(about(made, _key(slot.planned, known)))
        elif made is not None:
            changes.append(made)
    changes += [
        one for one in gone if one.issue_id not in going or thing_of(one.after) is Thing.ISSUE
    ]
    numbered = tuple(
        one.model_copy(update={"id": f"c{number}"}) for number, one in enumerate(changes, start=1)
    )
    return Undo(numbered, lasting.merged([*stays, *([lasting.NOTICES] if numbered else [])]))


def _taken_back(done: tuple[Done, ...], known: Known) -> tuple[list[Change], list[Lasting]]:
    """Return deletions of what was made, newest first, and what stays of it."""
    every = [part for one in reversed(done) for part in (_comment_of(one), one) if part]
    made = [one for one in every if one.planned.kind in lasting.GOES_AGAIN]
    gone: list[Change] = []
    stays: list[Lasting] = []
    going: set[str] = set()
    for one in made:
        found = _deleted(one, known, going)
        if isinstance(found, Lasting):
            stays.append(about(found, _key(one.planned, known)))
        elif found is not None:
            gone.append(found)
            if one.planned.kind is ChangeKind.CREATE:
                going.add(one.planned.issue_id)
    return gone, stays


def _comment_of(done: Done) -> Done | None:
    """Return the comment that travelled with an operation, as an operation of its own."""
    said, receipt = done.planned.said, done.receipt
    if said is None or receipt.comment_id is None:
        return None
    planned = done.planned.model_copy(
        update={"kind": ChangeKind.COMMENT, "base": {}, "wants": said, "set_fields": ()}
    )
    return Done(planned, receipt.model_copy(update={"upstream_id": receipt.comment_id}), done.wrote)


def _deleted(done: Done, known: Known, going: set[str]) -> _Made:
    planned = done.planned
    if not known.deletes:
        return lasting.STAYS[planned.kind]
    baselines = known.baselines.get(planned.issue_id)
    if not baselines:
        return lasting.GONE
    if not done.wrote:
        return lasting.NOT_OURS
    made = Made(planned, done.receipt, baselines[0], known.account, frozenset(going))
    return take_back(made, door=DOOR, now=known.now)


def _slots(done: Done, known: Known) -> Iterable[_Slot | Lasting]:
    """Yield every value that an operation replaced, or why it stays."""
    planned, kind = done.planned, done.planned.kind
    if kind in lasting.GOES_AGAIN:
        return
    if kind not in lasting.TURNS_BACK:
        yield lasting.DELETED
    elif not known.baselines.get(planned.issue_id):
        yield lasting.GONE
    elif not done.wrote:
        yield lasting.NOT_OURS
    elif kind is ChangeKind.WATCHER:
        yield _Slot(planned, kind, canonical(normal(_watcher(planned))).decode(), None, None)
    elif kind is ChangeKind.COMMENT_EDIT:
        yield _Slot(planned, kind, _comment_id(planned), *_bodies(done))
    else:
        yield from (_field(done, name, known) for name in planned.values)


def _field(done: Done, name: str, known: Known) -> _Slot | Lasting:
    planned = done.planned
    kind = (
        planned.kind if name == "status" or planned.kind is ChangeKind.SPRINT else ChangeKind.EDIT
    )
    if not done.receipt.tells(name):
        return lasting.UNTOLD
    if name in planned.set_fields:
        return _Slot(planned, kind, name, *_set_sides(done, name))
    if done.receipt.overwrote and name not in done.receipt.traced:
        return lasting.RACED
    if planned.kind is ChangeKind.TRANSITION and name == "resolution":
        return lasting.WORKFLOW_FIELD
    before, after = done.receipt.replaced.get(name, (planned.base.get(name), planned.wants[name]))
    if planned.kind is ChangeKind.SPRINT or known.fields.is_sprint(name):
        return _Slot(planned, kind, name, sprint_id(before), sprint_id(after))
    shown = Now({"fields": {name: after}})
    # What is read back may be somebody else's by then: only what we wanted is ours.
    strange = name in missing(planned, shown, known.fields)
    return _Slot(planned, kind, name, before, planned.wants[name] if strange else after)


def _set_sides(done: Done, name: str) -> tuple[JsonValue, JsonValue]:
    """Return which elements our write really took out, and which it really put in."""
    wants = done.planned.wants[name]
    before = done.receipt.replaced.get(name, (done.planned.base.get(name), None))[0]
    there = {canonical(one) for one in elements(before)}
    added = [one for one in _items(part(wants, "add")) if canonical(normal(one)) not in there]
    removed = [one for one in _items(part(wants, "remove")) if canonical(normal(one)) in there]
    return removed, added


def _folded(first: _Slot, later: _Slot) -> _Slot:
    """Return two writes of one value as one: from the first's before to the last's after."""
    if first.name in first.planned.set_fields:
        return _Slot(
            later.planned,
            first.kind,
            first.name,
            [*_items(first.before), *_items(later.before)],
            [*_items(first.wrote), *_items(later.wrote)],
        )
    return _Slot(later.planned, first.kind, first.name, first.before, later.wrote)


def _turned(slot: _Slot, known: Known) -> _Made:
    """Return the change that puts one value back."""
    if slot.name in slot.planned.set_fields:
        return _set_back(slot, known)
    return _TURNED[slot.kind](slot, known)


def _set_back(slot: _Slot, known: Known) -> _Made:
    """Take out what we put in and put in what we took out; other elements stay."""
    newest = _newest(slot, known)
    now = _items(fields_of(newest.doc).get(slot.name))
    ours = {canonical(normal(one)) for one in _items(slot.wrote)}
    kept = [one for one in now if canonical(normal(one)) not in ours]
    there = {canonical(normal(one)) for one in kept}
    back = [one for one in _items(slot.before) if canonical(normal(one)) not in there]
    wanted: JsonValue = [*kept, *back]
    change = set_change(now, wanted)
    return _change(slot, newest, wanted, known) if change.add or change.remove else None


def _field_back(slot: _Slot, known: Known) -> _Made:
    sprint = known.fields.is_sprint(slot.name)

    def value(one: IssueBaseline) -> JsonValue:
        found = fields_of(one.doc).get(slot.name)
        return sprint_id(found) if sprint else found

    base = _base(slot, known, value)
    return _change(slot, base, slot.before, known) if isinstance(base, IssueBaseline) else base


def _sprint_back(slot: _Slot, known: Known) -> _Made:
    name = known.fields.sprint or ""
    base = _base(slot, known, lambda one: sprint_id(fields_of(one.doc).get(name)))
    if not isinstance(base, IssueBaseline):
        return base
    wanted: JsonValue = None if slot.before is None else {"id": slot.before}
    return _change(slot, base, wanted, known)


def _comment_back(slot: _Slot, known: Known) -> _Made:
    if _comment(_newest(slot, known), slot.name) is None:
        return lasting.GONE
    base = _base(slot, known, lambda one: part(_comment(one, slot.name), "body"))
    if not isinstance(base, IssueBaseline):
        return base
    wanted: JsonObject = {"id": slot.name, "body": slot.before}
    visibility = part(slot.planned.base, "visibility")
    return _change(
        slot, base, {**wanted, "visibility": visibility} if visibility else wanted, known
    )


def _status_back(slot: _Slot, known: Known) -> _Made:
    base = _base(slot, known, lambda one: brief(fields_of(one.doc).get("status")))
    if not isinstance(base, IssueBaseline):
        return base
    offered = known.offered.get(slot.planned.issue_id, ())
    target = brief(slot.before)
    after: JsonObject = {"status": target, "transition": {"id": ""}, "fields": {}}
    change = _change(slot, base, after, known)
    direct = [one for one in offered if equal(part(one.get("to"), "id"), part(target, "id"))]
    if direct:
        way = {name: direct[0][name] for name in ("id", "name") if name in direct[0]}
        return change.model_copy(update={"after": {**after, "transition": way}})
    moved = not equal(brief(fields_of(_newest(slot, known).doc).get("status")), brief(slot.wrote))
    first = route(change, base.doc, known.site)[0].transition_id
    # Moved on since, it is a conflict for a person; else there has to be a way back now.
    found = moved or (first and first in {str(one.get("id")) for one in offered})
    return change if found else lasting.NO_WAY


def _watcher_back(slot: _Slot, known: Known) -> _Made:
    newest, user = _newest(slot, known), _watcher(slot.planned)
    added = slot.planned.wants.get("add") is not None
    watching = newest.extra.get("watchers")
    if isinstance(watching, list) and (any(equal(one, user) for one in watching) is not added):
        return None
    return _change(slot, newest, {"remove" if added else "add": user}, known)


_TURNED: dict[ChangeKind, Callable[[_Slot, Known], _Made]] = {
    ChangeKind.EDIT: _field_back,
    ChangeKind.SPRINT: _sprint_back,
    ChangeKind.COMMENT_EDIT: _comment_back,
    ChangeKind.TRANSITION: _status_back,
    ChangeKind.WATCHER: _watcher_back,
}


def _base(
    slot: _Slot, known: Known, value: Callable[[IssueBaseline], JsonValue]
) -> IssueBaseline | Lasting | None:
    """Return the newest baseline that shows what we wrote; None when it is put back already."""
    if equal(value(_newest(slot, known)), slot.before):
        return None
    for one in known.baselines[slot.planned.issue_id]:
        if equal(value(one), slot.wrote):
            return one
    return lasting.UNTRACED


def _change(slot: _Slot, base: IssueBaseline, wanted: JsonValue, known: Known) -> Change:
    return Change(
        id="",
        kind=slot.kind,
        issue_id=slot.planned.issue_id,
        issue_key=base.key,
        field=slot.name if slot.kind is ChangeKind.EDIT else None,
        after=wanted,
        base_revision=base.revision,
        written_at=known.now,
        read_at=known.now,
        door=DOOR,
    )


def _newest(slot: _Slot, known: Known) -> IssueBaseline:
    return known.baselines[slot.planned.issue_id][0]


def _key(planned: PlannedOperation, known: Known) -> str:
    found = known.baselines.get(planned.issue_id)
    return found[0].key if found else planned.issue_key


def _comment_id(planned: PlannedOperation) -> str:
    return planned.request.path.rsplit("/", 1)[-1]


def _comment(baseline: IssueBaseline, comment_id: str) -> JsonObject | None:
    every = listed(part(fields_of(baseline.doc), "comment", "comments"))
    return next((one for one in every if str(one.get("id")) == comment_id), None)


def _bodies(done: Done) -> tuple[JsonValue, JsonValue]:
    planned = done.planned
    return done.receipt.replaced.get("body", (planned.base.get("body"), planned.wants.get("body")))


def _watcher(planned: PlannedOperation) -> JsonValue:
    added = planned.wants.get("add")
    return planned.wants.get("remove") if added is None else added


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
