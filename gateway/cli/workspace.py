"""``airlock workspace``: list, fork, reset or discard agents' workspaces."""

import argparse

from gateway.cli.telling import say, say_json, say_table, with_gateway
from gateway.operations.context import Gateway

_COLUMNS = ("id", "agent", "person", "task", "state", "seq", "sealed_seq", "sets")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    listed = verbs.add_parser("list", help="list workspaces")
    listed.add_argument("--json", action="store_true", help="print JSON")
    fork = verbs.add_parser("fork", help="a new workspace that starts where this one is now")
    fork.add_argument("workspace")
    fork.add_argument("task", help="name of the new workspace's task")
    for verb, text in (
        ("reset", "forget everything staged and not yet submitted"),
        ("discard", "end a workspace and forget what is staged in it"),
    ):
        one = verbs.add_parser(verb, help=text)
        one.add_argument("workspace")


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""
    verb = {"list": _list, "fork": _fork, "reset": _reset, "discard": _discard}[args.verb]
    return with_gateway(lambda gateway: verb(gateway, args))


def _list(gateway: Gateway, args: argparse.Namespace) -> int:
    found = gateway.sandbox.workspaces()
    if args.json:
        say_json(found)
        return 0
    say_table(_COLUMNS, [[str(one.get(name) or "") for name in _COLUMNS] for one in found])
    return 0


def _fork(gateway: Gateway, args: argparse.Namespace) -> int:
    made = gateway.sandbox.fork(args.workspace, args.task)
    say(f"{made.get('id')} starts where {args.workspace} is now.")
    return 0


def _reset(gateway: Gateway, args: argparse.Namespace) -> int:
    gateway.sandbox.reset(args.workspace)
    say(f"{args.workspace} is as Jira was; submitted change sets are kept.")
    return 0


def _discard(gateway: Gateway, args: argparse.Namespace) -> int:
    gateway.sandbox.discard(args.workspace)
    say(f"{args.workspace} is gone; submitted change sets are kept.")
    return 0
