"""What people's decisions mean for an agent's shadows. Pure.

Decisions are made on changes; a shadow has fields, comments and links. Here the one is
turned into the other: which field goes back, which comment is not carried over.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from sandbox.contract.shapes import (
    SETTLED,
    Change,
    ChangeKind,
    ChangeOutcome,
    ChangeSet,
    Outcome,
    Verdict,
)
from sandbox.domain.issue import user_id
from sandbox.domain.parts import object_of, text_of
from sandbox.operations.rebasing import Decided

#: What a whole set's state says of changes without a verdict of their own. Other states
#: (waiting, approved, failed, replaced) decide nothing for the agent's shadows.
_BY_STATE = {
    "promoted": Verdict.PROMOTED,
    "rejected": Verdict.REJECTED,
    "refused": Verdict.REJECTED,
    "changes_requested": Verdict.SENT_BACK,
}

#: The state of a set that waits for its next round.
SENT_BACK = "changes_requested"

#: Kinds whose change makes one element with an id of its own.
_ELEMENTS = frozenset(
    {ChangeKind.COMMENT, ChangeKind.COMMENT_EDIT, ChangeKind.WORKLOG, ChangeKind.ATTACHMENT}
)
_CREATE = ChangeKind.CREATE


@dataclass(frozen=True, slots=True)
class Standing:
    """One change and what became of it; ``None``: nobody decided yet."""

    change: Change
    verdict: Verdict | None = None
    upstream_id: str | None = None
    upstream_key: str | None = None

    @property
    def pending(self) -> bool:
        """Whether the agent still wants it and nobody refused it."""
        return self.verdict not in SETTLED


@dataclass(frozen=True, slots=True)
class Arrived:
    """What is known of an issue's newest baseline."""

    revision: int
    #: Ids of its comments, worklogs and attachments.
    ids: frozenset[str] = frozenset()

    def contains(self, standing: Standing) -> bool:
        """Return whether the baseline shows what was promoted."""
        if standing.change.kind in _ELEMENTS and standing.upstream_id:
            return standing.upstream_id in self.ids
        return self.revision > standing.change.base_revision


def standings(
    sets: Sequence[tuple[ChangeSet, Outcome | None]], unsealed: Sequence[Change]
) -> tuple[Standing, ...]:
    """Return all changes of a workspace in order; a later round stands for its earlier one."""
    replaced = {one.replaces for one, _ in sets if one.replaces}
    found: list[Standing] = []
    for change_set, outcome in sets:
        known = _verdicts(change_set, outcome)
        found += [one for one in known if not (one.pending and change_set.id in replaced)]
    return (*found, *(Standing(change) for change in unsealed))


def decided(
    issue_id: str,
    known: Sequence[Standing],
    arrived: Arrived,
    sprint_field: str | None,
    status_of: Callable[[JsonValue], JsonValue],
) -> Decided:
    """Return what decisions mean for one issue's shadow on its newest baseline."""
    own = [one for one in known if concerns(one.change, issue_id)]
    fields: dict[str, list[tuple[Standing, JsonValue]]] = {}
    for one in own:
        for name, value in _fields(one.change, sprint_field):
            fields.setdefault(name, []).append((one, value))
    values, given_back = _settled_fields(fields, arrived)
    if "status" in values:
        values["status"] = status_of(values["status"])
    if "status" in given_back and "resolution" not in fields:
        given_back.add("resolution")  # the workflow set it, not the agent
    over = [one for one in own if _over(one, arrived)]
    # A new issue that came to be, or was refused, is gone wherever it was shown.
    over += [one for one in known if one.change.kind is _CREATE and not one.pending]
    return Decided(
        fields=values,
        given_back=frozenset(given_back),
        gone=frozenset(found for one in over for found in _elements(one.change)),
        gone_links=frozenset(found for one in over for found in _links(one.change)),
    )


def pending_of(
    issue_id: str, known: Iterable[Standing], sprint_field: str | None
) -> tuple[dict[str, JsonValue], Decided]:
    """Return what still pending changes replaced (by field) and added to an issue."""
    own = [one.change for one in known if one.pending and concerns(one.change, issue_id)]
    was: dict[str, JsonValue] = {}
    for change in own:
        earlier = object_of(change.before)
        for name, _ in _fields(change, sprint_field):
            is_whole = change.kind in (ChangeKind.EDIT, ChangeKind.SPRINT)
            was.setdefault(name, change.before if is_whole else earlier.get(name))
    added = Decided(
        gone=frozenset(found for one in own for found in _elements(one)),
        gone_links=frozenset(found for one in own for found in _links(one)),
    )
    return was, added


def concerns(change: Change, issue_id: str) -> bool:
    """Return whether a change shows on an issue: a link shows on both of its ends."""
    if change.kind is not ChangeKind.LINK:
        return change.issue_id == issue_id
    ends = (
        object_of(object_of(change.after).get(name)) for name in ("inwardIssue", "outwardIssue")
    )
    return change.issue_id == issue_id or issue_id in {text_of(end.get("id")) for end in ends}


def _verdicts(change_set: ChangeSet, outcome: Outcome | None) -> list[Standing]:
    by_id = {} if outcome is None else {one.change_id: one for one in outcome.changes}
    general = None if outcome is None else _BY_STATE.get(outcome.state)
    found: dict[str, Standing] = {}
    for change in change_set.changes:
        standing = _standing(change, by_id.get(change.id), general)
        needs = [found[one] for one in change.depends_on if one in found]
        if standing.pending and any(one.verdict is Verdict.REJECTED for one in needs):
            standing = replace(standing, verdict=Verdict.REJECTED)
        found[change.id] = standing
    return list(found.values())


def _standing(change: Change, own: ChangeOutcome | None, general: Verdict | None) -> Standing:
    if own is None:
        return Standing(change, general)
    return Standing(change, own.verdict, own.upstream_id, own.upstream_key)


def _over(one: Standing, arrived: Arrived) -> bool:
    """Return whether a change no longer belongs to the shadow."""
    if one.verdict is Verdict.PROMOTED:
        return arrived.contains(one)
    return one.verdict in (Verdict.REJECTED, Verdict.UNDONE)


def _settled_fields(
    fields: Mapping[str, Sequence[tuple[Standing, JsonValue]]], arrived: Arrived
) -> tuple[dict[str, JsonValue], set[str]]:
    """Return the fields with another value than the last write's, and those given back."""
    values: dict[str, JsonValue] = {}
    given_back: set[str] = set()
    for name, writes in fields.items():
        if not _over(writes[-1][0], arrived):
            continue  # a later write stands on whatever was decided
        wanted = [value for one, value in writes if not _over(one, arrived)]
        if not wanted:
            given_back.add(name)
        elif writes[-1][0].change.kind is not ChangeKind.SPRINT:
            values[name] = wanted[-1]  # of a sprint the change only knows the id
    return values, given_back


def _fields(change: Change, sprint_field: str | None) -> Iterator[tuple[str, JsonValue]]:
    match change.kind:
        case ChangeKind.EDIT if change.field is not None:
            yield change.field, change.after
        case ChangeKind.SPRINT if sprint_field is not None:
            yield sprint_field, change.after
        case ChangeKind.TRANSITION:
            after = object_of(change.after)
            yield "status", after.get("status")
            yield from object_of(after.get("fields")).items()


def _elements(change: Change) -> Iterator[str]:
    after = object_of(change.after)
    if change.kind in _ELEMENTS:
        yield text_of(after.get("id"))
    elif change.kind is _CREATE:
        yield change.issue_id
    elif change.kind is ChangeKind.WATCHER:
        yield user_id(after.get("add")) or user_id(after.get("remove")) or ""
    elif change.kind is ChangeKind.REMOTE_LINK:
        yield remote_link_name(after)


def remote_link_name(link: Mapping[str, JsonValue]) -> str:
    """Return what a remote link is known by: its global id, else where it leads."""
    return text_of(link.get("globalId")) or text_of(object_of(link.get("object")).get("url"))


def _links(change: Change) -> Iterator[tuple[str, str]]:
    if change.kind is not ChangeKind.LINK:
        return
    after = object_of(change.after)
    kind = text_of(object_of(after.get("type")).get("id"))
    for end in ("inwardIssue", "outwardIssue"):
        for name in ("id", "key"):
            yield kind, text_of(object_of(after.get(end)).get(name))
