"""What connects an agent's client, as each client's own file has it. Pure, standard library.

Files that are shared hold no token: they take it from the environment, or the client asks
for it, or the person signs in (OAuth).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: The name that agents know Atlassian's own server by: their prompts work unchanged.
SERVER = "atlassian"
VARIABLE = "AIRLOCK_TOKEN"
_INPUT = "airlock-token"
Entry = dict[str, Any]


class How(StrEnum):
    """How a client gets in."""

    #: The person signs in at the gateway; the file holds the address alone.
    OAUTH = "oauth"
    #: An agent's token, taken from the environment or asked for.
    TOKEN = "token"
    #: Through the bridge ``airlock mcp``, for clients that start programs.
    STDIO = "stdio"


class Kind(StrEnum):
    """The clients whose files are known."""

    CLAUDE_CODE = "claude-code"
    CLAUDE_DESKTOP = "claude-desktop"
    VSCODE = "vscode"
    CURSOR = "cursor"
    COPILOT = "copilot"
    INSPECTOR = "inspector"


@dataclass(frozen=True, slots=True)
class Form:
    """How one client's file is made."""

    title: str
    #: The key that its servers stand under.
    servers: str
    #: Ways in that the client knows, the first one unless another is asked for.
    ways: tuple[How, ...]
    #: What it calls a remote server; empty: it has no word for it.
    http: str = "http"
    #: What it calls a program that it starts; empty: as above.
    stdio: str = ""
    #: How it takes the token from the environment.
    variable: str = "${AIRLOCK_TOKEN}"
    #: What else every entry has.
    more: tuple[tuple[str, Any], ...] = ()


_ALL = (How.OAUTH, How.TOKEN, How.STDIO)
FORMS: dict[Kind, Form] = {
    Kind.CLAUDE_CODE: Form("Claude Code", "mcpServers", _ALL),
    # It reads remote servers from no file: only its own settings know them.
    Kind.CLAUDE_DESKTOP: Form("Claude Desktop", "mcpServers", (How.STDIO,)),
    Kind.VSCODE: Form("VS Code", "servers", _ALL, stdio="stdio", variable=f"${{input:{_INPUT}}}"),
    Kind.CURSOR: Form("Cursor", "mcpServers", _ALL, http="", variable="${env:AIRLOCK_TOKEN}"),
    Kind.COPILOT: Form("Copilot CLI", "mcpServers", _ALL, stdio="stdio", more=(("tools", ["*"]),)),
    Kind.INSPECTOR: Form("MCP Inspector", "mcpServers", _ALL, http="streamable-http"),
}


def entry(kind: Kind, how: How, url: str, *, command: str = "airlock", file: str = "") -> Entry:
    """Return the server's entry in a client's file.

    ``command`` is the bridge's program, ``file`` a file with the token for it; without one
    the bridge takes the token from the environment.
    """
    form = FORMS[kind]
    if how is How.STDIO:
        found = _bridge(form, url, command, file)
    else:
        named: Entry = {"type": form.http} if form.http else {}
        found = {**named, "url": url}
        if how is How.TOKEN:
            found["headers"] = {"Authorization": f"Bearer {form.variable}"}
    return {**found, **dict(form.more)}


def inputs(kind: Kind, how: How) -> list[Entry]:
    """Return what the client has to ask for: VS Code keeps the token in its own safe."""
    if kind is not Kind.VSCODE or how is not How.TOKEN:
        return []
    return [
        {
            "type": "promptString",
            "id": _INPUT,
            "description": "jira-airlock agent token",
            "password": True,
        }
    ]


def document(
    kind: Kind, how: How, url: str, *, name: str = SERVER, command: str = "airlock", file: str = ""
) -> Entry:
    """Return a whole file that has this server alone."""
    asked = inputs(kind, how)
    server = {name: entry(kind, how, url, command=command, file=file)}
    return {**({"inputs": asked} if asked else {}), FORMS[kind].servers: server}


def _bridge(form: Form, url: str, command: str, file: str) -> Entry:
    named: Entry = {"type": form.stdio} if form.stdio else {}
    words = ["mcp", "--url", url, *(["--token-file", file] if file else [])]
    return {**named, "command": command, "args": words}
