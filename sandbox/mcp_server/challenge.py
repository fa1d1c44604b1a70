"""What a client is told that has no good token: where to get one, and for which scopes.

RFC 9728 metadata, ``WWW-Authenticate`` with its address, and the step-up of a token that
reads to one that stages. Every task's address names the one resource ``/mcp``.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive

from sandbox.contract.shapes import JsonObject, OAuthScope, TrustedIssuer
from sandbox.mcp_server.profiles import Profile
from sandbox.operations import tokens
from sandbox.operations.context import Sandbox

#: Where RFC 9728 has the metadata of what is at the root.
WELL_KNOWN = "/.well-known/oauth-protected-resource"
_NO_TOKEN = (
    "Send a valid agent token as 'Authorization: Bearer …'. "
    "A person makes one with 'airlock agent create'."
)
_SIGN_IN = "Or let the client sign in (OAuth)."
_STAGE_TOO = (
    "This access token was consented for reading only. To stage changes for review the "
    "person has to allow that too: sign in again."
)
#: Bytes of a request that are looked at; the SDK refuses more than this too.
_LARGEST = 4 * 1024 * 1024


def resource(sandbox: Sandbox) -> str:
    """Return the one resource that tokens are for, whatever the task."""
    return f"{sandbox.address.url}/mcp"


def unauthorized(sandbox: Sandbox, why: str, tried: bool) -> Response:
    """Return the answer to a request without a good token."""
    issuer = tokens.trusted_issuer(sandbox)
    said = {
        "error": "invalid_token" if tried else "unauthorized",
        "error_description": " ".join(
            part for part in (why if tried else "", _NO_TOKEN, _SIGN_IN if issuer else "") if part
        ),
    }
    error = {"error": "invalid_token", "error_description": why} if tried and issuer else {}
    headers = {"WWW-Authenticate": _challenge(sandbox, issuer, error)}
    return JSONResponse(said, status_code=401, headers=headers)


def insufficient_scope(sandbox: Sandbox) -> Response:
    """Return the answer to a write with a token that only reads: which scopes it takes."""
    issuer = tokens.trusted_issuer(sandbox)
    error = {"error": "insufficient_scope", "error_description": _STAGE_TOO}
    headers = {"WWW-Authenticate": _challenge(sandbox, issuer, error)}
    return JSONResponse(error, status_code=403, headers=headers)


async def whole(receive: Receive) -> tuple[bytes, Receive]:
    """Return a request's body, and what receives it once more."""
    read: list[Message] = []
    size = 0
    while True:
        message = await receive()
        read.append(message)
        size += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body") or size > _LARGEST:
            break

    async def again() -> Message:
        return read.pop(0) if read else await receive()

    return b"".join(one.get("body", b"") for one in read), again


def wants_to_stage(profile: Profile, body: bytes) -> bool:
    """Return whether a message calls a tool that stages something."""
    try:
        message: Any = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(message, dict) or message.get("method") != "tools/call":
        return False
    asked = message.get("params")
    name = asked.get("name") if isinstance(asked, dict) else None
    tool = profile.tools.get(name) if isinstance(name, str) else None
    return tool is not None and bool(tool.stages)


def metadata_routes(sandbox: Sandbox) -> list[Route]:
    """Return the routes of the metadata, of the resource and of every task's address."""

    async def metadata(request: Request) -> Response:
        issuer = tokens.trusted_issuer(sandbox)
        if issuer is None or not _is_ours(sandbox, request.path_params.get("path", "")):
            return JSONResponse({"error": "No OAuth issuer is trusted here."}, 404, _OPEN)
        return JSONResponse(_document(sandbox, issuer), headers=_OPEN)

    return [Route(path, metadata) for path in (WELL_KNOWN, WELL_KNOWN + "{path:path}")]


#: Clients in browsers may read it: it is public.
_OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}


def _document(sandbox: Sandbox, issuer: TrustedIssuer) -> JsonObject:
    return {
        "resource": resource(sandbox),
        "authorization_servers": [issuer.issuer],
        "scopes_supported": [issuer.word(one) for one in OAuthScope],
        "bearer_methods_supported": ["header"],
        "resource_name": "jira-airlock (shadow copies of Jira issues)",
    }


def _challenge(sandbox: Sandbox, issuer: TrustedIssuer | None, error: dict[str, str]) -> str:
    if issuer is None:
        return "Bearer"
    parts = urlsplit(resource(sandbox))
    where = f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}{parts.path}"
    scopes = " ".join(issuer.word(one) for one in OAuthScope)
    words = {**error, "resource_metadata": where, "scope": scopes}
    return "Bearer " + ", ".join(f'{name}="{_quoted(value)}"' for name, value in words.items())


def _is_ours(sandbox: Sandbox, path: str) -> bool:
    """Return whether the metadata of this path is asked for rightly: /mcp or a task's."""
    path = path.removeprefix(urlsplit(sandbox.address.url).path.rstrip("/"))
    parts = path.strip("/").split("/")
    if len(parts) == 3 and parts[0] == "t":
        return parts[2] == "mcp"
    return parts == [""] or (parts[0] == "mcp" and len(parts) <= 2)


def _quoted(value: str) -> str:
    return "".join(one for one in value if one.isprintable()).replace('"', "'").replace("\\", "/")
