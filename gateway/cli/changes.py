"""``airlock changes``: list and show change sets. Approving needs a person in a browser."""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

from gateway.cli.dry_run import dry_run_lines
from gateway.cli.main import CONFLICT, FAILED, OK, REFUSED, USAGE
from gateway.cli.telling import say, say_json, say_table, with_gateway
from gateway.operations import freezing, preflight, remarking, retrying, reviewing, standing
from gateway.operations.context import Gateway
from gateway.promotion.freezing import Delay
from gateway.promotion.preflight import Verdict
from gateway.review.reasons import Reason, with_reasons
from gateway.review.refusals import RefusedError, StaleError, UnknownReviewError
from gateway.review.values import InboxRow
from gateway.web.language import Lang, Tongue
from gateway.web.reporting import is_over, report

_TONGUE = Tongue(Lang.EN)
_Verb = Callable[[Gateway, argparse.Namespace], int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    listed = verbs.add_parser("list", help="list change sets")
    listed.add_argument("--json", action="store_true", help="print JSON")
    listed.add_argument(
        "--wait-for", type=int, default=0, metavar="N", help="wait until there are N"
    )
    listed.add_argument("--wait-seconds", type=float, default=60, help="wait so long at most")
    show = verbs.add_parser("show", help="show one change set as JSON")
    show.add_argument("number", help="CS-7 or 7")
    for verb, text in _WORDED.items():
        worded = verbs.add_parser(verb, help=text)
        _decided(worded)
        worded.add_argument("--words", default="", help="what the agent is to learn from it")
        worded.add_argument(
            "--reason", action="append", default=[], choices=list(Reason), help="why, in a word"
        )
    comment = verbs.add_parser("comment", help="say something about one change; decides nothing")
    comment.add_argument("number", help="CS-7 or 7")
    comment.add_argument("change", help="id of the change, as 'show' prints it: c1")
    comment.add_argument("--by", default="admin", help="who says it, as they sign in")
    comment.add_argument("--words", required=True, help="to colleagues (@name) and the agent")
    _decided(verbs.add_parser("retry", help="try again what did not go through"))
    approve = verbs.add_parser("approve", help="print the link: only a person can approve")
    approve.add_argument("number", help="CS-7 or 7")
    told = verbs.add_parser("report", help="print what was promoted, as Markdown to paste")
    told.add_argument("number", help="CS-7 or 7")
    told.add_argument("--lang", choices=[str(one) for one in Lang], default=str(Lang.EN))
    dry = verbs.add_parser(
        "dry-run", help="check everything promotion needs, print the requests, write nothing"
    )
    dry.add_argument("number", help="CS-7 or 7")
    dry.add_argument("--json", action="store_true", help="print JSON")


def _decided(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", help="CS-7 or 7")
    parser.add_argument("--by", default="admin", help="who decides, as they sign in")
    parser.add_argument(
        "--digest", help="of what was seen, as 'show' prints it; default: as it is now"
    )


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""
    return with_gateway(lambda gateway: _known(_VERBS[args.verb], gateway, args))


def _known(verb: _Verb, gateway: Gateway, args: argparse.Namespace) -> int:
    """Do something to a change set that there is; say so when there is none."""
    if hasattr(args, "number"):
        number = str(args.number).upper().removeprefix("CS-")
        if not number.isdigit():
            sys.stderr.write(f"airlock: {args.number!r} is not the number of a change set.\n")
            return USAGE
        args.number = int(number)
    try:
        return verb(gateway, args)
    except StaleError as error:
        lines = "".join(f"  {line}\n" for line in error.changes)
        sys.stderr.write(f"airlock: {error}\n{lines}")
        return CONFLICT
    except RefusedError as error:
        sys.stderr.write(f"airlock: {error}\n")
        return REFUSED
    except UnknownReviewError as error:
        sys.stderr.write(f"airlock: {error}\n")
        return FAILED


def _list(gateway: Gateway, args: argparse.Namespace) -> int:
    until = time.monotonic() + args.wait_seconds
    rows = reviewing.inbox(gateway)
    while len(rows) < args.wait_for and time.monotonic() < until:
        time.sleep(0.2)
        rows = reviewing.inbox(gateway)
    if len(rows) < args.wait_for:
        sys.stderr.write(f"airlock: only {len(rows)} of {args.wait_for} change sets arrived.\n")
        return 1
    if args.json:
        say_json([_told(row) for row in rows])
        return 0
    waiting = freezing.delays(gateway, rows)
    say_table(
        ("set", "state", "turn", "agent", "for", "waits until", "title"),
        [
            (
                f"CS-{one.id}",
                one.state,
                one.turn,
                one.agent,
                one.person_name,
                _delay(waiting.get(one.id)),
                one.title,
            )
            for one in rows
        ],
    )
    return 0


def _delay(found: Delay | None) -> str:
    if found is None:
        return ""
    return "a window ends" if found.until is None else _TONGUE.moment_in(found.until, found.zone)


def _told(row: InboxRow) -> dict[str, Any]:
    return row.model_dump(mode="json")


def _show(gateway: Gateway, args: argparse.Namespace) -> int:
    say_json(reviewing.view(gateway, args.number).model_dump(mode="json"))
    sys.stderr.write(f"To decide, open {gateway.settings.public_url}/cs/{args.number}\n")
    return OK


def _dry_run(gateway: Gateway, args: argparse.Namespace) -> int:
    report = preflight.dry_run(gateway, args.number)
    if args.json:
        say_json(report.model_dump(mode="json"))
    else:
        for line in dry_run_lines(report):
            say(line)
    return CONFLICT if report.verdict is Verdict.BLOCKED else OK


def _report(gateway: Gateway, args: argparse.Namespace) -> int:
    view = reviewing.view(gateway, args.number, read_now=False)
    if not is_over(view.state):
        sys.stderr.write(
            f"airlock: nothing of CS-{args.number} was promoted yet, or it is still going on. "
            f"Look at {gateway.settings.public_url}/cs/{args.number}/run\n"
        )
        return FAILED
    say(report(view, Tongue(Lang(args.lang)), gateway.settings.public_url).rstrip())
    return OK


def _send_back(gateway: Gateway, args: argparse.Namespace) -> int:
    reviewing.send_back(gateway, args.by, args.number, _seen(gateway, args), _words(args))
    say(f"CS-{args.number} goes back to the agent.")
    return OK


def _reject(gateway: Gateway, args: argparse.Namespace) -> int:
    reviewing.reject(gateway, args.by, args.number, _seen(gateway, args), _words(args))
    say(f"CS-{args.number} is rejected.")
    return OK


def _words(args: argparse.Namespace) -> str:
    return with_reasons(args.reason, args.words)


def _comment(gateway: Gateway, args: argparse.Namespace) -> int:
    review = reviewing.look(gateway, args.number, read_now=False).review
    with gateway.database.read() as conn:
        person = standing.human(conn, args.by, review)
    if person is None:
        sys.stderr.write(f"airlock: {args.by} may not sign in; agents say nothing here.\n")
        return REFUSED
    remarking.say(gateway, person, args.number, args.change, args.words)
    say(f"Said about {args.change} of CS-{args.number}.")
    return OK


def _retry(gateway: Gateway, args: argparse.Namespace) -> int:
    retrying.retry(gateway, args.by, args.number, _seen(gateway, args))
    say(f"CS-{args.number} is tried again.")
    return OK


def _approve(gateway: Gateway, args: argparse.Namespace) -> int:
    reviewing.look(gateway, args.number, read_now=False)
    sys.stderr.write("airlock: approving needs a person in a browser. Open this and decide:\n")
    say(f"{gateway.settings.public_url}/cs/{args.number}")
    return REFUSED


def _seen(gateway: Gateway, args: argparse.Namespace) -> str:
    if args.digest is not None:
        return str(args.digest)
    return reviewing.look(gateway, args.number, read_now=False).situation.digest


_WORDED = {
    "send-back": "send a change set back to the agent with words",
    "reject": "reject a change set with words",
}
_VERBS: dict[str, _Verb] = {
    "list": _list,
    "show": _show,
    "dry-run": _dry_run,
    "report": _report,
    "send-back": _send_back,
    "reject": _reject,
    "comment": _comment,
    "retry": _retry,
    "approve": _approve,
}
