"""A world small enough to know by heart: two projects, three people, six issues.

Mina is whom the test agent works for. She is assigned AIR-1, reported AIR-3 and watches
AIR-4; AIR-2 belongs to others, AIR-5 is a sub-task of AIR-1, and OPS-1 is hers but lies in
a project that the agent's scope does not name.
"""

import itertools
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from pydantic import JsonValue

from sandbox.contract.addresses import PLACEHOLDER, Address
from sandbox.contract.shapes import (
    Dialect,
    Flavour,
    IssueBaseline,
    JsonObject,
    Scope,
    SiteBaseline,
)
from sandbox.domain.default_site import ProjectWish, default_site
from sandbox.operations import intake
from sandbox.operations.context import Caller, Door, Role, Sandbox
from sandbox.store.database import Database
from sandbox.store.reads import ReadQueue

SITE = "tiny"
AGENT = "claude"
#: 2026-11-02T09:00:00Z.
START_US = 1_793_610_000_000_000
SECOND_US = 1_000_000
#: A select list, a text area and a tick that our default site does not have.
SEVERITY = "customfield_10031"
CRITERIA = "customfield_10032"
_CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes"

#: Short name, display name, number.
_PEOPLE = (("mina", "Mina Park", 1), ("jonas", "Jonas Weber", 2), ("soojin", "이수진", 3))


def person_id(flavour: Flavour, name: str) -> str:
    """Return a person's account id (Cloud) or user key (Server) by short name."""
    number = next(number for short, _, number in _PEOPLE if short == name)
    return (
        f"5b10a2844c20165700ede0{number}" if flavour is Flavour.CLOUD else f"JIRAUSER1010{number}"
    )


def user(flavour: Flavour, name: str) -> JsonObject:
    """Return a person's user JSON by short name."""
    shown = next(shown for short, shown, _ in _PEOPLE if short == name)
    identity = person_id(flavour, name)
    common: JsonObject = {
        "emailAddress": f"{name}@example.com",
        "avatarUrls": {"48x48": f"{PLACEHOLDER}/secure/useravatar?avatarId=10122"},
        "displayName": shown,
        "active": True,
        "timeZone": "Etc/UTC",
    }
    if flavour is Flavour.CLOUD:
        at = f"{PLACEHOLDER}/rest/api/3/user?accountId={identity}"
        return {"self": at, "accountId": identity, **common, "accountType": "atlassian"}
    at = f"{PLACEHOLDER}/rest/api/2/user?username={name}"
    return {"self": at, "name": name, "key": identity, **common}


def tiny_site(flavour: Flavour, site: str = SITE) -> SiteBaseline:
    """Return the metadata of the tiny site; each caller has its own."""
    return SiteBaseline.model_validate_json(_site_text(flavour, site))


@cache
def _site_text(flavour: Flavour, site: str) -> str:
    made = default_site(
        site,
        flavour,
        [user(flavour, name) for name, _, _ in _PEOPLE],
        {"jira-software-users": [person_id(flavour, name) for name, _, _ in _PEOPLE]},
        [
            ProjectWish("AIR", "Airlock", person_id(flavour, "jonas"), ("web", "api"), ("1.0",)),
            ProjectWish("OPS", "Operations", person_id(flavour, "soojin")),
        ],
        START_US,
    )
    return made.model_copy(
        update={
            "fields": [*made.fields, *(_custom(name) for name in _OWN_FIELDS)],
            "create_meta": {key: _with_own(meta) for key, meta in made.create_meta.items()},
            "edit_meta": {key: _with_own(meta) for key, meta in made.edit_meta.items()},
        }
    ).model_dump_json()


_OWN_FIELDS: dict[str, tuple[str, JsonObject]] = {
    SEVERITY: (
        "Severity",
        {"type": "option", "custom": f"{_CUSTOM}:select", "customId": 10031},
    ),
    CRITERIA: (
        "Acceptance criteria",
        {"type": "string", "custom": f"{_CUSTOM}:textarea", "customId": 10032},
    ),
}


def _custom(field_id: str) -> JsonObject:
    name, schema = _OWN_FIELDS[field_id]
    return {
        "id": field_id,
        "key": field_id,
        "name": name,
        "custom": True,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": [f"cf[{field_id[12:]}]", name],
        "schema": schema,
    }


def _with_own(meta: dict[str, JsonObject]) -> dict[str, JsonObject]:
    own: dict[str, JsonObject] = {}
    for field_id, (name, schema) in _OWN_FIELDS.items():
        own[field_id] = {
            "required": False,
            "schema": schema,
            "name": name,
            "key": field_id,
            "fieldId": field_id,
            "hasDefaultValue": False,
            "operations": ["set"],
        }
    own[SEVERITY]["allowedValues"] = [
        {
            "self": f"{PLACEHOLDER}/rest/api/2/customFieldOption/1{at}",
            "value": value,
            "id": f"1{at}",
        }
        for at, value in enumerate(("Minor", "Major", "Critical"))
    ]
    return {**meta, **own}


def rich(flavour: Flavour, text: str) -> JsonValue:
    """Return one paragraph in the flavour's native form."""
    if flavour is Flavour.SERVER:
        return text
    paragraph: JsonObject = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


def tiny_issues(flavour: Flavour, site: str = SITE, revision: int = 1) -> list[IssueBaseline]:
    """Return the six issues, as Jira would answer them."""
    maker = _Issues(tiny_site(flavour, site), flavour, revision)
    done = [
        maker.issue(10001, "AIR-1", "Task", "Fix the login page", "To Do", "mina", "jonas"),
        maker.issue(10002, "AIR-2", "Bug", "Crash on upload", "In Progress", "jonas", "soojin"),
        maker.issue(10003, "AIR-3", "Story", "검색 결과를 표로 보기", "To Do", None, "mina"),
        maker.issue(
            10004, "AIR-4", "Epic", "Checkout", "To Do", "jonas", "jonas", watchers=("mina",)
        ),
        maker.issue(10005, "AIR-5", "Sub-task", "Write the tests", "To Do", "mina", "mina"),
        maker.issue(10006, "OPS-1", "Task", "Rotate the keys", "To Do", "mina", "mina"),
    ]
    return [maker.with_parent(one, done[0]) if one.key == "AIR-5" else one for one in done]


class _Issues:
    """Makes the issues of one tiny site."""

    def __init__(self, site: SiteBaseline, flavour: Flavour, revision: int) -> None:
        self.site = site
        self.flavour = flavour
        self.revision = revision
        self.version = "3" if flavour is Flavour.CLOUD else "2"

    def issue(  # noqa: PLR0917 - one row of the table above
        self,
        number: int,
        key: str,
        kind: str,
        summary: str,
        status: str,
        assignee: str | None,
        reporter: str,
        *,
        watchers: tuple[str, ...] = (),
    ) -> IssueBaseline:
        """Return one issue with a comment by Jonas and two histories."""
        fields = self._fields(number, key, kind, summary, status)
        fields["assignee"] = user(self.flavour, assignee) if assignee else None
        fields["reporter"] = fields["creator"] = user(self.flavour, reporter)
        fields["watches"] = {
            "self": self._url(f"issue/{key}/watchers"),
            "watchCount": len(watchers),
            "isWatching": False,
        }
        doc: JsonObject = {
            "expand": "renderedFields,names,schema,operations,editmeta,changelog",
            "id": str(number),
            "self": self._url(f"issue/{number}"),
            "key": key,
            "changelog": self._changelog(number, status),
            "fields": fields,
        }
        return IssueBaseline(
            site=self.site.site,
            issue_id=str(number),
            key=key,
            revision=self.revision,
            fetched_at=START_US,
            dialect=Dialect(self.version),
            doc=doc,
            extra={"watchers": [user(self.flavour, name) for name in watchers]},
        )

    def with_parent(self, child: IssueBaseline, parent: IssueBaseline) -> IssueBaseline:
        """Return the child with its parent's stub."""
        stub: JsonObject = {"id": parent.issue_id, "key": parent.key, "self": parent.doc["self"]}
        whole = parent.doc["fields"]
        assert isinstance(whole, dict)
        stub["fields"] = {name: whole[name] for name in ("summary", "status", "issuetype")}
        fields = child.doc["fields"]
        assert isinstance(fields, dict)
        return child.model_copy(update={"doc": {**child.doc, "fields": {**fields, "parent": stub}}})

    def _url(self, path: str) -> str:
        return f"{PLACEHOLDER}/rest/api/{self.version}/{path}"

    def _named(self, found: list[JsonObject], name: str) -> JsonObject:
        return next(one for one in found if name in (one.get("name"), one.get("key")))

    def _fields(self, number: int, key: str, kind: str, summary: str, status: str) -> JsonObject:
        project = self._named(self.site.projects, key.split("-", maxsplit=1)[0])
        return {
            "summary": summary,
            "issuetype": self._named(self.site.issue_types, kind),
            "project": {name: project[name] for name in ("self", "id", "key", "name")},
            "status": self._named(self.site.statuses, status),
            "priority": self._named(self.site.priorities, "Medium"),
            "resolution": None,
            "resolutiondate": None,
            "created": "2026-10-01T09:00:00.000+0000",
            "updated": f"2026-10-0{number % 10 + 1}T09:00:00.000+0000",
            "description": rich(self.flavour, f"About {key}, see {PLACEHOLDER}/browse/{key}"),
            "environment": None,
            "labels": ["team"],
            "components": [],
            "versions": [],
            "fixVersions": [],
            "duedate": None,
            "issuelinks": [],
            "subtasks": [],
            "attachment": [],
            "comment": self._comments(number),
            "worklog": {"startAt": 0, "maxResults": 20, "total": 0, "worklogs": []},
            "timetracking": {},
            "customfield_10016": 3.0,
            SEVERITY: None,
            CRITERIA: None,
        }

    def _comments(self, number: int) -> JsonObject:
        at = "2026-10-01T10:00:00.000+0000"
        comment: JsonObject = {
            "self": self._url(f"issue/{number}/comment/{number}1"),
            "id": f"{number}1",
            "author": user(self.flavour, "jonas"),
            "body": rich(self.flavour, "Please look at this."),
            "updateAuthor": user(self.flavour, "jonas"),
            "created": at,
            "updated": at,
        }
        return {"comments": [comment], "maxResults": 1, "total": 1, "startAt": 0}

    def _changelog(self, number: int, status: str) -> JsonObject:
        histories: list[JsonValue] = [
            self._history(number, 1, "summary", "Draft", "Better"),
            self._history(number, 2, "status", "To Do", status),
        ]
        if self.flavour is Flavour.CLOUD:
            histories.reverse()
        return {"startAt": 0, "maxResults": 2, "total": 2, "histories": histories}

    def _history(self, number: int, at: int, field: str, old: str, new: str) -> JsonObject:
        item: JsonObject = {
            "field": field,
            "fieldtype": "jira",
            "from": None,
            "fromString": old,
            "to": None,
            "toString": new,
        }
        return {
            "id": f"{number}{at}",
            "author": user(self.flavour, "jonas"),
            "created": f"2026-10-01T1{at}:00:00.000+0000",
            "items": [item],
        }


def ticking(start: int = START_US, step: int = SECOND_US) -> Callable[[], int]:
    """Return a clock that moves one step each time it is asked."""
    moments: Iterator[int] = itertools.count(start, step)
    return lambda: next(moments)


def empty_sandbox(
    tmp_path: Path,
    role: Role = Role.SHADOW,
    flavour: Flavour = Flavour.CLOUD,
    url: str | None = None,
) -> Sandbox:
    """Return a running sandbox without site or issues, at ``url`` or in a file."""
    tmp_path.mkdir(parents=True, exist_ok=True)
    sandbox = _on(url or f"sqlite:///{_file(tmp_path, role, flavour)}", role, flavour, ticking())
    sandbox.database.migrate()
    return sandbox


def _on(url: str, role: Role, flavour: Flavour, clock: Callable[[], int]) -> Sandbox:
    database = Database(url)
    return Sandbox(
        site=SITE,
        role=role,
        flavour=flavour,
        address=Address("http://127.0.0.1:8710"),
        database=database,
        clock=clock,
        reads=ReadQueue(database),
    )


def tiny_sandbox(
    tmp_path: Path,
    role: Role = Role.SHADOW,
    flavour: Flavour = Flavour.CLOUD,
    url: str | None = None,
) -> Sandbox:
    """Return a sandbox with the tiny world in it; nothing runs in the background.

    A file is made once for each role and flavour, and copied.
    """
    if url is not None:
        return _fill(empty_sandbox(tmp_path, role, flavour, url))
    content, now = _content(role, flavour)
    tmp_path.mkdir(parents=True, exist_ok=True)
    file = _file(tmp_path, role, flavour)
    file.write_bytes(content)
    return _on(f"sqlite:///{file}", role, flavour, ticking(now))


@cache
def _content(role: Role, flavour: Flavour) -> tuple[bytes, int]:
    """Return a filled file and what the clock says after it was filled."""
    with tempfile.TemporaryDirectory() as folder:
        made = _fill(empty_sandbox(Path(folder), role, flavour))
        made.database.dispose()
        return _file(Path(folder), role, flavour).read_bytes(), made.clock()


def _file(folder: Path, role: Role, flavour: Flavour) -> Path:
    return folder / f"{role}-{flavour}.db"


def _fill(sandbox: Sandbox) -> Sandbox:
    intake.put_site(sandbox, tiny_site(sandbox.flavour))
    intake.put_issues(sandbox, tiny_issues(sandbox.flavour))
    return sandbox


def tiny_scope(**changed: object) -> Scope:
    """Return the test agent's scope: project AIR, everybody's issues, all kinds."""
    return Scope.model_validate({"projects": ("AIR",), "mine_only": False, **changed})


def agent_caller(
    sandbox: Sandbox, scope: Scope | None = None, task: str = "", *, door: Door = Door.MCP
) -> Caller:
    """Return the test agent, working for Mina."""
    return Caller(
        person=person_id(sandbox.flavour, "mina"),
        door=door,
        agent=AGENT,
        scope=tiny_scope() if scope is None else scope,
        task=task,
        client="tests",
    )


def person_caller(sandbox: Sandbox, name: str = "jonas") -> Caller:
    """Return a person at an upstream, where everything is allowed."""
    return Caller(person=person_id(sandbox.flavour, name), door=Door.REST3)
