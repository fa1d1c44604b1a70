"""Changelog entries in Jira's shape: what a change of one field looks like in history."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from sandbox.contract.compare import equal
from sandbox.contract.shapes import Dialect, Flavour, JsonObject
from sandbox.domain.embedded import embedded
from sandbox.domain.fields import kind_of
from sandbox.domain.issue import IssueState, user_id
from sandbox.domain.parts import list_of, object_of, text_of
from sandbox.domain.rich_text import value_in_dialect
from sandbox.domain.site import Site
from sandbox.domain.times import jira_time, parse_day, parse_moment, short_day, short_moment

#: One side of an item: the machine's value and the text that people see.
Side = tuple[str | None, str | None]

#: History ids of one issue are counted in a range of their own.
_PER_ISSUE = 10_000

#: Names in the changelog where they differ from the field's id.
_NAMES: Mapping[str, str] = {
    "components": "Component",
    "fixVersions": "Fix Version",
    "versions": "Version",
    "parent": "IssueParentAssociation",
    "issuelinks": "Link",
    "attachment": "Attachment",
    "worklog": "WorklogId",
    "remotelinks": "RemoteIssueLink",
}
#: Cloud gives no ``fieldId`` for these.
_WITHOUT_ID = frozenset({"parent", "issuelinks", "attachment", "worklog", "remotelinks"})
#: Server prints a Java object: ``…Sprint@1[id=1,rapidViewId=2,state=ACTIVE,name=Sprint 1,…]``.
_PRINTED_SPRINT = re.compile(r"\[id=(\d+),.*?\bname=(.*?)(?:,\w+=|\]$)")
#: Each added or removed element is an item of its own.
_ONE_BY_ONE = frozenset({"components", "fixVersions", "versions"})
#: Their seconds stand in the changelog instead.
_BEHIND_TIME_TRACKING = ("timeoriginalestimate", "timeestimate", "timespent")


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """One field's value before and after, in the issue's native dialect."""

    field: str
    before: JsonValue
    after: JsonValue


def entry(
    issue: IssueState, items: list[JsonObject], *, actor: JsonObject, now_us: int
) -> IssueState:
    """Return the issue with one more history entry and ``updated`` set."""
    written = jira_time(now_us)
    touched = issue.with_fields({"updated": written})
    if not items:
        return touched
    history: JsonObject = {
        "id": _next_id(issue),
        "author": embedded("user", actor),
        "created": written,
        "items": list(items),
    }
    return replace(touched, histories=(*issue.histories, history))


def with_metadata(before: IssueState, after: IssueState, metadata: JsonValue) -> IssueState:
    """Return an issue whose newest entries carry what a client told with its write."""
    if not isinstance(metadata, dict) or not metadata:
        return after
    known = len(before.histories)
    told = tuple({**one, "historyMetadata": dict(metadata)} for one in after.histories[known:])
    return replace(after, histories=(*after.histories[:known], *told))


def items_of(site: Site, edit: FieldEdit, meta: JsonObject) -> list[JsonObject]:
    """Return the changelog items of one edited field."""
    if edit.field == "timetracking":
        return _time_items(site, edit)
    if edit.field in _ONE_BY_ONE:
        return _element_items(site, edit)
    side = _side_of(edit.field, meta)
    name = _display_name(site, edit.field, meta)
    found = item(site, edit.field, side(edit.before), side(edit.after), name=name)
    if _holds_user(edit.field, meta) and site.flavour is Flavour.CLOUD:
        found["tmpFromAccountId"] = found["from"]
        found["tmpToAccountId"] = found["to"]
    return [found]


def item(
    site: Site, field: str, before: Side, after: Side, *, name: str | None = None
) -> JsonObject:
    """Return one changelog item; only Cloud says the field's id."""
    custom = field.startswith("customfield_")
    found: JsonObject = {
        "field": name or _NAMES.get(field, field),
        "fieldtype": "custom" if custom else "jira",
    }
    if site.flavour is Flavour.CLOUD and field not in _WITHOUT_ID:
        found["fieldId"] = field
    return {
        **found,
        "from": before[0],
        "fromString": before[1],
        "to": after[0],
        "toString": after[1],
    }


NOTHING: Side = (None, None)


def named_side(value: JsonValue) -> Side:
    """Return the id and the name of a thing."""
    if not isinstance(value, dict):
        return NOTHING
    name = text_of(value.get("name")) or text_of(value.get("value")) or text_of(value.get("key"))
    return text_of(value.get("id")) or None, name or None


def user_side(value: JsonValue) -> Side:
    """Return the identity and the displayed name of a user."""
    shown = text_of(object_of(value).get("displayName")) or user_id(value)
    return user_id(value), shown


def _plain(value: JsonValue) -> Side:
    if value is None:
        return NOTHING
    if isinstance(value, dict | list):
        return _things(value)
    whole = isinstance(value, float) and value.is_integer()
    return None, str(int(value)) if whole and isinstance(value, float) else str(value)


def _things(value: JsonValue) -> Side:
    """Return the ids and names of options, users, sprints or whatever a list holds."""
    listed = value if isinstance(value, list) else [value]
    sides = [
        user_side(one)
        if user_id(one) and not object_of(one).get("id")
        else named_side(one)
        if isinstance(one, dict)
        else (None, str(one))
        for one in listed
    ]
    ids = [ref for ref, _ in sides if ref]
    if not sides:
        return None, ""
    return (f"[{', '.join(ids)}]" if ids else None), ", ".join(name or "" for _, name in sides)


def _labels(value: JsonValue) -> Side:
    return None, " ".join(text_of(one) for one in list_of(value))


def _rich(value: JsonValue) -> Side:
    # The changelog shows wiki text, in dialect 3 too.
    if value is None:
        return NOTHING
    return None, text_of(value_in_dialect(value, Dialect.V2)) or None


def _due(value: JsonValue) -> Side:
    return (value, f"{value} 00:00:00.0") if isinstance(value, str) else NOTHING


def _custom_day(value: JsonValue) -> Side:
    found = parse_day(value) if isinstance(value, str) else None
    return (text_of(value), short_day(found)) if found else _plain(value)


def _custom_moment(value: JsonValue) -> Side:
    found = parse_moment(value) if isinstance(value, str) else None
    return (f"{found:%Y-%m-%dT%H:%M%z}", short_moment(found)) if found else _plain(value)


def _sprints(value: JsonValue) -> Side:
    sides = [_sprint(one) for one in list_of(value)]
    return ", ".join(ref or "" for ref, _ in sides), ", ".join(name or "" for _, name in sides)


def _sprint(value: JsonValue) -> Side:
    if isinstance(value, dict):
        return named_side(value)
    found = _PRINTED_SPRINT.search(text_of(value))
    return (found[1], found[2]) if found else NOTHING


def _parent(value: JsonValue) -> Side:
    found = object_of(value)
    return (text_of(found.get("id")) or None, text_of(found.get("key")) or None)


_SIDES: Mapping[str, Callable[[JsonValue], Side]] = {
    "labels": _labels,
    "description": _rich,
    "environment": _rich,
    "textarea": _rich,
    "duedate": _due,
    "datepicker": _custom_day,
    "datetime": _custom_moment,
    "gh-sprint": _sprints,
    "parent": _parent,
    "priority": named_side,
    "resolution": named_side,
    "security": named_side,
    "status": named_side,
    "issuetype": named_side,
    "project": named_side,
    "assignee": user_side,
    "reporter": user_side,
    "userpicker": user_side,
    "select": named_side,
    "radiobuttons": named_side,
    "version": named_side,
}


def _side_of(field: str, meta: JsonObject) -> Callable[[JsonValue], Side]:
    return _SIDES.get(kind_of(field, meta), _plain)


def _holds_user(field: str, meta: JsonObject) -> bool:
    return kind_of(field, meta) in {"assignee", "reporter", "userpicker"}


def _display_name(site: Site, field: str, meta: JsonObject) -> str | None:
    if not field.startswith("customfield_"):
        return _NAMES.get(field, field)
    known = site.field(field) or {}
    return text_of(meta.get("name")) or text_of(known.get("name")) or field


def _element_items(site: Site, edit: FieldEdit) -> list[JsonObject]:
    before, after = list_of(edit.before), list_of(edit.after)
    gone = [one for one in before if not any(equal(one, other) for other in after)]
    new = [one for one in after if not any(equal(one, other) for other in before)]
    return [item(site, edit.field, named_side(one), NOTHING) for one in gone] + [
        item(site, edit.field, NOTHING, named_side(one)) for one in new
    ]


def _time_items(site: Site, edit: FieldEdit) -> list[JsonObject]:
    before, after = object_of(edit.before), object_of(edit.after)
    names = ("originalEstimateSeconds", "remainingEstimateSeconds", "timeSpentSeconds")
    return [
        item(site, field, seconds_side(before.get(name)), seconds_side(after.get(name)))
        for name, field in zip(names, _BEHIND_TIME_TRACKING, strict=True)
        if before.get(name) != after.get(name)
    ]


def seconds_side(value: JsonValue) -> Side:
    """Return seconds as the changelog shows them: twice."""
    return (text_of(value), text_of(value)) if value is not None else NOTHING


def _next_id(issue: IssueState) -> str:
    """Return an id that follows from the issue and the length of its history alone."""
    number = int(issue.issue_id) if issue.issue_id.isdecimal() else 0
    return str(number * _PER_ISSUE + len(issue.histories) + 1)
