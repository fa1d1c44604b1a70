"""Builds docs/reference.md from the code, so that it cannot lie."""

from collections.abc import Iterable
from typing import cast

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route

from gateway.app import create_app as gateway_app
from gateway.cli.main import COMMANDS
from gateway.operations.context import Gateway
from gateway.settings import TABLE
from sandbox.contract.shapes import Flavour
from sandbox.mcp_server.server import TOOLS
from sandbox.settings import NAMES
from tests.sandboxes import Inside, inside_shadow

#: The same routes below a task's prefix.
_TASK_PREFIX = "/t/{task}"


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
        "From the environment, or from `.env` in the folder where the gateway starts. A secret "
        "(marked *) may also be given as `NAME_FILE`, the path of a file that holds it.",
        _table(("name", "default", "meaning"), (_setting_row(one) for one in TABLE)),
        "### Settings of the sandbox's process",
        _table(("name", "meaning"), ((f"`{name}`", text) for name, text in NAMES.items())),
        "## MCP tools",
        _table(
            ("tool", "arguments", "what it does"),
            (
                (f"`{tool.name}`", _arguments(tool.properties, tool.required), tool.description)
                for tool in TOOLS.values()
            ),
        ),
    ]


def _setting_row(one: object) -> tuple[str, str, str]:
    setting = cast("type[TABLE[0]]", one) if False else one
    raise NotImplementedError(setting)


def _routes(sandbox: Inside) -> list[str]:
    pages = gateway_app(cast("Gateway", None))
    return [
        "## Routes of the sandbox",
        "For agents and any Jira client; also below `/t/{task}`.",
        _table(("method", "path"), _listed(sandbox.jira.app)),
        "## Routes of the control door",
        "For the gateway alone, on a port or socket of its own; every request is signed.",
        _table(("method", "path"), _listed(sandbox.control.app)),
        "## Routes of the reviewers' pages",
        _table(("method", "path"), _listed(pages)),
    ]
