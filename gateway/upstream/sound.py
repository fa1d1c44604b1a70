"""Is this an issue at all? Asked of every issue that Jira answers, before anybody believes it.

A proxy, an app or a fault can answer JSON that only looks like an issue. What is taken in
becomes the evidence for *before* values and for scope, so an issue with an id, a key, a
project or a system field of the wrong type is refused whole: the old one stays.
"""

import re
from collections.abc import Mapping

from pydantic import JsonValue

from gateway.upstream.errors import UnreadableError
from sandbox.contract.shapes import JsonObject

_ID = re.compile(r"[0-9]{1,19}")
_KEY = re.compile(r"(?P<project>[A-Z][A-Z0-9_]*)-[1-9][0-9]*")
_TEXT = (str,)
#: A document on Cloud, wiki text on Data Center.
_RICH = (str, dict)
#: System fields to the types that Jira answers when they are not empty. Apps answer what they
#: like in custom fields: those are compared as they are.
_SYSTEM: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("summary", "created", "updated", "duedate", "resolutiondate"), _TEXT),
    **dict.fromkeys(("description", "environment"), _RICH),
    **dict.fromkeys(("project", "issuetype", "status", "priority", "resolution"), (dict,)),
    **dict.fromkeys(("assignee", "reporter", "creator", "parent", "security"), (dict,)),
    **dict.fromkeys(("comment", "worklog", "votes", "watches", "timetracking"), (dict,)),
    **dict.fromkeys(("labels", "components", "versions", "fixVersions"), (list,)),
    **dict.fromkeys(("issuelinks", "subtasks", "attachment"), (list,)),
    **dict.fromkeys(("timeestimate", "timeoriginalestimate", "timespent"), (int,)),
}
#: What these lists hold.
_INSIDE: Mapping[str, tuple[type, ...]] = {
    "labels": _TEXT,
    **dict.fromkeys(("issuelinks", "subtasks", "attachment"), (dict,)),
    **dict.fromkeys(("components", "versions", "fixVersions"), (dict, str)),
}


def sound_issue(doc: JsonObject, asked: str | None = None) -> JsonObject:
    """Return an issue as it is; raises UnreadableError when it cannot be one.

    ``asked`` is the id or key that it is the answer to: an id is never answered by another.
    """
    trouble = why_unsound(doc, asked)
    if trouble:
        shown = doc.get("id") if _matches(_ID, doc.get("id")) else asked or "without an id"
        raise UnreadableError(f"Jira's answer for issue {shown} is not believed: {trouble}.")
    return doc


def sound_rows(body: JsonObject, name: str) -> None:
    """Raise UnreadableError when a page has no such list, or it holds what has no number.

    What was lost is looked for in such lists: what is not seen there would be sent again.
    """
    rows = body.get(name)
    if not isinstance(rows, list):
        raise UnreadableError(f"Jira's answer is not believed: it has no list of {name}.")
    if not all(isinstance(one, dict) and _matches(_ID, one.get("id")) for one in rows):
        raise UnreadableError(f"Jira's answer is not believed: one of its {name} has no id.")


def why_unsound(doc: JsonObject, asked: str | None = None) -> str:
    """Return in a few words why this is no issue; empty when it is one."""
    found_id, key, fields = doc.get("id"), doc.get("key"), doc.get("fields")
    if not _matches(_ID, found_id):
        return "its id is not a number in quotes"
    if asked is not None and _matches(_ID, asked) and asked != found_id:
        return "it has another id than the one that was asked for"
    if not _matches(_KEY, key):
        return "its key is not a text like PROJ-1"
    if not isinstance(fields, dict):
        return "its fields are not there"
    return _of_other_project(str(key), fields) or _mistyped(fields)


def _of_other_project(key: str, fields: JsonObject) -> str:
    project = fields.get("project")
    if not isinstance(project, dict):
        return "it does not say its project"
    if project.get("key") != key.rpartition("-")[0]:
        return "its key is not of its project"
    for name in ("issuetype", "status"):
        if not isinstance(fields.get(name), dict):
            return f"it does not say its {name}"
    return ""


def _mistyped(fields: JsonObject) -> str:
    for name, types in _SYSTEM.items():
        value = fields.get(name)
        if value is not None and not _is(value, types):
            return f"the field {name} has a value of another kind"
        inside = _INSIDE.get(name)
        if inside and isinstance(value, list) and not all(_is(one, inside) for one in value):
            return f"the field {name} holds something of another kind"
    return ""


def _is(value: JsonValue, types: tuple[type, ...]) -> bool:
    # True is an int to Python, and to nobody else.
    return isinstance(value, types) and not isinstance(value, bool)


def _matches(pattern: re.Pattern[str], value: JsonValue) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
