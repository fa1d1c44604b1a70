"""Client ID Metadata Documents: fetched from where a client says that it is described.

Whoever asks for access chooses the address, so the fetch could be turned against the house:
only hosts that the settings name, only https, only addresses that the whole world can
reach, and the connection goes to the very address that was looked at.
"""

import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from gateway.agents_settings import OAuth
from gateway.identity.oauth import Client, OAuthError, of_document

#: Bytes of a document; it lists a name and a few addresses.
LARGEST = 8 * 1024
_TIMEOUT_S = 5.0
#: A document is kept for so long, in microseconds; so many at a time.
_KEPT_US = 300 * 1_000_000
_MOST = 200
_AWAY = "The client's document cannot be fetched from where it says it is."


def addresses_of(host: str) -> list[str]:
    """Return the addresses of a host, as the name server tells them."""
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(slots=True)
class Documents:
    """Fetches documents, and keeps them for a few minutes."""

    resolve: Callable[[str], list[str]] = addresses_of
    #: None: the system's own certificates.
    trust: ssl.SSLContext | None = None
    #: Replaced in tests alone, where the only server is on this machine.
    is_public: Callable[[str], bool] = field(default_factory=lambda: is_public)
    port: int = 443
    _kept: dict[str, tuple[int, Client]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, url: str, oauth: OAuth, now: int) -> Client:
        """Return the client that a document describes; raises OAuthError."""
        host = checked_host(url, oauth)
        with self._lock:
            until, known = self._kept.get(url, (0, None))
        if known is not None and until > now:
            return known
        found = of_document(_object(self._fetch(url, host)), url)
        with self._lock:
            while len(self._kept) >= _MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[url] = (now + _KEPT_US, found)
        return found

    def _fetch(self, url: str, host: str) -> bytes:
        address = self._address(host)
        parts = urlsplit(url)
        shown = f"[{address}]" if ":" in address else address
        pinned = parts._replace(netloc=f"{shown}:{self.port}").geturl()
        try:
            with (
                httpx2.Client(
                    timeout=_TIMEOUT_S,
                    follow_redirects=False,
                    trust_env=False,
                    verify=self.trust or True,
                ) as http,
                http.stream(
                    "GET",
                    pinned,
                    headers={"Host": host, "Accept": "application/json"},
                    # The certificate has to be the host's, not the address's.
                    extensions={"sni_hostname": host},
                ) as answer,
            ):
                if answer.status_code != 200:
                    raise _wrong(_AWAY)
                return _read(answer.iter_raw())
        except httpx2.HTTPError:
            raise _wrong(_AWAY) from None

    def _address(self, host: str) -> str:
        try:
            found = self.resolve(host)
        except OSError:
            raise _wrong(_AWAY) from None
        # One private address among public ones would be enough for a trick.
        if not found or not all(map(self.is_public, found)):
            raise _wrong("The client's document is not at a public address.")
        return found[0]


def checked_host(url: str, oauth: OAuth) -> str:
    """Return the host of a document's address; raises OAuthError for one that may not be."""
    try:
        parts = urlsplit(url)
        strange = parts.port not in (None, 443) or parts.username is not None
    except ValueError:
        raise _wrong("The client id is not an address.") from None
    host = parts.hostname or ""
    dots = {".", "..", "%2e", "%2e%2e"} & {one.lower() for one in parts.path.split("/")}
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= 2000
    if strange or not plain or dots or parts.scheme != "https" or "#" in url or "\\" in url:
        raise _wrong("A client's document has a plain https address.")
    if parts.path in ("", "/") or _is_address(host):
        raise _wrong("A client's document has a host name and a path.")
    if not oauth.documents or host not in oauth.clients:
        raise _wrong(
            f"Documents at {host[:100]} are not fetched here. Whoever runs the gateway can allow "
            "them: AIRLOCK_OAUTH_DOCUMENTS, and the host in AIRLOCK_OAUTH_CLIENTS."
        )
    return host


def is_public(address: str) -> bool:
    """Return whether the whole world can reach an address, however it is written."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is not None:
            return is_public(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)))
    return found.is_global and not found.is_multicast


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # A last label of digits is read as an address by some resolvers: 127.1, 0x7f.1.
        last = host.rstrip(".").rpartition(".")[2].lower()
        return not last or last.isdecimal() or last.startswith("0x")
    return True


def _read(parts: Iterable[bytes]) -> bytes:
    found = bytearray()
    for part in parts:
        found += part
        if len(found) > LARGEST:
            raise _wrong(f"The client's document is larger than {LARGEST} bytes.")
    return bytes(found)


def _object(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _wrong("The client's document is not a JSON object.")
    return found


def _wrong(sentence: str) -> OAuthError:
    return OAuthError("invalid_client", sentence)
