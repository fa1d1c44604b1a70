"""``airlock jira``: connect people's own Jira accounts, list them, take them back."""

import argparse
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from gateway.cli.opening import TROUBLE, now_us, open_accounts
from gateway.cli.telling import say, say_json, say_table
from gateway.operations import connecting
from gateway.operations.accounts import Accounts
from gateway.operations.connecting import Asker
from gateway.store.connections import SERVICE, Connected

_ACTOR = "command line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    connect = verbs.add_parser("connect", help="connect the account that a token or consent is of")
    connect.add_argument(
        "--service", action="store_true", help="as the gateway's own account, not a person's"
    )
    connect.add_argument(
        "--token-file", help="file with a personal token instead of consent; - reads it from stdin"
    )
    connect.add_argument("--username", default="", help="Cloud: the e-mail of the API token")
    listed = verbs.add_parser("list", help="list connected accounts")
    listed.add_argument("--json", action="store_true", help="print JSON")
    revoke = verbs.add_parser("revoke", help="take a connection back and forget its tokens")
    revoke.add_argument("account", help="as in the list; 'service' for the gateway's own")


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""
    verb = {"connect": _connect, "list": _list, "revoke": _revoke}[args.verb]
    try:
        accounts = open_accounts()
    except TROUBLE as error:
        sys.stderr.write(f"airlock: {error}\n")
        return 1
    try:
        return verb(accounts, args)
    except (*TROUBLE, OSError) as error:
        sys.stderr.write(f"airlock: {error}\n")
        return 1
    finally:
        accounts.close()
        accounts.database.dispose()


def _connect(accounts: Accounts, args: argparse.Namespace) -> int:
    asker = Asker(_ACTOR, service=args.service)
    if args.token_file:
        found = connecting.with_token(
            accounts, asker, _read(args.token_file), args.username, now_us
        )
    else:
        found = _consent(accounts, asker)
    say(f"Connected: {found.account_name} ({found.account}).")
    return 0


def _consent(accounts: Accounts, asker: Asker) -> Connected:
    """Send the person to Atlassian; the address they end up at carries the answer."""
    url = connecting.begin(accounts, asker)
    say(f"Open this in a browser, signed in to Jira as that account:\n\n  {url}\n")
    say("Consent there. Then paste the whole address that the browser ends up at:")
    query = parse_qs(urlsplit(sys.stdin.readline().strip()).query)
    state, code = (query.get(name, [""])[0] for name in ("state", "code"))
    return connecting.finish(accounts, asker, state, code, now_us)


def _list(accounts: Accounts, args: argparse.Namespace) -> int:
    rows = [
        (
            "service" if one.owner == SERVICE else one.account,
            one.account_name,
            one.kind,
            one.scopes or "-",
            one.trouble or "ok",
        )
        for one in connecting.listed(accounts)
    ]
    names = ("account", "name", "how", "scopes", "state")
    if args.json:
        say_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        say_table(names, rows)
    return 0


def _revoke(accounts: Accounts, args: argparse.Namespace) -> int:
    owner = SERVICE if args.account == "service" else args.account
    if not connecting.revoke(accounts, owner, _ACTOR, now_us()):
        say(f"{args.account} is not connected. See: airlock jira list")
        return 1
    say(f"{args.account} is not connected any more. Revoke the token in Jira as well.")
    return 0


def _read(path: str) -> str:
    return sys.stdin.readline() if path == "-" else Path(path).read_text(encoding="utf-8")
