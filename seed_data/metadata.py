"""The demo site's metadata, as raw Jira Cloud JSON: types, statuses, fields, workflow."""

from typing import Any

from seed_data.people import SITE, Person
from seed_data.words import PAY_TOPICS, VERSIONS_PAY, VERSIONS_WEB, WEB_TOPICS

#: Category key, colour and id as Jira has them.
_CATEGORIES = {
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {
        "id": 4,
        "key": "indeterminate",
        "colorName": "yellow",
        "name": "In Progress",
    },
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}

#: id, name, category; WEB uses the first four, PAY the last four.
_STATUSES = (
    ("10000", "To Do", "new"),
    ("10001", "In Progress", "indeterminate"),
    ("10002", "In Review", "indeterminate"),
    ("10003", "Done", "done"),
    ("10010", "할 일", "new"),
    ("10011", "진행 중", "indeterminate"),
    ("10012", "검토 중", "indeterminate"),
    ("10013", "완료", "done"),
)
STATUS_IDS = {
    "WEB": ("10000", "10001", "10002", "10003"),
    "PAY": ("10010", "10011", "10012", "10013"),
}

#: id, name, hierarchy level, sub-task.
_TYPES = (
    ("10100", "Epic", 1, False),
    ("10101", "Story", 0, False),
    ("10102", "Task", 0, False),
    ("10103", "Bug", 0, False),
    ("10104", "Sub-task", -1, True),
)
_PRIORITIES = (("1", "Highest"), ("2", "High"), ("3", "Medium"), ("4", "Low"), ("5", "Lowest"))

STORY_POINTS = "customfield_10016"
SPRINT = "customfield_10020"
START_DATE = "customfield_10015"
RELEASE_NOTE = "customfield_10030"
RANK = "customfield_10019"

_CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes:"
#: id, name, schema, settable.
_FIELDS: tuple[tuple[str, str, dict[str, Any], bool], ...] = (
    ("summary", "Summary", {"type": "string"}, True),
    ("description", "Description", {"type": "string"}, True),
    ("environment", "Environment", {"type": "string"}, True),
    ("issuetype", "Issue Type", {"type": "issuetype"}, False),
    ("project", "Project", {"type": "project"}, False),
    ("status", "Status", {"type": "status"}, False),
    ("priority", "Priority", {"type": "priority"}, True),
    ("assignee", "Assignee", {"type": "user"}, True),
    ("reporter", "Reporter", {"type": "user"}, True),
    ("creator", "Creator", {"type": "user"}, False),
    ("labels", "Labels", {"type": "array", "items": "string"}, True),
    ("components", "Components", {"type": "array", "items": "component"}, True),
    ("fixVersions", "Fix versions", {"type": "array", "items": "version"}, True),
    ("versions", "Affects versions", {"type": "array", "items": "version"}, True),
    ("duedate", "Due date", {"type": "date"}, True),
    ("parent", "Parent", {"type": "issuelink"}, True),
    ("resolution", "Resolution", {"type": "resolution"}, False),
    ("resolutiondate", "Resolved", {"type": "datetime"}, False),
    ("created", "Created", {"type": "datetime"}, False),
    ("updated", "Updated", {"type": "datetime"}, False),
    ("comment", "Comment", {"type": "comments-page"}, False),
    ("worklog", "Log Work", {"type": "array", "items": "worklog"}, False),
    ("attachment", "Attachment", {"type": "array", "items": "attachment"}, False),
    ("issuelinks", "Linked Issues", {"type": "array", "items": "issuelinks"}, False),
    ("subtasks", "Sub-tasks", {"type": "array", "items": "issuelinks"}, False),
    ("watches", "Watchers", {"type": "watches"}, False),
    ("votes", "Votes", {"type": "votes"}, False),
    (STORY_POINTS, "Story Points", {"type": "number", "custom": f"{_CUSTOM}float"}, True),
    (START_DATE, "Start date", {"type": "date", "custom": f"{_CUSTOM}datepicker"}, True),
    (RELEASE_NOTE, "Release note", {"type": "string", "custom": f"{_CUSTOM}textarea"}, True),
    (
        SPRINT,
        "Sprint",
        {"type": "array", "items": "json", "custom": "com.pyxis.greenhopper.jira:gh-sprint"},
        True,
    ),
    (RANK, "Rank", {"type": "any", "custom": "com.pyxis.greenhopper.jira:gh-lexo-rank"}, False),
)


def status(status_id: str) -> dict[str, Any]:
    """Return a status by id."""
    found = next(one for one in _STATUSES if one[0] == status_id)
    category = {"self": f"{SITE}/rest/api/3/statuscategory/{_CATEGORIES[found[2]]['id']}"}
    return {
        "self": f"{SITE}/rest/api/3/status/{status_id}",
        "description": "",
        "iconUrl": f"{SITE}/images/icons/statuses/generic.png",
        "name": found[1],
        "id": status_id,
        "statusCategory": category | _CATEGORIES[found[2]],
    }


def issue_type(name: str) -> dict[str, Any]:
    """Return an issue type by name."""
    found = next(one for one in _TYPES if one[1] == name)
    return {
        "self": f"{SITE}/rest/api/3/issuetype/{found[0]}",
        "id": found[0],
        "description": "",
        "iconUrl": f"{SITE}/images/icons/issuetypes/{found[1].lower()}.svg",
        "name": found[1],
        "subtask": found[3],
        "hierarchyLevel": found[2],
    }


def priority(name: str) -> dict[str, Any]:
    """Return a priority by name."""
    found = next(one for one in _PRIORITIES if one[1] == name)
    return {
        "self": f"{SITE}/rest/api/3/priority/{found[0]}",
        "iconUrl": f"{SITE}/images/icons/priorities/{name.lower()}.svg",
        "name": name,
        "id": found[0],
    }


def resolution() -> dict[str, Any]:
    """Return the one resolution of the demo."""
    return {
        "self": f"{SITE}/rest/api/3/resolution/10000",
        "id": "10000",
        "description": "Work has been completed on this issue.",
        "name": "Done",
    }


def component(project: str, name: str) -> dict[str, Any]:
    """Return a component by name."""
    number = COMPONENTS[project].index(name)
    return {
        "self": f"{SITE}/rest/api/3/component/{_component_id(project, number)}",
        "id": _component_id(project, number),
        "name": name,
    }


def version(project: str, name: str) -> dict[str, Any]:
    """Return a version by name."""
    number = VERSIONS[project].index(name)
    version_id = str((10500 if project == "WEB" else 10600) + number)
    return {
        "self": f"{SITE}/rest/api/3/version/{version_id}",
        "id": version_id,
        "name": name,
        "archived": False,
        "released": number == 0,
    }


COMPONENTS = {
    "WEB": tuple(topic.component for topic in WEB_TOPICS),
    "PAY": tuple(topic.component for topic in PAY_TOPICS),
}
VERSIONS = {"WEB": VERSIONS_WEB, "PAY": VERSIONS_PAY}
PROJECT_IDS = {"WEB": "10000", "PAY": "10001"}
_PROJECT_NAMES = {"WEB": "Web storefront", "PAY": "결제 플랫폼"}


def project_ref(key: str) -> dict[str, Any]:
    """Return a project as it stands inside an issue."""
    return {
        "self": f"{SITE}/rest/api/3/project/{PROJECT_IDS[key]}",
        "id": PROJECT_IDS[key],
        "key": key,
        "name": _PROJECT_NAMES[key],
        "projectTypeKey": "software",
        "simplified": False,
        "avatarUrls": {"48x48": f"{SITE}/secure/projectavatar?pid={PROJECT_IDS[key]}"},
    }


def sprint(number: int, project: str, state: str) -> dict[str, Any]:
    """Return a sprint as the sprint field shows it."""
    board = 1 if project == "WEB" else 2
    return {
        "id": board * 100 + number,
        "name": f"{project} {number}",
        "state": state,
        "boardId": board,
        "goal": "",
        "startDate": f"2026-{8 + number % 4:02d}-02T01:00:00.000Z",
        "endDate": f"2026-{8 + number % 4:02d}-16T01:00:00.000Z",
    }


SPRINT_STATES = (("closed", 40), ("closed", 41), ("active", 42), ("future", 43))


def site_metadata(people: list[Person], site: str, fetched_at: int) -> dict[str, Any]:
    """Return the body of ``PUT /_sandbox/site``."""
    projects = [_project(key, people) for key in PROJECT_IDS]
    pairs = [(key, name) for key in PROJECT_IDS for _, name, _, _ in _TYPES]
    return {
        "site": site,
        "flavour": "cloud",
        "fetched_at": fetched_at,
        "server_info": {"baseUrl": SITE, "serverTitle": "Shop Jira", "deploymentType": "Cloud"},
        "fields": [_field(*one) for one in _FIELDS],
        "projects": projects,
        "issue_types": [issue_type(name) for _, name, _, _ in _TYPES],
        "statuses": [status(one[0]) for one in _STATUSES],
        "priorities": [priority(name) for _, name in _PRIORITIES],
        "resolutions": [resolution()],
        "link_types": _link_types(),
        "users": [one.cloud() for one in people],
        "groups": {
            "web-team": [one.account_id for one in people if one.team == "WEB"],
            "pay-team": [one.account_id for one in people if one.team == "PAY"],
        },
        "create_meta": {_pair(key, name): _meta(key, name, create=True) for key, name in pairs},
        "edit_meta": {_pair(key, name): _meta(key, name, create=False) for key, name in pairs},
        "transitions": [one for key, name in pairs for one in _transitions(key, name)],
        "boards": [_board(1, "WEB"), _board(2, "PAY")],
        "sprints": [
            sprint(number, key, state)
            | {"originBoardId": 1 if key == "WEB" else 2, "self": f"{SITE}/rest/agile/1.0/sprint/0"}
            for key in PROJECT_IDS
            for state, number in SPRINT_STATES
        ],
    }


def _component_id(project: str, number: int) -> str:
    return str((10300 if project == "WEB" else 10400) + number)


def _pair(key: str, name: str) -> str:
    return f"{PROJECT_IDS[key]}:{issue_type(name)['id']}"


def _project(key: str, people: list[Person]) -> dict[str, Any]:
    lead = next(one for one in people if one.team == key)
    return project_ref(key) | {
        "description": "",
        "lead": lead.cloud(),
        "components": [component(key, name) for name in COMPONENTS[key]],
        "versions": [version(key, name) for name in VERSIONS[key]],
        "issueTypes": [issue_type(name) for _, name, _, _ in _TYPES],
        "style": "classic",
        "isPrivate": False,
    }


def _field(field_id: str, name: str, schema: dict[str, Any], settable: bool) -> dict[str, Any]:
    custom = field_id.startswith("customfield_")
    full = dict(schema) | (
        {"customId": int(field_id.rsplit("_", 1)[1])} if custom else {"system": field_id}
    )
    return {
        "id": field_id,
        "key": field_id,
        "name": name,
        "custom": custom,
        "orderable": settable,
        "navigable": True,
        "searchable": True,
        "clauseNames": [f"cf[{full['customId']}]", name] if custom else [field_id],
        "schema": full,
    }


def _meta(key: str, type_name: str, *, create: bool) -> dict[str, Any]:
    settable = [one for one in _FIELDS if one[3]]
    if type_name != "Sub-task" and create:
        settable = [one for one in settable if one[0] != "environment"]
    found = {one[0]: _meta_field(one, key, type_name) for one in settable}
    if create:
        for name in ("issuetype", "project"):
            spec = next(one for one in _FIELDS if one[0] == name)
            found[name] = _meta_field(spec, key, type_name) | {"required": True}
    return found


def _meta_field(
    spec: tuple[str, str, dict[str, Any], bool], key: str, type_name: str
) -> dict[str, Any]:
    field_id, name, schema, _ = spec
    array = schema["type"] == "array"
    sprint_field = field_id == SPRINT
    found: dict[str, Any] = {
        "required": field_id == "summary" or (field_id == "parent" and type_name == "Sub-task"),
        "schema": _field(*spec)["schema"],
        "name": name,
        "key": field_id,
        "hasDefaultValue": field_id in ("priority", "reporter"),
        "operations": ["add", "set", "remove"] if array and not sprint_field else ["set"],
    }
    allowed = {
        "priority": [priority(one) for _, one in _PRIORITIES],
        "components": [component(key, one) for one in COMPONENTS[key]],
        "fixVersions": [version(key, one) for one in VERSIONS[key]],
        "versions": [version(key, one) for one in VERSIONS[key]],
    }.get(field_id)
    return found | ({"allowedValues": allowed} if allowed else {})


def _transitions(key: str, type_name: str) -> list[dict[str, Any]]:
    """Return the workflow: one step on, one step back, and straight to done."""
    ids = STATUS_IDS[key]
    moves = [(a, b) for a in range(4) for b in range(4) if a != b and (abs(a - b) == 1 or b == 3)]
    return [
        {
            "project_id": PROJECT_IDS[key],
            "type_id": issue_type(type_name)["id"],
            "status_id": ids[a],
            "transition": _transition(str(11 + b * 10), ids[b]),
        }
        for a, b in moves
    ]


def _transition(transition_id: str, to: str) -> dict[str, Any]:
    return {
        "id": transition_id,
        "name": status(to)["name"],
        "to": status(to),
        "hasScreen": False,
        "isGlobal": False,
        "isInitial": False,
        "isAvailable": True,
        "isConditional": False,
        "isLooped": False,
        "fields": {},
    }


def _link_types() -> list[dict[str, Any]]:
    rows = (
        ("10200", "Blocks", "is blocked by", "blocks"),
        ("10201", "Relates", "relates to", "relates to"),
        ("10202", "Duplicate", "is duplicated by", "duplicates"),
    )
    return [
        {
            "id": one[0],
            "name": one[1],
            "inward": one[2],
            "outward": one[3],
            "self": f"{SITE}/rest/api/3/issueLinkType/{one[0]}",
        }
        for one in rows
    ]


def _board(number: int, key: str) -> dict[str, Any]:
    return {
        "id": number,
        "self": f"{SITE}/rest/agile/1.0/board/{number}",
        "name": f"{_PROJECT_NAMES[key]} board",
        "type": "scrum",
        "location": {
            "projectId": int(PROJECT_IDS[key]),
            "projectKey": key,
            "projectName": _PROJECT_NAMES[key],
            "displayName": f"{_PROJECT_NAMES[key]} ({key})",
        },
    }
