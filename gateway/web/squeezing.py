"""Answers that are worth it go out compressed, where that tells nobody anything.

The length of a compressed answer tells how much two parts of it are alike, so that a page
which shows somebody's guess beside a secret can be asked until the guess is right (BREACH).
Hence only pages that our own page or the address bar asked for are compressed, never what
another site asked for, never an answer to a form (a new token is one), never one that sets
a cookie. CSRF tokens there are none (``security.py``).
"""

import gzip
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Smaller bodies fit into one packet as they are.
_LEAST = 1_400
#: Larger ones are streamed past, whatever they are.
_MOST = 8 * 1024 * 1024
_TEXTS = ("text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml")
#: Pages are made anew at each look: quick. Files are compressed once.
_QUICK, _BEST = 6, 9
_OURS = frozenset({"same-origin", "none"})


class Squeezed:
    """Compresses texts on their way out."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through; its answer comes back compressed if that is allowed."""
        if scope["type"] == "http" and _may(scope):
            await self.app(scope, receive, _Answer(send, still=_is_file(scope)))
        else:
            await self.app(scope, receive, send)


class _Answer:
    """Holds an answer back until it is whole, unless it is one to be let past."""

    def __init__(self, send: Send, *, still: bool) -> None:
        self.send = send
        self.still = still
        self.start: Message | None = None
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _fits(message):
            self.start = message
            return
        if self.start is None or message["type"] != "http.response.body":
            await self.send(message)
            return
        self.body += message.get("body", b"")
        if message.get("more_body", False):
            return
        body = bytes(self.body)
        squeezed = _kept(body) if self.still else gzip.compress(body, _QUICK)
        headers = MutableHeaders(raw=list(self.start["headers"]))
        headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(squeezed))
        headers.add_vary_header("Accept-Encoding")
        if "etag" in headers and not headers["etag"].startswith("W/"):
            headers["etag"] = f"W/{headers['etag']}"
        await self.send({**self.start, "headers": headers.raw})
        await self.send({"type": "http.response.body", "body": squeezed})


def _may(scope: Scope) -> bool:
    """Return whether an answer to this request may be compressed."""
    headers = Headers(scope=scope)
    # A browser says where a request comes from; whoever does not is no browser with a cookie.
    site = headers.get("sec-fetch-site", "none" if "cookie" not in headers else "")
    return (
        scope["method"] == "GET"
        and "gzip" in headers.get("accept-encoding", "")
        and (site in _OURS or _is_file(scope))
    )


def _is_file(scope: Scope) -> bool:
    return str(scope["path"]).startswith("/static/")


def _fits(start: Message) -> bool:
    """Return whether an answer is a whole text that may be compressed."""
    headers = Headers(raw=start["headers"])
    kind = headers.get("content-type", "").partition(";")[0]
    length = headers.get("content-length", "")
    whole = start["status"] == 200 and length.isdigit() and _LEAST <= int(length) <= _MOST
    return whole and kind in _TEXTS and not {"set-cookie", "content-encoding"} & set(headers)


@lru_cache(maxsize=32)
def _kept(body: bytes) -> bytes:
    return gzip.compress(body, _BEST)
