"""What an issue would be once open change sets are promoted: its JSON, pure.

A picture for people, not a plan: nothing is written by it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from gateway.promotion.fields import Fields, fields_of, listed, part
from sandbox.contract.compare import Three
from sandbox.contract.merging import Shape, merge
from sandbox.contract.shapes import Change, ChangeKind, JsonObject

#: Kinds that a picture of fields and comments can show.
_PICTURED = frozenset(
    {ChangeKind.CREATE, ChangeKind.EDIT, ChangeKind.TRANSITION, ChangeKind.COMMENT}
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """An issue after promotion."""

    #: Fields by id.
    fields: JsonObject
    #: Fields about which somebody has to decide first: Jira's value stays until then.
    conflicts: frozenset[str] = frozenset()
    #: What else would be done, which no field shows.
    more: tuple[ChangeKind, ...] = ()


def forecast(
    doc: JsonObject,
    changes: Iterable[Change],
    docs: Mapping[str, JsonObject],
    fields: Fields,
    statuses: Mapping[str, JsonObject] | None = None,
) -> Forecast:
    """Return an issue with changes laid over it, in their order.

    ``docs`` is change id to the issue that the agent started from, ``statuses`` the site's
    by id.
    """
    found, conflicts, more = dict(fields_of(doc)), set[str](), list[ChangeKind]()
    for change in changes:
        if change.kind is ChangeKind.EDIT and change.field:
            base = fields_of(docs.get(change.id)).get(change.field)
            name = change.field
            merged = merge(base, change.after, found.get(name), _shape(name, base, change, fields))
            found[name] = merged.value
            if merged.three is Three.CONFLICT:
                conflicts.add(name)
        elif change.kind in _PICTURED:
            found = _with(found, change, statuses or {})
        else:
            more.append(change.kind)
    return Forecast(found, frozenset(conflicts), tuple(more))


def _shape(name: str, base: JsonValue, change: Change, fields: Fields) -> Shape:
    if fields.is_set(name, base, change.after):
        return Shape.SET
    return Shape.RICH if fields.is_rich(name) else Shape.SCALAR


def _with(fields: JsonObject, change: Change, statuses: Mapping[str, JsonObject]) -> JsonObject:
    given = part(change.after, "fields")
    more = given if isinstance(given, dict) else {}
    if change.kind is ChangeKind.TRANSITION:
        status = part(change.after, "status")
        status = statuses.get(str(part(status, "id")), status)
        return {**fields, **more, **({"status": status} if status else {})}
    if change.kind is ChangeKind.COMMENT:
        comments: list[JsonValue] = [*listed(part(fields, "comment", "comments")), change.after]
        return {**fields, "comment": {"comments": comments}}
    return {**fields, **more}
