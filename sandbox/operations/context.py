"""Who asks, and what they ask of: the two values every operation takes."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.contract.addresses import Address
from sandbox.contract.shapes import Flavour, Scope
from sandbox.domain.automation import Rule
from sandbox.domain.faults import Faults
from sandbox.operations.wanted import WantedKeys
from sandbox.store.database import Database
from sandbox.store.reads import ReadQueue


class Role(StrEnum):
    """What a sandbox plays: the real Jira of a demo or test, or the agents' shadow."""

    UPSTREAM = "upstream"
    SHADOW = "shadow"


class Door(StrEnum):
    """Where a call came in."""

    REST2 = "rest2"
    REST3 = "rest3"
    AGILE = "agile"
    MCP = "mcp"
    CONTROL = "control"


@dataclass(frozen=True, slots=True)
class Caller:
    """The one who asks. An agent always names the person it works for."""

    #: Jira user id: accountId on Cloud, user key on Server.
    person: str
    door: Door
    #: ``None`` at an upstream, where people call for themselves.
    agent: str | None = None
    #: ``None``: everything is allowed (role upstream only).
    scope: Scope | None = None
    #: Names the workspace; ``""`` is the agent's default one.
    task: str = ""
    #: User-Agent or MCP client name, for the journal.
    client: str = ""
    #: True: an access token that was not consented for staging, only for reading.
    read_only_token: bool = False


@dataclass(slots=True)
class Sandbox:
    """A running sandbox: one site, one database."""

    site: str
    role: Role
    flavour: Flavour
    #: The public address that URLs in answers start with.
    address: Address
    database: Database
    #: Microseconds since 1970, UTC.
    clock: Callable[[], int]
    reads: ReadQueue
    #: Jira version reported by serverInfo.
    version: str = "1001.0.0"
    #: Filled by operations: parsed site metadata by revision.
    cache: dict[str, object] = field(default_factory=dict)
    #: What this Jira does by itself after a write (role upstream only).
    rules: tuple[Rule, ...] = ()
    #: How it misbehaves (role upstream only), and how often each fault was played.
    faults: Faults = field(default_factory=Faults)
    struck: dict[str, int] = field(default_factory=dict)
    #: Issues that agents asked for in vain, until the gateway takes them.
    wanted: WantedKeys = field(default_factory=WantedKeys)
    #: Moments and the site's revision then, oldest first: what a search that lags has seen.
    revisions: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=10_000))
