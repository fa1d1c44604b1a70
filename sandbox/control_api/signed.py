"""Who may knock at the control door: only a request signed with the gateway's secret.

Pure ASGI, around the whole control app, so that no route can be forgotten. Everything
that is not signed gets the same bare 401: missing, wrong, old, replayed or too large.
"""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.contract.door import (
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TIME,
    MAX_SKEW,
    same,
    signature,
)

#: A push of issues is large, but the whole body must be in memory to be verified.
MAX_BODY = 256 * 1024 * 1024
#: A nonce is a random number; longer ones only fill the memory.
_MAX_NONCE = 128


class Signed:
    """Lets signed requests through to the app inside, once each."""

    def __init__(self, inner: ASGIApp, secret: bytes, clock: Callable[[], int]) -> None:
        """Wrap an app; ``clock`` gives microseconds."""
        self._inner = inner
        self._secret = secret
        self._clock = clock
        #: Nonce to the second it was used in.
        self._nonces: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let the lifespan pass."""
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        body = await _whole(receive)
        if body is None or not self._accepts(scope, body):
            await Response(status_code=401)(scope, receive, send)
            return
        await self._inner(scope, _again(body, receive), send)

    def _accepts(self, scope: Scope, body: bytes) -> bool:
        headers = Headers(scope=scope)
        time, nonce = headers.get(HEADER_TIME, ""), headers.get(HEADER_NONCE, "")
        target = scope.get("raw_path") or scope["path"].encode()
        if query := scope.get("query_string"):
            target += b"?" + query
        wanted = signature(
            self._secret, scope["method"], target.decode("latin-1"), time, nonce, body
        )
        # The signature first: only who holds the secret may fill the memory of nonces.
        signed = same(wanted, headers.get(HEADER_SIGNATURE, ""))
        return signed and self._is_new(time, nonce)

    def _is_new(self, time: str, nonce: str) -> bool:
        now = self._clock() // 1_000_000
        if not time.isdecimal() or abs(now - int(time)) > MAX_SKEW:
            return False
        if not nonce or len(nonce) > _MAX_NONCE or nonce in self._nonces:
            return False
        for old in [one for one, used in self._nonces.items() if now - used > 2 * MAX_SKEW]:
            del self._nonces[old]
        self._nonces[nonce] = now
        return True


async def _whole(receive: Receive) -> bytes | None:
    """Return the whole body, or None when it is too large or the client went away."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a receive that gives the body that was read already."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return pending.pop() if pending else await receive()

    return give
