"""What the soak plays with: a fake Jira that can be killed, and gateways before it."""

import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import event

from gateway.operations.context import Gateway
from gateway.operations.waiting import stored_limits
from gateway.people_settings import JiraSays, PeopleRules
from gateway.promotion.values import SiteIdentity
from gateway.review.people import Person, Role
from gateway.sandbox_link import SandboxLink
from gateway.settings import Settings
from gateway.store import baselines, people, registry, sites
from gateway.store.database import Database
from gateway.upstream.client import Upstream
from gateway.upstream.direct import Direct, basic
from gateway.upstream.introduction import Account
from gateway.upstream.stranger import Expected
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import (
    Dialect,
    Flavour,
    Grant,
    IssueBaseline,
    JsonObject,
    Scope,
    SiteBaseline,
)
from sandbox.site_file import parse
from seed_data.loading import ControlDoor
from tests.forking import SandboxProcess
from tests.gateway.promotion.world import AGENT, PERSON, SITE

#: The gateway writes as the person the agent works for: time can be logged as nobody else.
GATE, BOB, ROBOT = PERSON, "acc-bob", "acc-robot"
APPROVER, APPROVER_NAME = "eve", "Eve"
_TOKENS = {GATE: "token-of-the-gate", BOB: "token-of-bob"}
SECRET = b"a secret of the control door"
#: Set off by our own writes: one follows in an entry of its own, one stands in ours.
RULES = """
[[automation]]
name = "a hot issue is urgent"
on = "label"
value = "hot"
set = { priority = { name = "Highest" } }
by = "acc-robot"

[[automation]]
name = "what is done is not urgent"
on = "status"
value = "Done"
set = { priority = { name = "Low" } }
"""
SITE_FILE = f"""
site = "{SITE}"
role = "upstream"
flavour = "cloud"
users = [
  {{ name = "gate", account_id = "{GATE}", admin = true, tokens = ["{_TOKENS[GATE]}"] }},
  {{ name = "bob", account_id = "{BOB}", display_name = "Bob", tokens = ["{_TOKENS[BOB]}"] }},
  {{ name = "robot", account_id = "{ROBOT}", display_name = "Robot" }},
]
projects = [{{ key = "AIR", name = "Airlock" }}]
{RULES}
"""
#: Microseconds: long before anything here.
_EARLY = 1
#: All is plain HTTP here: this trusts nobody, and the machine's certificates take long to load.
_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_NEVER = 10**17


@dataclass(frozen=True, slots=True)
class Waits:
    """The gateway's waits, scaled down together (seconds).

    A write comes at most 0.7 s late by order; 2.5 s were seen on a machine of two
    processors under a load of ten.
    """

    quarantine: float = 3.5
    lease: float = 3.0
    timeout: float = 3.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gateway works: enough for another process to open the same."""

    database_url: str
    jira_url: str
    waits: Waits
    #: Operations that a process carries at a time.
    promoters: int = 12


def metadata() -> SiteBaseline:
    """Return the site's metadata, as its gateway would have read it."""
    found = parse(SITE_FILE).baseline(_EARLY)
    assert found is not None
    return found


def gateway_at(place: Place, http: httpx2.Client | None = None) -> Gateway:
    """Return a gateway there; nobody stands behind its link to a shadow."""
    identity = SiteIdentity(site=SITE, base_url=place.jira_url, flavour=Flavour.CLOUD)
    client = http or client_of(GATE, place.waits.timeout)
    database = Database(place.database_url)
    return Gateway(
        site=SITE,
        identity=identity,
        database=database,
        clock=lambda: time.time_ns() // 1000,
        sandbox=shadow_of_nobody(),
        upstream=Upstream(
            client,
            Address(place.jira_url),
            Flavour.CLOUD,
            Expected(sandbox=True, account=frozenset({GATE, "gate"})),
            account=Account(GATE, "Ann"),
            limits=stored_limits(database, SITE),
            direct=None if http is not None else short_way(place),
        ),
        settings=Settings(
            site=SITE,
            projects=("AIR",),
            database_url=place.database_url,
            secret_key=b"only the gateway knows",
            people=PeopleRules(jira=JiraSays.ASK),
            quarantine_seconds=place.waits.quarantine,
            lease_seconds=place.waits.lease,
            promoters=place.promoters,
        ),
    )


def short_way(place: Place) -> Direct:
    """Return the way that the gateway's own settings would lead to, too."""
    name, token = basic_auth(GATE)
    timeout = place.waits.timeout
    own = {"Authorization": basic(name, token)}
    return Direct(place.jira_url, own, connect_timeout=timeout, timeout=timeout, keep_idle=4.0)


def shadow_of_nobody() -> SandboxLink:
    """Return a link whose other end takes everything and hands out nothing."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        handing = request.url.path.endswith("/change-sets")
        return httpx2.Response(200, json={"change_sets": []} if handing else {"revision": 1})

    http = httpx2.Client(base_url="http://127.0.0.1:8", transport=httpx2.MockTransport(answer))
    return SandboxLink("http://127.0.0.1:8", b"secret", http=http)


def client_of(person: str, timeout: float = 20.0, base_url: str = "") -> httpx2.Client:
    """Return an HTTP client that signs in as somebody."""
    return httpx2.Client(
        base_url=base_url,
        auth=basic_auth(person),
        timeout=timeout,
        trust_env=False,
        verify=_NOBODY,
    )


def basic_auth(person: str) -> tuple[str, str]:
    """Return how somebody signs in."""
    return ("bob" if person == BOB else "gate"), _TOKENS[person]


def fill(gateway: Gateway, issues: Iterable[JsonObject]) -> None:
    """Store site, baselines, an agent with a scope, and an approver."""
    gateway.database.migrate()
    with gateway.database.write() as conn:
        sites.register(conn, gateway.identity)
        sites.put_metadata(conn, metadata())
        registry.add_agent(conn, AGENT, now=_EARLY, by=APPROVER)
        grant = Grant(
            token_id="t",
            token_hash="0" * 64,
            site=SITE,
            agent=AGENT,
            person=PERSON,
            scope=Scope(projects=("AIR",), mine_only=False),
            expires_at=_NEVER,
        )
        registry.add_token(conn, grant, person_name="Ann", now=_EARLY)
        people.add(
            conn, Person(person=APPROVER, name=APPROVER_NAME, role=Role.APPROVER), now=_EARLY
        )
    keep(gateway, issues)


def keep(gateway: Gateway, issues: Iterable[JsonObject]) -> None:
    """Store issues as they were just read."""
    with gateway.database.write() as conn:
        revision = sites.next_revision(conn, SITE)
        for issue in issues:
            baselines.put(conn, _baseline(issue, revision))


def _baseline(issue: JsonObject, revision: int) -> IssueBaseline:
    names = ("id", "key", "fields", "changelog", "self")
    return IssueBaseline(
        site=SITE,
        issue_id=str(issue["id"]),
        key=str(issue["key"]),
        revision=revision,
        fetched_at=_EARLY,
        dialect=Dialect.V3,
        doc={name: issue[name] for name in names},
    )


def careless(gateway: Gateway) -> None:
    """Let the database not wait for the disk: what dies in a walk is never the machine."""
    postgresql = gateway.database.dialect_name == "postgresql"

    def relax(connection: Any, _record: object) -> None:
        if postgresql:
            connection.execute("SET synchronous_commit = off")
            connection.commit()
        else:
            connection.execute("PRAGMA synchronous = OFF")

    event.listen(gateway.database.engine, "connect", relax)


@dataclass(slots=True)
class Jira:
    """A sandbox process that plays the upstream, always at the same address."""

    folder: Path
    port: int = 0
    control: int = 0
    faults: JsonObject = field(default_factory=dict)
    #: Fault to how often it was played, of all its lives.
    struck: dict[str, int] = field(default_factory=dict)
    child: SandboxProcess | None = None
    #: A client for each person: making one costs more than many requests.
    _clients: dict[str, httpx2.Client] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, or start it again on the same files."""
        if not self.port:
            self.port, self.control = free_ports(2)
            (self.folder / "site.toml").write_text(SITE_FILE, encoding="utf-8")
            secret = self.folder / "secret"
            secret.touch(mode=0o600)
            secret.write_bytes(SECRET)
        self.child = SandboxProcess(self._environment())
        assert self.child.ready()["port"] == self.port
        self.misbehave(self.faults)

    def misbehave(self, faults: JsonObject) -> None:
        """Misbehave from now on, through all its lives."""
        self._harvest()
        self.faults = faults
        self._ask("PUT", "/faults", faults)

    def kill(self) -> None:
        """Kill it with -9."""
        self._harvest()
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        assert self.child is not None
        self.child.kill()
        self.child = None

    def get(self, path: str, query: dict[str, str] | None = None) -> Any:
        """Read something as the service account."""
        return self._sent(GATE, "GET", path, None, query)

    def send(self, method: str, path: str, body: Any, by: str = BOB) -> Any:
        """Write something as somebody."""
        return self._sent(by, method, path, body, None)

    def make(self, summary: str) -> Any:
        """Make an issue of Ann's."""
        fields = {
            "project": {"key": "AIR"},
            "issuetype": {"name": "Task"},
            "summary": summary,
            "labels": ["old"],
            "assignee": {"accountId": PERSON},
        }
        made = self.send("POST", "issue", {"fields": fields})
        return self.issue(made["id"])

    def issue(self, issue_id: str) -> Any:
        """Return a whole issue with its changelog."""
        return self.get(f"issue/{issue_id}", {"fields": "*all", "expand": "changelog"})

    def issues(self) -> list[Any]:
        """Return all issues, whole."""
        found: list[Any] = []
        query = {"jql": "project = AIR ORDER BY key", "fields": "*all", "maxResults": "100"}
        token = ""
        while True:
            more = {"nextPageToken": token} if token else {}
            page = self.get("search/jql", {**query, "expand": "changelog", **more})
            found += page["issues"]
            token = page.get("nextPageToken", "")
            if not token:
                return found

    def _sent(self, by: str, method: str, path: str, body: Any, query: Any) -> Any:
        if by not in self._clients:
            self._clients[by] = client_of(by, base_url=self.url)
        answer = self._clients[by].request(method, f"/rest/api/3/{path}", json=body, params=query)
        answer.raise_for_status()
        try:
            return answer.json() if answer.content else None
        except ValueError as error:
            # It misbehaves towards everybody.
            raise httpx2.DecodingError(str(error), request=answer.request) from error

    def _harvest(self) -> None:
        if self.child is None:
            return
        for name, count in self._ask("GET", "/faults")["struck"].items():
            self.struck[name] = self.struck.get(name, 0) + count

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        door = ControlDoor(f"http://127.0.0.1:{self.control}", SECRET)
        try:
            return door.call(method, path, body)
        finally:
            door.close()

    def _environment(self) -> dict[str, str]:
        return {
            "PYTHONUNBUFFERED": "1",
            "AIRLOCK_SITE_FILE": str(self.folder / "site.toml"),
            "AIRLOCK_SANDBOX_PORT": str(self.port),
            "AIRLOCK_SANDBOX_CONTROL": f"127.0.0.1:{self.control}",
            "AIRLOCK_SANDBOX_DATABASE_URL": f"sqlite:///{self.folder}/jira.db",
            "AIRLOCK_CONTROL_SECRET_FILE": str(self.folder / "secret"),
        }


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    taken = [socket.socket() for _ in range(count)]
    try:
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in taken]
    finally:
        for one in taken:
            one.close()
