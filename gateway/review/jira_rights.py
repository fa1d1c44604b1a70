"""What Jira itself allows a person: no more is shown or permitted here. Pure.

Jira answers yes or no, or will not tell. Whether silence counts as no is a setting.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.promotion.permissions import FIELD_NEEDS, needs_of_kind
from gateway.promotion.references import is_temporary_id
from sandbox.contract.shapes import Change, ChangeKind, ChangeSet, JsonObject

#: Without it an issue is not there.
BROWSE = "BROWSE_PROJECTS"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a permission is held: on an issue or, for new issues, in a project."""

    #: Issue or project id.
    id: str
    key: str
    is_project: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """One of these permissions, at a place."""

    place: Place
    one_of: tuple[str, ...]


#: Place and permission to Jira's answer; None: it will not tell. Absent: never asked.
Answers = Mapping[tuple[Place, str], bool | None]


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do with one change set, as Jira has it."""

    #: Whether they may know of it.
    sees: bool = True
    #: Issue or project and permission of what they could not do in Jira themselves.
    lacks: tuple[str, ...] = ()


def places_of(change_set: ChangeSet) -> tuple[Place, ...]:
    """Return the issues that a set changes and that are there, the first one first."""
    return tuple(
        dict.fromkeys(
            Place(one.issue_id, one.issue_key)
            for one in change_set.changes
            if not is_temporary_id(one.issue_id)
        )
    )


def needs_of(change_set: ChangeSet, left_out: Iterable[str] = ()) -> tuple[Need, ...]:
    """Return what somebody needs to have made these changes in Jira themselves.

    Changes that were ``left_out`` need nothing; what is done to a new issue needs no more
    than to create it.
    """
    without = frozenset(left_out)
    kept = [one for one in change_set.changes if one.id not in without]
    return tuple(dict.fromkeys(need for one in kept for need in _needs(one)))


def rights_of(
    places: Iterable[Place], needs: Iterable[Need], answers: Answers, *, strict: bool
) -> Rights:
    """Return what Jira's answers come to; ``strict``: silence is a no."""
    if not all(_yes(answers, place, (BROWSE,), strict=strict) for place in places):
        return Rights(sees=False)
    lacking = (one for one in needs if not _yes(answers, one.place, one.one_of, strict=strict))
    return Rights(lacks=tuple(f"{one.place.key}: {' / '.join(one.one_of)}" for one in lacking))


def _yes(answers: Answers, place: Place, one_of: tuple[str, ...], *, strict: bool) -> bool:
    told = [answers.get((place, name)) for name in one_of]
    return True in told or (None in told and not strict)


def _needs(change: Change) -> Iterable[Need]:
    place = _place(change)
    if place is None:
        return
    for group in needs_of_kind(change.kind, change.after):
        yield Need(place, group)
    if change.kind is ChangeKind.EDIT and change.field in FIELD_NEEDS:
        yield Need(place, (FIELD_NEEDS[change.field],))


def _place(change: Change) -> Place | None:
    if not is_temporary_id(change.issue_id):
        return Place(change.issue_id, change.issue_key)
    if change.kind is not ChangeKind.CREATE:
        return None
    after = change.after if isinstance(change.after, dict) else {}
    fields = after.get("fields")
    given = fields.get("project") if isinstance(fields, dict) else None
    project: JsonObject = given if isinstance(given, dict) else {}
    key = str(project.get("key") or change.issue_key.rpartition("-")[0])
    return Place(str(project.get("id") or ""), key, is_project=True)
