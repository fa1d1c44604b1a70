"""What a shadow becomes when its baseline moves or a person has decided. Pure.

Field by field: what the agent changed keeps the agent's value, everything else follows
the new baseline. Sets merge by element, rich text by block; in a conflict the agent
keeps its own, the gateway shows it. Lists whose elements have ids (comments, links,
worklogs) are merged element by element, so that what was created here stands behind
what came from upstream.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple, cast

from pydantic import JsonValue

from sandbox.contract.compare import equal, normal
from sandbox.contract.digest import canonical
from sandbox.contract.merging import Choice, Shape, merge
from sandbox.contract.shapes import JsonObject
from sandbox.domain.issue import IssueState, user_id
from sandbox.domain.parts import list_of, object_of, objects_of, text_of

#: Fields that hold a page of elements, with the name of the list inside.
_PAGES = {"comment": "comments", "worklog": "worklogs"}
#: Fields that are lists of elements with ids of their own.
_ELEMENTS = frozenset({"issuelinks", "attachment", "subtasks"})
_LINKS = "issuelinks"
#: Fields that only follow from another one, and which.
_FOLLOWERS = {
    "statuscategorychangedate": "status",
    "statusCategory": "status",
    "resolutiondate": "resolution",
    "timespent": "worklog",
    "timetracking": "worklog",
    "progress": "worklog",
    "aggregateprogress": "worklog",
    "aggregatetimespent": "worklog",
    "aggregatetimeestimate": "worklog",
    "timeestimate": "worklog",
}
#: Says when something changed, not what; follows the shadow while that differs at all.
_UPDATED = "updated"

Element = JsonObject
#: Base, ours, theirs.
Versions = tuple[JsonValue, JsonValue, JsonValue]
Identity = Callable[[Element], str]


class Sides(NamedTuple):
    """The elements of one list: of what the shadow grew from, of the shadow, of the new."""

    old: list[Element]
    ours: list[Element]
    theirs: list[Element]


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided on changes of one issue, for its shadow."""

    #: Fields that take another value than the shadow's; ``BASELINE`` is the baseline's.
    fields: Mapping[str, JsonValue] = field(default_factory=dict)
    #: Fields that go back to the baseline's value.
    given_back: frozenset[str] = frozenset()
    #: Ids of comments, worklogs, attachments, watchers that are not carried over.
    gone: frozenset[str] = frozenset()
    #: Links that are not carried over: type id and the other end's id or key.
    gone_links: frozenset[tuple[str, str]] = frozenset()
    #: Fields whose text merges by its blocks.
    rich: frozenset[str] = frozenset()


NOTHING = Decided()


#: Field to the values that this workspace wanted for it, one after the other.
Wanted = Mapping[str, Sequence[JsonValue]]


def rebased(
    old: IssueState,
    shadow: IssueState,
    new: IssueState,
    decided: Decided = NOTHING,
    wanted: Wanted = MappingProxyType({}),
) -> IssueState:
    """Return the shadow as it is on the new baseline; ``old`` is what it grew from.

    ``wanted`` tells an earlier set's value that arrived upstream from somebody else's edit:
    what the agent changed afterwards was changed from that value.
    """
    names = dict.fromkeys([*new.fields, *shadow.fields])
    grew_from = {**old.fields, **_reached(old.fields, new.fields, wanted)}
    fields = {
        name: _field(name, grew_from, shadow.fields, new.fields, decided)
        for name in names
        if name in new.fields or not _left_alone(name, old.fields, shadow.fields)
    }
    fields = _with_followers(fields, new.fields, shadow.fields)
    extra = _extra(old, shadow, new, decided)
    found = replace(new, doc={**new.doc, "fields": fields}, extra=extra, deleted=shadow.deleted)
    found = _with_watches(found, shadow, new)
    if same(found, new):
        return new
    return _with_histories(_with_update_time(found, shadow), old, shadow, new)


def _reached(old: JsonObject, new: JsonObject, wanted: Wanted) -> JsonObject:
    """Return, of each field, the wanted value that the new baseline is nearest to."""
    return {
        # A tie says nothing: then it grew from the old baseline, which stands first.
        name: min([old.get(name), *reversed(values)], key=lambda one: _distance(one, new.get(name)))
        for name, values in wanted.items()
        if not equal(old.get(name), new.get(name))
    }


def _distance(one: JsonValue, other: JsonValue) -> int:
    """Return in how many elements two values differ; a scalar is one element."""
    if isinstance(one, list) or isinstance(other, list):
        return len(_keyed(list_of(one)).keys() ^ _keyed(list_of(other)).keys())
    return 0 if equal(one, other) else 1


def same(one: IssueState, other: IssueState) -> bool:
    """Return whether two versions of an issue differ in nothing that matters."""
    if one.deleted != other.deleted or one.key != other.key:
        return False
    if canonical(one.extra or {}) != canonical(other.extra or {}):
        return False
    names = {*one.fields, *other.fields} - {_UPDATED, *_FOLLOWERS}
    return all(_equal(name, one.fields.get(name), other.fields.get(name)) for name in names)


def before(shadow: IssueState, was: Mapping[str, JsonValue], gone: Decided) -> IssueState:
    """Return the shadow as it was: some fields with earlier values, some elements absent.

    Stands in for the old baseline of an issue that was created here.
    """
    nothing = replace(shadow, doc={**shadow.doc, "fields": {}}, extra={})
    fields: JsonObject = {}
    for name, value in shadow.fields.items():
        kept = was.get(name, value)
        if name in _PAGES or name in _ELEMENTS:
            kept = _field(name, {}, {name: value}, {}, gone)
        fields[name] = kept
    extra = _extra(nothing, shadow, nothing, gone)
    return replace(shadow, doc={**shadow.doc, "fields": fields}, extra=extra)


def _field(
    name: str, old: JsonObject, ours: JsonObject, theirs: JsonObject, decided: Decided
) -> JsonValue:
    values = (old.get(name), ours.get(name), theirs.get(name))
    if name in decided.given_back:
        return values[2]
    if name in decided.fields:
        return decided.fields[name]
    if name in _PAGES:
        return _page(_PAGES[name], *values, decided)
    if name in _ELEMENTS:
        sides = _sides(values)
        sides = sides._replace(ours=_without_twins(sides)) if name == _LINKS else sides
        return cast("JsonValue", _merged(sides, _element_id, _kept(decided)))
    return _one_value(values, rich=name in decided.rich)


def _one_value(values: Versions, *, rich: bool) -> JsonValue:
    """Return our value where it was changed, merged with theirs as far as that goes."""
    shape = Shape.RICH if rich else Shape.SCALAR
    if any(isinstance(one, list) for one in values):
        shape = Shape.SET
    return merge(*values, shape).settled(Choice.TAKE)


def _keyed(values: Iterable[JsonValue]) -> dict[bytes, JsonValue]:
    return {canonical(normal(one)): one for one in values}


def _page(
    inside: str, old: JsonValue, ours: JsonValue, theirs: JsonValue, decided: Decided
) -> JsonValue:
    """Return a page (``{"comments": […], "total": …}``) with our elements behind theirs."""
    sides = _sides([object_of(page).get(inside) for page in (old, ours, theirs)])
    elements = _merged(sides, _element_id, _kept(decided))
    shown = object_of(theirs)
    if canonical(elements) == canonical(sides.theirs):
        return theirs
    counted = {name: len(elements) for name in ("total", "maxResults") if _counts(shown, name)}
    return {**(shown or object_of(ours)), **counted, inside: cast("JsonValue", elements)}


def _counts(page: JsonObject, name: str) -> bool:
    """Return whether a number of a page is that of its elements, as Jira's comments have."""
    return name == "total" or page.get(name) == page.get("total")


def _sides(values: Sequence[JsonValue]) -> Sides:
    return Sides(*(objects_of(one) for one in values))


def _merged(sides: Sides, identity: Identity, kept: Callable[[Element], bool]) -> list[Element]:
    """Return theirs with what we changed, without what we removed, and ours behind."""
    then = {identity(one): one for one in sides.old}
    now = {identity(one): one for one in sides.ours}
    found: list[Element] = []
    for one in sides.theirs:
        known = identity(one)
        if known in then and known not in now and kept(one):
            continue
        mine = now.get(known)
        changed = mine is not None and known in then and not _same_element(mine, then[known])
        found.append(mine if mine is not None and changed and kept(one) else one)
    there = {identity(one) for one in sides.theirs}
    behind = [one for key, one in now.items() if key not in then and key not in there]
    return found + [one for one in behind if kept(one)]


def _without_twins(sides: Sides) -> list[Element]:
    """Return our links without new ones that somebody made upstream just so."""
    there = {_link_key(one) for one in sides.theirs}
    then = {_element_id(one) for one in sides.old}
    return [one for one in sides.ours if _element_id(one) in then or _link_key(one) not in there]


def _link_key(element: Element) -> tuple[str, str, str]:
    kind = object_of(element.get("type"))
    side = "inwardIssue" if "inwardIssue" in element else "outwardIssue"
    end = text_of(object_of(element.get(side)).get("key"))
    return text_of(kind.get("id")) or text_of(kind.get("name")), side, end


def _same_element(one: Element, other: Element) -> bool:
    return canonical(one) == canonical(other)


def _kept(decided: Decided) -> Callable[[Element], bool]:
    def kept(element: Element) -> bool:
        return _element_id(element) not in decided.gone and not (
            _link_names(element) & decided.gone_links
        )

    return kept


def _element_id(element: Element) -> str:
    return text_of(element.get("id"))


def _link_names(element: Element) -> set[tuple[str, str]]:
    kind = text_of(object_of(element.get("type")).get("id"))
    end = object_of(element.get("inwardIssue")) or object_of(element.get("outwardIssue"))
    return {(kind, text_of(end.get(name))) for name in ("id", "key") if end.get(name)}


def _left_alone(name: str, old: JsonObject, ours: JsonObject) -> bool:
    """Return whether the agent never touched a field that upstream no longer shows."""
    return name in old and _equal(name, old.get(name), ours.get(name))


def _equal(name: str, one: JsonValue, other: JsonValue) -> bool:
    # Elements with ids count as equal for `equal` whatever they say: compare them whole.
    if name in _PAGES or name in _ELEMENTS:
        return canonical(one or None) == canonical(other or None)
    return equal(one, other)


def _with_followers(fields: JsonObject, new: JsonObject, shadow: JsonObject) -> JsonObject:
    found = dict(fields)
    for name, leader in _FOLLOWERS.items():
        if name in found:
            followed = _equal(leader, found.get(leader), new.get(leader))
            source = new if followed else shadow
            found[name] = source.get(name)
    return found


def _extra(old: IssueState, shadow: IssueState, new: IssueState, decided: Decided) -> JsonObject:
    """Return watchers and remote links of both; everything else is the baseline's."""
    found = dict(new.extra or {})
    for name, identity in (("watchers", _watcher_id), ("remote_links", _remote_link_id)):
        sides = _sides([(one.extra or {}).get(name) for one in (old, shadow, new)])
        merged = _merged(sides, identity, _kept_by(identity, decided))
        if merged or name in found:
            found[name] = cast("JsonValue", merged)
    return found


def _kept_by(identity: Identity, decided: Decided) -> Callable[[Element], bool]:
    return lambda element: identity(element) not in decided.gone


def _watcher_id(element: Element) -> str:
    return user_id(element) or ""


def _remote_link_id(element: Element) -> str:
    # A link without a global id is another one each time it is posted; where it leads to
    # is the only thing that its copies upstream and here have in common.
    return text_of(element.get("globalId")) or text_of(object_of(element.get("object")).get("url"))


def _with_watches(found: IssueState, shadow: IssueState, new: IssueState) -> IssueState:
    """Return the issue with the number of watchers that goes with its list of them."""
    lists = [canonical((one.extra or {}).get("watchers")) for one in (found, new)]
    if lists[0] == lists[1] or "watches" not in shadow.fields:
        return found.with_fields(
            {"watches": new.fields["watches"]} if "watches" in new.fields else {}
        )
    return found.with_fields({"watches": shadow.fields["watches"]})


def _with_update_time(found: IssueState, shadow: IssueState) -> IssueState:
    return found.with_fields({_UPDATED: shadow.fields.get(_UPDATED)})


def _with_histories(
    found: IssueState, old: IssueState, shadow: IssueState, new: IssueState
) -> IssueState:
    """Return the issue with our changelog behind, without what no longer differs."""
    then = {text_of(one.get("id")) for one in (*old.histories, *new.histories)}
    own = [one for one in shadow.histories if text_of(one.get("id")) not in then]
    kept = [one for one in (_still_true(one, found, new) for one in own) if one is not None]
    return replace(found, histories=(*new.histories, *kept))


def _still_true(history: JsonObject, found: IssueState, new: IssueState) -> JsonObject | None:
    items = [one for one in objects_of(history.get("items")) if _differs(one, found, new)]
    return {**history, "items": cast("JsonValue", items)} if items else None


def _differs(item: JsonObject, found: IssueState, new: IssueState) -> bool:
    name = text_of(item.get("fieldId")) or text_of(item.get("field"))
    if name not in found.fields:
        return True
    return not _equal(name, found.fields.get(name), new.fields.get(name))
