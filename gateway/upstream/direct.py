"""The short way to Jira: kept connections of our own, one request at a time.

Promotion asks Jira three times for each operation, all day; a client library costs it ten
times what this does. It is taken where nothing stands between us and Jira: no proxy, no
login flow, no file to send. All else goes through ``httpx2``. Both keep the same promises:
no redirect is followed, nothing is sent twice, and an error says whether anything was sent.
"""

import base64
import math
import re
import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from gateway.upstream.framing import Answering, LostError, Raw
from gateway.upstream.steady import steady

__all__ = ["Asking", "Direct", "LostError", "Raw", "UnsentError", "basic"]

#: Bytes that are read at once.
_PART = 64 * 1024
_DEFAULT_PORTS = {"http": 80, "https": 443}
#: What may stand in a request's first line, and in a header's name or value.
_LINE = re.compile(r"[!-~]+")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t -~\x80-\xff]*")


class UnsentError(Exception):
    """Not a byte of the request reached Jira."""


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
    #: Behind this moment of ``steady`` nothing is sent any more.
    begin_by: float = math.inf


@dataclass(slots=True)
class _Kept:
    """An open connection, and when it was last used."""

    socket: socket.socket
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
        request = self._request(asking)
        connection = self._connection()
        if steady() > asking.begin_by or time.monotonic() > asking.until:
            connection.close()
            raise UnsentError("The gateway was held up, so nothing was sent.")
        try:
            raw, keep = _exchange(connection, request, asking)
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
            one.socket.close()

    def _request(self, asking: Asking) -> bytes:
        """Return the bytes of a request; raises UnsentError for what none may hold."""
        parts, content = urlsplit(self.url), asking.content
        target = parts.path + asking.target
        headers = {
            "Host": _host(parts),
            "Accept-Encoding": "gzip",
            **self.headers,
            **asking.headers,
        }
        if content is not None or asking.method != "GET":
            headers["Content-Length"] = str(len(content or b""))
        good = _LINE.fullmatch(target) and _NAME.fullmatch(asking.method)
        if not good or not all(map(_is_header, headers.items())):
            raise UnsentError("The way to Jira is closed: a request holds a sign that none may.")
        lines = [f"{asking.method} {target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + (content or b"")

    def _connection(self) -> socket.socket:
        """Return an open connection that is certainly not closed yet, old or new."""
        while True:
            with self._lock:
                kept = self._idle.pop() if self._idle else None
            if kept is None:
                return self._opened()
            # What was closed in the meantime has something to read: the end.
            if time.monotonic() - kept.used_at < self.keep_idle and not _readable(kept.socket):
                return kept.socket
            kept.socket.close()

    def _opened(self) -> socket.socket:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]
        try:
            made = socket.create_connection((host, port), self.connect_timeout)
        except (OSError, ValueError) as error:
            raise _unreachable(error) from error
        try:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                made = self.tls.wrap_socket(made, server_hostname=host)
            made.settimeout(self.timeout)
        except (OSError, ValueError) as error:
            made.close()
            raise _unreachable(error) from error
        return made


def basic(username: str, secret: str) -> str:
    """Return the header's value with which a user name and a secret prove who we are."""
    return f"Basic {base64.b64encode(f'{username}:{secret}'.encode()).decode()}"


def _exchange(connection: socket.socket, request: bytes, asking: Asking) -> tuple[Raw, bool]:
    """Return the answer, and whether the connection may be used again."""
    answer = Answering(asking.largest)
    try:
        connection.sendall(request)
        while not answer.done:
            came = connection.recv(_PART)
            if not came:
                answer.end()
                break
            answer.feed(came)
            if time.monotonic() > asking.until:
                raise LostError("Jira's answer did not end in time.")
    except OSError as error:
        raise LostError(f"Jira's answer did not arrive ({type(error).__name__}).") from error
    return answer.raw(), answer.keep


def _host(parts: SplitResult) -> str:
    """Return the name under which a server is asked."""
    name = parts.hostname or ""
    shown = f"[{name}]" if ":" in name else name
    usual = parts.port in (None, _DEFAULT_PORTS.get(parts.scheme))
    return shown if usual else f"{shown}:{parts.port}"


def _is_header(pair: tuple[str, str]) -> bool:
    name, value = pair
    return bool(_NAME.fullmatch(name) and _VALUE.fullmatch(value))


def _unreachable(error: Exception) -> UnsentError:
    return UnsentError(f"Jira could not be reached ({type(error).__name__}).")


def _readable(connection: socket.socket) -> bool:
    """Return whether there is something to read where nothing is expected."""
    if connection.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
