"""Ready pieces of configuration for an agent's client. Pure.

Files that are shared take the token from the environment or ask for it; only what is
typed into one's own terminal holds the token itself.
"""

import json
from dataclasses import dataclass

from gateway.web.language import N_
from sandbox.contract.shapes import Flavour

#: The name that agents know Atlassian's own server by: their prompts work unchanged.
_SERVER = "atlassian"
_VARIABLE = "AIRLOCK_TOKEN"
_INPUT = "airlock-token"
_HERE = N_("Holds the token: for your own terminal, not for a file that is shared.")
_ENVIRONMENT = N_("Takes the token from the environment variable AIRLOCK_TOKEN.")
_ASKS = N_("Asks for the token once and keeps it in the editor's own safe.")


@dataclass(frozen=True, slots=True)
class Snippet:
    """One piece to copy."""

    id: str
    title: str
    note: str
    code: str


def snippets(token: str, sandbox_url: str, flavour: Flavour) -> tuple[Snippet, ...]:
    """Return what connects a client with this token."""
    mcp = f"{sandbox_url}/mcp"
    dialect = "3" if flavour is Flavour.CLOUD else "2"
    bearer = f'--header "Authorization: Bearer {token}"'
    return (
        Snippet(
            "claude-code",
            "Claude Code",
            _HERE,
            f"claude mcp add --transport http {bearer} {_SERVER} {mcp}",
        ),
        Snippet("mcp-json", ".mcp.json", _ENVIRONMENT, _mcp_json(mcp)),
        Snippet("vscode", "VS Code · .vscode/mcp.json", _ASKS, _vscode(mcp)),
        Snippet("cursor", "Cursor · .cursor/mcp.json", _ENVIRONMENT, _cursor(mcp)),
        Snippet("stdio", "stdio · Claude Desktop", _HERE, _stdio(mcp, token)),
        Snippet("curl", "curl", _HERE, f"curl {bearer} {sandbox_url}/rest/api/{dialect}/myself"),
    )


def _mcp_json(url: str) -> str:
    headers = {"Authorization": f"Bearer ${{{_VARIABLE}}}"}
    return _json({"mcpServers": {_SERVER: {"type": "http", "url": url, "headers": headers}}})


def _vscode(url: str) -> str:
    asked = {
        "type": "promptString",
        "id": _INPUT,
        "description": "jira-airlock agent token",
        "password": True,
    }
    headers = {"Authorization": f"Bearer ${{input:{_INPUT}}}"}
    server = {"type": "http", "url": url, "headers": headers}
    return _json({"inputs": [asked], "servers": {_SERVER: server}})


def _cursor(url: str) -> str:
    headers = {"Authorization": f"Bearer ${{env:{_VARIABLE}}}"}
    return _json({"mcpServers": {_SERVER: {"url": url, "headers": headers}}})


def _stdio(url: str, token: str) -> str:
    server = {"command": "airlock", "args": ["mcp", "--url", url], "env": {_VARIABLE: token}}
    return _json({"mcpServers": {_SERVER: server}})


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
