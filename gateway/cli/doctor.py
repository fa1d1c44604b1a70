"""``airlock doctor``: looks for what is wrong, one line each; exit code 1 when something is."""

import argparse
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from gateway.cli.doctor_client import check_client
from gateway.cli.opening import surroundings
from gateway.cli.telling import say, say_json
from gateway.operations.accounts import Accounts
from gateway.operations.checking import Checked, Level, fail
from gateway.operations.checking_jira import Way, check_jira
from gateway.operations.checking_notices import check_notices
from gateway.operations.checking_sandbox import check_sandbox
from gateway.operations.checking_security import check_security
from gateway.settings import Settings, SettingsError
from gateway.store import connections, waits
from gateway.store.connections import Connected
from gateway.store.database import Database, is_there
from gateway.store.waits import Waiting
from gateway.upstream.client import Upstream
from gateway.upstream.credentials import Credentials, oauth_app
from gateway.upstream.errors import UpstreamError
from gateway.upstream.oauth import Atlassian


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options; without any of the first five, everything is looked at."""
    parser.add_argument("--jira", action="store_true", help="reach, account, permissions, clock")
    parser.add_argument("--sandbox", action="store_true", help="control door, secret, freshness")
    parser.add_argument("--security", action="store_true", help="users, file modes, open doors")
    parser.add_argument("--notify", action="store_true", help="whether notifications arrive")
    parser.add_argument("--client", action="store_true", help="the way of an agent's client in")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Look at what was asked for."""
    everything = not (args.jira or args.sandbox or args.security or args.notify or args.client)
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
        yield from _jira(settings, own, env)
    if everything or args.sandbox:
        yield from _sandbox(settings)
    if everything or args.notify:
        yield from _notices(settings)
    if everything or args.client:
        yield from check_client(settings, own)
    if everything or args.security:
        yield from check_security(settings, env)


def _jira(settings: Settings, own: Mapping[str, str], env: Mapping[str, str]) -> Iterator[Checked]:
    database = Database(settings.database_url)
    try:
        yield from check_jira(_way(settings, own, env, database), settings, _now)
    except (SettingsError, UpstreamError) as error:
        yield fail("jira.settings", str(error), "")
    finally:
        database.dispose()


def _way(
    settings: Settings, own: Mapping[str, str], env: Mapping[str, str], database: Database
) -> Way:
    """Return what is to be looked at; a database that is not there yet is not made."""
    credentials = Credentials.from_env(env, process=own)
    writing = credentials.for_writing(env)
    waiting, service = _known(settings, database)
    app = oauth_app(env, settings.public_url, process=own)
    if credentials.kind or app is None or service is None:
        return Way(credentials, writing, waiting=waiting)
    accounts = Accounts(
        database=database,
        site=settings.site,
        credentials=credentials,
        connect=Upstream.connect,
        secret_key=settings.secret_key,
        atlassian=Atlassian(app, credentials.way),
    )
    return Way(accounts.service(), writing, service.scopes, waiting)


def _known(settings: Settings, database: Database) -> tuple[tuple[Waiting, ...], Connected | None]:
    """Return what the database knows; nothing when it is not there or of an older version."""
    if not is_there(settings.database_url):
        return (), None
    try:
        with database.read() as conn:
            return waits.waiting(conn, settings.site), connections.get(
                conn, settings.site, connections.SERVICE
            )
    except SQLAlchemyError:
        return (), None


def _now() -> datetime:
    return datetime.now(UTC)


def _sandbox(settings: Settings) -> Iterator[Checked]:
    database = Database(settings.database_url)
    try:
        yield from check_sandbox(settings, database)
    finally:
        database.dispose()


def _notices(settings: Settings) -> Iterator[Checked]:
    database = Database(settings.database_url)
    try:
        yield from check_notices(settings, database)
    finally:
        database.dispose()
