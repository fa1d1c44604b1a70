"""Upstream addresses in placeholder form, and back.

The sandbox must never learn where the real Jira is, yet issue texts and ``self`` links
are full of its address. The gateway replaces each of its upstream's addresses by a
placeholder under ``.invalid`` (RFC 2606: never resolves) before anything enters a
sandbox, the sandbox shows the placeholder as its own public address, and the gateway
turns placeholders back before it compares, digests or writes. Three spellings are kept
apart so that the way back is exact: the full address, its percent-encoded form, and the
bare host.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import quote, urlsplit

PLACEHOLDER = "https://u0.airlock.invalid"
_PLACEHOLDER_QUOTED = quote(PLACEHOLDER, safe="")
_PLACEHOLDER_HOST = "u0h.airlock.invalid"
#: Host names have no case, but text has: the hexadecimal number says where it differs.
_PLACEHOLDER_HOSTS = re.compile(r"u0h(?P<swapped>[0-9a-f]*)\.airlock\.invalid")
#: What may not follow: more of a longer host's name, or another port. Only ASCII letters
#: count: a Korean particle follows a host without a space ("jira.example.com에서").
_END = r"(?![A-Za-z0-9]|-[A-Za-z0-9-]*\.[A-Za-z0-9]|\.[A-Za-z0-9]|:\d|%3[Aa]\d)"
#: What may not stand before a bare host: myjira.example.com must not match
#: jira.example.com. A percent-encoded character and a line break in JSON text end a name.
_START = r"(?:(?<![A-Za-z0-9])(?<![A-Za-z0-9][.-])|(?<=%[0-9A-Fa-f]{2})|(?<=(?<!\\)\\[nrt]))"
#: A host of one word ("jira", "localhost") is also a word: it must stand in a URL.
_IN_URL = r"(?<=//)"


@dataclass(frozen=True, slots=True)
class Address:
    """A base URL as text: scheme, host, port and context path, no trailing slash."""

    url: str

    @property
    def host(self) -> str:
        """Host and port as they stand in the URL."""
        return urlsplit(self.url).netloc

    @property
    def quoted(self) -> str:
        """The URL percent-encoded, as it stands inside another URL's query."""
        return _quoted(self.url)


def to_placeholder(text: str, upstream: Address) -> str:
    """Replace every spelling of an upstream's address by its placeholder."""
    text = _pattern(upstream.url).sub(PLACEHOLDER, text)
    text = _pattern(upstream.quoted).sub(_PLACEHOLDER_QUOTED, text)
    return _hosts_to_placeholders(text, upstream.host)


def from_placeholder(text: str, address: Address) -> str:
    """Replace every placeholder by the matching spelling of ``address``."""
    if "airlock.invalid" not in text:
        return text
    text = text.replace(PLACEHOLDER, address.url)
    text = text.replace(_PLACEHOLDER_QUOTED, address.quoted)
    return _PLACEHOLDER_HOSTS.sub(lambda found: _swapped(address.host, found["swapped"]), text)


def own_to_placeholder(text: str, own: Address) -> str:
    """Turn a sandbox's own address, with or without ``/t/{task}``, into the placeholder."""
    text = _pattern(own.url, r"(?:/t/[A-Za-z0-9._~-]+(?![A-Za-z0-9._~-]))?").sub(PLACEHOLDER, text)
    text = _pattern(own.quoted).sub(_PLACEHOLDER_QUOTED, text)
    return _hosts_to_placeholders(text, own.host)


def _hosts_to_placeholders(text: str, host: str) -> str:
    def placeholder(found: re.Match[str]) -> str:
        pairs = enumerate(zip(found.group(), host, strict=True))
        bits = sum(1 << place for place, (letter, usual) in pairs if letter != usual)
        return f"u0h{bits:x}.airlock.invalid" if bits else _PLACEHOLDER_HOST

    return _host_pattern(host).sub(placeholder, text)


def _swapped(host: str, swapped: str) -> str:
    bits = int(swapped or "0", 16)
    return "".join(
        letter.swapcase() if bits >> place & 1 else letter for place, letter in enumerate(host)
    )


@cache
def _pattern(url: str, more: str = "") -> re.Pattern[str]:
    return re.compile(re.escape(url) + more + _END)


@lru_cache(maxsize=1024)
def _quoted(url: str) -> str:
    # Asked for with every answer that a sandbox gives.
    return quote(url, safe="")


@cache
def _host_pattern(host: str) -> re.Pattern[str]:
    start = _START if "." in host or ":" in host else _IN_URL
    return re.compile(start + re.escape(host) + _END, re.IGNORECASE | re.ASCII)
