"""Ready pieces of configuration for an agent's client. Pure.

Files that are shared take the token from the environment or ask for it; only what is
typed into one's own terminal holds the token itself.
"""

import json
from dataclasses import dataclass

from gateway.identity.client_files import SERVER, VARIABLE, How, Kind, document, entry
from gateway.web.language import N_
from sandbox.contract.shapes import Flavour

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
            f"claude mcp add --transport http {bearer} {SERVER} {mcp}",
        ),
        Snippet("mcp-json", ".mcp.json", _ENVIRONMENT, _file(Kind.CLAUDE_CODE, mcp)),
        Snippet("vscode", "VS Code · .vscode/mcp.json", _ASKS, _file(Kind.VSCODE, mcp)),
        Snippet("cursor", "Cursor · .cursor/mcp.json", _ENVIRONMENT, _file(Kind.CURSOR, mcp)),
        Snippet("stdio", "stdio · Claude Desktop", _HERE, _stdio(mcp, token)),
        Snippet("curl", "curl", _HERE, f"curl {bearer} {sandbox_url}/rest/api/{dialect}/myself"),
    )


def _file(kind: Kind, url: str) -> str:
    return _json(document(kind, How.TOKEN, url))


def _stdio(url: str, token: str) -> str:
    server = {**entry(Kind.CLAUDE_DESKTOP, How.STDIO, url), "env": {VARIABLE: token}}
    return _json({"mcpServers": {SERVER: server}})


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
