"""``airlock login``: print a new one-time sign-in link."""

import argparse

from gateway.cli.telling import say, with_gateway
from gateway.identity import links
from gateway.operations.context import Gateway


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("person", nargs="?", default="admin", help="who signs in")


def run(args: argparse.Namespace) -> int:
    """Make and print a link."""
    return with_gateway(lambda gateway: _link(gateway, args.person))


def _link(gateway: Gateway, person: str) -> int:
    say(f"This link works once, for 10 minutes:\n\n  {links.new_link(gateway, person)}\n")
    return 0
