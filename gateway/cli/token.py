"""``airlock token``: people's own tokens for the machine API. None can approve."""

import argparse
import sys
from datetime import UTC, datetime

from gateway.cli.main import FAILED, OK
from gateway.cli.telling import say, say_json, say_table, with_gateway
from gateway.identity import personal as tokens
from gateway.identity.people import UnknownPersonError
from gateway.identity.personal import ApiScope, NoSuchTokenError
from gateway.operations.context import Gateway
from gateway.store import personal

_ACTOR = "command line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    create = verbs.add_parser("create", help="make a token; it is shown once")
    create.add_argument("person", help="whose token it is, as they sign in")
    create.add_argument("--name", required=True, help="what it is for")
    create.add_argument(
        "--scope",
        action="append",
        choices=[str(one) for one in ApiScope],
        default=[],
        help="what it may do besides reading; may be given several times",
    )
    create.add_argument("--days", type=float, default=90, help="how long it lives")
    create.add_argument("--json", action="store_true", help="print JSON")
    listed = verbs.add_parser("list", help="list tokens")
    listed.add_argument("--json", action="store_true", help="print JSON")
    revoke = verbs.add_parser("revoke", help="revoke a token at once")
    revoke.add_argument("token_id", help="as 'token list' shows it")


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""
    verb = {"create": _create, "list": _list, "revoke": _revoke}[args.verb]

    def work(gateway: Gateway) -> int:
        try:
            return verb(gateway, args)
        except (NoSuchTokenError, UnknownPersonError) as error:
            sys.stderr.write(f"airlock: {error}\n")
            return FAILED

    return with_gateway(work)


def _create(gateway: Gateway, args: argparse.Namespace) -> int:
    scopes = tuple(ApiScope(one) for one in args.scope) or (ApiScope.READ,)
    secret, made = tokens.make(gateway, args.person, args.name, scopes, args.days, by=_ACTOR)
    if args.json:
        say_json({"token": secret, "token_id": made.token_id, "scopes": made.scopes})
    else:
        say(f"This is shown once; only its hash is kept:\n\n  {secret}\n")
        say(f"It may {', '.join(made.scopes)}; nothing can approve but a person in a browser.")
        say(f"{gateway.settings.public_url}/api/v1/change-sets")
    return OK


def _list(gateway: Gateway, args: argparse.Namespace) -> int:
    with gateway.database.read() as conn:
        found = personal.listed(conn)
    rows = [
        {
            "token": one.token_id,
            "person": one.person,
            "name": one.name,
            "scopes": ",".join(one.scopes),
            "until": datetime.fromtimestamp(one.expires_at / 1_000_000, UTC).date().isoformat(),
            "state": "revoked" if one.revoked_at is not None else _state(gateway, one.expires_at),
        }
        for one in found
    ]
    if args.json:
        say_json(rows)
    else:
        head = ("token", "person", "name", "scopes", "until", "state")
        say_table(head, [[row[name] for name in head] for row in rows])
    return OK


def _state(gateway: Gateway, expires_at: int) -> str:
    return "live" if expires_at > gateway.clock() else "expired"


def _revoke(gateway: Gateway, args: argparse.Namespace) -> int:
    tokens.revoke(gateway, args.token_id, by=_ACTOR)
    say(f"{args.token_id} is revoked.")
    return OK
