"""The way to Jira: certificates, proxy, headers and time limits.

Nothing here knows who we are; ``credentials`` does.
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import httpx2

from gateway.settings import SettingsError
from gateway.upstream.direct import Direct

#: Idle connections are dropped early: one that Jira closed under us makes the outcome
#: of the next write unknown.
_KEEP_IDLE_SECONDS = 4.0
#: Seconds after which a server that cannot be connected to is given up.
_CONNECT_SECONDS = 10.0
_AGENT = "jira-airlock"
_LOCAL = re.compile(r"(localhost|127(\.\d{1,3}){3}|::1)")


@dataclass(frozen=True, slots=True)
class Way:
    """How Jira is reached."""

    #: True, False or the path of a CA bundle.
    verify: bool | str = True
    client_cert: str = ""
    client_key: str = field(default="", repr=False)
    client_key_password: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    timeout: float = 75.0
    proxy: str = field(default="", repr=False)
    no_proxy: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Mapping[str, str]) -> "Way":
        """Read the settings by name."""
        return cls(
            verify=_verify(names["JIRA_SSL_VERIFY"]),
            client_cert=names["JIRA_CLIENT_CERT"],
            client_key=names["JIRA_CLIENT_KEY"],
            client_key_password=names["JIRA_CLIENT_KEY_PASSWORD"],
            headers=_headers(names["JIRA_CUSTOM_HEADERS"]),
            timeout=_timeout(names["JIRA_TIMEOUT"]),
            proxy=names["JIRA_HTTPS_PROXY"],
            no_proxy=tuple(one.strip() for one in names["JIRA_NO_PROXY"].split(",") if one.strip()),
        )

    def client(self, url: str, auth: httpx2.Auth, headers: Mapping[str, str]) -> httpx2.Client:
        """Return a client for one base URL; it follows no redirect."""
        proxy = self.own_proxy(url)
        return httpx2.Client(
            auth=auth,
            headers={**dict(self.headers), **headers, "User-Agent": _AGENT},
            verify=self._tls(),
            timeout=httpx2.Timeout(self.timeout, connect=min(self.timeout, _CONNECT_SECONDS)),
            limits=httpx2.Limits(keepalive_expiry=_KEEP_IDLE_SECONDS),
            proxy=proxy or None,
            follow_redirects=False,
            trust_env=self._trusts_env(url),
        )

    def direct(self, url: str, headers: Mapping[str, str]) -> Direct | None:
        """Return the short way to one base URL; None when it leads through a proxy."""
        if self.proxy_of(url):
            return None
        return Direct(
            url,
            {**dict(self.headers), **headers, "User-Agent": _AGENT},
            connect_timeout=min(self.timeout, _CONNECT_SECONDS),
            timeout=self.timeout,
            keep_idle=_KEEP_IDLE_SECONDS,
            tls=self._context(url),
        )

    def own_proxy(self, url: str) -> str:
        """Return the proxy that is set for Jira alone, unless this host is excepted."""
        host = (urlsplit(url).hostname or "").casefold()
        excepted = any(_matches(host, one.casefold()) for one in self.no_proxy)
        return "" if excepted else self.proxy

    def proxy_of(self, url: str) -> str:
        """Return the proxy through which a URL is reached, or nothing."""
        if self.proxy or _local(url):
            return self.own_proxy(url)
        parts = urlsplit(url)
        proxies = getproxies_environment()
        if proxy_bypass(parts.hostname or ""):
            return ""
        return str(proxies.get(parts.scheme) or proxies.get("all") or "")

    def _trusts_env(self, url: str) -> bool:
        # A sandbox on this machine is never reached through a proxy.
        return not _local(url) and not self.proxy

    def _context(self, url: str) -> ssl.SSLContext | None:
        if not url.startswith("https://"):
            return None
        tls = self._tls()
        if isinstance(tls, bool):
            # The very one that the other client makes for itself.
            return httpx2.create_ssl_context(verify=tls, trust_env=self._trusts_env(url))
        return tls

    def _tls(self) -> bool | ssl.SSLContext:
        if isinstance(self.verify, bool) and not self.client_cert:
            return self.verify
        if isinstance(self.verify, str):
            context = _trusting(self.verify)
        else:
            context = httpx2.create_ssl_context(verify=self.verify)
        if self.client_cert:
            self._show_certificate(context)
        return context

    def _show_certificate(self, context: ssl.SSLContext) -> None:
        try:
            context.load_cert_chain(
                self.client_cert,
                self.client_key or None,
                # Never asks at the terminal: an empty password is a wrong one.
                password=lambda: self.client_key_password,
            )
        except (OSError, ValueError) as error:
            raise SettingsError(
                "JIRA_CLIENT_CERT", f"or its key cannot be used: {_reason(error)}."
            ) from error


def _trusting(path: str) -> ssl.SSLContext:
    folder = Path(path).is_dir()
    try:
        return ssl.create_default_context(
            cafile=None if folder else path, capath=path if folder else None
        )
    except OSError as error:
        raise SettingsError(
            "JIRA_SSL_VERIFY", f"names {path}, which cannot be used: {_reason(error)}."
        ) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def _matches(host: str, pattern: str) -> bool:
    if pattern == "*":
        return True
    name = pattern.removeprefix("*").removeprefix(".")
    return host == name or host.endswith(f".{name}")


def _local(url: str) -> bool:
    return _LOCAL.fullmatch(urlsplit(url).hostname or "") is not None


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
