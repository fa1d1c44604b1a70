"""``airlock agent``: register agents; make, list and revoke their tokens."""

import argparse
from datetime import UTC, datetime

from gateway.cli.telling import say, say_json, say_table, with_gateway
from gateway.operations import registering
from gateway.operations.context import Gateway
from sandbox.contract.shapes import Scope

_DAY_SECONDS = 24 * 3600
_ACTOR = "command line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    create = verbs.add_parser("create", help="make a token; it is shown this once")
    create.add_argument("agent", help="name of the agent, e.g. triage-bot")
    create.add_argument(
        "--for", dest="person", required=True, help="whom it works for: e-mail, name, account id"
    )
    create.add_argument("--projects", required=True, help="project keys, comma-separated")
    create.add_argument("--types", help="issue types, comma-separated (default: all)")
    create.add_argument("--fields", help="field ids, comma-separated (default: all)")
    create.add_argument(
        "--everyones-issues",
        action="store_true",
        help="not only issues whose assignee, reporter or watcher is that person",
    )
    create.add_argument("--days", type=float, default=30, help="how long the token lives")
    create.add_argument("--json", action="store_true", help="print JSON")
    listed = verbs.add_parser("list", help="list agents and their tokens")
    listed.add_argument("--json", action="store_true", help="print JSON")
    revoke = verbs.add_parser("revoke", help="revoke a token at once")
    revoke.add_argument("token_id", help="as in the list")


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""
    verb = {"create": _create, "list": _list, "revoke": _revoke}[args.verb]
    return with_gateway(lambda gateway: verb(gateway, args))


def _create(gateway: Gateway, args: argparse.Namespace) -> int:
    scope = Scope(
        projects=_names(args.projects) or (),
        mine_only=not args.everyones_issues,
        issue_types=_names(args.types),
        fields=_names(args.fields),
    )
    seconds = args.days * _DAY_SECONDS
    token, grant = registering.issue_token(gateway, args.agent, args.person, scope, seconds, _ACTOR)
    registering.push_registry(gateway)
    url = f"{gateway.settings.sandbox_public_url}/mcp"
    if args.json:
        say_json({"token": token, "token_id": grant.token_id, "person": grant.person, "mcp": url})
        return 0
    say(f"Token of {args.agent}, shown this once:\n\n  {token}\n")
    say(f"MCP:  {url}\nREST: {gateway.settings.sandbox_public_url}")
    return 0


def _list(gateway: Gateway, args: argparse.Namespace) -> int:
    rows = [
        (
            agent.agent,
            token.grant.token_id,
            token.person_name,
            ",".join(token.grant.scope.projects),
            _state(token.grant.expires_at, token.revoked_at, gateway.clock()),
        )
        for agent in registering.agents(gateway)
        for token in agent.tokens
    ]
    names = ("agent", "token", "person", "projects", "state")
    if args.json:
        say_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        say_table(names, rows)
    return 0


def _revoke(gateway: Gateway, args: argparse.Namespace) -> int:
    if not registering.revoke(gateway, args.token_id, _ACTOR):
        say(f"There is no live token {args.token_id}. See: airlock agent list")
        return 1
    registering.push_registry(gateway)
    say(f"{args.token_id} is revoked.")
    return 0


def _names(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _state(expires_at: int, revoked_at: int | None, now: int) -> str:
    if revoked_at is not None:
        return "revoked"
    until = datetime.fromtimestamp(expires_at / 1_000_000, UTC).date().isoformat()
    return f"until {until}" if expires_at > now else f"expired {until}"
