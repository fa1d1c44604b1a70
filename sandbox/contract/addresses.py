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
from urllib.parse import quote, urlsplit

PLACEHOLDER = "https://u0.airlock.invalid"
_PLACEHOLDER_QUOTED = quote(PLACEHOLDER, safe="")
_PLACEHOLDER_HOST = "u0h.airlock.invalid"


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
        return quote(self.url, safe="")


def to_placeholder(text: str, upstream: Address) -> str:
    """Replace every spelling of an upstream's address by its placeholder."""
    text = text.replace(upstream.url, PLACEHOLDER)
    text = text.replace(upstream.quoted, _PLACEHOLDER_QUOTED)
    return _host_pattern(upstream.host).sub(_PLACEHOLDER_HOST, text)


def from_placeholder(text: str, address: Address) -> str:
    """Replace every placeholder by the matching spelling of ``address``."""
    if "airlock.invalid" not in text:
        return text
    text = text.replace(PLACEHOLDER, address.url)
    text = text.replace(_PLACEHOLDER_QUOTED, address.quoted)
    return text.replace(_PLACEHOLDER_HOST, address.host)


def own_to_placeholder(text: str, own: Address) -> str:
    """Turn a sandbox's own address, with or without ``/t/{task}``, into the placeholder."""
    pattern = re.escape(own.url) + r"(?:/t/[A-Za-z0-9._~-]+(?=/|$|[\"'\s?#]))?"
    text = re.sub(pattern, PLACEHOLDER, text)
    return text.replace(own.quoted, _PLACEHOLDER_QUOTED)


def _host_pattern(host: str) -> re.Pattern[str]:
    # Not inside a longer name: jira.example.com must not match myjira.example.com.
    return re.compile(r"(?<![\w.-])" + re.escape(host) + r"(?![\w-]|\.\w|:\d)", re.IGNORECASE)
