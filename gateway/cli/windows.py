"""``airlock windows``: times in which nothing is promoted; list, add and end them."""

import argparse
import sys
from collections.abc import Callable

from gateway.cli.main import OK, REFUSED
from gateway.cli.telling import say, say_json, say_table, with_gateway
from gateway.operations import freezing
from gateway.operations.context import Gateway
from gateway.operations.freezing import Wanted
from gateway.review.refusals import RefusedError
from gateway.web.api_windows import told

_ACTOR = "command line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    listed = verbs.add_parser("list", help="list the windows that are on or to come")
    listed.add_argument("--json", action="store_true", help="print JSON")
    add = verbs.add_parser("add", help="make a window")
    add.add_argument("begins", help="'Fri 18:00' each week, or 2026-12-24T18:00 once")
    add.add_argument("ends", help="'Mon 08:00' each week, or 2026-12-27T08:00 once")
    add.add_argument("--zone", required=True, help="time zone, such as Asia/Seoul or UTC")
    add.add_argument("--reason", required=True, help="what people are told")
    add.add_argument("--project", default="", help="key of the only project that it is about")
    verbs.add_parser("end", help="end a window: what was released goes on").add_argument(
        "number", type=int, help="as 'windows list' shows it"
    )


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""

    def work(gateway: Gateway) -> int:
        try:
            return _VERBS[args.verb](gateway, args)
        except RefusedError as error:
            sys.stderr.write(f"airlock: {error}\n")
            return REFUSED

    return with_gateway(work)


def _list(gateway: Gateway, args: argparse.Namespace) -> int:
    found = [told(one) for one in freezing.listed(gateway, None)]
    if args.json:
        say_json([one.model_dump(mode="json") for one in found])
        return OK
    say_table(
        ("window", "on", "project", "from", "to", "zone", "reason"),
        [
            (
                str(one.id),
                "now" if one.on_now else "",
                one.project or "all",
                one.begins,
                one.ends,
                one.zone,
                one.reason,
            )
            for one in found
        ],
    )
    return OK


def _add(gateway: Gateway, args: argparse.Namespace) -> int:
    weekly = not args.begins[:1].isdigit()
    wanted = Wanted(args.begins, args.ends, args.zone, args.reason, args.project, weekly)
    number = freezing.add(gateway, _ACTOR, wanted)
    say(f"Window {number} is made. While it is on, nothing is written to Jira.")
    return OK


def _end(gateway: Gateway, args: argparse.Namespace) -> int:
    freezing.end(gateway, _ACTOR, args.number)
    say(f"Window {args.number} has ended. What was approved and released goes on.")
    return OK


_VERBS: dict[str, Callable[[Gateway, argparse.Namespace], int]] = {
    "list": _list,
    "add": _add,
    "end": _end,
}
