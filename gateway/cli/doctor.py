"""``airlock doctor``: looks for what is wrong, one line each; exit code 1 when something is."""

import argparse
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from gateway.cli.opening import surroundings
from gateway.cli.telling import say, say_json
from gateway.operations.checking import Checked, Level, fail
from gateway.operations.checking_jira import check_jira
from gateway.operations.checking_sandbox import check_sandbox
from gateway.operations.checking_security import check_security
from gateway.settings import Settings, SettingsError
from gateway.store.database import Database
from gateway.upstream.credentials import Credentials


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options; without any of the first three, everything is looked at."""
    parser.add_argument("--jira", action="store_true", help="reach, account, permissions, clock")
    parser.add_argument("--sandbox", action="store_true", help="control door, secret, freshness")
    parser.add_argument("--security", action="store_true", help="users, file modes, open doors")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Look at what was asked for."""
    everything = not (args.jira or args.sandbox or args.security)
    found: list[Checked] = []
    for one in _look(args, everything=everything):
        found.append(one)
        if not args.json:
            # One by one: a line that takes long must not hide the ones before it.
            say(str(one))
    if args.json:
        names = ("level", "name", "sentence", "next_step")
        say_json([{name: getattr(one, name) for name in names} for one in found])
    return 1 if any(one.level is Level.FAIL for one in found) else 0


def _look(args: argparse.Namespace, *, everything: bool) -> Iterator[Checked]:
    own, extra = surroundings(os.environ)
    try:
        settings = Settings.from_env(own, extra)
    except SettingsError as error:
        yield fail("settings", str(error), "")
        return
    env = {**extra, **own}
    if everything or args.jira:
        yield from _jira(settings, env)
    if everything or args.sandbox:
        yield from _sandbox(settings)
    if everything or args.security:
        yield from check_security(settings, env)


def _jira(settings: Settings, env: Mapping[str, str]) -> Iterator[Checked]:
    try:
        credentials = Credentials.from_env(env)
    except SettingsError as error:
        yield fail("jira.settings", str(error), "")
        return
    yield from check_jira(credentials, settings, lambda: datetime.now(UTC))


def _sandbox(settings: Settings) -> Iterator[Checked]:
    database = Database(settings.database_url)
    try:
        yield from check_sandbox(settings, database)
    finally:
        database.dispose()
