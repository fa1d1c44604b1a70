"""``airlock doctor --jira``: whether the gateway can do its work in this Jira, and as whom.

Everything here only reads. What Jira does not tell is said so, never guessed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pydantic import JsonValue

from gateway.operations.checking import Checked, fail, ok, warn
from gateway.promotion.fields import listed, part
from gateway.promotion.values import Request
from gateway.settings import Settings, SettingsError
from gateway.upstream.client import Upstream
from gateway.upstream.credentials import Credentials, is_loopback
from gateway.upstream.errors import OurFaultError, UpstreamError, WrongUpstreamError
from sandbox.contract.shapes import Flavour, JsonObject

#: Seconds that the clocks may differ before it is worth a line.
_SKEW = 30.0
#: Days before a token's end from which it is worth a line.
_SOON = 14
_ASK = "Ask a Jira administrator for it, or leave such changes out."
#: What promotion needs in each project, with what does not work without it.
_NEEDED: dict[str, str] = {
    "BROWSE_PROJECTS": "see the project",
    "EDIT_ISSUES": "edit issues",
    "CREATE_ISSUES": "create issues",
    "TRANSITION_ISSUES": "move issues through the workflow",
    "ADD_COMMENTS": "comment",
}
#: What single kinds of change need.
_USEFUL: dict[str, str] = {
    "EDIT_OWN_COMMENTS": "edit its own comments",
    "ASSIGN_ISSUES": "assign issues",
    "LINK_ISSUES": "link issues",
    "WORK_ON_ISSUES": "log work",
    "MANAGE_WATCHERS": "add and remove watchers",
    "SCHEDULE_ISSUES": "set due dates and sprints",
    "CREATE_ATTACHMENTS": "attach files",
}
#: What this account had better not have.
_TOO_MUCH: dict[str, str] = {
    "ADMINISTER": "administer all of Jira",
    "ADMINISTER_PROJECTS": "administer the project",
}


def check_jira(
    credentials: Credentials, settings: Settings, now: Callable[[], datetime]
) -> Iterator[Checked]:
    """Yield what was found, line by line, until something stands in the way of the rest."""
    yield from _way(credentials)
    try:
        upstream = Upstream.connect(
            credentials, demo=settings.demo, test_upstream=settings.test_upstream
        )
    except (UpstreamError, SettingsError) as error:
        yield _not_connected(error)
        return
    try:
        yield ok("jira.reach", f"{upstream.address.url} answers.")
        yield from _introduced(upstream, now)
        yield _token(credentials, upstream, now())
        yield from _projects(upstream, settings.projects)
    except UpstreamError as error:
        yield fail("jira.answer", error.sentence, "Try again; if it stays so, look at Jira.")
    finally:
        upstream.close()


def _way(credentials: Credentials) -> Iterator[Checked]:
    """Look at how Jira is reached, before anything is sent."""
    local = is_loopback(credentials.url)
    if not local and urlsplit(credentials.url).scheme == "http":
        yield warn("jira.tls", "The way to Jira is not encrypted.", "Use https:// in JIRA_URL.")
    elif credentials.way.verify is False:
        yield warn(
            "jira.tls",
            "Jira's certificate is not checked.",
            "Set JIRA_SSL_VERIFY to yes, or to the file of your company's CAs.",
        )
    proxy = credentials.way.proxy_of(credentials.url)
    if proxy:
        host = urlsplit(proxy if "://" in proxy else f"//{proxy}")
        yield ok("jira.proxy", f"Jira is reached through the proxy {host.hostname}:{host.port}.")
    else:
        yield ok("jira.proxy", "Jira is reached directly, without a proxy.")


def _not_connected(error: UpstreamError | SettingsError) -> Checked:
    if isinstance(error, WrongUpstreamError):
        return fail("jira.reach", error.sentence, "")
    if isinstance(error, OurFaultError):
        return fail("jira.reach", error.sentence, "Check JIRA_URL and its context path.")
    return fail("jira.reach", str(error), "Check JIRA_URL, the credentials, proxy and CAs.")


def _introduced(upstream: Upstream, now: Callable[[], datetime]) -> Iterator[Checked]:
    """Say which Jira this is, who we are there, and what its clock says."""
    told = upstream.server_info()
    version = str(told.get("version") or "?")
    kind = "Cloud" if upstream.flavour is Flavour.CLOUD else "Data Center"
    title = str(told.get("serverTitle") or "Jira")
    yield ok("jira.version", f"{title}, {kind}, version {version}.")
    base = str(told.get("baseUrl") or "").rstrip("/")
    if base and base != upstream.address.url:
        yield warn(
            "jira.base_url",
            f"Jira calls itself {base}, but JIRA_URL is {upstream.address.url}.",
            "Links in texts are told by the configured address: use the same one if you can.",
        )
    path = f"{_api(upstream)}/myself"
    answer = upstream.send(Request(method="GET", path=path))
    yield _who(answer.body)
    yield _clock(answer.headers, now())


def _who(myself: JsonValue) -> Checked:
    name = str(part(myself, "displayName") or part(myself, "name") or "?")
    account = str(part(myself, "accountId") or part(myself, "key") or part(myself, "name") or "?")
    if part(myself, "active") is False:
        return fail("jira.who", f"We are {name}, which is deactivated.", "Use another account.")
    return ok("jira.who", f"We are {name} ({account}).")


def _clock(headers: Mapping[str, str], here: datetime) -> Checked:
    said = next((value for name, value in headers.items() if name.lower() == "date"), "")
    there = None
    with suppress(ValueError):
        there = parsedate_to_datetime(said)
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


def _token(credentials: Credentials, upstream: Upstream, now: datetime) -> Checked:
    """Say when the token ends, where Jira tells: Data Center, for its personal ones."""
    if not credentials.personal_token or upstream.flavour is Flavour.CLOUD:
        return ok("jira.token", "Jira does not tell when this token ends; note it yourself.")
    try:
        answer = upstream.send(Request(method="GET", path="/rest/pat/latest/tokens"))
    except OurFaultError:
        return ok("jira.token", "Jira does not tell when this token ends; note it yourself.")
    days = [found for one in listed(answer.body) if (found := _days_left(one, now)) is not None]
    if not days:
        return ok("jira.token", "This account's tokens do not end by themselves.")
    left = min(days)
    sentence = f"The account's token that ends first ends in {left:.0f} days."
    if left > _SOON:
        return ok("jira.token", sentence)
    return warn("jira.token", sentence, "Make a new one in Jira and set it here before that day.")


def _days_left(token: JsonObject, now: datetime) -> float | None:
    try:
        until = datetime.fromisoformat(str(token.get("expiringAt")))
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    left = (until - now).total_seconds() / 86_400
    return left if left > 0 else None


def _projects(upstream: Upstream, keys: tuple[str, ...]) -> Iterator[Checked]:
    if not keys:
        yield warn(
            "jira.projects", "No projects are named.", "Set AIRLOCK_PROJECTS to project keys."
        )
    for key in keys:
        try:
            upstream.projects((key,))
        except OurFaultError:
            yield fail(
                f"jira.{key}",
                f"Project {key} does not exist, or the account may not see it.",
                "Check AIRLOCK_PROJECTS, or ask a Jira administrator for Browse Projects.",
            )
            continue
        yield from _permissions(upstream, key)


def _permissions(upstream: Upstream, key: str) -> Iterator[Checked]:
    asked = ",".join((*_NEEDED, *_USEFUL, *_TOO_MUCH))
    query = {"projectKey": key, "permissions": asked}
    path = f"{_api(upstream)}/mypermissions"
    answer = upstream.send(Request(method="GET", path=path, query=query))
    given = part(answer.body, "permissions")
    have = {
        name
        for name, one in (given.items() if isinstance(given, dict) else ())
        if part(one, "havePermission") is True
    }
    lacking = [name for name in _NEEDED if name not in have]
    if not lacking:
        yield ok(f"jira.{key}", f"In {key} the account may see, edit, create, move and comment.")
    for name in lacking:
        yield fail(f"jira.{key}", f"In {key} the account may not {_NEEDED[name]} ({name}).", _ASK)
    for name in (one for one in _USEFUL if one not in have):
        yield warn(f"jira.{key}", f"In {key} the account may not {_USEFUL[name]} ({name}).", _ASK)
    for name in (one for one in _TOO_MUCH if one in have):
        yield warn(
            f"jira.{key}",
            f"The account may {_TOO_MUCH[name]} ({name}), which promotion never needs.",
            "Use an account that is no administrator.",
        )


def _api(upstream: Upstream) -> str:
    return "/rest/api/3" if upstream.flavour is Flavour.CLOUD else "/rest/api/2"
