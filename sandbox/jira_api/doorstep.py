"""What happens to every request before any route sees it, as one pure ASGI layer.

It takes the context path and ``/t/{task}`` off the path, keeps bodies small, marks every
answer with ``X-Airlock-Sandbox``, and turns a crash into Jira's bare 500.
"""

import logging
import re
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.domain.errors import TooLargeError
from sandbox.jira_api import errors
from sandbox.jira_api.faulty import HungUpError
from sandbox.operations.context import Role

HEADER = "X-Airlock-Sandbox"
#: As large as an attachment may be on a Jira that nobody configured.
MAX_BODY = 10 * 1024 * 1024
#: A refused body is read to its end, up to this, so that the client sees the answer.
_MAX_DRAINED = 8 * MAX_BODY

_TASK = re.compile(r"/t/(?P<task>[A-Za-z0-9._~-]{1,64})(?P<rest>/.*)?")

log = logging.getLogger("airlock.sandbox")


class Doorstep:
    """Wraps the agents' app of one sandbox."""

    def __init__(self, app: ASGIApp, *, role: Role, context_path: str) -> None:
        """Wrap an app that is reached below a context path (``""`` or ``/jira``)."""
        self._app = app
        self._role = role.value
        self._context = context_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        within = inside(scope, self._context)
        stamped = _Stamped(send, self._role)
        limited = _Limited(receive)
        if _announced(scope) > MAX_BODY:
            await limited.drain()
            await errors.response(_too_large())(scope, receive, stamped)
            return
        try:
            await self._app(within, limited, stamped)
        except HungUpError:
            raise
        except Exception:
            log.exception("crash", extra={"method": scope["method"]})
            if stamped.started:
                raise
            await errors.crashed()(scope, receive, stamped)


class _Stamped:
    """A ``send`` that marks the answer."""

    def __init__(self, send: Send, role: str) -> None:
        self._send = send
        self._header = (HEADER.lower().encode(), role.encode())
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            message["headers"] = [*message["headers"], self._header]
        await self._send(message)


class _Limited:
    """A ``receive`` that gives up on a body that is too large."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._size = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            if self._size > MAX_BODY:
                if message.get("more_body"):
                    await self.drain()
                raise _too_large()
        return message

    async def drain(self) -> None:
        """Read the rest of the body away."""
        while self._size <= _MAX_DRAINED:
            message = await self._receive()
            if message["type"] != "http.request" or not message.get("more_body"):
                return
            self._size += len(message.get("body", b""))


def inside(scope: Scope, context: str) -> Scope:
    """Return the scope as the routes know it; ``state`` gets the task."""
    path = cast("str", scope["path"])
    if context and (path == context or path.startswith(context + "/")):
        path = path[len(context) :] or "/"
    task = ""
    if path.startswith("/t/") and (found := _TASK.fullmatch(path)):
        task, path = found["task"], found["rest"] or "/"
    if path == "/mcp" and task:
        path = f"/mcp/{task}"
    state = {**scope.get("state", {}), "task": task}
    return {**scope, "path": path, "raw_path": path.encode(), "state": state}


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _too_large() -> TooLargeError:
    return TooLargeError(f"The request body is larger than {MAX_BODY} bytes.")
