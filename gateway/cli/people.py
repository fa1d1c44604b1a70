"""``airlock people``: who may sign in, with which role in which projects."""

import argparse
import sys
from collections.abc import Callable, Sequence

from gateway.cli.main import FAILED, OK
from gateway.cli.telling import say, say_json, say_table, with_gateway
from gateway.identity import admitting, links, passwords
from gateway.identity.admitting import AdmittingError
from gateway.identity.passwords import PasswordError
from gateway.identity.people import UnknownPersonError
from gateway.operations import desk
from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.review.refusals import RefusedError
from gateway.store import people

_ACTOR = "command line"
_ROLES = "viewer, reviewer, approver or admin; in one project alone: approver@WEB"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    listed = verbs.add_parser("list", help="list people with their roles")
    listed.add_argument("--json", action="store_true", help="print JSON")
    add = verbs.add_parser("add", help="let somebody in; prints a one-time link for them")
    add.add_argument("person", help="what they sign in as")
    add.add_argument("--name", default="", help="the name that pages show")
    add.add_argument("--role", action="append", default=[], help=_ROLES)
    add.add_argument("--jira", default="", help="their Jira account: id, name or e-mail address")
    role = verbs.add_parser("role", help="give somebody these roles in place of those they had")
    role.add_argument("person", help="as 'people list' shows it")
    role.add_argument("role", nargs="+", help=f"{_ROLES}; 'none' takes everything back")
    jira = verbs.add_parser("jira", help="say which Jira account is somebody's")
    jira.add_argument("person", help="as 'people list' shows it")
    jira.add_argument("account", help="id, name or e-mail address; empty: none")
    follow = verbs.add_parser("follow", help="have somebody follow exactly these projects")
    follow.add_argument("person", help="as 'people list' shows it")
    follow.add_argument("project", nargs="*", help="keys; none: they follow nothing any more")
    for verb, text in _BOTH.items():
        verbs.add_parser(verb, help=text).add_argument("person", help="as 'people list' shows it")


_BOTH = {
    "link": "print a new one-time link for somebody",
    "password": "print a link with which somebody sets a password (AIRLOCK_LOCAL_ACCOUNTS)",
    "disable": "take everything back: sessions, links and tokens end at once",
    "enable": "let somebody in again who was taken out",
}


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""

    def work(gateway: Gateway) -> int:
        try:
            return _VERBS[args.verb](gateway, args)
        except (AdmittingError, PasswordError, RefusedError, UnknownPersonError) as error:
            sys.stderr.write(f"airlock: {error}\n")
            return FAILED

    return with_gateway(work)


def _list(gateway: Gateway, args: argparse.Namespace) -> int:
    with gateway.database.read() as conn:
        found = people.listed(conn)
    rows = [
        {
            "person": one.person,
            "name": one.name,
            "roles": "disabled" if one.disabled else ", ".join(_roles(one, gateway.site)),
            "jira": one.jira_account or "",
        }
        for one in found
    ]
    if args.json:
        say_json(rows)
    else:
        head = ("person", "name", "roles", "jira")
        say_table(head, [[row[name] for name in head] for row in rows])
    return OK


def _roles(person: Person, site: str) -> Sequence[str]:
    own = [
        f"{one.role}@{one.project}" + ("" if one.site == site else f" on {one.site}")
        for one in person.roles
    ]
    everywhere = [] if person.role == "none" and own else [str(person.role)]
    return [*everywhere, *own]


def _add(gateway: Gateway, args: argparse.Namespace) -> int:
    roles = admitting.parsed(gateway.site, args.role)
    made = admitting.add(gateway, args.person, args.name, roles, args.jira, by=_ACTOR)
    say(f"{made.person} may sign in as {', '.join(_roles(made, gateway.site))}.")
    local = gateway.settings.people.local_accounts
    return _password(gateway, args) if local else _link(gateway, args)


def _link(gateway: Gateway, args: argparse.Namespace) -> int:
    say(f"This link works once, for 10 minutes:\n\n  {links.new_link(gateway, args.person)}\n")
    return OK


def _password(gateway: Gateway, args: argparse.Namespace) -> int:
    link = passwords.new_link(gateway, args.person)
    say(f"With this link they set a password, once, within a day:\n\n  {link}\n")
    return OK


def _role(gateway: Gateway, args: argparse.Namespace) -> int:
    given = [one for one in args.role if one != "none"]
    made = admitting.give(gateway, args.person, admitting.parsed(gateway.site, given), by=_ACTOR)
    say(f"{made.person}: {', '.join(_roles(made, gateway.site))}")
    return OK


def _jira(gateway: Gateway, args: argparse.Namespace) -> int:
    made = admitting.map_account(gateway, args.person, args.account, by=_ACTOR)
    say(f"{made.person}: {made.jira_account or 'no Jira account'}")
    return OK


def _follow(gateway: Gateway, args: argparse.Namespace) -> int:
    desk.have_follow(gateway, args.person, args.project, by=_ACTOR)
    say(f"{args.person} follows {', '.join(sorted(set(args.project))) or 'no project'}.")
    return OK


def _disable(gateway: Gateway, args: argparse.Namespace) -> int:
    admitting.disable(gateway, args.person, by=_ACTOR)
    say(f"{args.person} is signed out everywhere and cannot come in any more.")
    return OK


def _enable(gateway: Gateway, args: argparse.Namespace) -> int:
    admitting.enable(gateway, args.person, by=_ACTOR)
    say(f"{args.person} may sign in again.")
    return OK


_VERBS: dict[str, Callable[[Gateway, argparse.Namespace], int]] = {
    "list": _list,
    "add": _add,
    "role": _role,
    "jira": _jira,
    "follow": _follow,
    "link": _link,
    "password": _password,
    "disable": _disable,
    "enable": _enable,
}
