"""The wall around the pages: same-origin writes only, strict headers on every answer.

Pure ASGI, so that streams pass untouched. CSRF needs no tokens: browsers say where a
request comes from (``Sec-Fetch-Site``, ``Origin``), the session cookie is ``SameSite``,
and a request that carries cookies without saying so is refused.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Called by programs and by pages elsewhere; no cookie is read there (``oauth_door.py``).
TOKEN, REGISTER, REVOKE = "/oauth/token", "/oauth/register", "/oauth/revoke"
OPEN = frozenset({TOKEN, REGISTER, REVOKE})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: No inline script, no inline style, nothing from elsewhere, no frame around us.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not "no-referrer": with it, browsers send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
#: Pages show issues: no cache keeps them. Static files say otherwise themselves.
_UNCACHED = "no-store"


class Wall:
    """Refuses writes from elsewhere and puts the headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_headers(message["headers"])
            await send(message)

        if scope["method"] in _SAFE or scope["path"] in OPEN or same_origin(Headers(scope=scope)):
            await self.app(scope, receive, sealed)
            return
        refusal = PlainTextResponse(
            "This form was sent from another site and was refused. Open the page here and try "
            "again.\n다른 사이트에서 보낸 요청이라 거절했습니다. 이 페이지를 다시 열어 주십시오.\n",
            status_code=403,
        )
        await refusal(scope, receive, sealed)


def same_origin(headers: Headers) -> bool:
    """Return whether a write comes from one of our own pages."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host")
    # Neither header: no browser of today. With a cookie it would act for somebody.
    return site is not None or "cookie" not in headers


def _with_headers(found: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in found}
    wanted = {**_HEADERS, "cache-control": _UNCACHED}
    more = {name: value for name, value in wanted.items() if name.encode() not in present}
    return [*found, *((name.encode(), value.encode()) for name, value in more.items())]
