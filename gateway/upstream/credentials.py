"""The credentials for the real Jira: the only file that reads them.

They never appear in a repr, an error or a log line; nothing but ``http`` uses them.
There may be two of them: one that reads, and one with which promotion writes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import httpx2

from gateway.settings import SettingsError, resolved
from gateway.upstream.direct import Direct, basic
from gateway.upstream.way import Way
from sandbox.contract.addresses import Address

#: Where Atlassian's cloud is asked with scoped tokens, and where people are asked.
ATLASSIAN_API = "https://api.atlassian.com"
ATLASSIAN_AUTH = "https://auth.atlassian.com"
#: Names of the credential that promotion writes with, if it has one of its own.
_OWN_FOR_WRITING = (
    "AIRLOCK_WRITE_USERNAME",
    "AIRLOCK_WRITE_API_TOKEN",
    "AIRLOCK_WRITE_PERSONAL_TOKEN",
    "AIRLOCK_WRITE_ACCESS_TOKEN",
)


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """The OAuth 2.0 (3LO) app with which people connect their Jira accounts."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    scope: str
    #: Where people consent and tokens are made.
    auth_url: str = ATLASSIAN_AUTH
    api_url: str = ATLASSIAN_API


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where Jira is and how we prove who we are."""

    #: Where requests go: the site itself, or ``api.atlassian.com/ex/jira/{cloudId}``.
    url: str
    username: str = field(default="", repr=False)
    api_token: str = field(default="", repr=False)
    personal_token: str = field(default="", repr=False)
    #: Sent as Bearer, like a personal token; something else renews it.
    access_token: str = field(default="", repr=False)
    way: Way = field(default=Way())
    #: Where people open issues; None: at ``url`` itself; empty: Jira says it at the start.
    site_url: str | None = None
    #: Proves who we are in another way than the above, if given.
    auth: httpx2.Auth | None = field(default=None, repr=False)

    @classmethod
    def from_env(
        cls, env: Mapping[str, str], *, process: Mapping[str, str] | None = None
    ) -> "Credentials":
        """Read the names; a secret may also come as ``NAME_FILE``.

        ``process`` is the process environment, for what no file may say.
        """
        names = resolved(env)
        url, site_url = _urls(names, api_url(env if process is None else process))
        return cls(
            url=url,
            site_url=site_url,
            username=names["JIRA_USERNAME"],
            api_token=names["JIRA_API_TOKEN"],
            personal_token=names["JIRA_PERSONAL_TOKEN"],
            access_token=names["ATLASSIAN_OAUTH_ACCESS_TOKEN"],
            way=Way.of(names),
        )

    def for_writing(self, env: Mapping[str, str]) -> "Credentials | None":
        """Return the credentials that only promotion uses; None when there are none."""
        names = resolved(env)
        if not any(names[name] for name in _OWN_FOR_WRITING):
            return None
        return self.as_somebody(
            username=names["AIRLOCK_WRITE_USERNAME"],
            api_token=names["AIRLOCK_WRITE_API_TOKEN"],
            personal_token=names["AIRLOCK_WRITE_PERSONAL_TOKEN"],
            access_token=names["AIRLOCK_WRITE_ACCESS_TOKEN"],
        )

    def as_somebody(
        self,
        *,
        username: str = "",
        api_token: str = "",
        personal_token: str = "",
        access_token: str = "",
        auth: httpx2.Auth | None = None,
        url: str = "",
    ) -> "Credentials":
        """Return the way to the same Jira with another proof and none of ours."""
        return replace(
            self,
            url=url or self.url,
            site_url=self.url if self.site_url is None else self.site_url,
            username=username,
            api_token=api_token,
            personal_token=personal_token,
            access_token=access_token,
            auth=auth,
        )

    @property
    def address(self) -> Address:
        """Where requests go, as an address."""
        return Address(self.url)

    @property
    def kind(self) -> str:
        """How we prove who we are, in a word for people."""
        if self.auth is not None:
            return "OAuth connection"
        if self.access_token:
            return "OAuth access token"
        if self.personal_token:
            return "personal access token"
        if self.username or self.api_token:
            return "API token" if self.site_url in (None, self.url) else "scoped API token"
        return "client certificate" if self.way.client_cert else ""

    def http(self) -> httpx2.Client:
        """Return a client that proves who we are and follows no redirect."""
        return self.way.client(self.url, self._auth(), self._bearer())

    def direct(self) -> Direct | None:
        """Return the short way to the same Jira, with the same proof; None: there is none.

        A consent's token is renewed on the way, which only ``http`` can.
        """
        if self.auth is not None:
            return None
        proof = self._bearer()
        if not proof and (self.username or self.api_token):
            proof = {"Authorization": basic(self.username, self.api_token)}
        return self.way.direct(self.url, proof)

    def _auth(self) -> httpx2.Auth:
        if self.auth is not None:
            return self.auth
        if self._bearer() or not (self.username or self.api_token):
            # An Auth that adds nothing also keeps ~/.netrc from adding something.
            return httpx2.Auth()
        return httpx2.BasicAuth(self.username, self.api_token)

    def _bearer(self) -> dict[str, str]:
        # A token that names the account itself wins over user and password.
        token = "" if self.auth is not None else self.access_token or self.personal_token
        return {"Authorization": f"Bearer {token}"} if token else {}


def oauth_app(
    env: Mapping[str, str], public_url: str, *, process: Mapping[str, str] | None = None
) -> OAuthApp | None:
    """Return the app with which people connect, or None when none is set."""
    names = resolved(env)
    if not names["ATLASSIAN_OAUTH_CLIENT_ID"]:
        return None
    if not names["ATLASSIAN_OAUTH_CLIENT_SECRET"]:
        raise SettingsError("ATLASSIAN_OAUTH_CLIENT_SECRET", "is not set, but the app's id is.")
    test = _stand_in(env if process is None else process)
    return OAuthApp(
        client_id=names["ATLASSIAN_OAUTH_CLIENT_ID"],
        client_secret=names["ATLASSIAN_OAUTH_CLIENT_SECRET"],
        redirect_uri=names["ATLASSIAN_OAUTH_REDIRECT_URI"] or f"{public_url}/jira/callback",
        scope=names["ATLASSIAN_OAUTH_SCOPE"],
        auth_url=test or ATLASSIAN_AUTH,
        api_url=test or ATLASSIAN_API,
    )


def api_url(process: Mapping[str, str]) -> str:
    """Return where Atlassian's cloud is asked: one place, but in tests."""
    return _stand_in(process) or ATLASSIAN_API


def through_api(api: str, cloud_id: str) -> str:
    """Return the base URL of a Cloud site behind ``api.atlassian.com``."""
    return f"{api}/ex/jira/{quote(cloud_id, safe='')}"


def is_loopback(url: str) -> bool:
    """Return whether a URL names this very machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _stand_in(process: Mapping[str, str]) -> str:
    given = process.get("AIRLOCK_TEST_ATLASSIAN", "").rstrip("/")
    if given and not is_loopback(given):
        raise SettingsError("AIRLOCK_TEST_ATLASSIAN", "has to be a loopback URL.")
    return given


def _urls(names: Mapping[str, str], api: str) -> tuple[str, str]:
    """Return where requests go and where people look; the latter may be unknown yet."""
    given, cloud_id = _base_url(names["JIRA_URL"]), names["ATLASSIAN_OAUTH_CLOUD_ID"]
    if given.startswith(f"{api}/ex/"):
        if re.fullmatch(re.escape(api) + r"/ex/jira/[^/]+", given) is None:
            raise SettingsError("JIRA_URL", f"has to be {ATLASSIAN_API}/ex/jira/CLOUD-ID.")
        return given, ""
    return (through_api(api, cloud_id), given) if cloud_id else (given, given)


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("JIRA_URL", "has to be the address of a Jira, https://….")
    if parts.username or parts.password:
        raise SettingsError("JIRA_URL", "must not hold a user name or password.")
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
