"""The credentials for the real Jira: the only file that reads them.

They never appear in a repr, an error or a log line; nothing but ``http`` uses them.
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

from gateway.settings import SettingsError, resolved
from sandbox.contract.addresses import Address

#: Idle connections are dropped early: one that Jira closed under us makes the outcome
#: of the next write unknown.
_KEEP_IDLE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where Jira is and how we prove who we are."""

    url: str
    username: str = field(default="", repr=False)
    api_token: str = field(default="", repr=False)
    personal_token: str = field(default="", repr=False)
    #: True, False or the path of a CA bundle.
    verify: bool | str = True
    client_cert: str = ""
    client_key: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    timeout: float = 75.0
    proxy: str = field(default="", repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Credentials":
        """Read the ``JIRA_*`` names; a secret may also come as ``NAME_FILE``."""
        names = resolved(env)
        return cls(
            url=_base_url(names["JIRA_URL"]),
            username=names["JIRA_USERNAME"],
            api_token=names["JIRA_API_TOKEN"],
            personal_token=names["JIRA_PERSONAL_TOKEN"],
            verify=_verify(names["JIRA_SSL_VERIFY"]),
            client_cert=names["JIRA_CLIENT_CERT"],
            client_key=names["JIRA_CLIENT_KEY"],
            headers=_headers(names["JIRA_CUSTOM_HEADERS"]),
            timeout=_timeout(names["JIRA_TIMEOUT"]),
            proxy=names["JIRA_HTTPS_PROXY"],
        )

    @property
    def address(self) -> Address:
        """The base URL as the upstream's address."""
        return Address(self.url)

    def http(self) -> httpx2.Client:
        """Return a client that proves who we are and follows no redirect."""
        return httpx2.Client(
            auth=self._auth(),
            headers={**dict(self.headers), **self._bearer(), "User-Agent": "jira-airlock"},
            verify=self._tls(),
            timeout=httpx2.Timeout(self.timeout, connect=min(self.timeout, 10.0)),
            limits=httpx2.Limits(keepalive_expiry=_KEEP_IDLE_SECONDS),
            proxy=self.proxy or None,
            follow_redirects=False,
            # A sandbox on this machine is never reached through a proxy.
            trust_env=not is_loopback(self.url),
        )

    def _auth(self) -> httpx2.Auth:
        if self.personal_token or not (self.username or self.api_token):
            # An Auth that adds nothing also keeps ~/.netrc from adding something.
            return httpx2.Auth()
        return httpx2.BasicAuth(self.username, self.api_token)

    def _bearer(self) -> dict[str, str]:
        # A personal access token wins, as in mcp-atlassian: it names the account itself.
        return {"Authorization": f"Bearer {self.personal_token}"} if self.personal_token else {}

    def _tls(self) -> bool | ssl.SSLContext:
        if isinstance(self.verify, bool) and not self.client_cert:
            return self.verify
        if isinstance(self.verify, str):
            context = ssl.create_default_context(cafile=self.verify)
        else:
            context = httpx2.create_ssl_context(verify=self.verify)
        if self.client_cert:
            context.load_cert_chain(self.client_cert, self.client_key or None)
        return context


def is_loopback(url: str) -> bool:
    """Return whether a URL names this very machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("JIRA_URL", "has to be the address of a Jira, https://….")
    if parts.username or parts.password:
        raise SettingsError("JIRA_URL", "must not hold a user name or password.")
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def _verify(text: str) -> bool | str:
    if text.lower() in ("yes", "true", "1", "on"):
        return True
    return False if text.lower() in ("no", "false", "0", "off") else text


def _timeout(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SettingsError("JIRA_TIMEOUT", f"is '{text}'; it has to be a number.") from None


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [part.partition("=") for part in re.split(r",(?=\s*[\w-]+=)", text) if part.strip()]
    if any(not sep for _, sep, _ in pairs):
        raise SettingsError("JIRA_CUSTOM_HEADERS", "has to be Name=value, comma-separated.")
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)
