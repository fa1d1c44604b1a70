"""A small, ordinary Jira site made of nothing but its people and projects.

For a sandbox that plays an upstream and starts from its site file alone: default issue
types, statuses, workflow, priorities and fields, as a fresh Jira has them. A shadow never
uses this; its site comes from the gateway.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import Flavour, JsonObject, ObservedTransition, SiteBaseline

#: Name, hierarchy level; sub-tasks are -1, epics 1.
_TYPES = (("Epic", 1), ("Story", 0), ("Task", 0), ("Bug", 0), ("Sub-task", -1))
#: Name, key of its category. A new issue starts in the first.
_STATUSES = (
    ("To Do", "new"),
    ("In Progress", "indeterminate"),
    ("In Review", "indeterminate"),
    ("Done", "done"),
)
_CATEGORIES: Mapping[str, tuple[int, str, str]] = {
    "undefined": (1, "No Category", "medium-gray"),
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
_PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
_RESOLUTIONS = ("Done", "Won't Do", "Duplicate", "Cannot Reproduce")
_LINKS = (
    ("Blocks", "is blocked by", "blocks"),
    ("Cloners", "is cloned by", "clones"),
    ("Duplicate", "is duplicated by", "duplicates"),
    ("Relates", "relates to", "relates to"),
)
_CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes"
_AGILE = "com.pyxis.greenhopper.jira"
#: Id, name, type, items, custom type, verbs.
_FIELDS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("summary", "Summary", "string", "", "", "set"),
    ("issuetype", "Issue Type", "issuetype", "", "", ""),
    ("project", "Project", "project", "", "", "set"),
    ("status", "Status", "status", "", "", ""),
    ("resolution", "Resolution", "resolution", "", "", ""),
    ("created", "Created", "datetime", "", "", ""),
    ("updated", "Updated", "datetime", "", "", ""),
    ("resolutiondate", "Resolved", "datetime", "", "", ""),
    ("creator", "Creator", "user", "", "", ""),
    ("description", "Description", "string", "", "", "set"),
    ("environment", "Environment", "string", "", "", "set"),
    ("priority", "Priority", "priority", "", "", "set"),
    ("assignee", "Assignee", "user", "", "", "set"),
    ("reporter", "Reporter", "user", "", "", "set"),
    ("labels", "Labels", "array", "string", "", "add set remove"),
    ("components", "Component/s", "array", "component", "", "add set remove"),
    ("versions", "Affects Version/s", "array", "version", "", "set add remove"),
    ("fixVersions", "Fix Version/s", "array", "version", "", "set add remove"),
    ("duedate", "Due Date", "date", "", "", "set"),
    ("parent", "Parent", "issuelink", "", "", "set"),
    ("issuelinks", "Linked Issues", "array", "issuelinks", "", "add"),
    ("subtasks", "Sub-Tasks", "array", "issuelinks", "", ""),
    ("attachment", "Attachment", "array", "attachment", "", ""),
    ("comment", "Comment", "comments-page", "", "", "add edit remove"),
    ("worklog", "Log Work", "array", "worklog", "", "add"),
    ("timetracking", "Time tracking", "timetracking", "", "", "set edit"),
    ("watches", "Watchers", "watches", "", "", ""),
    ("votes", "Votes", "votes", "", "", ""),
    ("customfield_10014", "Epic Link", "any", "", f"{_AGILE}:gh-epic-link", "set"),
    ("customfield_10011", "Epic Name", "string", "", f"{_AGILE}:gh-epic-label", "set"),
    ("customfield_10016", "Story Points", "number", "", f"{_CUSTOM}:float", "set"),
    ("customfield_10020", "Sprint", "array", "json", f"{_AGILE}:gh-sprint", "set"),
)
#: Not on the default screens: Jira shows them, nobody types them in.
_OFF_SCREEN = frozenset(
    [
        "status",
        "resolution",
        "created",
        "updated",
        "resolutiondate",
        "creator",
        "subtasks",
        "watches",
        "votes",
    ]
)
_ON_EDIT_ONLY = frozenset(["comment"])


@dataclass(frozen=True, slots=True)
class ProjectWish:
    """A project that the site should have."""

    key: str
    name: str
    #: Id of the user who leads it.
    lead: str | None = None
    components: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    type: str = "software"


def default_site(
    site: str,
    flavour: Flavour,
    users: Sequence[JsonObject],
    groups: Mapping[str, Sequence[str]],
    projects: Sequence[ProjectWish],
    now: int,
) -> SiteBaseline:
    """Return the metadata of a small site with these people and projects."""
    maker = _Maker("3" if flavour is Flavour.CLOUD else "2", tuple(users))
    made = [maker.project(number, wish) for number, wish in enumerate(projects, start=1)]
    meta = {f"{p['id']}:{t['id']}": maker.meta(p, t) for p in made for t in maker.types()}
    return SiteBaseline(
        site=site,
        flavour=flavour,
        fetched_at=now,
        fields=[maker.field(*row) for row in _FIELDS],
        projects=made,
        issue_types=maker.types(),
        statuses=maker.statuses(),
        priorities=maker.priorities(),
        resolutions=maker.resolutions(),
        link_types=maker.link_types(),
        users=list(users),
        groups={name: list(members) for name, members in groups.items()},
        create_meta={
            key: {name: one for name, one in fields.items() if name not in _ON_EDIT_ONLY}
            for key, fields in meta.items()
        },
        edit_meta={
            key: {name: one for name, one in fields.items() if name != "project"}
            for key, fields in meta.items()
        },
        transitions=list(maker.transitions(made)),
        boards=[maker.board(number, one) for number, one in enumerate(made, start=1)],
        sprints=[maker.sprint(number, one) for number, one in enumerate(made, start=1)],
        filters=[maker.filter(number, one) for number, one in enumerate(made, start=1)],
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes Jira JSON in one dialect's addresses."""

    version: str
    users: tuple[JsonObject, ...]

    def url(self, path: str) -> str:
        return f"{PLACEHOLDER}/rest/api/{self.version}/{path}"

    def _named(self, path: str, number: int, name: str, **more: object) -> JsonObject:
        return {
            "self": self.url(f"{path}/{number}"),
            "id": str(number),
            "name": name,
            **more,  # type: ignore[dict-item]  # callers pass JSON only
        }

    def types(self) -> list[JsonObject]:
        return [
            self._named(
                "issuetype",
                10000 + number,
                name,
                description="",
                iconUrl=f"{PLACEHOLDER}/images/icons/issuetypes/{name.lower()}.svg",
                subtask=level < 0,
                hierarchyLevel=level,
            )
            for number, (name, level) in enumerate(_TYPES)
        ]

    def statuses(self) -> list[JsonObject]:
        return [
            self._named(
                "status",
                10000 + number,
                name,
                description="",
                iconUrl=f"{PLACEHOLDER}/images/icons/statuses/generic.png",
                statusCategory=self._category(key),
            )
            for number, (name, key) in enumerate(_STATUSES)
        ]

    def _category(self, key: str) -> JsonObject:
        number, name, color = _CATEGORIES[key]
        return {
            "self": self.url(f"statuscategory/{number}"),
            "id": number,
            "key": key,
            "colorName": color,
            "name": name,
        }

    def priorities(self) -> list[JsonObject]:
        return [
            self._named(
                "priority",
                number,
                name,
                iconUrl=f"{PLACEHOLDER}/images/icons/priorities/{name.lower()}.svg",
            )
            for number, name in enumerate(_PRIORITIES, start=1)
        ]

    def resolutions(self) -> list[JsonObject]:
        return [
            self._named("resolution", 10000 + number, name, description="")
            for number, name in enumerate(_RESOLUTIONS)
        ]

    def link_types(self) -> list[JsonObject]:
        return [
            self._named("issueLinkType", 10000 + number, name, inward=inward, outward=outward)
            for number, (name, inward, outward) in enumerate(_LINKS)
        ]

    def field(
        self, name: str, title: str, kind: str, items: str, custom: str, _verbs: str
    ) -> JsonObject:
        return {
            "id": name,
            "key": name,
            "name": title,
            "custom": bool(custom),
            "orderable": name not in _OFF_SCREEN,
            "navigable": name not in ("comment", "attachment", "worklog", "timetracking"),
            "searchable": True,
            "clauseNames": [f"cf[{name[12:]}]", title] if custom else [name],
            "schema": _schema(name, kind, items, custom),
        }

    def project(self, number: int, wish: ProjectWish) -> JsonObject:
        lead = next((one for one in self.users if wish.lead in _ids(one)), None)
        found = self._named("project", 10000 + number - 1, wish.name)
        first = (number - 1) * 100
        return {
            **found,
            "expand": "description,lead,issueTypes,url,projectKeys",
            "key": wish.key,
            "description": "",
            "lead": lead,
            "projectTypeKey": wish.type,
            "simplified": False,
            "archived": False,
            "avatarUrls": {"48x48": f"{PLACEHOLDER}/secure/projectavatar?pid={found['id']}"},
            "issueTypes": list(self.types()),
            "components": [
                self._named("component", 10000 + first + at, name, description="")
                for at, name in enumerate(wish.components)
            ],
            "versions": [
                self._named(
                    "version",
                    10000 + first + at,
                    name,
                    archived=False,
                    released=False,
                    projectId=10000 + number - 1,
                )
                for at, name in enumerate(wish.versions)
            ],
            "roles": {},
        }

    def meta(self, project: JsonObject, kind: JsonObject) -> dict[str, JsonObject]:
        """Return the field metadata of one project and type, by field id."""
        values: Mapping[str, object] = {
            "issuetype": [kind],
            "project": [{name: project[name] for name in ("self", "id", "key", "name")}],
            "priority": self.priorities(),
            "components": project["components"],
            "versions": project["versions"],
            "fixVersions": project["versions"],
        }
        found: dict[str, JsonObject] = {}
        for name, title, type_, items, custom, verbs in _FIELDS:
            if name in _OFF_SCREEN or (name == "parent" and kind["hierarchyLevel"] == 1):
                continue
            found[name] = {
                "required": name in ("summary", "issuetype", "project")
                or (name == "parent" and kind["subtask"] is True),
                "schema": _schema(name, type_, items, custom),
                "name": title,
                "key": name,
                "fieldId": name,
                "hasDefaultValue": name == "priority",
                "operations": list(verbs.split()),
            }
            if name in values:
                found[name]["allowedValues"] = values[name]  # type: ignore[assignment]  # JSON
        return found

    def transitions(self, projects: Sequence[JsonObject]) -> Iterator[ObservedTransition]:
        """Yield a workflow in which every status leads to every other."""
        statuses = self.statuses()
        for project in projects:
            for kind in self.types():
                for status in statuses:
                    for number, target in enumerate(statuses, start=1):
                        if target is not status:
                            yield ObservedTransition(
                                project_id=str(project["id"]),
                                type_id=str(kind["id"]),
                                status_id=str(status["id"]),
                                transition=self._transition(number, target),
                            )

    def _transition(self, number: int, target: JsonObject) -> JsonObject:
        done = target["name"] == "Done"
        resolution: JsonObject = {
            "required": False,
            "schema": {"type": "resolution", "system": "resolution"},
            "name": "Resolution",
            "fieldId": "resolution",
            "operations": ["set"],
            "allowedValues": list(self.resolutions()),
        }
        comment: JsonObject = {
            "required": False,
            "schema": {"type": "comments-page", "system": "comment"},
            "name": "Comment",
            "fieldId": "comment",
            "operations": ["add", "edit", "remove"],
        }
        return {
            "id": f"{number}1",
            "name": target["name"],
            "to": target,
            "hasScreen": done,
            "isGlobal": True,
            "isInitial": False,
            "isAvailable": True,
            "isConditional": False,
            "isLooped": False,
            "fields": {"resolution": resolution, "comment": comment} if done else {},
        }

    def board(self, number: int, project: JsonObject) -> JsonObject:
        return {
            "id": number,
            "self": f"{PLACEHOLDER}/rest/agile/1.0/board/{number}",
            "name": f"{project['key']} board",
            "type": "scrum",
            "location": {
                "projectId": int(str(project["id"])),
                "projectKey": project["key"],
                "projectName": project["name"],
                "displayName": f"{project['name']} ({project['key']})",
                "name": f"{project['name']} ({project['key']})",
            },
        }

    def sprint(self, number: int, project: JsonObject) -> JsonObject:
        return {
            "id": number,
            "self": f"{PLACEHOLDER}/rest/agile/1.0/sprint/{number}",
            "state": "active",
            "name": f"{project['key']} Sprint 1",
            "originBoardId": number,
            "goal": "",
        }

    def filter(self, number: int, project: JsonObject) -> JsonObject:
        return {
            "self": self.url(f"filter/{10000 + number}"),
            "id": str(10000 + number),
            "name": f"Filter for {project['key']} board",
            "jql": f"project = {project['key']} ORDER BY created DESC",
            "favourite": True,
            "sharePermissions": [],
        }


def _schema(name: str, kind: str, items: str, custom: str) -> JsonObject:
    schema: JsonObject = {"type": kind}
    if items:
        schema["items"] = items
    if custom:
        schema |= {"custom": custom, "customId": int(name[12:])}
    else:
        schema["system"] = name
    return schema


def _ids(user: JsonObject) -> set[object]:
    return {user[name] for name in ("accountId", "key", "name") if user.get(name)}
