"""``airlock connect``: what connects an agent's client, printed or written into its file.

Opens no database and reads no ``.env``: whoever uses a client needs only the address.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from gateway.cli.client_file import FileRefusedError, put
from gateway.identity.client_files import (
    FORMS,
    SERVER,
    VARIABLE,
    Entry,
    How,
    Kind,
    document,
)

_URL = "http://127.0.0.1:8643/mcp"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_TASK = re.compile(r"[A-Za-z0-9._~-]{1,64}")


class WrongUseError(Exception):
    """What was asked for cannot be; has a sentence."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("client", choices=[one.value for one in Kind])
    parser.add_argument(
        "--url", default=os.environ.get("AIRLOCK_MCP_URL") or _URL, help=f"default: {_URL}"
    )
    parser.add_argument("--task", help="name of a task: a workspace of its own")
    parser.add_argument("--tools", help="tool profile: atlassian or mcp-atlassian")
    parser.add_argument(
        "--how",
        choices=[one.value for one in How],
        help="oauth: sign in (default); token: from the environment; stdio: the bridge airlock mcp",
    )
    parser.add_argument("--token-file", help="stdio: file with the token")
    parser.add_argument("--name", default=SERVER, help=f"of the server in the file ({SERVER})")
    parser.add_argument("--user", action="store_true", help="your own file, not the project's")
    parser.add_argument("--file", help="another file")
    parser.add_argument("--write", action="store_true", help="write it into the file")
    parser.add_argument("--replace", action="store_true", help="in place of one of this name")


def run(args: argparse.Namespace) -> int:
    """Print what connects the client, or write it."""
    kind = Kind(args.client)
    try:
        how, url = _how(kind, args), _address(args)
        path = Path(args.file) if args.file else file_of(kind, user=args.user)
        command, token_file = _bridge(how, args)
        whole = document(kind, how, url, name=args.name, command=command, file=token_file)
        if args.write:
            _write(args, kind, path, whole)
        else:
            _say(f"{FORMS[kind].title}: {path}")
            _say(json.dumps(whole, indent=2, ensure_ascii=False))
    except (WrongUseError, FileRefusedError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for line in _advice(kind, how, url, args.name, path, token_file):
        _say(line)
    return 0


def file_of(kind: Kind, *, user: bool) -> Path:
    """Return the file that a client reads: the project's, or one's own."""
    home = Path.home()
    if kind is Kind.CLAUDE_DESKTOP:
        return _desktop(home) / "claude_desktop_config.json"
    own = {
        Kind.CURSOR: home / ".cursor" / "mcp.json",
        Kind.COPILOT: home / ".copilot" / "mcp-config.json",
    }
    if user and kind in own:
        return own[kind]
    if user:
        raise WrongUseError(
            f"{FORMS[kind].title} keeps its own servers elsewhere: leave --user out, or name the "
            "file with --file."
        )
    return {
        Kind.CLAUDE_CODE: Path(".mcp.json"),
        Kind.VSCODE: Path(".vscode/mcp.json"),
        Kind.CURSOR: Path(".cursor/mcp.json"),
        Kind.COPILOT: own[Kind.COPILOT],
        Kind.INSPECTOR: Path("mcp-inspector.json"),
    }[kind]


def _desktop(home: Path) -> Path:
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Claude"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming") / "Claude"
    return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "Claude"


def _how(kind: Kind, args: argparse.Namespace) -> How:
    ways = FORMS[kind].ways
    how = How(args.how) if args.how else ways[0]
    if how not in ways:
        raise WrongUseError(
            f"{FORMS[kind].title} reads no remote server from its file: use --how "
            f"{ways[0]}, or add {args.url} as a connector in its settings (it has to be a "
            "public https address)."
        )
    if args.token_file and how is not How.STDIO:
        raise WrongUseError("--token-file is for --how stdio: no other file holds a token.")
    return how


def _address(args: argparse.Namespace) -> str:
    try:
        parts = urlsplit(str(args.url))
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise WrongUseError(f"{args.url!r} is not an http(s) address.")
    if args.task and not _TASK.fullmatch(args.task):
        raise WrongUseError("A task's name has letters, digits and . _ ~ - only (at most 64).")
    if not _NAME.fullmatch(args.name):
        raise WrongUseError("A server's name has letters, digits, _ and - only (at most 40).")
    if args.tools and args.tools not in ("atlassian", "mcp-atlassian"):
        raise WrongUseError("--tools is atlassian or mcp-atlassian.")
    path = parts.path.rstrip("/") + (f"/{args.task}" if args.task else "")
    query = f"tools={args.tools}" if args.tools else parts.query
    return str(parts._replace(path=path, query=query).geturl())


def _bridge(how: How, args: argparse.Namespace) -> tuple[str, str]:
    """Return the bridge's program and token file; clients start it from anywhere."""
    if how is not How.STDIO:
        return "airlock", ""
    if args.client == Kind.CLAUDE_DESKTOP and not args.token_file:
        raise WrongUseError(
            "Claude Desktop starts programs without your shell's environment: put the token into "
            "a file that only you can read, and name it with --token-file."
        )
    here = Path(sys.executable).parent / "airlock"
    command = str(here) if here.is_file() else shutil.which("airlock") or "airlock"
    return command, str(Path(args.token_file).resolve()) if args.token_file else ""


def _write(args: argparse.Namespace, kind: Kind, path: Path, whole: Entry) -> None:
    servers = FORMS[kind].servers
    server, asked = whole[servers][args.name], whole.get("inputs", [])
    done = put(path, servers, args.name, server, asked, replace=args.replace)
    if done.changed:
        kept = f" What was there is in {done.backup}." if done.backup else ""
        _say(f"{args.name} is in {done.path}.{kept}")
    else:
        _say(f"{done.path} has it already.")


def _advice(kind: Kind, how: How, url: str, name: str, path: Path, token_file: str) -> list[str]:
    found = []
    if kind is Kind.CLAUDE_CODE and how is How.OAUTH:
        found.append(f"Or: claude mcp add --transport http {name} {shlex.quote(url)}")
        found.append("Then sign in: /mcp")
    elif kind is Kind.INSPECTOR:
        found.append(f"Start: npx @modelcontextprotocol/inspector --config {path} --server {name}")
    elif how is How.OAUTH:
        found.append("The client asks you to sign in at the gateway when it first connects.")
    if (how is How.TOKEN and kind is not Kind.VSCODE) or (how is How.STDIO and not token_file):
        found.append(f"The token is taken from {VARIABLE}. Make one: airlock agent create")
    if kind is Kind.VSCODE and how is How.TOKEN:
        found.append("VS Code asks for the token once. Make one: airlock agent create")
    return [*found, "Check it: airlock doctor --client"]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
