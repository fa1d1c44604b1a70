"""A gateway on a real database, with a small Jira and a small control door."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection

from gateway.operations import receiving
from gateway.operations.context import Gateway
from gateway.operations.promoting import Promoter
from gateway.people_settings import JiraSays, PeopleRules
from gateway.promotion.signing import signer_of
from gateway.promotion.steps import Step
from gateway.review.people import Person, Role
from gateway.sandbox_link import SandboxLink
from gateway.settings import Settings
from gateway.store import baselines, people, registry, sites
from gateway.store.database import Database
from gateway.upstream.client import Upstream
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import (
    ChangeSet,
    Dialect,
    Flavour,
    Grant,
    IssueBaseline,
    Read,
    Scope,
    Shadow,
)
from tests.gateway.databases import Postgres, begin, database_url, new_file, postgres
from tests.gateway.operations.small_jira import SmallJira
from tests.gateway.promotion.world import AGENT, BASE_URL, CLOUD, PERSON, SITE, site

__all__ = ["database_url", "postgres"]

#: What the markers and the signing key are made of.
KEY = b"only the gateway knows"
YEAR = 365 * 86_400 * 1_000_000


@dataclass
class Door:
    """What the sandbox's control door hands out and takes in."""

    sealed: list[ChangeSet] = field(default_factory=list)
    reads: list[Read] | None = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    away: bool = False
    open: list[str] = field(default_factory=list)
    wanted: list[dict[str, str]] = field(default_factory=list)
    shadows: list[Shadow] = field(default_factory=list)
    played: list[dict[str, Any]] = field(default_factory=list)
    #: What agents said, and what was told of threads.
    answers: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer as a control door does."""
        path = request.url.path.removeprefix("/_sandbox")
        if self.away:
            raise httpx2.ConnectError("away")
        if path == "/outcomes":
            self.outcomes.append(json.loads(request.content))
            return httpx2.Response(200, json={})
        people = ("/play", "/open-issues", "/answers")
        if "/shadows" in path or path in people or path.endswith("/remarks"):
            return httpx2.Response(200, json=self._for_people(path, request))
        if path == "/wanted/take":
            taken, self.wanted = self.wanted, []
            return httpx2.Response(200, json={"wanted": taken})
        if path == "/change-sets":
            after = int(request.url.params["after"])
            found = [
                {"position": number, "change_set": one.model_dump(mode="json")}
                for number, one in enumerate(self.sealed, start=1)
                if number > after
            ]
            return httpx2.Response(200, json={"change_sets": found})
        if path.endswith("/reads"):
            reads = self.reads
            given = None if reads is None else [one.model_dump(mode="json") for one in reads]
            return httpx2.Response(200, json={"reads": given})
        return httpx2.Response(200, json={"revision": 1})

    def _for_people(self, path: str, request: httpx2.Request) -> dict[str, Any]:
        if path == "/play":
            self.played.append(json.loads(request.content))
            return {}
        if path == "/answers":
            return {"answers": self.answers}
        if path.endswith("/remarks"):
            self.remarks.append(json.loads(request.content))
            return {}
        if path == "/open-issues":
            return {"issue_ids": self.open}
        given = {(one.workspace, one.issue_id): one.model_dump(mode="json") for one in self.shadows}
        if path == "/shadows":
            return {"shadows": [*given.values()]}
        _, _, workspace, _, issue_id = path.split("/")
        return {"shadow": given.get((workspace, issue_id))}


@dataclass
class House:
    """A gateway with everything around it."""

    gateway: Gateway
    jira: SmallJira
    door: Door

    def arrive(self, *sets: ChangeSet) -> int:
        """Have sets sealed in the sandbox and fetched; returns the last one's review."""
        self.door.sealed += sets
        return receiving.fetch(self.gateway)[-1]

    def promote_all(self, on_step: Callable[[Step], None] = lambda _step: None) -> None:
        """Work until the outbox is empty."""
        promoter = Promoter(self.gateway, "test", on_step)
        while promoter.run_once():
            pass


def house_on(url: str) -> House:
    """Return a house on one database."""
    jira, door = SmallJira(), Door()
    door.reads = [Read(issue_key="AIR-1", at=40, door="mcp")]
    database = Database(url, signer_of(KEY))
    gateway = Gateway(
        site=SITE,
        identity=CLOUD,
        database=database,
        clock=lambda: 1_000,
        sandbox=SandboxLink(
            "http://127.0.0.1:8",
            b"secret",
            http=httpx2.Client(
                base_url="http://127.0.0.1:8", transport=httpx2.MockTransport(door.answer)
            ),
        ),
        upstream=Upstream(jira.http(), Address(BASE_URL), Flavour.CLOUD),
        settings=Settings(
            site=SITE,
            projects=("AIR",),
            secret_key=KEY,
            quarantine_seconds=0.0,
            lease_seconds=30.0,
            # The small Jira tells nobody what others may; test_jira_rights.py asks it to.
            people=PeopleRules(jira=JiraSays.ASK),
        ),
    )
    return House(gateway, jira, door)


def fill(house: House) -> None:
    """Store a site, its issues, an agent and four people."""
    with house.gateway.database.write() as conn:
        sites.register(conn, CLOUD)
        sites.put_metadata(conn, site())
        keep_issues(conn, house)
        registry.add_agent(conn, AGENT, now=1, by="admin")
        grant = Grant(
            token_id="t1",
            token_hash="0" * 64,
            site=SITE,
            agent=AGENT,
            person=PERSON,
            scope=Scope(projects=("AIR",)),
            expires_at=YEAR,
        )
        registry.add_token(conn, grant, person_name="Ann", now=1)
        for name, role in (("eve", Role.APPROVER), ("max", Role.APPROVER), ("rob", Role.REVIEWER)):
            people.add(conn, Person(person=name, name=name.title(), role=role), now=1)
        ann = Person(person="ann", name="Ann", role=Role.ADMIN, jira_account=PERSON)
        people.add(conn, ann, now=1)


def keep_issues(conn: Connection, house: House) -> None:
    """Store the issues that a house's Jira has now, as if they were just read."""
    revision = sites.next_revision(conn, SITE)
    for issue in house.jira.issues.values():
        baselines.put(
            conn,
            IssueBaseline(
                site=SITE,
                issue_id=issue["id"],
                key=issue["key"],
                revision=revision,
                fetched_at=1,
                dialect=Dialect.V3,
                doc=issue,
            ),
        )


def filled_in_memory() -> House:
    """Return a filled house whose database is in memory."""
    found = house_on("sqlite://")
    begin(found.gateway.database, _fill_new)
    return found


def filled_file(path: Path) -> House:
    """Return a filled house on a SQLite file."""
    return house_on(f"sqlite:///{new_file(path, _fill_new)}")


def _fill_new(url: str) -> None:
    """Make a database as that of a house that nobody touched: copied, it need not be filled."""
    made = house_on(url)
    made.gateway.database.migrate()
    fill(made)
    made.gateway.database.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """Lend a filled house, on each kind of database in turn."""
    if request.param == "sqlite":
        found = filled_file(tmp_path / "test.db")
        yield found
        found.gateway.database.dispose()
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.lent("filled house", _fill_new) as url:
        found = house_on(url)
        yield found
        found.gateway.database.dispose()
