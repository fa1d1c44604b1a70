"""Which fields may be set where, with which verbs.

What upstream showed (createmeta, editmeta) decides; where it showed nothing, every field
of the site that is not read-only may be set: unseen is unknown, not forbidden.
"""

from collections.abc import Mapping

from sandbox.contract.shapes import JsonObject
from sandbox.domain.fields import is_list, kind_of
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import list_of, object_of, text_of
from sandbox.domain.site import Site

Screen = Mapping[str, JsonObject]

#: System fields that can be typed in, with their types: ``(type, items)``.
_SYSTEM: Mapping[str, tuple[str, str | None]] = {
    "summary": ("string", None),
    "description": ("string", None),
    "environment": ("string", None),
    "issuetype": ("issuetype", None),
    "project": ("project", None),
    "priority": ("priority", None),
    "assignee": ("user", None),
    "reporter": ("user", None),
    "labels": ("array", "string"),
    "components": ("array", "component"),
    "fixVersions": ("array", "version"),
    "versions": ("array", "version"),
    "duedate": ("date", None),
    "parent": ("issuelink", None),
    "timetracking": ("timetracking", None),
    "comment": ("comments-page", None),
    "worklog": ("array", "worklog"),
    "issuelinks": ("array", "issuelinks"),
}
#: Custom types that Jira computes.
_COMPUTED = frozenset({"gh-lexo-rank", "readonlyfield", "devsummarycf", "devsummary"})
_REQUIRED = frozenset({"summary", "issuetype", "project"})
#: Appended to, never set.
APPENDED = frozenset({"comment", "worklog", "issuelinks"})
_VERBS_OF_LISTS = ("add", "set", "remove")
_VERBS: Mapping[str, tuple[str, ...]] = {
    "timetracking": ("set", "edit"),
    "comment": ("add",),
    "worklog": ("add",),
    "issuelinks": ("add",),
    "gh-sprint": ("set",),
}


def edit_screen(site: Site, issue: IssueState) -> Screen:
    """Return the fields that an edit of the issue may name, with their metadata."""
    project, kind = place_of(issue)
    observed = site.edit_meta(project, kind)
    return assumed_screen(site) if observed is None else observed


def create_screen(site: Site, project_id: str, type_id: str) -> Screen:
    """Return the fields that a new issue may name, with their metadata."""
    observed = site.create_meta(project_id, type_id)
    if observed is None:
        observed = site.edit_meta(project_id, type_id)
    return assumed_screen(site) if observed is None else observed


def transition_screen(
    site: Site, issue: IssueState, transition: JsonObject, *, beside: bool = True
) -> Screen:
    """Return the fields that a transition may name; all that may be edited if unobserved.

    ``beside``: comments and worklogs may come with it although its screen shows none,
    because they are staged as changes of their own.
    """
    observed = transition.get("fields")
    if not isinstance(observed, dict):
        return {**edit_screen(site, issue), "resolution": _system("resolution", "resolution")}
    shown: Screen = {name: object_of(meta) for name, meta in observed.items()}
    return {**shown, **_appended()} if beside else shown


def place_of(issue: IssueState) -> tuple[str, str]:
    """Return the ids of the issue's project and type."""
    fields = issue.fields
    project, kind = object_of(fields.get("project")), object_of(fields.get("issuetype"))
    return text_of(project.get("id")), text_of(kind.get("id"))


def verbs(field_id: str, meta: JsonObject) -> tuple[str, ...]:
    """Return the verbs that a field takes: what its metadata lists, else what is usual."""
    listed = meta.get("operations")
    if isinstance(listed, list):
        return tuple(text_of(one) for one in list_of(listed))
    usual = _VERBS.get(kind_of(field_id, meta))
    return usual or (_VERBS_OF_LISTS if is_list(field_id, meta) else ("set",))


def assumed_screen(site: Site) -> Screen:
    """Return the fields of a site whose screens nobody observed."""
    found = {name: _system(name, *types) for name, types in _SYSTEM.items()}
    for field in site.baseline.fields:
        field_id = text_of(field.get("id"))
        schema = object_of(field.get("schema"))
        if schema.get("custom") and kind_of(field_id, field) not in _COMPUTED:
            found[field_id] = {
                "required": False,
                "schema": schema,
                "name": field.get("name") or field_id,
                "key": field_id,
            }
    return found


def custom_fields(site: Site, screen: Screen) -> list[str]:
    """Return the custom fields that an issue with this screen has, set or not."""
    ids = [text_of(one.get("id")) for one in site.baseline.fields]
    return [name for name in dict.fromkeys([*ids, *screen]) if name.startswith("customfield_")]


def _appended() -> Screen:
    return {name: _system(name, *_SYSTEM[name]) for name in ("comment", "worklog")}


def _system(name: str, kind: str, items: str | None = None) -> JsonObject:
    schema: JsonObject = {"type": kind, "system": name}
    if items is not None:
        schema["items"] = items
    return {"required": name in _REQUIRED, "schema": schema, "name": _TITLES[name], "key": name}


_TITLES: Mapping[str, str] = {
    "summary": "Summary",
    "description": "Description",
    "environment": "Environment",
    "issuetype": "Issue Type",
    "project": "Project",
    "priority": "Priority",
    "assignee": "Assignee",
    "reporter": "Reporter",
    "labels": "Labels",
    "components": "Components",
    "fixVersions": "Fix versions",
    "versions": "Affects versions",
    "duedate": "Due date",
    "parent": "Parent",
    "timetracking": "Time tracking",
    "comment": "Comment",
    "worklog": "Log Work",
    "issuelinks": "Linked Issues",
    "resolution": "Resolution",
}
