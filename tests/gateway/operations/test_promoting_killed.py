"""The promoter killed with -9 between any two steps, before a real HTTP server.

After a restart there is exactly one effect upstream, whatever was killed when.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from gateway.operations import receiving, reviewing
from gateway.operations.context import Gateway
from gateway.operations.promoting import Promoter
from gateway.review.people import Person, Role
from gateway.review.states import State
from gateway.store import audit, baselines, people, registry, sites
from sandbox.contract.shapes import (
    Change,
    ChangeKind,
    Dialect,
    Grant,
    IssueBaseline,
    JsonObject,
    Scope,
)
from tests.forking import CONTEXT, SandboxProcess
from tests.gateway.databases import database_url, postgres
from tests.gateway.operations.killed import TOKEN, USER, gateway_on, promote_until_killed
from tests.gateway.promotion.world import (
    AGENT,
    PERSON,
    SITE,
    change,
    change_set,
    create,
    edit,
    site,
    text,
)

__all__ = ["database_url", "postgres"]

STEPS = ("claimed", "checked", "intent", "sent", "answered", "read_back", "finished")
#: Kind to the steps that it is killed at.
KINDS = {
    **dict.fromkeys(("edit", "transition", "comment", "create"), STEPS),
    **dict.fromkeys(("worklog", "link"), ("sent", "answered")),
}
STARTED = "2026-11-20T09:30:00.000+0000"
SITE_FILE = f"""
site = "{SITE}"
role = "upstream"
flavour = "cloud"
projects = [{{ key = "AIR", name = "Airlock" }}]

[[users]]
name = "{USER}"
account_id = "{PERSON}"
display_name = "Ann"
tokens = ["{TOKEN}"]
admin = true
"""


@dataclass
class Jira:
    """A running sandbox with role upstream."""

    url: str
    http: httpx2.Client

    def post(self, path: str, body: JsonObject) -> JsonObject:
        """Write as ourselves."""
        answer = self.http.post(f"{self.url}/rest/api/3/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return dict(answer.json())

    def issue(self, key: str) -> Any:
        """Return a whole issue."""
        query = {"fields": "*all", "expand": "changelog"}
        return self.http.get(f"{self.url}/rest/api/3/issue/{key}", params=query).json()

    def summaries(self) -> list[str]:
        """Return the summary of every issue."""
        body: JsonObject = {"jql": "project = AIR", "fields": ["summary"], "maxResults": 1000}
        found = self.post("search/jql", body)["issues"]
        return [one["fields"]["summary"] for one in found]  # type: ignore[index,union-attr,call-overload,misc]  # Jira's shape

    def link_type(self) -> str:
        """Return the id of a link type."""
        found = self.http.get(f"{self.url}/rest/api/3/issueLinkType").json()["issueLinkTypes"]
        return str(found[0]["id"])

    def make(self) -> Any:
        """Make an issue that Ann reports."""
        project: Any = {"key": "AIR"}
        kind: Any = {"name": "Task"}
        assignee: Any = {"accountId": PERSON}
        fields: Any = {"project": project, "issuetype": kind, "summary": "Login is slow"}
        return self.issue(
            str(self.post("issue", {"fields": {**fields, "assignee": assignee}})["key"])
        )


@pytest.fixture(scope="module")
def jira(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jira]:
    """Start a sandbox with role upstream as a process of its own."""
    folder = tmp_path_factory.mktemp("jira")
    (folder / "site.toml").write_text(SITE_FILE)
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text("a secret of the control door")
    env = {
        "AIRLOCK_SITE_FILE": str(folder / "site.toml"),
        "AIRLOCK_SANDBOX_PORT": "0",
        "AIRLOCK_SANDBOX_CONTROL": "127.0.0.1:0",
        "AIRLOCK_SANDBOX_DATABASE_URL": f"sqlite:///{folder}/jira.db",
        "AIRLOCK_CONTROL_SECRET_FILE": str(secret),
    }
    process = SandboxProcess(env)
    try:
        port = process.ready()["port"]
        with httpx2.Client(auth=(USER, TOKEN), trust_env=False, timeout=20) as http:
            yield Jira(f"http://127.0.0.1:{port}", http)
    finally:
        process.stop()


@pytest.fixture
def gateway(jira: Jira, database_url: str) -> Iterator[Gateway]:
    """Lend a gateway before that Jira, on each kind of database in turn."""
    found = gateway_on(database_url, jira.url)
    found.database.migrate()
    yield found
    found.database.dispose()
    found.upstream.close()
    found.sandbox.close()


def fill(gateway: Gateway, *issues: JsonObject) -> None:
    """Store site, issues, agent and approver."""
    with gateway.database.write() as conn:
        sites.register(conn, gateway.identity)
        sites.put_metadata(conn, site())
        for issue in issues:
            baselines.put(conn, _baseline(issue, sites.next_revision(conn, SITE)))
        registry.add_agent(conn, AGENT, now=1, by="eve")
        grant = Grant(
            token_id="t",
            token_hash="0" * 64,
            site=SITE,
            agent=AGENT,
            person=PERSON,
            scope=Scope(projects=("AIR",)),
            expires_at=10**15,
        )
        registry.add_token(conn, grant, person_name="Ann", now=1)
        people.add(conn, Person(person="eve", name="Eve", role=Role.APPROVER), now=1)


def _baseline(issue: JsonObject, revision: int) -> IssueBaseline:
    names = ("id", "key", "fields", "changelog", "self")
    return IssueBaseline(
        site=SITE,
        issue_id=str(issue["id"]),
        key=str(issue["key"]),
        revision=revision,
        fetched_at=1,
        dialect=Dialect.V3,
        doc={name: issue[name] for name in names},
    )


def wanted(kind: str, issue: Any, mark: str) -> Change:
    """Return a change of one kind that can be told from every other test's."""
    here = {"issue_id": issue["id"], "issue_key": issue["key"]}
    if kind == "create":
        fields = issue["fields"]
        return create(project=fields["project"], issuetype=fields["issuetype"], summary=mark)
    if kind == "comment":
        return change(ChangeKind.COMMENT, {"id": "9", "body": text(mark)}, **here)
    if kind == "worklog":
        after = {"id": "9", "timeSpentSeconds": 900, "comment": text(mark)}
        return change(ChangeKind.WORKLOG, {**after, "started": STARTED}, **here)
    if kind == "link":
        ends = {"inwardIssue": end_of(issue), "outwardIssue": end_of(issue["other"])}
        after = {"type": {"id": issue["link_type"]}, **ends}
        return change(ChangeKind.LINK, after, **here)
    if kind == "transition":
        status = {"id": issue["to"]["id"], "name": issue["to"]["name"]}
        after = {"status": status, "transition": {"id": issue["transition"]}}
        return change(ChangeKind.TRANSITION, after, **here)
    return edit("summary", mark, **here)


def end_of(issue: Any) -> Any:
    """Return an issue as a link names it."""
    return {name: issue[name] for name in ("id", "key")}


def effects(jira: Jira, kind: str, issue: Any, mark: str) -> int:
    """Count what happened upstream, from upstream's own records."""
    if kind == "create":
        return jira.summaries().count(mark)
    now = jira.issue(issue["key"])
    if kind == "comment":
        return len(now["fields"]["comment"]["comments"])
    if kind == "worklog":
        return len(now["fields"]["worklog"]["worklogs"])
    if kind == "link":
        return len(now["fields"]["issuelinks"])
    name = "status" if kind == "transition" else "summary"
    items = [item for one in now["changelog"]["histories"] for item in one["items"]]
    return sum(item["field"] == name for item in items)


def cases() -> Iterator[Any]:
    """Yield database, kind and step: all on SQLite; on PostgreSQL one step a kind, else soak."""
    for number, (kind, steps) in enumerate(KINDS.items()):
        for step in steps:
            yield pytest.param("sqlite", kind, step)
            few = step == steps[(number + 1) % len(steps)]
            marks = () if few else (pytest.mark.soak,)
            yield pytest.param("postgres", kind, step, marks=marks)


@pytest.mark.parametrize(("database_url", "kind", "step"), [*cases()], indirect=["database_url"])
def test_killed_at_any_step_there_is_exactly_one_effect(
    jira: Jira, gateway: Gateway, database_url: str, kind: str, step: str
) -> None:
    issue, other = jira.make(), jira.make()
    offered = jira.http.get(f"{jira.url}/rest/api/3/issue/{issue['id']}/transitions").json()
    issue |= {
        "to": offered["transitions"][-1]["to"],
        "transition": offered["transitions"][-1]["id"],
        "other": other,
        "link_type": jira.link_type(),
    }
    mark = f"{kind} {step} {issue['key']}"
    fill(gateway, issue, other)
    with gateway.database.write() as conn:
        received = receiving.receive(conn, gateway, change_set(wanted(kind, issue, mark)), ())
    assert received is not None
    digest = reviewing.view(gateway, received).digest
    reviewing.approve(gateway, "eve", received, digest)
    reviewing.promote(gateway, "eve", received, digest)
    gateway.database.dispose()

    doomed = CONTEXT.Process(target=promote_until_killed, args=(database_url, jira.url, step))
    doomed.start()
    doomed.join(60)
    assert doomed.exitcode == -9

    _promote(gateway, received)
    view = reviewing.view(gateway, received, read_now=False)
    assert view.state is State.PROMOTED, view.operations
    assert effects(jira, kind, issue, mark) == 1
    with gateway.database.read() as conn:
        assert audit.verify(conn) is None


def _promote(gateway: Gateway, review_id: int) -> None:
    """Restart the promoter and let it work until the review is settled."""
    with gateway.database.write() as conn:
        # As if a minute had passed: the dead process's lease has run out.
        conn.exec_driver_sql("UPDATE operation SET lease_until = 1 WHERE lease_until > 0")
    promoter = Promoter(gateway, "restarted")
    deadline = time.monotonic() + 60
    while reviewing.view(gateway, review_id, read_now=False).state is State.PROMOTING:
        assert time.monotonic() < deadline
        if not promoter.run_once():
            time.sleep(0.02)  # the quarantine runs by the database's clock
