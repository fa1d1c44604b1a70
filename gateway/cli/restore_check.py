"""``airlock restore-check``: what a restored backup means, and how to go on after it.

Exit code 3 as long as it waits for a person.
"""

import argparse
from datetime import UTC, datetime

from gateway.cli.main import CONFLICT, OK
from gateway.cli.telling import say, with_gateway
from gateway.operations import restoring
from gateway.operations.context import Gateway

_STEPS = """How to go on:
  1. Look at the newest issues and comments in Jira: what was promoted after the backup was
     made is there, but not in this database. Nothing of it is lost.
  2. airlock restore-check --resume --by YOUR-NAME
     Unfinished requests are then looked up in Jira before anything is written.
  3. Sign in again (airlock login) and make new tokens for agents and people: all are void."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--resume", action="store_true", help="go on, after looking at Jira")
    parser.add_argument("--by", default="command line", help="who says so, for the audit")


def run(args: argparse.Namespace) -> int:
    """Say it, or go on."""
    return with_gateway(lambda gateway: _resume(gateway, args) if args.resume else _say(gateway))


def _say(gateway: Gateway) -> int:
    path = gateway.settings.instance_path
    if path is None:
        say("Nothing outside the database remembers it: a restored backup cannot be noticed.")
        say("Set AIRLOCK_INSTANCE_FILE to a file that is not part of any backup.")
        return OK
    found = restoring.look(gateway)
    if found is None:
        say(f"This database is the one that was here last ({path}).")
        return OK
    when = datetime.fromtimestamp(found.at / 1_000_000, UTC).isoformat(timespec="seconds")
    say(f"This database came out of a backup. {found.finding} Noticed at {when}.")
    say(f"Requests that are looked up in Jira before they are sent: {found.doubted}.")
    if not found.waiting:
        say("It was told to go on.")
        return OK
    say(f"Everything is paused; tokens, sessions and links are void.\n\n{_STEPS}")
    return CONFLICT


def _resume(gateway: Gateway, args: argparse.Namespace) -> int:
    doubted = restoring.resume(gateway, args.by)
    say(f"It goes on. Requests that are looked up first: {doubted}.")
    return OK
