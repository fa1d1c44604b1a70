"""The ``airlock`` command: finds the subcommand's file and runs it.

Only the standard library is imported here, so that ``airlock mcp`` starts in no time.
"""

import argparse
import importlib
import sys
from importlib.metadata import PackageNotFoundError, version

#: Exit codes, the same for every subcommand.
OK, FAILED, USAGE, CONFLICT, REFUSED = 0, 1, 2, 3, 4

#: Subcommand to what it is for. Its file has ``add_arguments(parser)`` and ``run(args)``.
COMMANDS: dict[str, str] = {
    "demo": "a fake Jira, the shadow sandbox and the gateway on this machine; no account needed",
    "experiment": "let agents do the same tasks in the sandbox, and judge what they hand in",
    "serve": "the gateway: reviewers' pages and promotion, for a real Jira",
    "sandbox": "the shadow sandbox that agents work in (a process of its own)",
    "intake": "read the issues in scope from Jira now",
    "agent": "register agents; make, list and revoke their tokens",
    "workspace": "list, fork, reset or discard agents' workspaces",
    "changes": "list, show, comment on, dry-run, report, send back, reject and retry change sets",
    "windows": "times in which nothing is promoted (freeze windows): list, add and end them",
    "people": "let people in; their roles, in all projects or in some; take them out",
    "token": "make, list and revoke people's own tokens for the machine API",
    "audit": "verify and export the record of what people and the gateway did",
    "jira": "connect the Jira accounts that changes are written as; list and revoke them",
    "doctor": "look for what is wrong: with Jira, the sandbox, or the walls between",
    "restore-check": "say whether the database came out of a backup; let it go on after that",
    "login": "print a new one-time sign-in link",
    "connect": "print or write what connects an agent's client (Claude, VS Code, Cursor, Copilot)",
    "mcp": "stdio bridge to the sandbox's MCP server, for desktop clients",
}


def release() -> str:
    """Return the installed version."""
    try:
        return version("jira-airlock")
    except PackageNotFoundError:
        return "unknown (not installed)"


def parser() -> argparse.ArgumentParser:
    """Return the command line of the command itself, without the subcommands' options."""
    lines = "\n".join(f"  {name:<14}{text}" for name, text in COMMANDS.items())
    made = argparse.ArgumentParser(
        prog="airlock",
        description="AI agents work on shadow copies of Jira issues; a person approves the "
        "difference; only then does Jira change.",
        epilog=f"commands:\n{lines}\n\nStart with: airlock demo",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=f"airlock {release()}")
    made.add_argument("command", choices=COMMANDS, metavar="command")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    chosen = parser().parse_args(given[:1] or ["--help"])
    module = importlib.import_module(f"gateway.cli.{chosen.command.replace('-', '_')}")
    own = argparse.ArgumentParser(
        prog=f"airlock {chosen.command}", description=COMMANDS[chosen.command]
    )
    module.add_arguments(own)
    try:
        return int(module.run(own.parse_args(given[1:])))
    except KeyboardInterrupt:
        return OK
