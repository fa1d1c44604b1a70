"""``airlock intake``: read the issues in scope from Jira now."""

import argparse

from gateway.cli.telling import say, with_gateway
from gateway.operations import intake
from gateway.operations.context import Gateway


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--jql", help="which issues (default: AIRLOCK_INTAKE_JQL or all projects)")


def run(args: argparse.Namespace) -> int:
    """Take in and say what came."""
    return with_gateway(lambda gateway: _take_in(gateway, args.jql))


def _take_in(gateway: Gateway, jql: str | None) -> int:
    report = intake.take_in(gateway, jql)
    say(
        f"{report.issues} issues read in {report.seconds:.1f} s: "
        f"{report.new} new, {report.changed} changed."
    )
    for sentence in report.inferred:
        say(f"  assumed: {sentence}")
    return 0
