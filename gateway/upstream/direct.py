"""The short way to Jira: kept connections of the standard library, one request at a time.

Promotion asks Jira three times for each operation, all day; a client library costs it five
times what this does. It is taken where nothing stands between us and Jira: no proxy, no
login flow, no file to send. All else goes through ``httpx2``. Both keep the same promises:
no redirect is followed, nothing is sent twice, and an error says whether anything was sent.
"""

import base64
import http.client
import select
import ssl
import threading
import time
import zlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

#: Bytes that are read at once.
_PART = 256 * 1024
#: zlib's code for a gzip frame.
_GZIP = 31


class UnsentError(Exception):
    """Not a byte of the request reached Jira."""


class LostError(Exception):
    """The request may have arrived; its answer did not, or not whole."""


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer as it arrived, whole."""

    status: int
    #: By name in lower case.
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Asking:
    """One request as it goes over the wire."""

    method: str
    #: Path and query below the server's base URL.
    target: str
    headers: Mapping[str, str]
    content: bytes | None
    #: Until when the answer has to be whole, by the process's steady clock.
    until: float
    #: Most bytes of an answer, unpacked.
    largest: int


class _Lines:
    """The lines of an answer's head, and whether the last one was the end of everything."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.cut = False

    def readline(self, limit: int = -1) -> bytes:
        line: bytes = self._source.readline(limit)
        self.cut = not line
        return line

    def close(self) -> None:
        self._source.close()


class _Response(http.client.HTTPResponse):
    """An answer whose head has to be whole: the library takes half a head for a head."""

    def begin(self) -> None:
        source = self.fp
        lines: Any = _Lines(source)
        self.fp = lines
        try:
            super().begin()
        finally:
            if self.fp is lines:
                self.fp = source
        if lines.cut:
            raise http.client.IncompleteRead(b"")


@dataclass(slots=True)
class _Kept:
    """An open connection, and when it was last used."""

    connection: http.client.HTTPConnection
    used_at: float


@dataclass(slots=True)
class Direct:
    """Connections to one server; any thread may use it."""

    url: str
    #: Sent with every request; they prove who we are.
    headers: Mapping[str, str] = field(repr=False)
    #: Seconds that connecting, and each wait for more of an answer, may take.
    connect_timeout: float
    timeout: float
    #: Seconds after which an idle connection is not used again.
    keep_idle: float
    #: None: the address is not encrypted.
    tls: ssl.SSLContext | None = None
    _idle: deque[_Kept] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def exchange(self, asking: Asking) -> Raw:
        """Send one request, once; raises UnsentError or LostError."""
        connection = self._connection()
        try:
            raw, keep = _exchange(connection, f"{self._base}{asking.target}", asking, self.headers)
        except BaseException:
            connection.close()
            raise
        if keep:
            with self._lock:
                self._idle.append(_Kept(connection, time.monotonic()))
        else:
            connection.close()
        return raw

    def close(self) -> None:
        """Close all connections that nobody is using."""
        with self._lock:
            kept, self._idle = self._idle, deque()
        for one in kept:
            one.connection.close()

    @property
    def _base(self) -> str:
        return urlsplit(self.url).path

    def _connection(self) -> http.client.HTTPConnection:
        """Return an open connection that is certainly not closed yet, old or new."""
        while True:
            with self._lock:
                kept = self._idle.pop() if self._idle else None
            if kept is None:
                return self._opened()
            # What was closed in the meantime has something to read: the end.
            if time.monotonic() - kept.used_at < self.keep_idle and not _readable(kept.connection):
                return kept.connection
            kept.connection.close()

    def _opened(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        host, port, wait = parts.hostname or "", parts.port, self.connect_timeout
        if self.tls is None:
            made = http.client.HTTPConnection(host, port, timeout=wait)
        else:
            made = http.client.HTTPSConnection(host, port, timeout=wait, context=self.tls)
        made.response_class = _Response
        try:
            made.connect()
        except (OSError, ValueError) as error:
            made.close()
            raise UnsentError(f"Jira could not be reached ({type(error).__name__}).") from error
        made.sock.settimeout(self.timeout)
        return made


def basic(username: str, secret: str) -> str:
    """Return the header's value with which a user name and a secret prove who we are."""
    return f"Basic {base64.b64encode(f'{username}:{secret}'.encode()).decode()}"


def _exchange(
    connection: http.client.HTTPConnection, target: str, asking: Asking, own: Mapping[str, str]
) -> tuple[Raw, bool]:
    """Return the answer, and whether the connection may be used again."""
    headers = {**own, **asking.headers, "Accept-Encoding": "gzip"}
    try:
        connection.request(asking.method, target, asking.content, headers)
    except (http.client.HTTPException, ValueError) as error:
        # It is refused before it is sent: a sign that no request may hold.
        raise UnsentError(f"The way to Jira is closed ({type(error).__name__}).") from error
    except OSError as error:
        raise _unanswered(error) from error
    try:
        response = connection.getresponse()
        names: dict[str, str] = {}
        for name, value in response.getheaders():
            lower = name.lower()
            names[lower] = f"{names[lower]}, {value}" if lower in names else value
        content = _whole(response, names, asking)
        keep = not response.will_close
        response.close()
    except (http.client.HTTPException, OSError, ValueError, zlib.error) as error:
        raise _unanswered(error) from error
    return Raw(response.status, names, content), keep


def _whole(response: http.client.HTTPResponse, headers: Mapping[str, str], asking: Asking) -> bytes:
    """Return an answer's body; gives up on one that is endless, endlessly slow or cut off."""
    packed = headers.get("content-encoding", "identity").strip().casefold()
    if packed not in ("identity", "gzip", ""):
        raise LostError("Jira's answer is packed in a way that nobody asked for.")
    unpack = zlib.decompressobj(_GZIP) if packed == "gzip" else None
    parts: list[bytes] = []
    size = 0
    while came := response.read1(_PART):
        part = came if unpack is None else unpack.decompress(came, asking.largest - size + 1)
        size += len(part)
        if size > asking.largest:
            raise LostError(f"Jira's answer is larger than {asking.largest} bytes.")
        if time.monotonic() > asking.until:
            raise LostError("Jira's answer did not end in time.")
        parts.append(part)
    cut = bool(response.length) or (unpack is not None and size and not unpack.eof)
    if cut:
        raise LostError("Jira's answer did not arrive (it was cut off).")
    return b"".join(parts)


def _unanswered(error: Exception) -> LostError:
    return LostError(f"Jira's answer did not arrive ({type(error).__name__}).")


def _readable(connection: http.client.HTTPConnection) -> bool:
    """Return whether there is something to read where nothing is expected."""
    if connection.sock is None:
        return True
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))
