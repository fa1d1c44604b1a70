"""``airlock doctor --jira``: whether the gateway can do its work in this Jira, and as whom.

Everything here only reads. What Jira does not tell is said so, never guessed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pydantic import JsonValue

from gateway.operations.checking import Checked, fail, ok, warn
from gateway.operations.checking_account import (
    check_projects,
    check_scopes,
    check_token,
    header,
    scope_missing,
)
from gateway.promotion.fields import part
from gateway.settings import Settings, SettingsError
from gateway.store.waits import Waiting
from gateway.upstream.client import Upstream
from gateway.upstream.credentials import Credentials, is_loopback
from gateway.upstream.errors import OurFaultError, UpstreamError, WrongUpstreamError
from gateway.upstream.limits import is_near, state_of
from sandbox.contract.shapes import Flavour

#: Seconds that the clocks may differ before it is worth a line.
_SKEW = 30.0


@dataclass(frozen=True, slots=True)
class Way:
    """What is looked at: credentials, and what the database knows of them."""

    credentials: Credentials
    #: The credential that only promotion uses; None when one does both.
    writing: Credentials | None = None
    #: Scopes of the gateway's own consent; empty where nobody told.
    scopes: str = ""
    waiting: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class _Identity:
    """One of the accounts that are looked at."""

    credentials: Credentials
    #: Beginning of its lines' names.
    name: str
    reads: bool
    writes: bool


def check_jira(way: Way, settings: Settings, now: Callable[[], datetime]) -> Iterator[Checked]:
    """Yield what was found, line by line, until something stands in the way of the rest."""
    yield from _reached(way.credentials)
    yield _shared(way, settings)
    both = way.writing is None and not settings.read_only
    yield from _identity(_Identity(way.credentials, "jira", reads=True, writes=both), settings, now)
    if way.scopes:
        yield from check_scopes(way.scopes, "jira", writes=both)
    if way.writing is not None and not settings.read_only:
        pen = _Identity(way.writing, "jira.write", reads=False, writes=True)
        yield from _identity(pen, settings, now)
    for one in way.waiting:
        what = f"issue {one.issue_id}" if one.issue_id else "the whole site"
        yield warn(
            "jira.wait",
            f"Jira asked us to leave {what} alone for {one.seconds_left:.0f} s: {one.reason}.",
            "Nothing to do: promotion goes on by itself.",
        )


def _shared(way: Way, settings: Settings) -> Checked:
    if settings.read_only:
        return ok("jira.credentials", "This gateway only reads Jira; promote is refused.")
    if way.writing is not None:
        return ok("jira.credentials", "Promotion has a credential of its own.")
    return ok(
        "jira.credentials",
        "One credential reads and promotes. AIRLOCK_WRITE_… would let the other one only read.",
    )


def _identity(one: _Identity, settings: Settings, now: Callable[[], datetime]) -> Iterator[Checked]:
    try:
        upstream = Upstream.connect(
            one.credentials, demo=settings.demo, test_upstream=settings.test_upstream
        )
    except (UpstreamError, SettingsError) as error:
        yield _not_connected(one.name, error)
        return
    try:
        if one.reads:
            yield ok("jira.reach", f"{upstream.address.url} answers.")
            yield from _introduced(upstream)
        yield from _account(upstream, one, now())
        yield check_token(one.credentials, upstream, f"{one.name}.token", now())
        if one.reads and not settings.projects:
            yield warn(
                "jira.projects", "No projects are named.", "Set AIRLOCK_PROJECTS to project keys."
            )
        yield from check_projects(
            upstream, settings.projects, one.name, writes=one.writes, deletes=settings.deletes
        )
    except OurFaultError as error:
        yield scope_missing(f"{one.name}.scopes", error) or fail(
            f"{one.name}.answer", error.sentence, "Ask a Jira administrator what is missing."
        )
    except UpstreamError as error:
        yield fail(f"{one.name}.answer", error.sentence, "Try again; if it stays so, look at Jira.")
    finally:
        upstream.close()


def _reached(credentials: Credentials) -> Iterator[Checked]:
    """Look at how Jira is reached, before anything is sent."""
    url, way = credentials.url, credentials.way
    if urlsplit(url).scheme == "http":
        if not is_loopback(url):
            yield warn("jira.tls", "The way to Jira is not encrypted.", "Use https:// in JIRA_URL.")
    elif way.verify is False:
        yield warn(
            "jira.tls",
            "Jira's certificate is not checked.",
            "Set JIRA_SSL_VERIFY to yes, or to the file of your company's CAs.",
        )
    else:
        trusts = "the CAs of JIRA_SSL_VERIFY" if isinstance(way.verify, str) else "public CAs"
        mine = ", and a client certificate is shown" if way.client_cert else ""
        yield ok("jira.tls", f"Jira's certificate is checked against {trusts}{mine}.")
    proxy = way.proxy_of(url)
    if proxy:
        host = urlsplit(proxy if "://" in proxy else f"//{proxy}")
        yield ok("jira.proxy", f"Jira is reached through the proxy {host.hostname}:{host.port}.")
    else:
        yield ok("jira.proxy", "Jira is reached directly, without a proxy.")


def _not_connected(name: str, error: UpstreamError | SettingsError) -> Checked:
    if isinstance(error, WrongUpstreamError):
        return fail(f"{name}.reach", error.sentence, "")
    if isinstance(error, OurFaultError):
        return scope_missing(f"{name}.scopes", error) or fail(
            f"{name}.reach", error.sentence, "Check JIRA_URL and its context path."
        )
    return fail(f"{name}.reach", str(error), "Check JIRA_URL, the credentials, proxy and CAs.")


def _introduced(upstream: Upstream) -> Iterator[Checked]:
    """Say which Jira this is."""
    told = upstream.server_info()
    version = str(told.get("version") or "?")
    kind = "Cloud" if upstream.flavour is Flavour.CLOUD else "Data Center"
    title = str(told.get("serverTitle") or "Jira")
    yield ok("jira.version", f"{title}, {kind}, version {version}.")
    base = str(told.get("baseUrl") or "").rstrip("/")
    if base and base != upstream.browse.url:
        yield warn(
            "jira.base_url",
            f"Jira calls itself {base}, but JIRA_URL is {upstream.browse.url}.",
            "Links in texts are told by the configured address: use the same one if you can.",
        )


def _account(upstream: Upstream, one: _Identity, here: datetime) -> Iterator[Checked]:
    """Say who we are, what Jira's clock says and how much of the budget is left."""
    answer = upstream.confirm()
    yield _who(answer.body, f"{one.name}.who")
    if one.reads:
        yield _clock(answer.headers, here)
    state = state_of(answer.headers)
    if is_near(answer.headers):
        yield warn(
            f"{one.name}.limits",
            f"The request budget is nearly used up: {state or 'Jira says so'}.",
            "Find out what else uses this account; reading slows down by itself.",
        )
    else:
        yield ok(f"{one.name}.limits", f"{state or 'Jira tells of no request limit'}.")


def _who(myself: JsonValue, name: str) -> Checked:
    called = str(part(myself, "displayName") or part(myself, "name") or "?")
    account = str(part(myself, "accountId") or part(myself, "key") or part(myself, "name") or "?")
    if part(myself, "active") is False:
        return fail(name, f"We are {called}, which is deactivated.", "Use another account.")
    return ok(name, f"We are {called} ({account}).")


def _clock(headers: Mapping[str, str], here: datetime) -> Checked:
    there = None
    with suppress(ValueError):
        there = parsedate_to_datetime(header(headers, "date"))
    if there is None:
        return warn("jira.clock", "Jira's answer carries no time.", "Compare the clocks by hand.")
    there = there if there.tzinfo else there.replace(tzinfo=UTC)
    off = (there - here).total_seconds()
    if abs(off) <= _SKEW:
        return ok("jira.clock", f"The clocks agree within {abs(off):.0f} s.")
    return warn(
        "jira.clock",
        f"Jira's clock is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} this machine's.",
        "Set this machine's clock by NTP. Nothing is decided by Jira's clock, but people read it.",
    )
