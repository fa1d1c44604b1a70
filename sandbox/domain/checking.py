"""Judging a request's ``fields`` and ``update`` before anything is applied.

Every field's problem is reported at once, as Jira does, and a request with one problem
changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydantic import JsonValue

from sandbox.contract.compare import equal
from sandbox.contract.shapes import JsonObject
from sandbox.domain import errors
from sandbox.domain.errors import InvalidError, invalid
from sandbox.domain.fields import kind_of, parse_in
from sandbox.domain.named_values import mentioned_issue
from sandbox.domain.parts import list_of, object_of, objects_of, text_of
from sandbox.domain.place import Place
from sandbox.domain.rich_text import value_in_dialect
from sandbox.domain.screens import APPENDED, Screen, verbs
from sandbox.domain.site import Site
from sandbox.domain.time_tracking import merge_estimates
from sandbox.domain.verbs import additions, apply_verbs

_RICH = frozenset({"description", "environment", "textarea"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks for, checked: stored values by field, and what it appends."""

    values: Mapping[str, JsonValue]
    appended: Mapping[str, tuple[JsonObject, ...]] = field(default_factory=dict)
    #: Fields that follow from others: an epic link is also the parent.
    mirrored: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(slots=True)
class Problems:
    """Collects what is wrong with each field, to say it all in one answer."""

    messages: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Keep an InvalidError of the block and go on."""
        try:
            yield
        except InvalidError as error:
            self.messages += [one for one in error.messages if one not in self.messages]
            self.errors |= error.errors

    def raise_any(self) -> None:
        """Raise everything collected as one error, if there is any."""
        if self.messages or self.errors:
            raise InvalidError(self.messages, self.errors)


def check(
    place: Place,
    screen: Screen,
    held: Mapping[str, JsonValue],
    fields: JsonObject,
    update: JsonObject,
) -> Wanted:
    """Return what a request wants of an issue that holds these values."""
    problems = Problems(errors={name: errors.set_twice(name) for name in fields if name in update})
    values: dict[str, JsonValue] = {}
    appended: dict[str, tuple[JsonObject, ...]] = {}
    for name, sent in fields.items():
        with problems.collected():
            values[name] = _implicit(place, screen, name, held, sent)
    for name, listed in update.items():
        with problems.collected():
            meta = on_screen(screen, name)
            if name in APPENDED:
                appended[name] = tuple(additions(name, meta, listed))
            else:
                values[name] = _by_verbs(place, meta, name, held, listed)
    problems.raise_any()
    return Wanted(values, appended, _mirrored(place, held, values))


def on_screen(screen: Screen, name: str) -> JsonObject:
    """Return a field's metadata, or say that it cannot be set."""
    meta = screen.get(name)
    if meta is None:
        raise invalid(name, errors.cannot_be_set(name))
    return meta


def mentioned_issues(site: Site, fields: JsonObject, update: JsonObject) -> tuple[str, ...]:
    """Return the ids and keys of other issues that a request names."""
    found: list[str] = []
    for name in ("parent", site.epic_link_field or ""):
        sent = [fields.get(name), *(value for _, value in _operations(update.get(name)))]
        found += [mentioned_issue(value) for value in sent if value]
    for listed in update.values():
        for verb, value in _operations(listed):
            if verb == "copy":
                found += _sources(value)
    return tuple(dict.fromkeys(one for one in found if one))


def _operations(listed: JsonValue) -> list[tuple[str, JsonValue]]:
    return [pair for one in objects_of(listed) for pair in one.items()]


def _sources(value: JsonValue) -> list[str]:
    links = object_of(object_of(value).get("issuelinks"))
    return [mentioned_issue(one) for one in objects_of(links.get("sourceIssues"))]


def _implicit(
    place: Place, screen: Screen, name: str, held: Mapping[str, JsonValue], sent: JsonValue
) -> JsonValue:
    """Return the value of a field that stands in ``fields``: a set without its name."""
    meta = on_screen(screen, name)
    # Jira lists no verb for the issue type and takes it all the same.
    if "set" not in verbs(name, meta) and name not in _GUARDS:
        raise invalid(name, errors.cannot_be_set(name))
    return _merged(place, meta, name, held, parse_in(place, meta, name, sent), sent)


def _by_verbs(
    place: Place, meta: JsonObject, name: str, held: Mapping[str, JsonValue], listed: JsonValue
) -> JsonValue:
    after = apply_verbs(place, meta, name, held.get(name), listed)
    last = next((value for verb, value in reversed(_operations(listed)) if verb == "set"), None)
    return _merged(place, meta, name, held, after, last)


def _merged(
    place: Place,
    meta: JsonObject,
    name: str,
    held: Mapping[str, JsonValue],
    after: JsonValue,
    sent: JsonValue,
) -> JsonValue:
    """Return the value as it will stand, after rules that need the one before."""
    before, kind = held.get(name), kind_of(name, meta)
    if kind in _RICH and _reads_the_same(place, before, sent):
        return before
    merge = _MERGES.get(kind)
    if merge is not None:
        after = merge(before, after)
    guard = _GUARDS.get(name)
    if guard is not None:
        guard(place, held, after)
    return after


def _reads_the_same(place: Place, before: JsonValue, sent: JsonValue) -> bool:
    """Return whether a client sent back the text it read, in a dialect that says less.

    Taking such a text would silently lose what wiki markup cannot say.
    """
    if not isinstance(before, str | dict) or not before or not sent:
        return False
    return equal(value_in_dialect(before, place.dialect), sent)


def keep_closed_sprints(before: JsonValue, after: JsonValue) -> JsonValue:
    """Return the sprints of an issue: closed ones stay when it moves on."""
    new = list_of(after)
    closed = [one for one in list_of(before) if _is_closed(one)]
    return [*(one for one in closed if one not in new), *new] or None


def _is_closed(sprint: JsonValue) -> bool:
    if isinstance(sprint, dict):
        return text_of(sprint.get("state")).lower() == "closed"
    return "state=CLOSED" in text_of(sprint)


def _stay_in_project(_place: Place, held: Mapping[str, JsonValue], after: JsonValue) -> None:
    if not equal(held.get("project"), after):
        raise invalid("project", errors.cannot_be_set("project"))


def _stay_on_level(_place: Place, held: Mapping[str, JsonValue], after: JsonValue) -> None:
    before = object_of(held.get("issuetype"))
    if bool(before.get("subtask")) != bool(object_of(after).get("subtask")):
        raise invalid("issuetype", errors.ISSUE_TYPE_INVALID)


def _fit_parent(place: Place, held: Mapping[str, JsonValue], after: JsonValue) -> None:
    """Refuse a parent in another project, or one on the same level."""
    kind, found = object_of(held.get("issuetype")), object_of(after)
    subtask = kind.get("subtask") is True
    if subtask and after is None:
        raise invalid("parent", errors.PARENT_REQUIRED)
    key = text_of(found.get("key"))
    if subtask and key and key.rpartition("-")[0] != place.project:
        raise invalid("parent", errors.PARENT_ELSEWHERE)
    above = object_of(object_of(found.get("fields")).get("issuetype"))
    if above and _level(above) <= _level(kind):
        raise invalid("parent", errors.PARENT_NOT_ALLOWED)


def _level(kind: JsonObject) -> int:
    """Return a type's level; Server tells only sub-tasks apart."""
    level = kind.get("hierarchyLevel")
    if isinstance(level, int):
        return level
    return -1 if kind.get("subtask") is True else 1 if kind.get("name") == "Epic" else 0


def _mirrored(
    place: Place, held: Mapping[str, JsonValue], values: Mapping[str, JsonValue]
) -> JsonObject:
    """Return the other half of parent and epic link, which Cloud keeps equal."""
    epic = place.site.epic_link_field
    subtask = object_of(held.get("issuetype")).get("subtask") is True
    if not place.on_cloud or epic is None or subtask:
        return {}
    if "parent" in values:
        return {epic: text_of(object_of(values["parent"]).get("key")) or None}
    if epic in values:
        return {"parent": _parent_of(place, values[epic])}
    return {}


def _parent_of(place: Place, key: JsonValue) -> JsonValue:
    if key is None:
        return None
    return parse_in(place, {}, "parent", {"key": key})


_MERGES: Mapping[str, Callable[[JsonValue, JsonValue], JsonValue]] = {
    "timetracking": merge_estimates,
    "gh-sprint": keep_closed_sprints,
}

#: Fields that some values may never enter, whatever the screen says.
_GUARDS: Mapping[str, Callable[[Place, Mapping[str, JsonValue], JsonValue], None]] = {
    "project": _stay_in_project,
    "issuetype": _stay_on_level,
    "parent": _fit_parent,
}
