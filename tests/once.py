"""What a test process does once, where the program does it once in its life.

Thousands of tests open a database and an app of their own. Statements are compiled for the
first of them, the machine's certificates read once, and a request to an app in this process
is carried in one step, on an event loop that stays.
"""

import atexit
import contextlib
import os
import ssl
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import unquote

import anyio.from_thread
import httpcore2
import httpx2
from anyio.from_thread import BlockingPortal
from argon2 import PasswordHasher
from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.util import LRUCache
from starlette import testclient
from starlette.testclient import TestClient
from starlette.types import Message, Scope

from gateway.identity import passwords
from gateway.store import database as gateway_database
from sandbox.store import database as sandbox_database

#: What the programs tell each SQLite connection; ``spare_the_disk`` changes one thing.
GATEWAY_PRAGMAS = gateway_database._PRAGMAS
SANDBOX_PRAGMAS = sandbox_database._PRAGMAS
#: How the program hashes passwords; ``hash_quickly`` takes another.
HASHER = passwords._HASHER
_PORTS = {"http": 80, "https": 443}


class _Compiled(LRUCache[Any, Any]):
    """Statements as they were compiled for any engine with such a dialect."""

    __slots__ = ()

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_for_any(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_for_any(key), value)


def _for_any(key: Any) -> Any:
    """Return a key that says which kind of dialect it is of, not which engine's."""
    dialect: Dialect = key[0]
    return (dialect.name, dialect.driver, *key[1:])


_compiled = _Compiled(5_000)


def share_statements() -> None:
    """Let every engine use what others have compiled: half the time of a short test."""
    make = Engine.__init__

    def made(self: Engine, *args: Any, **options: Any) -> None:
        make(self, *args, **options)
        self._compiled_cache = _compiled

    Engine.__init__ = made  # type: ignore[method-assign]


def ask_servers_once() -> None:
    """Ask the session's PostgreSQL what it is at the first engine, not at every one."""
    ask = PGDialect_psycopg.initialize
    told: dict[str, Any] = {}

    def initialize(self: PGDialect_psycopg, connection: Connection) -> None:
        if not told:
            before = dict(vars(self))
            ask(self, connection)  # type: ignore[no-untyped-call]
            told.update({k: v for k, v in vars(self).items() if before.get(k, told) is not v})
            told.pop("_type_memos", None)  # types, not the server
        vars(self).update(told)

    PGDialect_psycopg.initialize = initialize  # type: ignore[method-assign]


def spare_the_disk() -> None:
    """Let no commit wait for the disk: that outlives a power cut, and a kill does without."""
    gateway_database._PRAGMAS = _unhurried(GATEWAY_PRAGMAS)
    sandbox_database._PRAGMAS = _unhurried(SANDBOX_PRAGMAS)


def _unhurried(pragmas: tuple[str, ...]) -> Any:
    kept = (one for one in pragmas if not one.startswith("synchronous"))
    return (*kept, "synchronous=OFF")


def hash_quickly() -> None:
    """Hash passwords as cheaply as Argon2 can: a test keeps what the program does dear."""
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def keep_certificates() -> None:
    """Load the machine's certificates once: thousands of clients here speak plain HTTP."""
    load = httpcore2.default_ssl_context

    @cache
    def loaded(trust_env: bool, *_where: str | None) -> ssl.SSLContext:
        return load(_trust_env=trust_env)

    def kept(*, _trust_env: bool = True) -> ssl.SSLContext:
        where = (os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
        return loaded(_trust_env, *where)

    httpcore2.default_ssl_context = kept


def carry_requests() -> None:
    """Give an app its request and take the whole answer in one step instead of nine."""
    testclient._TestClientTransport.handle_request = _handle_request  # type: ignore[method-assign,assignment]
    TestClient._portal_factory = _portal  # type: ignore[method-assign,assignment]


@contextlib.contextmanager
def _portal(client: TestClient) -> Iterator[BlockingPortal]:
    """Lend the client's own event loop if its app was started, else the one that stays."""
    yield client.portal or _standing()


@cache
def _standing() -> BlockingPortal:
    stack = contextlib.ExitStack()
    portal = stack.enter_context(anyio.from_thread.start_blocking_portal())
    atexit.register(stack.close)
    return portal


def _handle_request(
    transport: testclient._TestClientTransport, request: httpx2.Request
) -> httpx2.Response:
    """Answer as Starlette's own does; its response is whole before it is returned."""
    body = request.read()
    answered: list[Message] = []

    async def run() -> None:
        whole = anyio.Event()
        asked = False

        async def receive() -> Message:
            nonlocal asked
            if asked:
                await whole.wait()
                return {"type": "http.disconnect"}
            asked = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            kind = message["type"]
            assert not whole.is_set(), f"{kind} after the whole response"
            assert (kind == "http.response.start") is not answered, f"{kind} at a wrong moment"
            answered.append(message)
            if kind == "http.response.body" and not message.get("more_body"):
                whole.set()

        await transport.app(_scope(transport, request), receive, send)

    return _response(transport, request, run, answered)


def _scope(transport: testclient._TestClientTransport, request: httpx2.Request) -> Scope:
    url = request.url
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "path": unquote(url.path),
        "raw_path": url.raw_path.split(b"?", 1)[0],
        "root_path": transport.root_path,
        "scheme": url.scheme,
        "query_string": url.query,
        "headers": [(k.lower().encode(), v.encode()) for k, v in request.headers.multi_items()],
        "client": transport.client,
        "server": [url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]],
        "extensions": {},
        "state": transport.app_state.copy(),
    }


def _response(
    transport: testclient._TestClientTransport,
    request: httpx2.Request,
    run: Callable[[], Any],
    answered: list[Message],
) -> httpx2.Response:
    try:
        with transport.portal_factory() as portal:
            portal.call(run)
    except Exception:
        if transport.raise_server_exceptions:
            raise
    if not answered:
        assert not transport.raise_server_exceptions, "the app gave no response"
        return httpx2.Response(500, request=request)
    start, *rest = answered
    content = b"" if request.method == "HEAD" else b"".join(bytes(one["body"]) for one in rest)
    headers = [(key.decode(), value.decode()) for key, value in start["headers"]]
    stream = httpx2.ByteStream(content)
    return httpx2.Response(start["status"], headers=headers, stream=stream, request=request)
