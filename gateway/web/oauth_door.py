"""What agents' clients ask the authorization server: metadata, keys, register, token, revoke.

No cookie is read here and nobody is signed in, so pages elsewhere may call it too: what
counts is what the request itself proves.
"""

import base64
import binascii
import json
from collections.abc import Callable
from typing import cast
from urllib.parse import parse_qsl, unquote

from pydantic import JsonValue
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.identity.oauth import AUTH_METHODS, Client, OAuthError
from gateway.operations import authorizing, trusting
from gateway.operations.context import Gateway
from gateway.web.security import REGISTER, REVOKE, TOKEN
from sandbox.contract.shapes import JsonObject, OAuthScope

METADATA = "/.well-known/oauth-authorization-server"
JWKS = "/oauth/jwks.json"
#: Bytes of a request.
LARGEST = 64 * 1024
_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, MCP-Protocol-Version",
    "Cache-Control": "no-store",
}
_UNREADABLE = "The request cannot be read."


def metadata(gateway: Gateway, _body: bytes, _request: Request) -> tuple[int, JsonObject]:
    """Answer what there is, and where (RFC 8414)."""
    oauth = authorizing.server(gateway)
    methods: list[JsonValue] = [*AUTH_METHODS]
    return 200, {
        "issuer": oauth.issuer,
        "authorization_endpoint": f"{oauth.issuer}/oauth/authorize",
        "token_endpoint": f"{oauth.issuer}{TOKEN}",
        "registration_endpoint": f"{oauth.issuer}{REGISTER}",
        "revocation_endpoint": f"{oauth.issuer}{REVOKE}",
        "jwks_uri": f"{oauth.issuer}{JWKS}",
        "scopes_supported": [*OAuthScope],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": oauth.documents,
        "ui_locales_supported": ["en", "ko"],
    }


def jwks(gateway: Gateway, _body: bytes, _request: Request) -> tuple[int, JsonObject]:
    """Answer the public key that access tokens are signed with."""
    authorizing.server(gateway)
    return 200, {"keys": [trusting.mint(gateway.settings).public]}


def register(gateway: Gateway, body: bytes, _request: Request) -> tuple[int, JsonObject]:
    """Register a client (RFC 7591)."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise OAuthError("invalid_client_metadata", _UNREADABLE)
    client, secret = authorizing.register(gateway, found)
    return 201, _registered(client, secret, gateway.clock())


def token(gateway: Gateway, body: bytes, request: Request) -> tuple[int, JsonObject]:
    """Exchange a code, or renew a token."""
    form = _form(body)
    client_id = _client(gateway, form, request)
    kind = form.get("grant_type")
    if kind == "authorization_code":
        issued = authorizing.exchange(
            gateway,
            client_id,
            form.get("code", ""),
            redirect_uri=form.get("redirect_uri"),
            verifier=form.get("code_verifier", ""),
            resource=form.get("resource"),
        )
    elif kind == "refresh_token":
        issued = authorizing.refresh(
            gateway,
            client_id,
            form.get("refresh_token", ""),
            scope=form.get("scope"),
            resource=form.get("resource"),
        )
    else:
        raise OAuthError("unsupported_grant_type", "There are authorization_code, refresh_token.")
    return 200, issued.answer()


def revoke(gateway: Gateway, body: bytes, request: Request) -> tuple[int, JsonObject]:
    """End what a token came of (RFC 7009); the same answer for one that is unknown."""
    form = _form(body)
    authorizing.revoke_token(gateway, _client(gateway, form, request), form.get("token", ""))
    return 200, {}


Work = Callable[[Gateway, bytes, Request], tuple[int, JsonObject]]


def _route(path: str, method: str, work: Work) -> Route:
    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_OPEN)
        gateway = cast("Gateway", request.app.state.gateway)
        try:
            body = await request.body()
            status, said = await run_in_threadpool(work, gateway, body, request)
        except OAuthError as error:
            return _refused(error)
        return JSONResponse(said, status, _OPEN)

    return Route(path, answer, methods=[method, "OPTIONS"], max_body_size=LARGEST)


ROUTES = (
    _route(METADATA, "GET", metadata),
    _route(JWKS, "GET", jwks),
    _route(REGISTER, "POST", register),
    _route(TOKEN, "POST", token),
    _route(REVOKE, "POST", revoke),
)


def _refused(error: OAuthError) -> Response:
    headers = dict(_OPEN)
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="jira-airlock"'
    said = {"error": error.code, "error_description": error.sentence}
    return JSONResponse(said, error.status, headers)


def _registered(client: Client, secret: str, now: int) -> JsonObject:
    found: JsonObject = {
        "client_id": client.client_id,
        "client_id_issued_at": now // 1_000_000,
        "client_name": client.name,
        "redirect_uris": [*client.redirect_uris],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": client.auth_method,
        "scope": " ".join(OAuthScope),
    }
    never: JsonObject = {"client_secret": secret, "client_secret_expires_at": 0}
    return found | (never if secret else {})


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise OAuthError("invalid_request", _UNREADABLE) from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise OAuthError("invalid_request", "A parameter stands twice in the request.")
    return found


def _client(gateway: Gateway, form: dict[str, str], request: Request) -> str:
    """Return which client asks, after it proved that; raises OAuthError."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        named, secret = _basic(given)
        if client_id and client_id != named:
            raise OAuthError("invalid_request", "Two clients are named in one request.")
        client_id = named
    authorizing.prove(gateway, client_id, secret)
    return client_id


def _basic(given: str) -> tuple[str, str]:
    try:
        name, separator, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name, separator, secret = "", "", ""
    if not separator:
        raise OAuthError("invalid_client", _UNREADABLE, 401)
    return unquote(name), unquote(secret)
