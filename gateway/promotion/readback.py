"""What a write really did, told from the issue as it was before and as it is after.

Jira has no compare-and-set: between our last read and our write somebody else may have
edited. The changelog tells afterwards what each write replaced; what cannot be prevented
is at least found and shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pydantic import JsonValue

from gateway.promotion.deleting import names_of
from gateway.promotion.drift import Drift, Now, value_now
from gateway.promotion.fields import Fields, listed, part
from gateway.promotion.naming import HISTORY, HISTORY_TYPE
from gateway.promotion.values import APP, SOMEBODY, WORKFLOW, PlannedOperation, SideEffect
from sandbox.contract.compare import Three, equal
from sandbox.contract.shapes import ChangeKind, JsonObject

#: Changelog names of fields that are called otherwise in the issue's JSON.
_CHANGELOG_IDS = {
    "Fix Version": "fixVersions",
    "Version": "versions",
    "Component": "components",
    "Link": "issuelinks",
    "Comment": "comment",
    "timeestimate": "timetracking",
    "timeoriginalestimate": "timetracking",
}
#: What every write of ours may move without being asked.
EXPECTED = frozenset({"updated", "workratio", "lastViewed", "comment", "issuelinks", "worklog"})
#: How many side effects a receipt names.
_MOST = 50


@dataclass(frozen=True, slots=True)
class Effect:
    """One line of an issue's changelog."""

    history: str
    field: str
    item: JsonObject
    by: str
    #: What identifies the author, and whether it is an app and no person.
    hands: frozenset[str] = frozenset()
    app: bool = False
    #: When, as Jira writes it.
    at: str = ""
    #: Whether the entry says that a promotion of this gateway made it.
    promoted: bool = False


def effects(before: JsonObject | None, after: JsonObject | None) -> list[Effect]:
    """Return the changelog lines that are in ``after`` but not in ``before``, oldest first."""
    known = {str(one.get("id")) for one in listed(part(before, "changelog", "histories"))}
    new = [
        one
        for one in listed(part(after, "changelog", "histories"))
        if str(one.get("id")) not in known
    ]
    new.sort(key=lambda one: (str(one.get("created")), str(one.get("id")).zfill(20)))
    return [
        Effect(
            str(one.get("id")),
            _field_id(item),
            item,
            _author(one),
            names_of(one.get("author")),
            part(one, "author", "accountType") == "app",
            str(one.get("created") or ""),
            part(one, HISTORY, "type") == HISTORY_TYPE,
        )
        for one in new
        for item in listed(one.get("items"))
    ]


def effects_of(
    planned: PlannedOperation, before: JsonObject | None, after: JsonObject | None, fields: Fields
) -> list[Effect]:
    """Return the new changelog lines, the fields named as the operation names them."""
    found = effects(before, after)
    if planned.kind is not ChangeKind.SPRINT:
        return found
    return [
        replace(one, field="sprint")
        if one.field == "Sprint" or fields.is_sprint(one.field)
        else one
        for one in found
    ]


def replaced(
    planned: PlannedOperation, before: Now, after: Now, fields: Fields
) -> dict[str, tuple[JsonValue, JsonValue]]:
    """Return what each written field held before and what it holds now."""
    if planned.kind.value not in ("edit", "transition", "comment_edit", "sprint"):
        return {}
    return {
        name: (value_now(planned, name, before, fields), value_now(planned, name, after, fields))
        for name in planned.values
    }


def overwrote(planned: PlannedOperation, found: list[Effect]) -> bool:
    """Return whether somebody's edit of a field of ours fell between our read and our write.

    Our own write is one changelog line per field: a second line is somebody else's, and a
    line whose ``from`` is not the approved base replaced something nobody was shown.
    """
    for name in planned.values:
        lines = [one for one in found if one.field == name]
        if name in planned.set_fields:
            continue
        if len({one.history for one in lines}) > 1:
            return True
        if lines and _other_base(planned.base.get(name), planned.wants[name], lines[0].item):
            return True
    return False


def overwrote_once(planned: PlannedOperation, found: list[Effect], account: frozenset[str]) -> bool:
    """Return whether a write of an account, found long after, replaced what nobody was shown.

    ``found`` is the whole changelog: of each field the account's newest line to the approved
    value is the write. Where nobody knows the account, anybody's line is.
    """
    for name in planned.values:
        lines = [one for one in found if one.field == name and (not account or one.hands & account)]
        written = [one for one in lines if is_side(planned.wants[name], one.item, "to")]
        if name in planned.set_fields or not written:
            continue
        if _other_base(planned.base.get(name), planned.wants[name], written[-1].item):
            return True
    return False


def side_effects(
    planned: PlannedOperation, found: list[Effect], account: frozenset[str] = frozenset()
) -> tuple[SideEffect, ...]:
    """Return what changed although our request did not name it, and by whom.

    What stands in our own history entry is Jira's workflow; the rest is a rule, an app or
    a person that was quicker than our reading back.
    """
    ours = {*planned.wants, *EXPECTED}
    own = {one.history for one in found if one.field in planned.wants and one.hands & account}
    return tuple(
        SideEffect(
            field=one.field,
            before=one.item.get("fromString"),
            after=one.item.get("toString"),
            by=one.by,
            how=_how(one, own),
        )
        for one in found
        if one.field not in ours
    )[:_MOST]


def at_risk(planned: PlannedOperation, drift: Drift) -> frozenset[str]:
    """Return the fields that a side effect of an earlier request may have changed.

    A set merges by element and is not hit; neither is a value that was put back since.
    """
    unknown = {
        name
        for name, three in drift.threes.items()
        if name not in planned.base and name not in planned.set_fields and three is Three.OURS
    }
    return frozenset({*drift.conflicts, *unknown})


def hit_by(fields: Iterable[str], followed: Iterable[SideEffect]) -> tuple[SideEffect, ...]:
    """Return the side effects of earlier requests that changed one of these fields."""
    names = frozenset(fields)
    return tuple(one for one in followed if one.field in names)


def _how(effect: Effect, own: set[str]) -> str:
    if effect.history in own:
        return WORKFLOW
    return APP if effect.app else SOMEBODY


def reached_in_history(planned: PlannedOperation, found: list[Effect]) -> bool:
    """Return whether the changelog shows that each wanted scalar was there at some time."""
    wanted = {
        name: value for name, value in planned.values.items() if name not in planned.set_fields
    }
    return bool(wanted) and all(
        any(one.field == name and is_side(value, one.item, "to") for one in found)
        for name, value in wanted.items()
    )


def _other_base(base: JsonValue, wanted: JsonValue, item: JsonObject) -> bool:
    """Return whether a line of ours replaced something else than the approved base.

    The changelog shows some types (rich text, moments, estimates) in a form of its own:
    where it does not even show what we wrote as we wrote it, it says nothing of the base.
    """
    if isinstance(base, dict) and base.get("type") == "doc":
        return False
    return is_side(wanted, item, "to") and not is_side(base, item, "from")


def is_side(value: JsonValue, item: JsonObject, side: str) -> bool:
    """Return whether one side of a changelog line is this value."""
    code, text = item.get(side), item.get(f"{side}String")
    if value is None or isinstance(value, list):
        # An empty field is null or ""; lists are only told from empty ones.
        return bool(value) or (code or text) in (None, "")
    if isinstance(value, dict):
        names = [str(value[name]) for name in _NAMES if value.get(name) is not None]
        return str(code) in names or str(text) in names
    sides = [one for one in (code, text) if one is not None]
    return any(equal(str(value), str(one)) or _number(value, one) for one in sides)


_NAMES = ("accountId", "id", "key", "name", "value", "displayName")


def _number(value: JsonValue, text: JsonValue) -> bool:
    try:
        return float(str(value)) == float(str(text))
    except ValueError:
        return False


def _field_id(item: JsonObject) -> str:
    given = item.get("fieldId")
    if isinstance(given, str) and given:
        return given
    name = str(item.get("field"))
    return _CHANGELOG_IDS.get(name, name)


def _author(history: JsonObject) -> str:
    return str(part(history, "author", "displayName") or part(history, "author", "name") or "")
