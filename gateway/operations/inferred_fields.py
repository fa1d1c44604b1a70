"""Fields and screens that Jira did not describe, guessed from the values seen. Pure.

A guess is only a guess: whatever is made here is named in ``SiteBaseline.inferred``.
"""

import re
from collections.abc import Iterable, Mapping
from typing import cast

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject

_PLUGIN = "com.atlassian.jira.plugin.system.customfieldtypes"
_AGILE = "com.pyxis.greenhopper.jira"
_SET = ("set",)
_SETS = ("add", "set", "remove")

#: Id, name, schema type, items, verbs (none: shown, never typed in).
_SYSTEM: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("summary", "Summary", "string", "", _SET),
    ("issuetype", "Issue Type", "issuetype", "", ()),
    ("project", "Project", "project", "", _SET),
    ("parent", "Parent", "issuelink", "", _SET),
    ("status", "Status", "status", "", ()),
    ("resolution", "Resolution", "resolution", "", ()),
    ("priority", "Priority", "priority", "", _SET),
    ("description", "Description", "string", "", _SET),
    ("environment", "Environment", "string", "", _SET),
    ("labels", "Labels", "array", "string", _SETS),
    ("components", "Components", "array", "component", _SETS),
    ("versions", "Affects versions", "array", "version", _SETS),
    ("fixVersions", "Fix versions", "array", "version", _SETS),
    ("assignee", "Assignee", "user", "", _SET),
    ("reporter", "Reporter", "user", "", _SET),
    ("creator", "Creator", "user", "", ()),
    ("duedate", "Due date", "date", "", _SET),
    ("created", "Created", "datetime", "", ()),
    ("updated", "Updated", "datetime", "", ()),
    ("resolutiondate", "Resolved", "datetime", "", ()),
    ("lastViewed", "Last Viewed", "datetime", "", ()),
    ("statuscategorychangedate", "Status Category Changed", "datetime", "", ()),
    ("comment", "Comment", "comments-page", "", ("add", "edit", "remove")),
    ("worklog", "Log Work", "array", "worklog", ("add",)),
    ("timetracking", "Time tracking", "timetracking", "", ("set", "edit")),
    ("timespent", "Time Spent", "number", "", ()),
    ("timeestimate", "Remaining Estimate", "number", "", ()),
    ("timeoriginalestimate", "Original estimate", "number", "", ()),
    ("aggregatetimespent", "Σ Time Spent", "number", "", ()),
    ("aggregatetimeestimate", "Σ Remaining Estimate", "number", "", ()),
    ("aggregatetimeoriginalestimate", "Σ Original Estimate", "number", "", ()),
    ("workratio", "Work Ratio", "number", "", ()),
    ("progress", "Progress", "progress", "", ()),
    ("aggregateprogress", "Σ Progress", "progress", "", ()),
    ("issuelinks", "Linked Issues", "array", "issuelinks", ("add",)),
    ("subtasks", "Sub-tasks", "array", "issuelinks", ()),
    ("attachment", "Attachment", "array", "attachment", ()),
    ("watches", "Watchers", "watches", "", ()),
    ("votes", "Votes", "votes", "", ()),
    ("security", "Security Level", "securitylevel", "", ()),
    ("issuerestriction", "Restrict to", "issuerestriction", "", ()),
    ("thumbnail", "Images", "array", "", ()),
)
_BY_ID = {row[0]: row for row in _SYSTEM}

#: What a value of this look is: schema type, items, custom type, verbs.
Guess = tuple[str, str, str, tuple[str, ...]]
_TEXT_LOOKS: tuple[tuple[str, Guess], ...] = (
    (r"\d\|[a-z0-9]+:[a-z0-9]*$", ("any", "", f"{_AGILE}:gh-lexo-rank", ())),
    (r"\d{4}-\d\d-\d\d$", ("date", "", f"{_PLUGIN}:datepicker", _SET)),
    (r"\d{4}-\d\d-\d\dT", ("datetime", "", f"{_PLUGIN}:datetime", _SET)),
    (r"https?://\S+$", ("string", "", f"{_PLUGIN}:url", _SET)),
    # Development panels and the like: text of a program, not of a person.
    (r"\{", ("any", "", "", ())),
    (r"[^\n]{0,255}$", ("string", "", f"{_PLUGIN}:textfield", _SET)),
)
_LONG_TEXT: Guess = ("string", "", f"{_PLUGIN}:textarea", _SET)
_UNKNOWN: Guess = ("any", "", "", ())


def system_name(field_id: str) -> str | None:
    """Return a system field's own name, or None for a custom or unknown one."""
    return _BY_ID[field_id][1] if field_id in _BY_ID else None


def described(
    field_id: str, name: str, schema: JsonObject | None, values: list[JsonValue]
) -> JsonObject:
    """Return a field as ``GET field`` describes it; ``schema`` wins over a guess."""
    custom = field_id not in _BY_ID
    found = schema or _schema(field_id, values)
    return {
        "id": field_id,
        "key": field_id,
        "name": name,
        "custom": custom and field_id.startswith("customfield_"),
        "orderable": bool(_verbs(field_id, found)),
        "navigable": field_id not in ("comment", "attachment", "worklog", "timetracking"),
        "searchable": True,
        "clauseNames": _clauses(field_id, name),
        "schema": found,
    }


def system_fields() -> list[str]:
    """Return the system fields that any screen of any Jira has: those one can set."""
    return [field_id for field_id, _, _, _, verbs in _SYSTEM if verbs]


def screen(
    fields: Iterable[JsonObject], allowed: Mapping[str, list[JsonObject]], *, create: bool
) -> dict[str, JsonObject]:
    """Return what an edit or create screen would offer of these fields, by field id."""
    found: dict[str, JsonObject] = {}
    for field in fields:
        field_id = str(field["id"])
        schema = cast("JsonObject", field.get("schema") or {})
        verbs = _verbs(field_id, schema)
        shown = bool(verbs) or field_id == "issuetype"
        if not shown or field_id == ("comment" if create else "project"):
            continue
        found[field_id] = _on_screen(field, schema, verbs, allowed.get(field_id))
    return found


def _on_screen(
    field: JsonObject,
    schema: JsonObject,
    verbs: tuple[str, ...],
    allowed: list[JsonObject] | None,
) -> JsonObject:
    field_id = str(field["id"])
    made: JsonObject = {
        "required": field_id in ("summary", "issuetype", "project"),
        "schema": schema,
        "name": field["name"],
        "key": field_id,
        "fieldId": field_id,
        "hasDefaultValue": field_id == "priority",
        "operations": [*verbs],
    }
    return made if allowed is None else {**made, "allowedValues": [*allowed]}


def _verbs(field_id: str, schema: JsonObject) -> tuple[str, ...]:
    if field_id in _BY_ID:
        return _BY_ID[field_id][4]
    kind, custom = str(schema.get("type", "any")), str(schema.get("custom", ""))
    if custom.endswith((":gh-sprint", ":gh-epic-link")):
        return _SET
    if kind == "any" or not field_id.startswith("customfield_"):
        return ()
    return _SETS if kind == "array" else _SET


def _schema(field_id: str, values: list[JsonValue]) -> JsonObject:
    if field_id in _BY_ID:
        _, _, kind, items, _ = _BY_ID[field_id]
        return {"type": kind, **({"items": items} if items else {}), "system": field_id}
    kind, items, custom, _ = _guess([value for value in values if value is not None])
    made: JsonObject = {"type": kind}
    if items:
        made["items"] = items
    if custom:
        made["custom"] = custom
    number = field_id.removeprefix("customfield_")
    return {**made, "customId": int(number)} if number.isdecimal() else made


def _guess(values: list[JsonValue]) -> Guess:
    """Return what a custom field is by the look of its values."""
    if not values:
        return _UNKNOWN
    sample = values[0]
    if isinstance(sample, bool):
        return _UNKNOWN
    if isinstance(sample, int | float):
        return ("number", "", f"{_PLUGIN}:float", _SET)
    if isinstance(sample, str):
        texts = [value for value in values if isinstance(value, str)]
        fitting = (guess for look, guess in _TEXT_LOOKS if all(re.match(look, t) for t in texts))
        return next(fitting, _LONG_TEXT)
    if isinstance(sample, list):
        inner = [one for value in values if isinstance(value, list) for one in value]
        return _guess_list(inner)
    return _guess_object(sample) if isinstance(sample, dict) else _UNKNOWN


def _guess_object(sample: JsonObject) -> Guess:
    if sample.get("type") == "doc" and "content" in sample:
        return _LONG_TEXT
    if "accountId" in sample or {"name", "displayName"} <= sample.keys():
        return ("user", "", f"{_PLUGIN}:userpicker", _SET)
    if "child" in sample:
        return ("option-with-child", "", f"{_PLUGIN}:cascadingselect", _SET)
    if "value" in sample:
        return ("option", "", f"{_PLUGIN}:select", _SET)
    if "released" in sample:
        return ("version", "", f"{_PLUGIN}:version", _SET)
    return _UNKNOWN


def _guess_list(inner: list[JsonValue]) -> Guess:
    sample = inner[0] if inner else None
    if isinstance(sample, str):
        # Server prints a sprint as the text of a Java object.
        if "greenhopper.service.sprint.Sprint@" in sample:
            return ("array", "string", f"{_AGILE}:gh-sprint", _SET)
        return ("array", "string", f"{_PLUGIN}:labels", _SETS)
    if not isinstance(sample, dict):
        return _UNKNOWN
    if {"boardId", "state"} & sample.keys():
        return ("array", "json", f"{_AGILE}:gh-sprint", _SET)
    kinds = {"user": "multiuserpicker", "option": "multiselect", "version": "multiversion"}
    kind = _guess_object(sample)[0]
    return ("array", kind, f"{_PLUGIN}:{kinds[kind]}", _SETS) if kind in kinds else _UNKNOWN


def _clauses(field_id: str, name: str) -> list[JsonValue]:
    number = field_id.removeprefix("customfield_")
    return [f"cf[{number}]", name] if number.isdecimal() else [field_id]
