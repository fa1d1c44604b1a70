"""Sandboxes for tests of the gateway: processes of their own, or in this process for speed.

Both speak HTTP with the gateway: in this process Starlette's test client stands in for
the network alone.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tomli_w
from starlette.testclient import TestClient

from gateway.sandbox_link import SandboxLink
from sandbox.app import create_app, create_control_app
from sandbox.contract.addresses import PLACEHOLDER, Address
from sandbox.contract.shapes import Flavour, JsonObject
from sandbox.operations.context import Sandbox
from sandbox.site_file import parse
from sandbox.store.database import Database
from sandbox.store.reads import ReadQueue
from tests.forking import SandboxProcess

SECRET = b"0123456789abcdef0123456789abcdef"
BOT_EMAIL = "bot@example.com"
BOT_TOKEN = "bot-token-0123456789"
#: The account that the gateway uses at an upstream that a test plays.
BOT = {
    "name": "airlock-bot",
    "key": "airlock-bot",
    "account_id": "bot-0001",
    "email": BOT_EMAIL,
    "display_name": "Airlock",
    "tokens": [BOT_TOKEN],
    "admin": True,
}


@dataclass(frozen=True)
class Running:
    """A sandbox that answers."""

    url: str
    control: str


@contextmanager
def running_sandbox(folder: Path, file: dict[str, Any]) -> Iterator[Running]:
    """Start ``python -m sandbox`` with a site file; SQLite in the folder; stop it at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.toml").write_text(tomli_w.dumps(file), encoding="utf-8")
    secret = folder / "secret"
    secret.write_bytes(SECRET)
    secret.chmod(0o600)
    process = SandboxProcess(_environment(folder))
    try:
        said = process.ready()
        yield Running(f"http://127.0.0.1:{said['port']}{_path(file)}", said["control"])
    finally:
        process.stop()


@dataclass(frozen=True)
class Inside:
    """A sandbox in this process, with a client for each of its doors."""

    sandbox: Sandbox
    url: str
    jira: TestClient
    control: TestClient

    def link(self) -> SandboxLink:
        """Return the gateway's link to its control door."""
        return SandboxLink(self.url, SECRET, http=self.control)


def begin(database: Database) -> None:
    """Migrate a database in memory, by a copy of one that was migrated."""
    raw = database.engine.raw_connection()
    assert isinstance(raw.driver_connection, sqlite3.Connection)
    _migrated().backup(raw.driver_connection)
    raw.close()


@cache
def _migrated() -> sqlite3.Connection:
    made = Database("sqlite://")
    made.migrate()
    raw = made.engine.raw_connection()
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    assert isinstance(raw.driver_connection, sqlite3.Connection)
    raw.driver_connection.backup(kept)
    raw.close()
    made.dispose()
    return kept


@contextmanager
def inside_sandbox(
    url: str, file: dict[str, Any], clock: Callable[[], int] = lambda: time.time_ns() // 1000
) -> Iterator[Inside]:
    """Run a sandbox in this process, its database in memory; ``clock`` is in microseconds."""
    played = parse(tomli_w.dumps({"base_url": url, **file}))
    database = Database("sqlite://")
    begin(database)
    sandbox = Sandbox(
        site=played.site,
        role=played.role,
        flavour=played.flavour,
        address=Address(url),
        database=database,
        clock=clock,
        reads=ReadQueue(database),
        version=played.jira_version,
        rules=played.automation,
        faults=played.faults,
    )
    jira = TestClient(create_app(sandbox, played), url, raise_server_exceptions=False)
    control = TestClient(create_control_app(sandbox, SECRET), url, raise_server_exceptions=False)
    with jira, control:
        yield Inside(sandbox, url, jira, control)
    database.dispose()


@contextmanager
def inside_upstream(site: str, flavour: Flavour) -> Iterator[Inside]:
    """Run a sandbox in this process that plays the real Jira; ``jira`` signs in as ``BOT``."""
    file = {"site": site, "role": "upstream", "flavour": flavour.value, "users": [BOT]}
    with inside_sandbox("http://upstream.test", file) as inside:
        inside.jira.auth = (BOT_EMAIL, BOT_TOKEN)
        yield inside


@contextmanager
def inside_shadow(site: str, flavour: Flavour) -> Iterator[Inside]:
    """Run a sandbox in this process that holds the agents' shadows."""
    file = {"site": site, "role": "shadow", "flavour": flavour.value}
    with inside_sandbox("http://shadow.test", file) as inside:
        yield inside


@contextmanager
def upstream_sandbox(folder: Path, site: str, flavour: Flavour, **more: Any) -> Iterator[Running]:
    """Run a sandbox that plays the real Jira; the gateway signs in as ``BOT``."""
    users = [BOT, *more.pop("users", [])]
    file = {"site": site, "role": "upstream", "flavour": flavour.value, "users": users, **more}
    with running_sandbox(folder, file) as running:
        yield running


@contextmanager
def shadow_sandbox(folder: Path, site: str, flavour: Flavour, **more: Any) -> Iterator[Running]:
    """Run a sandbox that holds the agents' shadows."""
    file = {"site": site, "role": "shadow", "flavour": flavour.value, **more}
    with running_sandbox(folder, file) as running:
        yield running


def bot_user(flavour: Flavour) -> JsonObject:
    """Return ``BOT`` as Jira shows it, for a baseline's users."""
    common: JsonObject = {
        "displayName": str(BOT["display_name"]),
        "emailAddress": str(BOT["email"]),
        "active": True,
        "timeZone": "UTC",
    }
    if flavour is Flavour.CLOUD:
        found = str(BOT["account_id"])
        address = f"{PLACEHOLDER}/rest/api/3/user?accountId={found}"
        return {"self": address, "accountId": found, "accountType": "atlassian", **common}
    address = f"{PLACEHOLDER}/rest/api/2/user?username={BOT['name']}"
    return {"self": address, "key": str(BOT["key"]), "name": str(BOT["name"]), **common}


def _environment(folder: Path) -> dict[str, str]:
    return {
        "AIRLOCK_SITE_FILE": str(folder / "site.toml"),
        "AIRLOCK_SANDBOX_PORT": "0",
        "AIRLOCK_SANDBOX_CONTROL": "127.0.0.1:0",
        "AIRLOCK_SANDBOX_DATABASE_URL": f"sqlite:///{folder}/sandbox.db",
        "AIRLOCK_CONTROL_SECRET_FILE": str(folder / "secret"),
    }


def _path(file: dict[str, Any]) -> str:
    base = str(file.get("base_url", ""))
    return "/" + base.split("/", 3)[3] if base.count("/") > 2 else ""
