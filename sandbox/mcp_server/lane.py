"""The short way of ``tools/call``: answered past the SDK's machinery of each request.

A stateless request costs the SDK a session, streams and four tasks, several times what a tool
does. Here a plain call is run at once, by the same tools (`calling.py`), and answered in the
same bytes. Whatever is not wholly plain (another method, a header or a member that is not
known here, all that the SDK would refuse) takes the usual way, so that there is one place for
each refusal; `tests/sandbox/mcp_server/test_lane.py` runs the same requests down both.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pydantic_core
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    DEFAULT_NEGOTIATED_VERSION,
    PROTOCOL_VERSION_META_KEY,
    SERVER_INFO_META_KEY,
)
from mcp_types.methods import validate_client_request
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS
from starlette.types import Receive, Scope, Send

from sandbox.mcp_server.asking import Asked
from sandbox.mcp_server.calling import Said, answered
from sandbox.mcp_server.challenge import whole

Json = dict[str, Any]

#: Bytes of a request; what is larger takes the usual way, which counts while it reads.
_LARGEST = 1024 * 1024
_METHOD = "tools/call"
_MEMBERS = {"jsonrpc", "id", "method", "params"}
_PARAMS = {"name", "arguments", "_meta"}
#: Headers that are looked at; one that comes twice is not plain.
_LOOKED_AT = frozenset(
    {
        b"host",
        b"origin",
        b"accept",
        b"content-type",
        b"content-length",
        b"mcp-protocol-version",
        b"mcp-method",
        b"mcp-name",
    }
)
#: Begins the headers that repeat arguments; no argument of ours does.
_REPEATS = b"mcp-param-"


@dataclass(frozen=True, slots=True)
class _Plain:
    """A call that nothing is odd about."""

    version: str
    id: int | str
    name: str
    arguments: Mapping[str, Any]


class CallLane:
    """Answers plain calls of one server's tools."""

    def __init__(self, security: TransportSecuritySettings, server_info: Json) -> None:
        """Know whom to let in, and what this server calls itself."""
        self._hosts = _welcome(security.allowed_hosts)
        self._origins = _welcome(security.allowed_origins)
        self._server_info = server_info

    async def answer(
        self, scope: Scope, receive: Receive, send: Send, who: Asked
    ) -> Receive | None:
        """Answer a plain call and return None; else what receives the request once more."""
        headers = self._plain_headers(scope)
        if headers is None:
            return receive
        body, again = await whole(receive)
        call = _plain_call(body, headers)
        if call is None:
            return again
        text = self._text(call, await answered(who, call.name, call.arguments))
        size = (b"content-length", str(len(text)).encode())
        kind = (b"content-type", b"application/json")
        found = [kind, size] if call.version in HANDSHAKE_PROTOCOL_VERSIONS else [size, kind]
        await send({"type": "http.response.start", "status": 200, "headers": found})
        await send({"type": "http.response.body", "body": text})
        return None

    def _plain_headers(self, scope: Scope) -> dict[bytes, bytes] | None:
        """Return the headers that count, if the transport would find nothing wrong with them."""
        found: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in _LOOKED_AT:
                if name in found:
                    return None
                found[name] = value
            elif name.startswith(_REPEATS):
                return None
        length = found.get(b"content-length", b"")
        good = (
            scope["method"] == "POST"
            and length.isdigit()
            and int(length) <= _LARGEST
            and found.get(b"content-type", b"").partition(b";")[0] == b"application/json"
            and _takes_json(found.get(b"accept", b""))
            and _is_one_of(found.get(b"host", b""), self._hosts)
            and (not found.get(b"origin") or _is_one_of(found[b"origin"], self._origins))
        )
        return found if good else None

    def _text(self, call: _Plain, said: Said) -> bytes:
        """Return the answer as the SDK of the call's era writes it."""
        result: Json = {"content": [{"text": text, "type": "text"} for text in said.texts]}
        result["isError"] = said.refused
        modern = call.version in MODERN_PROTOCOL_VERSIONS
        if modern:
            result["resultType"] = "complete"
        if said.structured is not None:
            result["structuredContent"] = said.structured
        answer = {"jsonrpc": "2.0", "id": call.id, "result": result}
        if not modern:
            return pydantic_core.to_json(answer)
        result["_meta"] = {SERVER_INFO_META_KEY: self._server_info}
        return json.dumps(answer, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class _Welcome:
    whole: frozenset[bytes]
    #: Any port may follow.
    starts: tuple[bytes, ...]


def _welcome(names: list[str]) -> _Welcome:
    starts = tuple(one[:-1].encode() for one in names if one.endswith(":*"))
    return _Welcome(frozenset(one.encode() for one in names), starts)


def _is_one_of(name: bytes, welcome: _Welcome) -> bool:
    return name in welcome.whole or name.startswith(welcome.starts)


@lru_cache(maxsize=64)
def _takes_json(accept: bytes) -> bool:
    kinds = {one.strip().split(b";")[0].strip().lower() for one in accept.split(b",")}
    return bool(kinds & {b"*/*", b"application/*", b"application/json"})


def _plain_call(body: bytes, headers: Mapping[bytes, bytes]) -> _Plain | None:
    said = headers.get(b"mcp-protocol-version")
    version = DEFAULT_NEGOTIATED_VERSION if said is None else said.decode("latin-1")
    modern = version in MODERN_PROTOCOL_VERSIONS
    if not modern and version not in HANDSHAKE_PROTOCOL_VERSIONS:
        return None
    try:
        # Each era's own parser: they differ in what they take.
        message = json.loads(body) if modern else pydantic_core.from_json(body)
        if not _is_call(message) or (modern and not _says_the_same(message, version, headers)):
            return None
        params = message["params"]
        validate_client_request(_METHOD, version, params)
    except (ValueError, RecursionError):
        return None
    return _Plain(version, message["id"], params["name"], params.get("arguments", {}))


def _is_call(message: Any) -> bool:
    if not isinstance(message, dict) or message.keys() != _MEMBERS:
        return False
    params = message["params"]
    return (
        message["jsonrpc"] == "2.0"
        and message["method"] == _METHOD
        and type(message["id"]) in (int, str)
        and isinstance(params, dict)
        and params.keys() <= _PARAMS
        and isinstance(params.get("name"), str)
        and isinstance(params.get("arguments", {}), dict)
        and isinstance(params.get("_meta", {}), dict)
    )


def _says_the_same(message: Json, version: str, headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a message without a handshake carries its envelope, as its headers say."""
    meta: Json = message["params"].get("_meta", {})
    name: str = message["params"]["name"]
    # Other names stand in the header in another spelling.
    return (
        name.isascii()
        and not name.startswith("=?")
        and meta.get(PROTOCOL_VERSION_META_KEY) == version
        and CLIENT_CAPABILITIES_META_KEY in meta
        and headers.get(b"mcp-method") == _METHOD.encode()
        and headers.get(b"mcp-name") == name.encode()
    )
