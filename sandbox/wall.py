"""The process wall: a running sandbox connects to nothing but its database.

The import wall keeps our own code from opening connections; this one stops the code of
others in the same process (``mcp`` brings an HTTP client). It is a wall against mistakes:
an audit hook cannot be removed, but malicious native code can go around it, which is what
the network wall of ``compose.yaml`` is for. ``libpq`` connects below Python and is not
seen here; only ``sandbox.store.database`` may import it.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

from uvicorn.loops.uvloop import uvloop_loop_factory

#: Events by which Python starts another program.
_PROGRAMS = frozenset(
    (
        "subprocess.Popen",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.system",
        "os.fork",
        "os.forkpty",
        "pty.spawn",
    )
)
#: Events that carry a socket and the address it is about to talk to.
_TALK = frozenset(["socket.connect", "socket.sendto", "socket.sendmsg"])
#: Events that ask a name server; the name is the first argument.
_NAMES = frozenset(["socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"])
#: uvloop connects inside libuv, which raises no audit event: these are closed by name.
_LOOP_DOORS = (
    "create_connection",
    "create_unix_connection",
    "create_datagram_endpoint",
    "sock_connect",
    "sock_sendto",
    "subprocess_exec",
    "subprocess_shell",
    "getaddrinfo",
    "getnameinfo",
)
#: Where a PostgreSQL server listens when its URL does not say.
_POSTGRES_PORT = 5432


class WayOutRefusedError(PermissionError):
    """Something inside the sandbox wanted to call out."""

    def __init__(self, what: str) -> None:
        """Say what was refused."""
        super().__init__(f"A sandbox calls nobody: {what} was refused.")


@dataclass(frozen=True, slots=True)
class Destination:
    """The one place that may be connected to: the database's host and port."""

    host: str
    port: int

    def allows(self, address: object) -> bool:
        """Return whether a socket address is this place."""
        if isinstance(address, tuple) and len(address) >= 2:
            return address[1] == self.port and str(address[0]) in (self.host, *_loopback(self.host))
        return isinstance(address, str) and self.host.startswith("/") and _below(address, self.host)


def destination_of(database_url: str) -> Destination | None:
    """Return where a database URL leads, or None for a file."""
    if database_url.startswith("sqlite"):
        return None
    parts = urlsplit(database_url)
    return Destination(unquote(parts.hostname or "localhost"), parts.port or _POSTGRES_PORT)


def install(database: Destination | None) -> None:
    """Close every way out of this process, for good. Called once, before anything runs."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _TALK:
            _check_address(arguments[1], database)
        elif event in _NAMES:
            _check_name(arguments[0], database)
        elif event in _PROGRAMS:
            raise WayOutRefusedError(f"starting a program ({event})")

    sys.addaudithook(hook)
    loop = uvloop_loop_factory()()
    loop.close()
    _close_loop(type(loop))


def _check_address(address: object, database: Destination | None) -> None:
    # None: the datagram goes where the socket was connected to, which was checked then.
    if address is not None and not (database and database.allows(address)):
        raise WayOutRefusedError(f"a connection to {address!r}")


def _check_name(name: object, database: Destination | None) -> None:
    text = name.decode("ascii", "replace") if isinstance(name, bytes) else name
    # None and literal addresses ask nobody.
    if text is None or not isinstance(text, str) or _literal(text):
        return
    if database is None or text != database.host:
        raise WayOutRefusedError(f"asking for the address of {text!r}")


def _literal(name: str) -> bool:
    return not name or ":" in name or name.replace(".", "").isdigit()


def _loopback(host: str) -> tuple[str, ...]:
    return ("127.0.0.1", "::1") if host == "localhost" else ()


def _below(path: str, folder: str) -> bool:
    return os.path.realpath(path).startswith(os.path.realpath(folder).rstrip("/") + "/")


def _close_loop(loop: type[asyncio.AbstractEventLoop]) -> None:
    """Close the ways out of an event loop class that raises no audit events."""
    for name in _LOOP_DOORS:
        setattr(loop, name, _refusing(name))


def _refusing(name: str) -> Callable[..., Coroutine[Any, Any, NoReturn]]:
    async def refuse(*_arguments: object, **_options: object) -> NoReturn:
        raise WayOutRefusedError(f"{name} of the event loop")

    return refuse
