"""Opening the gateway from the environment: settings, database, upstream, sandbox."""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from gateway.operations import restoring
from gateway.operations.accounts import Accounts
from gateway.operations.context import Gateway
from gateway.operations.waiting import stored_limits
from gateway.promotion.values import SiteIdentity
from gateway.review.refusals import RefusedError
from gateway.sandbox_link import SandboxLink, SandboxLinkError
from gateway.settings import Settings, SettingsError, secret_of
from gateway.store.database import Database
from gateway.upstream.client import Upstream
from gateway.upstream.credentials import Credentials, oauth_app
from gateway.upstream.errors import UpstreamError
from gateway.upstream.oauth import Atlassian

#: What goes wrong on the way and has a sentence of its own.
TROUBLE = (SettingsError, UpstreamError, SandboxLinkError, RefusedError)

_DOTENV = Path(".env")
#: Share of the quarantine that a write may take before it is given up.
_WRITE_SHARE = 2 / 3


def now_us() -> int:
    """Return microseconds since 1970, UTC."""
    return time.time_ns() // 1000


def dotenv(path: Path = _DOTENV) -> dict[str, str]:
    """Return the names in a ``.env`` file: ``NAME=value`` lines, quotes taken off."""
    if not path.is_file():
        return {}
    found = {}
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        name, separator, value = line.strip().removeprefix("export ").partition("=")
        if separator and not name.startswith("#"):
            found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    """Return a value without its quotes, or without the comment behind it."""
    quote = value[:1]
    if quote in ("'", '"') and (end := value.find(quote, 1)) > 0:
        return value[1:end]
    return value.split(" #", 1)[0].rstrip()


def surroundings(env: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the process environment and what ``.env`` adds; a demo reads no file."""
    demo = env.get("AIRLOCK_DEMO", "").lower() in ("1", "true", "yes", "on")
    return dict(env), {} if demo else dotenv()


def open_gateway(env: Mapping[str, str] | None = None) -> Gateway:
    """Return the gateway that the environment describes; raises one of ``TROUBLE``."""
    own, extra = surroundings(os.environ if env is None else env)
    settings = Settings.from_env(own, extra)
    for sentence in settings.warnings:
        sys.stderr.write(f"warning: {sentence}\n")
    with ExitStack() as opened:
        database = _database(settings)
        opened.callback(database.dispose)
        accounts = _accounts(settings, own, extra, database)
        opened.callback(accounts.close)
        reader, writer = _connect(settings, accounts, {**extra, **own})
        for jira in (reader, writer):
            if jira is not None:
                opened.callback(jira.close)
        link = SandboxLink(settings.sandbox_control, settings.control_secret())
        gateway = Gateway(
            site=settings.site,
            identity=_identity(settings.site, reader, writer),
            database=database,
            clock=now_us,
            sandbox=link,
            upstream=reader,
            settings=settings,
            demo=settings.demo,
            writer=writer,
            accounts=accounts,
            stage=open_stage(settings),
        )
        # Nothing failed: what is open now belongs to the gateway.
        opened.pop_all()
    if restoring.check(gateway):
        sys.stderr.write(f"warning: {restoring.PAUSED}\n")
    return gateway


def open_stage(settings: Settings) -> SandboxLink | None:
    """Return the demo's way to play people; raises when what is there does not play Jira."""
    if settings.stage is None or not settings.demo:
        return None
    name = "AIRLOCK_DEMO_CONTROL"
    secret = secret_of(f"{name}_SECRET_FILE", settings.stage.secret_file)
    link = SandboxLink(settings.stage.control, secret)
    if link.health().get("role") != "upstream":
        link.close()
        raise SettingsError(name, "does not lead to a sandbox that plays Jira.")
    return link


def _identity(site: str, reader: Upstream, writer: Upstream | None) -> SiteIdentity:
    address, api = reader.browse.url, (writer or reader).address.url
    return SiteIdentity(
        site=site,
        base_url=address,
        flavour=reader.flavour,
        api_url="" if api == address else api,
    )


def open_accounts(env: Mapping[str, str] | None = None) -> Accounts:
    """Return what it takes to connect accounts, before Jira can be read at all."""
    own, extra = surroundings(os.environ if env is None else env)
    settings = Settings.from_env(own, extra)
    return _accounts(settings, own, extra, _database(settings))


def _accounts(
    settings: Settings, own: Mapping[str, str], extra: Mapping[str, str], database: Database
) -> Accounts:
    env = {**extra, **own}
    credentials = Credentials.from_env(env, process=own)
    app = oauth_app(env, settings.public_url, process=own)
    return Accounts(
        database=database,
        site=settings.site,
        credentials=credentials,
        connect=partial(
            Upstream.connect,
            demo=settings.demo,
            test_upstream=settings.test_upstream,
            limits=stored_limits(database, settings.site),
            # A write that is still under way must never outlast the quarantine.
            write_within=max(settings.quarantine_seconds * _WRITE_SHARE, 1.0),
        ),
        secret_key=settings.secret_key,
        atlassian=None if app is None else Atlassian(app, credentials.way),
    )


def _connect(
    settings: Settings, accounts: Accounts, env: Mapping[str, str]
) -> tuple[Upstream, Upstream | None]:
    """Return the connection that reads and, if it has credentials of its own, the writing one."""
    given = accounts.credentials
    own = None if settings.read_only else given.for_writing(env)
    stored = not given.kind and accounts.atlassian is not None
    reader = accounts.connect(accounts.service() if stored else given)
    if own is None:
        return reader, None
    try:
        return reader, accounts.connect(own)
    except BaseException:
        reader.close()
        raise


def _database(settings: Settings) -> Database:
    try:
        with ExitStack() as opened:
            database = Database(settings.database_url, settings.signer)
            opened.callback(database.dispose)
            database.migrate()
            opened.pop_all()
    except SQLAlchemyError as error:
        # The first line alone: the rest may repeat the address with its password.
        said = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise SettingsError("AIRLOCK_DATABASE_URL", f"cannot be used: {said}") from error
    return database


def close_gateway(gateway: Gateway) -> None:
    """Close what ``open_gateway`` opened."""
    gateway.upstream.close()
    if gateway.writer is not None:
        gateway.writer.close()
    if gateway.accounts is not None:
        gateway.accounts.close()
    gateway.sandbox.close()
    if gateway.stage is not None:
        gateway.stage.close()
    gateway.database.dispose()
