"""``airlock sandbox``: the shadow sandbox, as a process of its own."""

import argparse
import os
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--site-file", help="the site file (default: AIRLOCK_SITE_FILE)")


def run(args: argparse.Namespace) -> int:
    """Become the sandbox: this process is replaced, so nothing of the gateway stays in it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("JIRA_")}
    if args.site_file:
        env["AIRLOCK_SITE_FILE"] = args.site_file
    os.execve(sys.executable, [sys.executable, "-m", "sandbox"], env)  # noqa: S606  our own module
