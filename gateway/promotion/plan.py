"""From a change set and the decisions on it to the exact requests: what approval covers.

``base`` values come from the gateway's own baselines; of a change only ``after`` is
believed. Nothing here reads Jira: whether the plan still fits is ``drift.py``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from pydantic import JsonValue

from gateway.promotion.authors import Author, NoAuthorError, Writers, author_of
from gateway.promotion.fields import Fields, fields_of, listed, part, project_key, sprint_id
from gateway.promotion.references import is_temporary_id, mentioned
from gateway.promotion.requests import CARRIED, SetChange, Writer, set_change
from gateway.promotion.routes import Step, route
from gateway.promotion.values import Plan, PlannedOperation, Request, SiteIdentity
from sandbox.contract.compare import equal
from sandbox.contract.shapes import Change, ChangeKind, ChangeSet, JsonObject, SiteBaseline

KEEP = "keep"
REJECT = "reject"

#: Creates first, links last; in between each issue's edit, then what follows from it.
_RANK = {
    ChangeKind.CREATE: 0,
    ChangeKind.EDIT: 1,
    ChangeKind.SPRINT: 2,
    ChangeKind.TRANSITION: 3,
    ChangeKind.COMMENT: 4,
    ChangeKind.COMMENT_EDIT: 4,
    ChangeKind.WORKLOG: 5,
    ChangeKind.WATCHER: 6,
    ChangeKind.REMOTE_LINK: 7,
    ChangeKind.LINK: 8,
}


class UnplannableError(Exception):
    """The kept changes cannot be put into requests; says why."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan stands on besides the change set: all of it the gateway's own."""

    identity: SiteIdentity
    site: SiteBaseline
    policy_version: str
    #: Change id to the issue document that its ``before`` is taken from.
    docs: Mapping[str, JsonObject]
    #: Who could write.
    writers: Writers = field(default_factory=Writers)

    @property
    def fields(self) -> Fields:
        """The site's fields."""
        return Fields.of(self.site)

    def base(self, change: Change) -> JsonObject:
        """Return the fields that a change's issue had in the gateway's own baseline."""
        return fields_of(self.docs.get(change.id))


@dataclass(frozen=True, slots=True)
class _Draft:
    """An operation before it has a place in the order."""

    kind: ChangeKind
    changes: tuple[Change, ...]
    request: Request
    base: dict[str, JsonValue]
    wants: dict[str, JsonValue]
    set_fields: tuple[str, ...] = ()

    @property
    def first(self) -> Change:
        """The change that names issue and project."""
        return self.changes[0]


def make_plan(change_set: ChangeSet, decided: Mapping[str, str], ground: Ground) -> Plan:
    """Return the plan; raises UnplannableError."""
    verdicts = effective(change_set, decided)
    kept = [one for one in change_set.changes if verdicts[one.id] == KEEP]
    writer = Writer(ground.identity.flavour, ground.fields, change_set.id)
    drafts = list(_drafts(kept, writer, ground))
    order = _ordered(drafts, change_set)
    return Plan(
        seal=change_set.seal,
        identity=ground.identity,
        policy_version=ground.policy_version,
        decisions=verdicts,
        operations=tuple(_placed(order, change_set, ground)),
    )


def effective(change_set: ChangeSet, decided: Mapping[str, str]) -> dict[str, str]:
    """Return keep or reject for every change: what needs a rejected one is rejected too."""
    rejected = {one.id for one in change_set.changes if decided.get(one.id) == REJECT}
    needs = {one.id: needed_by(one, change_set) for one in change_set.changes}
    while True:
        more = {name for name, wanted in needs.items() if wanted & rejected} - rejected
        if not more:
            break
        rejected |= more
    return {one.id: REJECT if one.id in rejected else KEEP for one in change_set.changes}


def needed_by(change: Change, change_set: ChangeSet) -> set[str]:
    """Return the ids of the changes of this set that a change cannot do without."""
    creates = {one.issue_id: one.id for one in change_set.changes if one.kind is ChangeKind.CREATE}
    issues = mentioned(change.after, change_set.temporary_keys) | {change.issue_id}
    named = {creates[one] for one in issues if one in creates}
    return (named | set(change.depends_on)) - {change.id}


def wanted_value(change: Change, before: JsonValue, fields: Fields) -> JsonValue:
    """Return how a planned operation says what an edit wants."""
    name = change.field or ""
    if fields.is_set(name, before, change.after):
        return set_change(before, change.after).wants
    return change.after


def _drafts(kept: list[Change], writer: Writer, ground: Ground) -> Iterable[_Draft]:
    edits: dict[str, list[Change]] = {}
    for change in kept:
        if change.kind not in CARRIED:
            raise UnplannableError(
                f"A change of kind '{change.kind}' cannot be carried to Jira yet. Leave it out."
            )
        if change.kind is ChangeKind.EDIT:
            edits.setdefault(change.issue_id, []).append(change)
        elif change.kind is ChangeKind.CREATE:
            yield _create(change, writer)
        elif change.kind is ChangeKind.TRANSITION:
            yield from _transitions(change, writer, ground)
        else:
            yield _other(change, writer, ground)
    for changes in edits.values():
        draft = _edit(changes, writer, ground)
        if draft is not None:
            yield draft


def _create(change: Change, writer: Writer) -> _Draft:
    fields = part(change.after, "fields")
    given = fields if isinstance(fields, dict) else {}
    return _Draft(change.kind, (change,), writer.create(given), {}, dict(given))


def _edit(changes: list[Change], writer: Writer, ground: Ground) -> _Draft | None:
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
    return _Draft(ChangeKind.EDIT, tuple(changes), request, base, wants, tuple(sets))


def _transitions(change: Change, writer: Writer, ground: Ground) -> Iterable[_Draft]:
    """Yield one draft per step: folded transitions may have passed through other statuses."""
    fields = part(change.after, "fields")
    given = fields if isinstance(fields, dict) else {}
    steps = route(change, ground.docs.get(change.id), ground.site)
    for number, step in enumerate(steps, start=1):
        last = number == len(steps)
        yield _step(change, writer, step, given if last else {}, ground)


def _step(change: Change, writer: Writer, step: Step, fields: JsonObject, ground: Ground) -> _Draft:
    known = ground.base(change)
    base: dict[str, JsonValue] = {name: known.get(name) for name in fields}
    if step.source is not None:
        base["status"] = step.source
    return _Draft(
        change.kind,
        (change,),
        writer.transition(change.issue_id, step.transition_id, fields),
        base,
        {"status": step.target, **fields},
    )


def _other(change: Change, writer: Writer, ground: Ground) -> _Draft:
    after = change.after if isinstance(change.after, dict) else {}
    base: dict[str, JsonValue] = {}
    wants: dict[str, JsonValue] = {
        name: value for name, value in after.items() if name not in ("id", "properties")
    }
    if change.kind is ChangeKind.COMMENT_EDIT:
        base = _comment_now(ground.base(change), str(after.get("id")))
    if change.kind is ChangeKind.SPRINT:
        wants = {"sprint": sprint_id(change.after)}
        base = {"sprint": sprint_id(ground.base(change).get(ground.fields.sprint or ""))}
    request = writer.spoken(change)
    if change.kind is ChangeKind.REMOTE_LINK:
        wants["globalId"] = part(request.body, "globalId")
    return _Draft(change.kind, (change,), request, base, wants)


def _comment_now(fields: JsonObject, comment_id: str) -> dict[str, JsonValue]:
    for comment in listed(part(fields, "comment", "comments")):
        if str(comment.get("id")) == comment_id:
            return {"body": comment.get("body"), "visibility": comment.get("visibility")}
    return {}


def _ordered(drafts: list[_Draft], change_set: ChangeSet) -> list[_Draft]:
    creates = {one.first.id: one for one in drafts if one.kind is ChangeKind.CREATE}
    graph = {name: needed_by(one.first, change_set) & set(creates) for name, one in creates.items()}
    place = {one.id: number for number, one in enumerate(change_set.changes)}
    issues: dict[str, int] = {}
    for one in change_set.changes:
        issues.setdefault(one.issue_id, place[one.id])
    try:
        first = [creates[name] for name in _topological(graph, place)]
    except CycleError:
        raise UnplannableError(
            "New issues name each other in a circle, so none can be created first. "
            "Leave one of them out."
        ) from None
    rest = [one for one in drafts if one.kind is not ChangeKind.CREATE]
    rest.sort(
        key=lambda one: (
            one.kind is ChangeKind.LINK,
            issues[one.first.issue_id],
            _RANK[one.kind],
            place[one.first.id],
        )
    )
    return first + rest


def _topological(graph: dict[str, set[str]], place: Mapping[str, int]) -> Iterable[str]:
    """Yield names, each after those it needs, else in the order they were written."""
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda name: place[name])
        yield from ready
        sorter.done(*ready)


def _placed(
    order: list[_Draft], change_set: ChangeSet, ground: Ground
) -> Iterable[PlannedOperation]:
    carried: dict[str, list[int]] = {}
    for position, draft in enumerate(order, start=1):
        needs = {name for one in draft.changes for name in needed_by(one, change_set)}
        before = {place for name in needs for place in carried.get(name, ())}
        # Further steps of one transition follow the earlier ones.
        before |= {place for one in draft.changes for place in carried.get(one.id, ())}
        for one in draft.changes:
            carried.setdefault(one.id, []).append(position)
        first = draft.first
        doc = ground.docs.get(first.id)
        yield PlannedOperation(
            position=position,
            kind=draft.kind,
            change_ids=tuple(one.id for one in draft.changes),
            issue_id=first.issue_id,
            issue_key=first.issue_key,
            project_key=project_key(doc, first.issue_key),
            request=draft.request,
            base=draft.base,
            wants=draft.wants,
            set_fields=draft.set_fields,
            depends_on=tuple(sorted(before)),
            author=_author(draft.kind, ground.writers),
        )


def _author(kind: ChangeKind, writers: Writers) -> Author:
    try:
        return author_of(kind, writers)
    except NoAuthorError as error:
        raise UnplannableError(str(error)) from error
