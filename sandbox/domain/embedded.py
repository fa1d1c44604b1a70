"""How things look inside an issue's JSON: shorter than in their own lists."""

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain.issue import IssueState

#: What an issue's JSON keeps of each kind of thing, in Jira's order.
_KEPT: dict[str, tuple[str, ...]] = {
    "user": (
        "self",
        "accountId",
        "name",
        "key",
        "emailAddress",
        "avatarUrls",
        "displayName",
        "active",
        "timeZone",
        "accountType",
    ),
    "priority": ("self", "iconUrl", "name", "id"),
    "resolution": ("self", "id", "description", "name"),
    "status": ("self", "description", "iconUrl", "name", "id", "statusCategory"),
    "version": ("self", "id", "description", "name", "archived", "released", "releaseDate"),
    "component": ("self", "id", "name", "description"),
    "project": (
        "self",
        "id",
        "key",
        "name",
        "projectTypeKey",
        "simplified",
        "avatarUrls",
        "projectCategory",
    ),
    "issuetype": (
        "self",
        "id",
        "description",
        "iconUrl",
        "name",
        "subtask",
        "avatarId",
        "entityId",
        "hierarchyLevel",
    ),
    "option": ("self", "value", "id"),
    "security": ("self", "id", "description", "name"),
    "linktype": ("id", "name", "inward", "outward", "self"),
    "sprint": ("id", "name", "state", "boardId", "goal", "startDate", "endDate", "completeDate"),
}

#: What is shown of a parent, subtask or linked issue.
_BRIEF = ("summary", "status", "priority", "issuetype")


def embedded(kind: str, thing: JsonObject) -> JsonObject:
    """Return a thing as it stands inside an issue."""
    return {name: thing[name] for name in _KEPT[kind] if name in thing}


def brief(issue: IssueState) -> JsonObject:
    """Return an issue as it stands inside another: parent, subtask or linked issue."""
    fields = issue.fields
    shown: JsonObject = {name: fields[name] for name in _BRIEF if fields.get(name) is not None}
    return {
        "id": issue.issue_id,
        "key": issue.key,
        "self": address(issue.native, "issue", issue.issue_id),
        "fields": shown,
    }


def address(native: Dialect, *path: str) -> str:
    """Return a ``self`` link in placeholder form."""
    return "/".join((PLACEHOLDER, "rest", "api", str(native), *path))
