"""From a change set and the decisions on it to the exact requests: what approval covers.

``base`` values come from the gateway's own baselines; of a change only ``after`` is
believed. Nothing here reads Jira: whether the plan still fits is ``drift.py``.
"""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from pydantic import JsonValue

from gateway.promotion import confirming, lasting
from gateway.promotion.authors import Author, NoAuthorError, Writers, author_of
from gateway.promotion.drafts import Draft, UnplannableError, drafts, given_fields
from gateway.promotion.fields import Fields
from gateway.promotion.ground import Ground
from gateway.promotion.naming import history_metadata, sentence
from gateway.promotion.quiet import quieted
from gateway.promotion.references import is_temporary_id, mentioned
from gateway.promotion.requests import Writer, reduced, set_change
from gateway.promotion.service import is_service
from gateway.promotion.values import SECURITY, Plan, PlannedOperation, Request
from sandbox.contract.shapes import Change, ChangeKind, ChangeSet

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
    ChangeKind.ATTACHMENT: 8,
    ChangeKind.LINK: 9,
    ChangeKind.DELETE: 10,
}
_CREATE = ChangeKind.CREATE
_LAST = frozenset({ChangeKind.LINK, ChangeKind.DELETE})
#: Fields of a new issue that cannot wait until it has been made.
_AT_ONCE = frozenset({"parent", "project", "issuetype"})


def make_plan(change_set: ChangeSet, decided: Mapping[str, str], ground: Ground) -> Plan:
    """Return the plan; raises UnplannableError."""
    verdicts = effective(change_set, decided)
    kept = [one for one in change_set.changes if verdicts[one.id] == KEEP]
    history = history_metadata(change_set) if ground.naming.history else None
    writer = Writer(ground.identity.flavour, ground.fields, change_set.id, history)
    creates = _creates(kept, change_set)
    later = {
        one.id: _later(one, creates[at:], change_set, ground) for at, one in enumerate(creates)
    }
    found = list(drafts(kept, later, writer, ground))
    order = [*_ordered(found, creates, change_set), *_said(found, writer, change_set, ground)]
    operations = tuple(_placed(order, change_set, ground))
    return Plan(
        seal=change_set.seal,
        identity=ground.identity,
        policy_version=ground.policy_version,
        decisions=verdicts,
        operations=operations,
        stays=lasting.cannot_undo(operations, deletes=ground.deletes),
        confirmations=confirming.needed(operations),
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
    needs = {*change.depends_on}
    creates = [one for one in change_set.changes if one.kind is _CREATE]
    if creates:
        issues = mentioned(change.after, change_set.temporary_keys) | {change.issue_id}
        needs |= {one.id for one in creates if one.issue_id in issues}
    return needs - {change.id}


def wanted_value(change: Change, before: JsonValue, fields: Fields) -> JsonValue:
    """Return how a planned operation says what an edit wants."""
    name = change.field or ""
    if fields.is_set(name, before, change.after):
        return set_change(before, change.after).wants
    return change.after


def _creates(kept: list[Change], change_set: ChangeSet) -> list[Change]:
    """Return the new issues, each after those it names; texts that go in a circle can wait."""
    creates = {one.id: one for one in kept if one.kind is ChangeKind.CREATE}
    place = {one.id: number for number, one in enumerate(change_set.changes)}
    wanted = {name: needed_by(one, change_set) & set(creates) for name, one in creates.items()}
    for graph in (wanted, {name: _at_once(one, change_set) for name, one in creates.items()}):
        try:
            return [creates[name] for name in _topological(graph, place) if name in creates]
        except CycleError:
            continue
    raise UnplannableError(
        "New issues name each other in a circle, so none can be created first. "
        "Leave one of them out."
    )


def _at_once(change: Change, change_set: ChangeSet) -> set[str]:
    """Return the creates that a new issue names where it cannot wait."""
    hard = {name: value for name, value in given_fields(change).items() if name in _AT_ONCE}
    return needed_by(change.model_copy(update={"after": hard, "depends_on": ()}), change_set)


def _later(
    change: Change, rest: list[Change], change_set: ChangeSet, ground: Ground
) -> frozenset[str]:
    """Return the fields that name this new issue itself or one that is made after it."""
    unborn = {one.issue_id for one in rest}
    temporary = change_set.temporary_keys
    found = {
        name for name, value in given_fields(change).items() if mentioned(value, temporary) & unborn
    }
    stuck = sorted(found & ground.required(change))
    if stuck:
        names = ", ".join(ground.fields.name(one) for one in stuck)
        raise UnplannableError(
            f"{change.issue_key} cannot be created: {names} names an issue that is not there "
            "yet. Send it back."
        )
    return frozenset(found)


def _ordered(found: list[Draft], creates: list[Change], change_set: ChangeSet) -> list[Draft]:
    place = {one.id: number for number, one in enumerate(change_set.changes)}
    made = {one.id: number for number, one in enumerate(creates)}
    issues: dict[str, int] = {}
    for one in change_set.changes:
        issues.setdefault(one.issue_id, place[one.id])
    first = [one for one in found if one.kind is ChangeKind.CREATE]
    first.sort(key=lambda one: made[one.first.id])
    rest = [one for one in found if one.kind is not ChangeKind.CREATE]
    rest.sort(
        key=lambda one: (
            _RANK[one.kind] if one.kind in _LAST else 0,
            issues[one.first.issue_id],
            _RANK[one.kind],
            place[one.first.id],
        )
    )
    return first + rest


def _said(
    found: list[Draft], writer: Writer, change_set: ChangeSet, ground: Ground
) -> Iterable[Draft]:
    """Yield the gateway's own comments, one an issue, where a setting wishes for them."""
    if not ground.naming.comment:
        return
    touched = {one.first.issue_id: one.first for one in found if one.kind is not ChangeKind.DELETE}
    for change in touched.values():
        desk = is_service(ground.site, ground.project(change))
        request, wants = writer.own_comment(change.issue_id, sentence(change_set), internal=desk)
        yield Draft(ChangeKind.COMMENT, (change,), request, {}, wants, carries=False)


def _topological(graph: Mapping[str, set[str]], place: Mapping[str, int]) -> Iterable[str]:
    """Yield names, each after those it needs, else in the order they were written."""
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda name: place[name])
        yield from ready
        sorter.done(*ready)


def _placed(
    order: list[Draft], change_set: ChangeSet, ground: Ground
) -> Iterable[PlannedOperation]:
    carried: dict[str, list[int]] = {}
    #: Issue id to the security level that an earlier request gives it.
    levels: dict[str, JsonValue] = {}
    for position, draft in enumerate(order, start=1):
        needs = {name for one in draft.changes for name in needed_by(one, change_set)}
        before = {place for name in needs for place in carried.get(name, ())}
        # Further steps of one transition follow the earlier ones.
        before |= {place for one in draft.changes for place in carried.get(one.id, ())}
        if draft.carries:
            for one in draft.changes:
                carried.setdefault(one.id, []).append(position)
        first = draft.first
        base = _assumed(draft, levels, ground)
        if SECURITY in draft.wants:
            levels[first.issue_id] = draft.wants[SECURITY]
        # Every part of it was checked where it came in; deep texts take long to check again.
        yield PlannedOperation.model_construct(
            position=position,
            kind=draft.kind,
            change_ids=tuple(one.id for one in draft.changes) if draft.carries else (),
            issue_id=first.issue_id,
            issue_key=first.issue_key,
            project_key=ground.project(first),
            request=_request(draft, ground),
            base=base,
            wants=draft.wants,
            set_fields=draft.set_fields,
            depends_on=tuple(sorted(before)),
            author=_author(draft.kind, ground.writers),
            customers=draft.customers,
        )


def _assumed(draft: Draft, levels: Mapping[str, JsonValue], ground: Ground) -> dict[str, JsonValue]:
    """Return what a write assumes: its own fields, and who may see the issue."""
    known, issue_id = ground.base(draft.first), draft.first.issue_id
    if is_temporary_id(issue_id) or SECURITY not in known or SECURITY in draft.wants:
        return draft.base
    return {**draft.base, SECURITY: reduced(levels.get(issue_id, known[SECURITY]))}


def _request(draft: Draft, ground: Ground) -> Request:
    if not ground.quiet:
        return draft.request
    return quieted(draft.request, draft.kind, ground.identity.flavour)


def _author(kind: ChangeKind, writers: Writers) -> Author:
    try:
        return author_of(kind, writers)
    except NoAuthorError as error:
        raise UnplannableError(str(error)) from error
