"""May this change set be what it says it is? Asked at fetch, at approval and before writing.

Agent, person and scope come from the gateway's registry and *before* from its own
baselines; what the sandbox claims about them is compared, never believed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.policy.facts import facts_of_new
from sandbox.contract.digest import digest
from sandbox.contract.scope import (
    NOT_VISIBLE,
    IssueFacts,
    Refusal,
    may_change,
    may_create,
    may_see,
)
from sandbox.contract.shapes import Change, ChangeKind, ChangeSet, JsonObject, Scope

#: Issue ids and key numbers of new issues lie in this range, which no Jira reaches.
_RESERVED = range(9_000_000_000, 10_000_000_000)
_NEXT = "Reject the set; the agent may propose again within its scope."


@dataclass(frozen=True, slots=True)
class Known:
    """What the gateway itself knows that a set can be judged by."""

    #: Scopes of the tokens that this agent holds for this person; empty: none.
    scopes: tuple[Scope, ...]
    #: Facts of baseline issues by id.
    issues: Mapping[str, IssueFacts]
    #: Facts of new issues of the same workspace's earlier sets, by temporary id.
    earlier_new: Mapping[str, IssueFacts] = field(default_factory=dict)
    #: Key to id, of issues that changes name as a parent by key alone.
    keys: Mapping[str, str] = field(default_factory=dict)


def workspace_id(site: str, agent: str, person: str, task: str) -> str:
    """Return the one workspace id that these four come to."""
    return f"ws-{digest([site, agent, person, task])[:12]}"


def why_not(change_set: ChangeSet, known: Known) -> Refusal | None:
    """Return why the whole set is refused, or None."""
    origin = _origin(change_set, known)
    if origin is not None:
        return origin
    new = dict(known.earlier_new)
    for change in change_set.changes:
        if change.kind is ChangeKind.CREATE:
            trouble = _bad_new(change, change_set, known)
            if trouble is not None:
                return trouble
            new[change.issue_id] = facts_of_new(new_fields(change), change.issue_key)
    return _first(_bad_address(change) for change in change_set.changes) or _first(
        _judge(change, change_set, known, new) for change in change_set.changes
    )


def new_fields(change: Change) -> JsonObject:
    """Return the fields of an issue that a change creates."""
    after = change.after if isinstance(change.after, dict) else {}
    fields = after.get("fields")
    return fields if isinstance(fields, dict) else {}


def touched_fields(change: Change) -> tuple[str, ...]:
    """Return the ids of all fields that a change writes."""
    if change.field is not None:
        return (change.field,)
    return tuple(new_fields(change))


def _origin(change_set: ChangeSet, known: Known) -> Refusal | None:
    own = workspace_id(change_set.site, change_set.agent, change_set.person, change_set.task)
    if not known.scopes:
        return Refusal(
            "agent",
            f"No token of '{change_set.agent}' for '{change_set.person}' is registered here.",
            "Register the agent, or find out who wrote this.",
        )
    if change_set.workspace != own or change_set.id != f"{own}.{change_set.number}":
        return Refusal(
            "workspace",
            f"The set '{change_set.id}' is not of this agent's workspace '{own}'.",
            "Find out who wrote this.",
        )
    ids = [one.id for one in change_set.changes]
    if not ids or len(set(ids)) != len(ids):
        return Refusal("changes", "The set has no changes, or two with the same id.", _NEXT)
    return None


def _bad_new(change: Change, change_set: ChangeSet, known: Known) -> Refusal | None:
    """Return why this cannot be a new issue: it must not stand for one that exists."""
    number = change.issue_key.rsplit("-", 1)[-1]
    ids = (change.issue_id, number)
    reserved = all(one.isascii() and one.isdigit() and int(one) in _RESERVED for one in ids)
    own = change_set.temporary_keys.get(change.issue_key) == change.issue_id
    if reserved and own and change.issue_id not in {*known.issues, *known.earlier_new}:
        return None
    return Refusal("new_issue", f"{change.issue_key} is not a key for a new issue.", _NEXT)


def _judge(
    change: Change, change_set: ChangeSet, known: Known, new: Mapping[str, IssueFacts]
) -> Refusal | None:
    """Return why no scope of the agent allows this change, or None."""
    facts = new.get(change.issue_id) or known.issues.get(change.issue_id)
    issues = {**known.issues, **new}
    keys = {**known.keys, **change_set.temporary_keys}
    named = [
        *_ends(change),
        *(one.get("id") or keys.get(one["key"], "") for one in _parents(change)),
    ]
    answers = [
        _by_scope(change, scope, change_set.person, facts)
        or _first(_end(one, scope, change_set.person, issues) for one in named)
        for scope in known.scopes
    ]
    if None in answers:
        return None
    refusal = answers[0] or NOT_VISIBLE
    return Refusal(refusal.code, f"{change.issue_key}: {refusal.sentence}", refusal.next_step)


def _by_scope(
    change: Change, scope: Scope, person: str, facts: IssueFacts | None
) -> Refusal | None:
    if facts is None:
        return NOT_VISIBLE
    if change.kind is ChangeKind.CREATE:
        return may_create(
            scope, facts.project_key, facts.type_id, facts.type_name, touched_fields(change)
        )
    return may_change(scope, person, facts, change.kind, touched_fields(change))


def _bad_address(change: Change) -> Refusal | None:
    """Return why something that becomes part of a request's path is no id, or None."""
    after = change.after if isinstance(change.after, dict) else {}
    if change.kind not in _ADDRESSED or (change.kind is ChangeKind.SPRINT and not after):
        return None
    found = str(after.get("id") or "")
    if found.isascii() and found.isdigit():
        return None
    return Refusal("address", f"{change.issue_key}: '{found[:40]}' is not an id.", _NEXT)


#: Kinds whose ``after["id"]`` is written into the address of a request.
_ADDRESSED = frozenset({ChangeKind.COMMENT_EDIT, ChangeKind.SPRINT})


def _end(
    issue_id: str, scope: Scope, person: str, issues: Mapping[str, IssueFacts]
) -> Refusal | None:
    facts = issues.get(issue_id)
    return NOT_VISIBLE if facts is None else may_see(scope, person, facts)


def _ends(change: Change) -> Iterable[str]:
    """Yield the ids of a link's ends; what is no id is no issue either."""
    if change.kind is not ChangeKind.LINK:
        return
    after = change.after if isinstance(change.after, dict) else {}
    for name in ("inwardIssue", "outwardIssue"):
        end = after.get(name)
        yield str(end.get("id")) if isinstance(end, dict) else ""


def _parents(change: Change) -> Iterable[dict[str, str]]:
    """Yield the issue that a change makes the parent of its own, as id and key."""
    given = change.after if change.field == _PARENT else new_fields(change).get(_PARENT)
    if isinstance(given, dict):
        yield {name: str(given.get(name) or "") for name in ("id", "key")}


#: The field that puts an issue under another one.
_PARENT = "parent"


def linked_issues(change_set: ChangeSet) -> set[str]:
    """Return the ids of all issues that the set's links end at, and of all parents."""
    parents = [one["id"] for change in change_set.changes for one in _parents(change)]
    ends = [end for change in change_set.changes for end in _ends(change)]
    return {one for one in (*ends, *parents) if one}


def parent_keys(change_set: ChangeSet) -> set[str]:
    """Return the keys of issues that are named as parents by nothing else."""
    parents = [one for change in change_set.changes for one in _parents(change)]
    return {one["key"] for one in parents if one["key"] and not one["id"]}


def _first(answers: Iterable[Refusal | None]) -> Refusal | None:
    return next((one for one in answers if one is not None), None)
