"""Parsers of values that name something of the site: users, options, versions, sprints.

The stored value is always Jira's full JSON of the thing, never what the client sent.
"""

from collections.abc import Callable, Iterable

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject
from sandbox.domain import errors
from sandbox.domain.embedded import address, brief, embedded
from sandbox.domain.errors import invalid
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import flat, object_of, text_of
from sandbox.domain.place import Parser, Place

#: Asks Jira to choose the assignee itself.
AUTOMATIC = "-1"

_SPRINT_PARTS = (
    ("id", "id"),
    ("rapidViewId", "boardId"),
    ("state", "state"),
    ("name", "name"),
    ("startDate", "startDate"),
    ("endDate", "endDate"),
    ("completeDate", "completeDate"),
    ("sequence", "id"),
    ("goal", "goal"),
)

Find = Callable[[Place, str], JsonObject | None]


def named(thing: str, kind: str, find: Find, *, observed_only: bool = True) -> Parser:
    """Return a parser of ``{"id"}`` or ``{"name"}`` of one kind of thing.

    Where the metadata lists the allowed values nothing else is taken, unless the list
    may be older than the thing (``observed_only=False``: versions, components).
    """

    def parse(place: Place, meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
        by, ref = _identity(field, value, ("id", "name"))
        allowed = flat(meta.get("allowedValues"))
        found = _pick(allowed, by, ref)
        if found is None and not (allowed and observed_only):
            found = _exactly(find(place, ref), by, ref)
        if found is None:
            raise invalid(field, _not_valid(place, thing, field, by, ref))
        return embedded(kind, found)

    return parse


def user(place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return a user: by accountId on Cloud, by name or key on Server."""
    if not isinstance(value, dict):
        raise invalid(field, errors.NOT_AN_OBJECT)
    names = ("accountId", "id") if place.on_cloud else ("name", "key")
    given = [name for name in names if name in value]
    if not given:
        raise invalid(field, errors.specify_valid(field))
    ref = next((text_of(value[name]) for name in given if value[name]), "")
    if ref == AUTOMATIC and field == "assignee":
        return automatic_assignee(place)
    return known_user(place, field, ref) if ref else None


def known_user(place: Place, field: str, ref: str) -> JsonObject:
    """Return the user that an identity names, or refuse."""
    names = ("accountId",) if place.on_cloud else ("name", "key")
    found = place.site.user(ref)
    if found is None or not any(_same(text_of(found.get(name)), ref) for name in names):
        raise invalid(field, errors.no_such_user(ref))
    if field == "assignee" and found.get("active") is False:
        raise invalid(field, errors.cannot_be_assigned(ref))
    return embedded("user", found)


def automatic_assignee(place: Place) -> JsonValue:
    """Return whom Jira would assign: the project's lead, or nobody."""
    project = place.site.project(place.project) or {}
    if project.get("assigneeType") != "PROJECT_LEAD":
        return None
    found = place.site.user(object_of(project.get("lead")))
    return embedded("user", found) if found else None


def group(place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return a group."""
    by, ref = _identity(field, value, ("name", "groupId"))
    known_groups = place.site.baseline.groups
    # A gateway without an admin's rights cannot list groups: then nobody knows better.
    if by == "name" and known_groups and ref not in known_groups:
        raise invalid(field, errors.no_such_group(ref))
    known = {name: one for name, one in object_of(value).items() if name in {"name", "groupId"}}
    return {**known, "self": f"{address(place.native, 'group')}?groupname={ref}"}


def option(_place: Place, meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return an option of a select, radio or checkbox field."""
    return _option(meta, field, value)


def cascade(_place: Place, meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return an option with its child."""
    parent = _option(meta, field, value)
    child = object_of(value).get("child")
    if parent is None or not child:
        return parent
    allowed = _pick(flat(meta.get("allowedValues")), "value", text_of(parent.get("value")))
    own: JsonObject = {} if allowed is None else {"allowedValues": allowed.get("children") or []}
    return {**parent, "child": _option(own, field, child)}


def sprint(place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return the list that Jira stores for a sprint: texts on Server, objects on Cloud."""
    ref = text_of(object_of(value).get("id") if isinstance(value, dict) else value)
    found = place.site.sprint(ref) if ref.isdecimal() else None
    if found is None:
        raise invalid(field, errors.no_such_sprint(ref or value))
    # A board's answer says ``originBoardId`` where an issue says ``boardId``.
    found = {**found, "boardId": found.get("boardId", found.get("originBoardId"))}
    return [embedded("sprint", found) if place.on_cloud else _sprint_text(found)]


def team(_place: Place, meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return a team: sent as its id, stored as an object."""
    ref = text_of(value) or text_of(object_of(value).get("id"))
    if not ref:
        raise invalid(field, errors.specify_valid(field))
    known = _pick(flat(meta.get("allowedValues")), "id", ref)
    return known or {"id": ref}


def project(place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return a project by its id or key."""
    if not isinstance(value, dict):
        raise invalid(field, errors.NOT_AN_OBJECT)
    for by in ("id", "key"):
        ref = text_of(value.get(by))
        if ref:
            found = _exactly(place.site.project(ref), by, ref)
            if found is None:
                raise invalid(field, errors.PROJECT_REQUIRED)
            return embedded("project", found)
    raise invalid(field, errors.PROJECT_REQUIRED)


def issue_type(place: Place, meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return an issue type of the project."""
    if not isinstance(value, dict) or not (value.get("id") or value.get("name")):
        raise invalid(field, errors.ISSUE_TYPE_REQUIRED)
    by = "id" if value.get("id") else "name"
    ref = text_of(value[by])
    allowed = flat(meta.get("allowedValues"))
    found = _pick(allowed, by, ref) if allowed else None
    if found is None and not allowed:
        found = _exactly(place.site.issue_type(ref, place.project or None), by, ref)
    if found is None:
        raise invalid(field, errors.ISSUE_TYPE_INVALID)
    return embedded("issuetype", found)


def parent(place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return the parent as it stands inside its child; ``{"none": true}`` takes it away."""
    if isinstance(value, dict) and value.get("none") is True:
        return None
    ref = mentioned_issue(value)
    if not ref:
        raise invalid(field, errors.PARENT_MISSING)
    if place.related is None:
        return dict(object_of(value))
    return brief(_related(place, field, ref))


def epic_link(place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return the key of an epic."""
    if value == "":
        return None
    if not isinstance(value, str):
        raise invalid(field, errors.NOT_A_STRING)
    return value if place.related is None else _related(place, field, value).key


def mentioned_issue(value: JsonValue) -> str:
    """Return the id or key of the issue that a value names, or nothing."""
    if isinstance(value, dict):
        return text_of(value.get("id")) or text_of(value.get("key"))
    return text_of(value)


def _related(place: Place, field: str, ref: str) -> IssueState:
    found = (place.related or {}).get(ref)
    if found is None:
        raise invalid(field, errors.PARENT_MISSING)
    return found


def _identity(field: str, value: JsonValue, names: Iterable[str]) -> tuple[str, str]:
    """Return by which attribute a value names a thing, and the name."""
    if not isinstance(value, dict):
        raise invalid(field, errors.specify_valid(field))
    for name in names:
        ref = text_of(value.get(name))
        if ref:
            return name, ref
    raise invalid(field, errors.specify_valid(field))


def _option(meta: JsonObject, field: str, value: JsonValue) -> JsonObject | None:
    by, ref = _identity(field, value, ("id", "value", "name"))
    if (by, ref) == ("id", AUTOMATIC):
        return None
    by = "value" if by == "name" else by
    if "allowedValues" not in meta:
        return {by: ref}
    found = _pick(flat(meta["allowedValues"]), by, ref)
    if found is None or found.get("disabled") is True:
        raise invalid(field, errors.not_valid("Option", by, ref))
    return embedded("option", found)


def _pick(things: Iterable[JsonObject], by: str, ref: str) -> JsonObject | None:
    """Return the thing whose attribute is the text, preferably to the letter."""
    listed = list(things)
    exact = [one for one in listed if text_of(one.get(by)) == ref]
    close = [one for one in listed if by != "id" and _same(text_of(one.get(by)), ref)]
    return next(iter([*exact, *close]), None)


def _exactly(found: JsonObject | None, by: str, ref: str) -> JsonObject | None:
    """Return the thing only if it was found by that very attribute."""
    return found if found is not None and _same(text_of(found.get(by)), ref) else None


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _not_valid(place: Place, thing: str, field: str, by: str, ref: str) -> str:
    if thing == "Priority" and place.on_cloud:
        return errors.specify_valid(field)
    return errors.not_valid(thing, by, ref)


def _sprint_text(found: JsonObject) -> str:
    """Return a sprint as Server prints it into issues: a Java object's text."""
    shown = {name: text_of(found.get(own)) or "<null>" for name, own in _SPRINT_PARTS}
    shown["state"] = shown["state"].upper()
    inside = ",".join(f"{name}={value}" for name, value in shown.items())
    return f"com.atlassian.greenhopper.service.sprint.Sprint@{shown['id']}[{inside}]"
