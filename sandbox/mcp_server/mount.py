"""MCP at ``/mcp`` and ``/mcp/{task}``: bearer token in, caller set, everything else 401.

The transport is stateless and answers JSON: we never ask the client back, so restarts
break nobody and many processes need no stickiness. GET and DELETE are answered 405 here,
because in stateless mode a GET would open a stream that never ends.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import cast

from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers, QueryParams
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.domain.errors import JiraError, UnauthorizedError
from sandbox.mcp_server import wording
from sandbox.mcp_server.asking import Asked
from sandbox.mcp_server.challenge import (
    insufficient_scope,
    metadata_routes,
    unauthorized,
    wants_to_stage,
    whole,
)
from sandbox.mcp_server.lane import CallLane
from sandbox.mcp_server.own_tools import TASK
from sandbox.mcp_server.profiles import ATLASSIAN, PROFILES
from sandbox.mcp_server.server import build_mcp
from sandbox.operations import tokens
from sandbox.operations.context import Caller, Door, Sandbox

PATH = "/mcp"
Lifespan = Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class ToolSettings:
    """What the settings say about tools."""

    #: The profile of a URL that names none.
    profile: str = ATLASSIAN.name
    #: Names of tools that are switched off, whoever asks.
    denied: frozenset[str] = frozenset()

    def problem(self) -> str | None:
        """Return what is wrong with the settings, as a sentence, or None."""
        if self.profile not in PROFILES:
            return wording.UNKNOWN_PROFILE.format(name=self.profile, names=", ".join(PROFILES))
        known = {name for one in PROFILES.values() for name in one.tools}
        unknown = sorted(self.denied - known)
        return wording.UNKNOWN_DENIED.format(names=", ".join(unknown)) if unknown else None


#: Nothing is switched off.
EVERY_TOOL = ToolSettings()


class BearerDoor:
    """Lets a POST with a good token in, as its agent; answers everything else."""

    #: Others would open what a stateless server does not have.
    methods = frozenset({"POST", "OPTIONS"})

    def __init__(
        self, inner: ASGIApp, sandbox: Sandbox, tools: ToolSettings, lane: CallLane | None
    ) -> None:
        """Wrap the SDK's app for one sandbox; the lane answers what is plain before it."""
        self._tools = tools
        self._inner = inner
        self._sandbox = sandbox
        self._lane = lane

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in self.methods:
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
            return
        task = cast("str", scope["path"]).removeprefix(PATH).removeprefix("/")
        if task and not TASK.fullmatch(task):
            wrong = {"error": "A task's name has letters, digits and . _ ~ - only (at most 64)."}
            await JSONResponse(wrong, status_code=404)(scope, receive, send)
            return
        try:
            caller = self._caller(Headers(scope=scope), task)
        except JiraError as error:
            answer = unauthorized(self._sandbox, str(error), "authorization" in _names(scope))
            await answer(scope, receive, send)
            return
        chosen = QueryParams(scope.get("query_string", b"")).get("tools") or self._tools.profile
        profile = PROFILES.get(chosen)
        if profile is None:
            said = wording.UNKNOWN_PROFILE.format(name=chosen, names=", ".join(PROFILES))
            await JSONResponse({"error": said}, status_code=404)(scope, receive, send)
            return
        if caller.read_only_token:
            asked, receive = await whole(receive)
            if wants_to_stage(profile, asked):
                await insufficient_scope(self._sandbox)(scope, receive, send)
                return
        who = Asked(self._sandbox, caller, profile, self._tools.denied)
        again: Receive | None = receive
        if self._lane is not None:
            again = await self._lane.answer(scope, receive, send, who)
        if again is None:
            return
        state = {
            **scope.get("state", {}),
            "caller": caller,
            "profile": profile,
            "denied": self._tools.denied,
        }
        # Blanks around a value are no part of it (RFC 9110, 5.5); the server leaves some there.
        bare = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
        at = {"path": PATH, "raw_path": PATH.encode(), "root_path": ""}
        inside = {**scope, **at, "headers": bare, "state": state}
        await self._inner(inside, again, send)

    def _caller(self, headers: Headers, task: str) -> Caller:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise UnauthorizedError
        client = headers.get("user-agent", "")[:200]
        return tokens.caller_for(
            self._sandbox, token.strip(), door=Door.MCP, task=task, client=client
        )


def _names(scope: Scope) -> set[str]:
    return {name.decode("latin-1").lower() for name, _ in scope["headers"]}


@dataclass(frozen=True, slots=True)
class Mcp:
    """What answers at ``/mcp`` and below it, and what belongs to it."""

    door: BearerDoor
    routes: tuple[Route, ...]
    #: Must be open while it serves.
    lifespan: Lifespan


def is_mcp(path: str) -> bool:
    """Return whether a path, as the routes know it, is MCP's: the default task's or another's."""
    task = path.removeprefix(PATH + "/")
    return path == PATH or (task not in (path, "") and "/" not in task)


def mount(sandbox: Sandbox, tools: ToolSettings = EVERY_TOOL) -> Mcp:
    """Return the MCP server of a sandbox."""
    server = build_mcp(sandbox)
    security = hosts(sandbox)
    inner = server.streamable_http_app(
        stateless_http=True, json_response=True, transport_security=security
    )
    lane = CallLane(security, server.server_info_stamp)
    door = BearerDoor(inner, sandbox, tools, lane)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    routes = [Route(path, endpoint=door) for path in (PATH, f"{PATH}/{{task}}")]
    return Mcp(door, (*routes, *metadata_routes(sandbox)), lifespan)


def hosts(sandbox: Sandbox) -> TransportSecuritySettings:
    """Return the ``Host`` and ``Origin`` headers that are let in: our own, and this machine's."""
    own = sandbox.address.host
    name = own.rsplit(":", 1)[0]
    names = dict.fromkeys([own, name, f"{name}:*", "127.0.0.1:*", "localhost:*", "[::1]:*"])
    origins = [f"{scheme}://{host}" for host in names for scheme in ("http", "https")]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True, allowed_hosts=list(names), allowed_origins=origins
    )
