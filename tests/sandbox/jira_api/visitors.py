"""Visitors at the Jira door of a tiny sandbox: an agent at a shadow, people at an upstream."""

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from sandbox.app import create_app
from sandbox.contract.shapes import Flavour, Grant, Registry, Scope
from sandbox.mcp_server.mount import EVERY_TOOL, ToolSettings
from sandbox.operations import intake
from sandbox.operations.context import Role, Sandbox
from sandbox.operations.tokens import token_hash
from sandbox.site_file import DEFAULT_VERSIONS, SiteFile, SiteUser
from tests.sandbox.tiny import AGENT, SITE, START_US, person_id, tiny_sandbox, tiny_scope

TOKEN = "an-agents-token"
ADDRESS = "http://127.0.0.1:8710"
HOUR_US = 3_600_000_000


def site_file(role: Role, flavour: Flavour) -> SiteFile:
    """Return the site file of a tiny sandbox; Jonas and Mina may sign in at an upstream."""
    users = [
        SiteUser(
            name=name,
            key=person_id(flavour, name),
            account_id=person_id(flavour, name),
            email=f"{name}@example.com",
            password=f"{name}-password",
            tokens=(f"{name}-token",),
        )
        for name in ("jonas", "mina")
    ]
    people = tuple(users) if role is Role.UPSTREAM else ()
    return SiteFile(site=SITE, role=role, flavour=flavour, users=people)


def registry(
    flavour: Flavour, scope: Scope | None = None, valid_until: int = START_US + 24 * HOUR_US
) -> Registry:
    """Return a registry with the one agent, working for Mina."""
    grant = Grant(
        token_id="t1",
        token_hash=token_hash(TOKEN),
        site=SITE,
        agent=AGENT,
        person=person_id(flavour, "mina"),
        scope=scope or tiny_scope(),
        expires_at=START_US + 24 * HOUR_US,
    )
    return Registry(site=SITE, pushed_at=START_US, valid_until=valid_until, grants=[grant])


def visitor(
    sandbox: Sandbox,
    authorization: str | None,
    *,
    tools: ToolSettings = EVERY_TOOL,
    **options: Any,
) -> TestClient:
    """Return a client at a sandbox's agents' port."""
    sandbox.version = DEFAULT_VERSIONS[sandbox.flavour]
    app = create_app(sandbox, site_file(sandbox.role, sandbox.flavour), tools)
    headers = {} if authorization is None else {"Authorization": authorization}
    return TestClient(app, base_url=ADDRESS, headers=headers, **options)


def shadow(tmp_path: Path, flavour: Flavour, scope: Scope | None = None) -> Sandbox:
    """Return a shadow sandbox that knows the agent."""
    sandbox = tiny_sandbox(tmp_path, Role.SHADOW, flavour)
    intake.put_registry(sandbox, registry(flavour, scope))
    return sandbox


def agent(tmp_path: Path, flavour: Flavour, scope: Scope | None = None) -> TestClient:
    """Return the agent at a shadow."""
    return visitor(shadow(tmp_path, flavour, scope), f"Bearer {TOKEN}")


def jonas(tmp_path: Path, flavour: Flavour) -> TestClient:
    """Return Jonas at an upstream, where everything is allowed."""
    return visitor(tiny_sandbox(tmp_path, Role.UPSTREAM, flavour), "Bearer jonas-token")


def api(flavour: Flavour) -> str:
    """Return the root of the flavour's own dialect."""
    return "/rest/api/3" if flavour is Flavour.CLOUD else "/rest/api/2"
