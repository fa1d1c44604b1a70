"""A small site with a handful of people, and issues made in one line."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from sandbox.contract.shapes import Dialect, Flavour, JsonObject, Scope, SiteBaseline
from sandbox.domain.issue import IssueState
from sandbox.domain.site import Site
from sandbox.store import issues, sites, workspaces
from sandbox.store.database import Database
from sandbox.store.issues import View
from sandbox.store.workspaces import Workspace

SITE = "acme"
ANNA = "5b10aAnna"
BORA = "5b10bBora"

_TYPES = {"10001": "Story", "10002": "Bug", "10003": "Epic"}
_STATUSES = {"1": ("To Do", "new"), "2": ("In Progress", "indeterminate"), "3": ("Done", "done")}
_PRIORITIES = {"1": "Highest", "2": "High", "3": "Medium", "4": "Low"}
_CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes"

FIELDS: list[JsonObject] = [
    {"id": "summary", "name": "Summary", "schema": {"type": "string", "system": "summary"}},
    {"id": "labels", "name": "Labels", "schema": {"type": "array", "items": "string"}},
    {
        "id": "customfield_10016",
        "name": "Story points",
        "schema": {"type": "number", "custom": f"{_CUSTOM}:float"},
    },
    {
        "id": "customfield_10020",
        "name": "Team",
        "schema": {"type": "option", "custom": f"{_CUSTOM}:select"},
    },
    {
        "id": "customfield_10030",
        "name": "Notes",
        "schema": {"type": "string", "custom": f"{_CUSTOM}:textarea"},
    },
    {
        "id": "customfield_10040",
        "name": "Go live",
        "schema": {"type": "datetime", "custom": f"{_CUSTOM}:datetime"},
    },
]


def baseline(site: str = SITE, flavour: Flavour = Flavour.CLOUD) -> SiteBaseline:
    """Return the site's metadata."""
    return SiteBaseline(
        site=site,
        flavour=flavour,
        fetched_at=1,
        fields=FIELDS,
        projects=[{"id": "1", "key": "APP", "name": "App"}, {"id": "2", "key": "OPS"}],
        issue_types=[{"id": one, "name": name} for one, name in _TYPES.items()],
        statuses=[_status(one) for one in _STATUSES],
        priorities=[{"id": one, "name": name} for one, name in _PRIORITIES.items()],
        users=[{"accountId": ANNA, "displayName": "Anna"}, {"accountId": BORA}],
    )


def issue(
    number: int, *, project: str = "APP", watchers: tuple[str, ...] = (), **fields: Any
) -> IssueState:
    """Return an issue ``APP-n`` with id ``10000 + n``; user fields are given by id."""
    for name in ("assignee", "reporter"):
        if isinstance(fields.get(name), str):
            fields[name] = {"accountId": fields[name]}
    given = {
        "project": {"id": "1", "key": project},
        "issuetype": {"id": "10001", "name": "Story"},
        "status": _status(str(fields.pop("status", "1"))),
        "summary": f"Issue {number}",
        "created": "2026-01-01T09:00:00.000+0900",
        "updated": f"2026-02-{1 + number % 28:02}T10:00:00.000+0900",
        **fields,
    }
    key = f"{project}-{number}"
    doc: JsonObject = {
        "id": str(10_000 + number),
        "key": key,
        "self": f"https://u0.airlock.invalid/rest/api/3/issue/{10_000 + number}",
        "fields": given,
    }
    return IssueState(
        issue_id=str(10_000 + number),
        key=key,
        native=Dialect.V3,
        doc=doc,
        extra={"watchers": [{"accountId": one} for one in watchers]},
    )


def _status(status_id: str) -> JsonObject:
    name, category = _STATUSES[status_id]
    return {"id": status_id, "name": name, "statusCategory": {"key": category}}


@dataclass(frozen=True, slots=True)
class Store:
    """A database with the small site in it, and short words for what tests do."""

    database: Database
    site: Site

    @staticmethod
    def open(database: Database, flavour: Flavour = Flavour.CLOUD) -> "Store":
        """Put the site in."""
        made = baseline(flavour=flavour)
        with database.write() as conn:
            sites.put(conn, made)
        return Store(database, Site.of(made))

    def push(self, *states: IssueState) -> int:
        """Put baselines in as one revision and return its number."""
        with self.database.write() as conn:
            revision = sites.next_revision(conn, SITE)
            for state in states:
                issues.put_base(conn, self.site, state, revision)
        return revision

    def open_workspace(self, task: str = "t", *, person: str = ANNA) -> Workspace:
        """Open a task's workspace at the newest revision."""
        with self.database.write() as conn:
            return workspaces.open_for(conn, SITE, "robot", person, task, now=1)

    def write(self, ws: Workspace, *states: IssueState) -> int:
        """Put versions into a workspace with one journal number and return it."""
        with self.database.write() as conn:
            seq = workspaces.next_seq(conn, ws.id)
            for state in states:
                issues.put_overlay(conn, self.site, ws, state, seq)
        return seq

    def fork(self, ws: Workspace, task: str) -> Workspace:
        """Fork a workspace."""
        with self.database.write() as conn:
            return workspaces.fork(conn, ws, task, now=2)

    def summary(self, ws: Workspace | None, ref: str, scope: Scope | None = None) -> str | None:
        """Return the summary that a view shows of an issue, or None if it sees none."""
        with self.database.read() as conn:
            found = issues.find(conn, view(ws, scope), ref)
        return None if found is None else str(found.fields["summary"])


def view(ws: Workspace | None, scope: Scope | None = None, person: str = ANNA) -> View:
    """Return a view of the small site."""
    return View(SITE, ws, person, scope)


def find(conn: Connection, ws: Workspace | None, ref: str) -> IssueState | None:
    """Find an issue without a scope."""
    return issues.find(conn, view(ws), ref)
