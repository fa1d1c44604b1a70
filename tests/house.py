"""The whole house for journeys: a fake Jira and a shadow as real processes, a gateway here.

"Real Jira" is a second sandbox process (role upstream); the gateway runs in this process,
so that a journey can look into its rooms, against real sockets and a real database.
"""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from gateway.cli.opening import close_gateway, open_gateway
from gateway.operations import connecting, intake, receiving, registering, reviewing, telling
from gateway.operations.connecting import Asker
from gateway.operations.context import Gateway
from gateway.operations.promoting import Promoter
from gateway.review.states import State
from sandbox.contract.shapes import Scope
from seed_data.loading import ControlDoor
from seed_data.world import World, make_world
from tests.forking import SandboxProcess

_SERVICE = """
[[users]]
name = "airlock"
account_id = "712020:airlock-service"
key = "airlock"
display_name = "Airlock (service account)"
email = "airlock@shop.example"
password = "{token}"
tokens = ["{token}"]
admin = true
"""
_PERSON = """
[[users]]
name = "{name}"
account_id = "{person.account_id}"
display_name = "{person.name}"
email = "{person.email}"
tokens = ["{token}"]
"""
_DAY = 24 * 3600


@dataclass(slots=True)
class Running:
    """A sandbox process."""

    child: SandboxProcess
    url: str
    control: str
    door: ControlDoor

    def stop(self) -> None:
        """End the process."""
        self.door.close()
        self.child.stop()


@dataclass(slots=True)
class House:
    """Everything a journey touches."""

    folder: Path
    upstream: Running
    shadow: Running
    service_token: str
    env: dict[str, str]
    world: World | None = None
    opened: Gateway | None = None
    clients: list[httpx2.Client] = field(default_factory=list)

    @property
    def gateway(self) -> Gateway:
        """The gateway, once it is open."""
        assert self.opened is not None, "open() the house first"
        return self.opened

    def open(self) -> None:
        """Connect the gateway to the fake Jira and the shadow."""
        self.opened = open_gateway(self.env)

    def connect(self, token: str) -> None:
        """Connect the Jira account that a token is of, as its owner would."""
        assert self.gateway.accounts is not None
        asker = Asker("test")
        connecting.with_token(self.gateway.accounts, asker, token, "", self.gateway.clock)

    def jira(self) -> httpx2.Client:
        """Return a REST client of the fake Jira, as the service account."""
        return self._client(self.upstream.url, auth=("airlock@shop.example", self.service_token))

    def agent(self, token: str, task: str = "") -> httpx2.Client:
        """Return a REST client of the shadow, as an agent."""
        base = f"{self.shadow.url}/t/{task}" if task else self.shadow.url
        return self._client(base, headers={"Authorization": f"Bearer {token}"})

    def _client(self, base: str, **options: Any) -> httpx2.Client:
        client = httpx2.Client(base_url=base, timeout=30, trust_env=False, **options)
        self.clients.append(client)
        return client

    def token(self, agent: str, person: str, **scope: Any) -> str:
        """Register an agent for a person and return its token."""
        wanted = Scope(**{"projects": ("WEB", "PAY"), **scope})
        token, _ = registering.issue_token(self.gateway, agent, person, wanted, _DAY, "test")
        registering.push_registry(self.gateway)
        return token

    def take_in(self, jql: str | None = None) -> Any:
        """Read the fake Jira into the shadow."""
        return intake.take_in(self.gateway, jql)

    def fetch(self) -> list[int]:
        """Fetch sealed change sets; returns the reviews that are new."""
        return receiving.fetch(self.gateway)

    def promote_all(self) -> None:
        """Let a promoter work until nothing is left to do, then tell the sandbox."""
        promoter = Promoter(self.gateway, "test")
        until = time.monotonic() + 30
        while promoter.run_once():
            if time.monotonic() > until:
                raise AssertionError("the promoter finds work for more than 30 seconds")
        telling.tell(self.gateway)

    def promote_until_ended(self, review: int) -> None:
        """Let a promoter work until nothing of this change set is under way any more.

        On a busy machine a lease of a second may end before its request is sent; the
        operation is then carried by the next look.
        """
        until = time.monotonic() + 60
        self.promote_all()
        while reviewing.view(self.gateway, review, read_now=False).state is State.PROMOTING:
            if time.monotonic() > until:
                raise AssertionError("the change set is under way for more than 60 seconds")
            self.promote_all()

    def snapshot(self, projects: str = "WEB, PAY") -> dict[str, dict[str, Any]]:
        """Return every issue of the fake Jira by key, whole, with its changelog."""
        found: dict[str, dict[str, Any]] = {}
        token = ""
        query = {"jql": f"project in ({projects}) ORDER BY key", "fields": "*all"}
        with self.jira() as http:
            while True:
                more = {"nextPageToken": token} if token else {}
                params = {**query, **more, "maxResults": "100", "expand": "changelog"}
                page = http.get("/rest/api/3/search/jql", params=params).raise_for_status().json()
                found |= {one["key"]: one for one in page["issues"]}
                token = page.get("nextPageToken", "")
                if not token:
                    return found

    def stop(self) -> None:
        """End everything."""
        for client in self.clients:
            client.close()
        if self.opened is not None:
            close_gateway(self.opened)
        self.shadow.stop()
        self.upstream.stop()


def start_sandbox(folder: Path, name: str, site_file: str, database_url: str = "") -> Running:
    """Start one sandbox process from the text of a site file."""
    (folder / f"{name}.toml").write_text(site_file, encoding="utf-8")
    secret_file = folder / f"{name}-secret"
    secret_file.touch(mode=0o600)
    secret = secrets.token_hex(32)
    secret_file.write_text(secret, encoding="utf-8")
    child = SandboxProcess(
        {
            "AIRLOCK_SITE_FILE": str(folder / f"{name}.toml"),
            "AIRLOCK_SANDBOX_PORT": "0",
            "AIRLOCK_SANDBOX_CONTROL": "127.0.0.1:0",
            "AIRLOCK_SANDBOX_DATABASE_URL": database_url or f"sqlite:///{folder / f'{name}.db'}",
            "AIRLOCK_CONTROL_SECRET_FILE": str(secret_file),
        },
    )
    ready = child.ready()
    control = f"http://{ready['control']}"
    url = f"http://127.0.0.1:{ready['port']}"
    return Running(child, url, control, ControlDoor(control, secret.encode()))


@contextmanager
def house(
    folder: Path, *, size: int = 12, seed: int = 7, database_url: str = ""
) -> Iterator[House]:
    """Build a house with the seeded world, taken in; ends everything at exit."""
    world = make_world(seed, size=size)
    token = secrets.token_urlsafe(16)
    person = _PERSON.format(name="person-served", person=world.cast.person, token=token)
    with empty_house(folder, more=person, database_url=database_url) as built:
        built.world = world
        built.upstream.door.call("PUT", "/site", world.metadata)
        built.upstream.door.call("POST", "/issues", {"issues": world.baselines()})
        built.open()
        # Time is logged by whoever spent it, so the person served has connected.
        built.connect(token)
        built.take_in()
        yield built


@contextmanager
def empty_house(
    folder: Path,
    *,
    flavour: str = "cloud",
    site: str = "shop",
    more: str = "",
    projects: str = "WEB,PAY",
    database_url: str = "",
) -> Iterator[House]:
    """Build a house whose Jira is what the site file says; ``open()`` it when it is filled.

    ``more`` is appended to the upstream's site file. ``database_url`` is the shadow's.
    """
    service = secrets.token_urlsafe(16)
    head = f'site = "{site}"\nflavour = "{flavour}"\n'
    upstream = start_sandbox(
        folder, "upstream", f'{head}role = "upstream"\n' + _SERVICE.format(token=service) + more
    )
    try:
        shadow = start_sandbox(folder, "shadow", f'{head}role = "shadow"\n', database_url)
    except BaseException:
        upstream.stop()
        raise
    env = gateway_env(folder, upstream, shadow, service, projects) | {"AIRLOCK_SITE": site}
    built = House(folder, upstream, shadow, service, env)
    try:
        yield built
    finally:
        built.stop()


def gateway_env(
    folder: Path, upstream: Running, shadow: Running, service: str, projects: str = "WEB,PAY"
) -> dict[str, str]:
    """Return the environment of a gateway between two sandboxes."""
    return {
        "AIRLOCK_TEST_UPSTREAM": upstream.url,
        "AIRLOCK_SITE": "shop",
        "AIRLOCK_PROJECTS": projects,
        "AIRLOCK_PORT": "0",
        "AIRLOCK_DATABASE_URL": f"sqlite:///{folder / 'gateway.db'}",
        "AIRLOCK_SANDBOX_CONTROL": shadow.control,
        "AIRLOCK_SANDBOX_PUBLIC_URL": shadow.url,
        "AIRLOCK_CONTROL_SECRET_FILE": str(folder / "shadow-secret"),
        "AIRLOCK_SELF_APPROVAL": "yes",
        "AIRLOCK_QUARANTINE_SECONDS": "0.5",
        "AIRLOCK_LEASE_SECONDS": "1",
        "JIRA_URL": upstream.url,
        "JIRA_USERNAME": "airlock@shop.example",
        "JIRA_API_TOKEN": service,
    }


def as_json(value: Any) -> str:
    """Return a value as one comparable text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
