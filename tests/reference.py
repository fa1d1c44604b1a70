"""Builds docs/reference.md from the code, so that it cannot lie."""

from collections.abc import Iterable
from typing import cast

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import BaseRoute, Mount, Route

from gateway.app import PAGES
from gateway.cli.main import COMMANDS
from gateway.jira_settings import Setting
from gateway.promotion.kinds import KINDS
from gateway.settings import TABLE
from gateway.web import api_windows, hook_pages, oauth_door
from gateway.web.api import PREFIX
from gateway.web.api import router as api_router
from sandbox.app import McpFirst
from sandbox.contract.shapes import Flavour
from sandbox.control_api import routes as control
from sandbox.domain.automation import Rule
from sandbox.domain.faults import FaultRule, Faults
from sandbox.jira_api.lane import Lane
from sandbox.mcp_server.profiles import PROFILES
from sandbox.mcp_server.tool import Tool
from sandbox.settings import NAMES
from tests.sandboxes import Inside, inside_shadow

_SETTINGS = (
    "From the environment, or from `.env` in the folder where the gateway starts. A secret "
    "(marked *) may also be given as `NAME_FILE`, the path of a file that holds it."
)
_PROFILES = (
    "One profile at a time: `AIRLOCK_SANDBOX_MCP_TOOLS`, or `?tools=` in the URL. Beside tools "
    "there are resources (`jira://issue/KEY`, `jira://changeset/ID`, `jira://board/ID`, "
    "`jira://guide/jql`), prompts (triage, groom, report) and completions. Deleting, moving, "
    "bulk changes and administration are in no profile."
)
_API = (
    "For scripts, with a person's own token (`airlock token create`) as Bearer; described at "
    "`/api/v1/openapi.json`. Failures are problem+json (RFC 9457). A decision names what was "
    "seen: `If-Match` with the ETag of the change set (428 without, 412 when it is another one "
    "now). With an `Idempotency-Key` the same request gets the same answer for a day, another "
    "one 422. No token approves: that needs a person in a browser, and 403 tells the link."
)
_NOTIFY = (
    "Off until a channel is set (`AIRLOCK_NOTIFY_*`). A message is one sentence with a link to the "
    "page: no word of an issue, no token, nothing that approves. It is sent at least once, again "
    "after growing pauses for about a day; `id` is the same each time. The webhook is a `POST` of "
    "JSON (`id`, `event`, `at`, `site`, `change_set`, `link`, `text`, "
    "`for`: names of the people it is for, none: whoever may decide) with `X-Airlock-Timestamp` "
    "(seconds) and `X-Airlock-Signature: sha256=` + HMAC-SHA256 in hex, keyed with the secret, "
    "over timestamp, a full stop and the body as it came; refuse what is older than five minutes. "
    "Answer 2xx; redirects are not followed. Failures are shown to admins (`/notifications`) and "
    "by `airlock doctor --notify`, and hold up nothing. People set an address of their own on "
    "their settings page, at the domains of `AIRLOCK_NOTIFY_PEOPLE_AT`: it gets what they follow, "
    "look after or are called in, as long as they may see the set."
)
_EVENT_NAMES = (
    ("waiting", "a change set arrived and waits for review"),
    ("second_approver", "it was approved, and needs another approver"),
    ("conflict", "a promotion met a value that somebody changed in Jira meanwhile"),
    ("promoted", "everything was written"),
    (
        "needs_person",
        "not everything was written, an outcome is unknown, or all is paused after a backup",
    ),
    ("sent_back", "a reviewer sent it back to the agent"),
    ("mentioned", "somebody was called by `@name` in a remark, and may see the set"),
    ("test", "an admin asked for a test"),
)
_OAUTH = (
    "For agents' clients (OAuth 2.1): authorization code with PKCE S256, `iss` in the answer, "
    "refresh tokens that work once, access tokens for `/mcp` of the sandbox alone. People "
    "consent at `/oauth/authorize` and take it back at `/oauth/grants`. With "
    "`AIRLOCK_MCP_ISSUER` an identity provider takes this place."
)
_SANDBOX = (
    "For agents and any Jira client; also below `/t/{task}`. What is missing here, and what "
    "differs from Jira, is in [divergences](divergences.md)."
)
_AUTOMATION = (
    'For tests and demos: a sandbox with `role = "upstream"` also does what a Jira does by itself '
    "after a write. One `[[automation]]` table of the site file each, or all at once with `PUT "
    "/_sandbox/automation` at its control door. Rules do not set off rules."
)
_FAULTS = (
    'For tests and experiments: a sandbox with `role = "upstream"` misbehaves as told by the '
    "`[faults]` table of its site file or by `PUT /_sandbox/faults` at its control door (`{}` ends "
    "it; `GET` counts what was played). A shadow never misbehaves."
)
_RULES = "Each of `rules`:"


_KINDS = (
    "Every kind of change: what must hold in the moment before it is sent, its request, how our "
    "write is told from others, how a lost answer is looked up, what is read back, and how an "
    "undo takes it back. No agent can stage a `delete`: only an undo makes one, where "
    "`AIRLOCK_DELETES` is on, and every approver confirms it a second time. A comment in a "
    "service project is internal; a reply to customers takes a second confirmation too. Where Jira "
    "showed that a screen takes them, edits and one comment travel on a transition, and a comment "
    "on an edit: one request, one marker, one receipt."
)


def reference() -> str:
    """Return the whole page."""
    with inside_shadow("docs", Flavour.CLOUD) as sandbox:
        return "\n\n".join([*_commands_and_settings(), *_routes(sandbox)]) + "\n"


def _commands_and_settings() -> list[str]:
    return [
        "# Reference",
        "Made from the code: `AIRLOCK_WRITE_DOCS=1 make test ARGS=tests/test_docs.py`.",
        "## Commands",
        _table(("command", "what it is for"), ((f"`airlock {n}`", t) for n, t in COMMANDS.items())),
        "## Settings",
        _SETTINGS,
        _table(("name", "default", "meaning"), (_setting_row(one) for one in TABLE)),
        "## Notifications",
        _NOTIFY,
        _table(("event", "when"), ((f"`{name}`", text) for name, text in _EVENT_NAMES)),
        "## Settings of the sandbox's process",
        _table(("name", "meaning"), ((f"`{name}`", text) for name, text in NAMES.items())),
        "### Automation of an upstream",
        _AUTOMATION,
        _table(("name", "meaning"), _described(Rule)),
        "### Faults of an upstream",
        _FAULTS,
        _table(("name", "meaning"), _described(Faults)),
        _RULES,
        _table(("name", "meaning"), _described(FaultRule)),
        "## What can be promoted",
        _KINDS,
        _table(
            ("kind", "before", "request", "marker", "lost answer", "read back", "undo"),
            kind_rows(),
        ),
        "## MCP tools",
        _PROFILES,
        *(part for name in PROFILES for part in _tools(name)),
    ]


def _described(model: type[BaseModel]) -> Iterable[tuple[str, str]]:
    """Return each field of a model with what its docstring says."""
    for name, field in model.model_fields.items():
        yield f"`{name}`", " ".join((field.description or "").split())


def kind_rows() -> list[tuple[str, ...]]:
    """Return the table of kinds as rows of cells."""
    return [
        (
            f"`{kind.value}`",
            "; ".join(one.value for one in row.preconditions),
            ", ".join(f"`{one}`" for one in row.request),
            row.marker.value,
            row.probe.value,
            row.read_back.value,
            row.inverse.value,
        )
        for kind, row in KINDS.items()
    ]


def _tools(profile: str) -> list[str]:
    tools = PROFILES[profile].tools.values()
    rows = ((f"`{one.name}`", _arguments(one), one.description) for one in tools)
    return [f"### Profile `{profile}`", _table(("tool", "arguments", "what it does"), rows)]


def _setting_row(one: Setting) -> tuple[str, str, str]:
    name = f"`{one.name}`" + (" *" if one.secret else "")
    also = f" (also {', '.join(f'`{alias}`' for alias in one.aliases)})" if one.aliases else ""
    return name, f"`{one.default}`" if one.default else "–", one.meaning + also


def _arguments(tool: Tool) -> str:
    named = [f"`{name}`" for name in tool.required]
    further = [f"{name}" for name in tool.properties if name not in tool.required]
    return ", ".join([*named, *further]) or "–"


def _routes(sandbox: Inside) -> list[str]:
    agents = cast("FastAPI", cast("Lane", cast("McpFirst", sandbox.jira.app).app).app)
    return [
        "## Routes of the sandbox",
        _SANDBOX,
        _table(("path", "methods"), _listed(agents.routes)),
        "## Routes of the control door",
        "For the gateway alone, on a port or socket of its own; every request is signed.",
        _table(("path", "methods"), _listed(control.router.routes)),
        "## Routes of the reviewers' pages",
        _table(("path", "methods"), _listed(one for page in PAGES for one in page.router.routes)),
        "## Routes that Jira calls",
        _table(("path", "methods"), _listed(hook_pages.ROUTES)),
        "## Routes of the authorization server",
        _OAUTH,
        _table(("path", "methods"), _listed(oauth_door.ROUTES)),
        "## Routes of the machine API",
        _API,
        _table(("path", "methods", "what it does"), _api_rows()),
    ]


def _api_rows() -> Iterable[tuple[str, str, str]]:
    for route in (*api_router.routes, *api_windows.router.routes):
        if isinstance(route, APIRoute):
            said = (route.endpoint.__doc__ or "").partition("\n")[0]
            yield f"`{PREFIX}{route.path}`", ", ".join(sorted(route.methods or ())), said


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *(list(row) for row in rows)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines
    )


def _listed(routes: Iterable[BaseRoute]) -> list[tuple[str, str]]:
    """Return path and methods of each route once, sorted."""
    found: dict[str, set[str]] = {}
    for route in routes:
        if isinstance(route, Route | APIRoute):
            found.setdefault(route.path, set()).update(
                (route.methods or {"POST"}) - {"HEAD", "OPTIONS"}
            )
        elif isinstance(route, Mount):
            found.setdefault(f"{route.path}/…", set()).add("GET")
    return [(f"`{path}`", ", ".join(sorted(found[path]))) for path in sorted(found)]
