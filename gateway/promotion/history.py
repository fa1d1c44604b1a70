"""What a write really replaced, told by Jira's own history when its answer was lost. Pure.

A line of the changelog counts as ours when our account wrote it and it says what we wanted.
What the history does not tell is not guessed: then nobody knows, and an undo says so.
"""

from dataclasses import dataclass, field

from pydantic import JsonValue

from gateway.promotion.fields import part
from gateway.promotion.readback import Effect, is_side
from gateway.promotion.values import PlannedOperation
from sandbox.contract.merging import with_elements
from sandbox.contract.shapes import ChangeKind, JsonObject

_Pair = tuple[JsonValue, JsonValue]
#: Kinds whose writes stand in the history of their issue.
_TOLD = frozenset({ChangeKind.EDIT, ChangeKind.TRANSITION, ChangeKind.SPRINT})


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a write replaced, as far as anybody knows."""

    #: Field to what was there and what our write put there.
    values: dict[str, _Pair] = field(default_factory=dict)
    #: Fields of which Jira's history itself says so.
    told: tuple[str, ...] = ()


def replaced_in(
    planned: PlannedOperation, lines: list[Effect], account: frozenset[str], *, marked: bool
) -> Replaced:
    """Return what a write replaced that was found by a probe; ``marked``: by its own mark.

    Where the history is silent, the approved value counts if the write is surely ours: Jira
    had it in the moment before. Of a set that is not enough, because others may have changed
    other parts of it.
    """
    told = traced(planned, lines, account) if planned.kind in _TOLD else {}
    # No history tells of comments: there is nothing but what was approved.
    sure = marked or planned.kind is ChangeKind.COMMENT_EDIT
    assumed = _assumed(planned) if sure else {}
    return Replaced({**assumed, **told}, tuple(told))


def traced(
    planned: PlannedOperation, lines: list[Effect], account: frozenset[str]
) -> dict[str, _Pair]:
    """Return field to what our newest line of the history replaced and wrote."""
    found: dict[str, _Pair] = {}
    for name in planned.values:
        own = [one for one in lines if one.field == name and (one.promoted or one.hands & account)]
        told = _set(planned.wants[name], own) if name in planned.set_fields else None
        told = told or (None if name in planned.set_fields else _scalar(planned, name, own))
        if told is not None:
            found[name] = told
    return found


def _assumed(planned: PlannedOperation) -> dict[str, _Pair]:
    if planned.kind not in {*_TOLD, ChangeKind.COMMENT_EDIT}:
        return {}
    return {
        name: (planned.base[name], planned.wants[name])
        for name in planned.values
        if name in planned.base and name not in planned.set_fields
    }


def _scalar(planned: PlannedOperation, name: str, own: list[Effect]) -> _Pair | None:
    wanted, base = planned.wants[name], planned.base.get(name)
    written = [one for one in own if is_side(wanted, one.item, "to")]
    if not written:
        return None
    item = written[-1].item
    if name in planned.base and is_side(base, item, "from"):
        return base, wanted
    before = _value(item, wanted if base is None else base)
    return None if before is None and not _was_empty(item) else (before, wanted)


def _was_empty(item: JsonObject) -> bool:
    return (item.get("from") or item.get("fromString")) in (None, "")


def _value(item: JsonObject, like: JsonValue) -> JsonValue:
    """Return what a line replaced, in the form of another value of the field; None: unknown."""
    code, text = item.get("from"), item.get("fromString")
    if isinstance(like, dict):
        if like.get("type") == "doc" or not code:
            return None
        if "accountId" in like:
            return {"accountId": code, "displayName": text}
        name = "value" if "value" in like else "name"
        return {"id": code, name: text} if "id" in like else {name: text}
    if isinstance(like, (bool, list)):
        return None
    if isinstance(like, int | float):
        return _number(text)
    return text if isinstance(text, str) and text else None


def _number(text: JsonValue) -> JsonValue:
    try:
        return float(str(text))
    except ValueError:
        return None


def _set(wants: JsonValue, own: list[Effect]) -> _Pair | None:
    """Return the list before and after, if all lines of our newest entry are what we wanted."""
    add, remove = _items(part(wants, "add")), _items(part(wants, "remove"))
    lines = [one.item for one in own if one.history == own[-1].history]
    if not lines:
        return None
    if all(isinstance(one, str) for one in (*add, *remove)):
        return _words(lines, {str(one) for one in add}, {str(one) for one in remove})
    gone = [one for one in remove if any(is_side(one, item, "from") for item in lines)]
    come = [one for one in add if any(is_side(one, item, "to") for item in lines)]
    if len(gone) + len(come) != sum(bool(_sides(item)) for item in lines):
        return None
    before: list[JsonValue] = [*gone, *(one for one in add if one not in come)]
    return before, [*with_elements(before, add, remove)]


def _sides(item: JsonObject) -> JsonValue:
    return item.get("from") or item.get("to") or item.get("fromString") or item.get("toString")


def _words(lines: list[JsonObject], add: set[str], remove: set[str]) -> _Pair | None:
    """Return labels before and after: a line has them all, with spaces between."""
    if len(lines) != 1:
        return None
    before = str(lines[0].get("fromString") or "").split()
    after = str(lines[0].get("toString") or "").split()
    if not (set(after) - set(before) <= add and set(before) - set(after) <= remove):
        return None
    return [*before], [*after]


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
