"""Asks an ASGI app in this process, on the caller's own thread and one kept event loop.

Starlette's test client starts a thread and a loop for each request: that is most of what a
step of the walk would cost.
"""

import asyncio
from typing import Any
from urllib.parse import unquote

import httpx2
from starlette.types import ASGIApp, Message

_FAILED = httpx2.Response(500, content=b"Internal Server Error")


class Within(httpx2.BaseTransport):
    """Answers as the app does; what the app raises is a 500."""

    def __init__(self, app: ASGIApp) -> None:
        """Make the loop; ``close`` ends it."""
        self._app = app
        self._loop = asyncio.new_event_loop()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask the app."""
        messages: list[Message] = []
        told = [{"type": "http.request", "body": request.read(), "more_body": False}]

        async def receive() -> Message:
            return told.pop() if told else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            messages.append(message)

        try:
            self._loop.run_until_complete(self._app(_scope(request), receive, send))
        except Exception:  # noqa: BLE001 - a server answers 500 to whatever goes wrong
            return _FAILED
        start = messages[0]
        body = b"".join(one.get("body", b"") for one in messages[1:])
        return httpx2.Response(start["status"], headers=start["headers"], content=body)

    def close(self) -> None:
        """End the loop."""
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


def _scope(request: httpx2.Request) -> dict[str, Any]:
    raw, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": unquote(raw.decode("ascii")),
        "raw_path": raw,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": (request.url.host, request.url.port or 80),
        "extensions": {},
    }
