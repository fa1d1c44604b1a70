"""Builds docs/reference.md from the code, so that it cannot lie."""

from collections.abc import Iterable

from fastapi.routing import APIRoute
from gateway.web.routes import all_routes as gateway_routes
from sandbox.jira_api.routes import all_routes as sandbox_routes
from starlette.routing import BaseRoute, Mount, Route

from gateway.cli.main import COMMANDS
from gateway.settings import TABLE
from sandbox.control_api.routes import control_routes
from sandbox.mcp_server.server import TOOLS
from sandbox.settings import NAMES


def reference() -> str:
    """Return the whole page."""
    parts = [
        "# Reference",
        "Made from the code by `AIRLOCK_WRITE_DOCS=1 make test ARGS=tests/test_docs.py`.",
        "## Commands",
        _table(("command", "what it is for"), COMMANDS.items()),
        "## Settings",
        "Every secret may also be given as `NAME_FILE`, the path of a file that holds it.",
        _table(
            ("name", "default", "meaning"),
            ((f"`{one.name}`", one.default or "–", one.meaning) for one in TABLE),
        ),
        "### Settings of the sandbox's process",
        _table(("name", "meaning"), ((f"`{name}`", text) for name, text in NAMES.items())),
        "## MCP tools",
        _table(
            ("tool", "what it does"),
            ((f"`{tool.name}`", tool.description) for tool in TOOLS.values()),
        ),
        "## Routes of the reviewers' pages",
        _table(("method", "path"), _listed(gateway_routes())),
        "## Routes of the sandbox",
        "Also below `/t/{task}`. `{V}` is 2, 3 (Cloud) or latest.",
        _table(("method", "path"), _listed(sandbox_routes())),
        "## Routes of the control door",
        _table(("method", "path"), _listed(control_routes())),
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *(list(row) for row in rows)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines
    )


def _listed(routes: Iterable[BaseRoute]) -> list[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for route in routes:
        if isinstance(route, Route | APIRoute):
            methods = sorted((route.methods or set()) - {"HEAD"})
            found.add((", ".join(methods), f"`{route.path}`"))
        elif isinstance(route, Mount):
            found.add(("GET", f"`{route.path}/…`"))
    return sorted(found, key=lambda row: (row[1], row[0]))
