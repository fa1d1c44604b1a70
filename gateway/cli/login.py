"""``airlock login``: print a new one-time sign-in link."""

import argparse
import sys

from gateway.cli.main import FAILED, OK
from gateway.cli.telling import say, with_gateway
from gateway.identity import links
from gateway.identity.people import UnknownPersonError
from gateway.operations.context import Gateway


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("person", nargs="?", default="admin", help="who signs in")


def run(args: argparse.Namespace) -> int:
    """Make and print a link."""
    return with_gateway(lambda gateway: _link(gateway, args.person))


def _link(gateway: Gateway, person: str) -> int:
    try:
        link = links.new_link(gateway, person)
    except UnknownPersonError as error:
        sys.stderr.write(f"airlock: {error}\n")
        return FAILED
    say(f"This link works once, for 10 minutes:\n\n  {link}\n")
    return OK
