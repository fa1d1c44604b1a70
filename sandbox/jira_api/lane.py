"""The short way to a whole issue: what clients ask most, answered before FastAPI.

A framework's layers alone cost more than the read. Whatever is not the plain case (another
address, a parameter, a stranger, an issue that is not seen, an upstream, PostgreSQL) takes the
usual way, so that there is only one place for each refusal.
"""

import re
from typing import cast

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.contract.addresses import from_placeholder
from sandbox.contract.shapes import Dialect, Flavour
from sandbox.jira_api.call import DIALECTS, DOORS, shown_at
from sandbox.jira_api.doorstep import HEADER, inside
from sandbox.jira_api.errors import MEDIA
from sandbox.jira_api.sign_in import SignIn
from sandbox.operations import news, reading
from sandbox.operations.context import Role

_ISSUE = re.compile(r"/rest/api/(2|3|latest)/issue/([A-Za-z0-9_]+-[0-9]+|[0-9]+)")

Headers = list[tuple[bytes, bytes]]


class Lane:
    """Wraps the agents' app of one sandbox."""

    def __init__(self, app: ASGIApp, sign_in: SignIn, context_path: str) -> None:
        """Wrap an app that is reached below a context path (``""`` or ``/jira``)."""
        self.app = app
        self._sign_in = sign_in
        self._context = context_path
        sandbox = sign_in.sandbox
        # PostgreSQL is read in the threadpool, where nothing is won.
        on_loop = sandbox.database.dialect_name == "sqlite"
        self._open = on_loop and sandbox.role is Role.SHADOW
        self._headers: Headers = [
            (HEADER.lower().encode(), sandbox.role.value.encode()),
            (b"content-type", MEDIA.encode()),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        answer = self._answer(scope) if self._open and _is_plain(scope) else None
        if answer is None:
            await self.app(scope, receive, send)
            return
        headers, body = answer
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Scope) -> tuple[Headers, bytes] | None:
        found = inside(scope, self._context)
        asked = _ISSUE.fullmatch(cast("str", found["path"]))
        if asked is None:
            return None
        dialect, sandbox = DIALECTS[asked[1]], self._sign_in.sandbox
        # Data Center has no version 3.
        if dialect is Dialect.V3 and sandbox.flavour is Flavour.SERVER:
            return None
        task = found["state"]["task"]
        try:
            known = self._sign_in.known(HTTPConnection(found), DOORS[dialect], task)
            text = reading.issue_text(sandbox, known.caller, asked[2], dialect)
        except Exception:  # noqa: BLE001 - whatever it is, the usual way meets it again and says so
            return None
        body = from_placeholder(text, shown_at(sandbox, task)).encode()
        who = [(name.lower().encode(), value.encode()) for name, value in known.headers.items()]
        length = (b"content-length", str(len(body)).encode())
        said = news.header(sandbox, known.caller, asked[2])
        told = [(news.HEADER.lower().encode(), said.encode())] if said else []
        return [length, *who, *told, *self._headers], body


def _is_plain(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and not scope["query_string"]
        and not any(name == b"content-length" for name, _ in scope["headers"])
    )
