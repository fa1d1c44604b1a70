"""A test build of the MCP server: the product's, with the suite's fixtures, stateful, in SSE.

It has sessions, streams and questions back to the client, which the product does without;
the server, the sign-in and the checks of ``Host`` and ``Origin`` are the product's.
"""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from mcp.server import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.streamable_http import EventCallback, EventMessage, EventStore
from mcp.types import (
    CallToolRequestParams,
    EmptyResult,
    GetPromptRequestParams,
    JSONRPCMessage,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    SetLevelRequestParams,
    SubscribeRequestParams,
    UnsubscribeRequestParams,
)
from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.contract.addresses import Address
from sandbox.contract.shapes import Flavour
from sandbox.mcp_server.mount import EVERY_TOOL, BearerDoor, hosts
from sandbox.mcp_server.server import build_mcp
from tests.conformance.mcp.authorization import free_port
from tests.conformance.mcp.fixture_forms import form
from tests.conformance.mcp.fixtures import (
    IMAGE,
    PNG,
    TOOLS,
    Context,
    Json,
    accepted,
    ask,
    resource,
    text,
)
from tests.sandbox.jira_api.visitors import TOKEN, shadow

__all__ = ["TOKEN", "fixture_server"]


class _Door(BearerDoor):
    """The product's door for a server that has sessions."""

    methods = frozenset({"POST", "GET", "DELETE", "OPTIONS"})


@dataclass
class _Events(EventStore):
    """Keeps every message, so that a stream that was cut can be taken up again."""

    kept: list[tuple[str, str, JSONRPCMessage | None]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def store_event(self, stream_id: str, message: JSONRPCMessage | None) -> str:
        name = str(next(self.numbers))
        self.kept.append((name, stream_id, message))
        return name

    async def replay_events_after(
        self, last_event_id: str, send_callback: EventCallback
    ) -> str | None:
        names = [name for name, _, _ in self.kept]
        if last_event_id not in names:
            return None
        place = names.index(last_event_id)
        stream = self.kept[place][1]
        for name, own, message in self.kept[place + 1 :]:
            if own == stream and message is not None:
                await send_callback(EventMessage(message, name))
        return stream


@contextmanager
def fixture_server(folder: Path) -> Iterator[int]:
    """Serve the test build; yields its port. `TOKEN` lets in."""
    listening = free_port()
    port = listening.getsockname()[1]
    sandbox = shadow(folder, Flavour.CLOUD)
    sandbox.address = Address(f"http://127.0.0.1:{port}")
    server = build_mcp(sandbox)
    _add_fixtures(server)
    inner = server.streamable_http_app(event_store=_Events(), transport_security=hosts(sandbox))
    door = _Door(inner, sandbox, EVERY_TOOL, lane=None)
    app = Starlette(
        routes=[Route("/mcp", door)], lifespan=lambda _app: server.session_manager.run()
    )
    running = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=running.run, args=([listening],), name="fixtures")
    thread.start()
    try:
        yield port
    finally:
        running.should_exit = True
        thread.join(20)


#: What a result is that says nothing else.
_WHOLE: Json = {"resultType": "complete"}


def _add_fixtures(server: Server[Any]) -> None:
    usual = {
        name: entry.handler
        for name in ("tools/list", "tools/call", "resources/read", "prompts/list", "prompts/get")
        if (entry := server.get_request_handler(name)) is not None
    }

    async def list_tools(ctx: Context, params: PaginatedRequestParams) -> Any:
        found = _dumped(await usual["tools/list"](ctx, params))
        return {**found, "tools": [*found["tools"], *_LISTED]}

    async def call_tool(ctx: Context, params: CallToolRequestParams) -> Any:
        known = TOOLS.get(params.name)
        if known is None:
            return await usual["tools/call"](ctx, params)
        return _WHOLE | await known[1](ctx, params)

    async def read(ctx: Context, params: ReadResourceRequestParams) -> Any:
        known = _read(str(params.uri))
        if known is None:
            return await usual["resources/read"](ctx, params)
        return _WHOLE | {"contents": [known]}

    async def list_prompts(ctx: Context, params: PaginatedRequestParams) -> Any:
        found = _dumped(await usual["prompts/list"](ctx, params))
        ours = [{"name": name, "description": "A fixture of the suite."} for name in _PROMPTS]
        return {**found, "prompts": [*found["prompts"], *ours]}

    async def get_prompt(ctx: Context, params: GetPromptRequestParams) -> Any:
        known = _PROMPTS.get(params.name)
        if known is None:
            return await usual["prompts/get"](ctx, params)
        return _WHOLE | known(params)

    server.add_request_handler("tools/list", PaginatedRequestParams, list_tools)
    server.add_request_handler("tools/call", CallToolRequestParams, call_tool)
    server.add_request_handler("resources/read", ReadResourceRequestParams, read)
    server.add_request_handler("prompts/list", PaginatedRequestParams, list_prompts)
    server.add_request_handler("prompts/get", GetPromptRequestParams, get_prompt)
    server.add_request_handler("logging/setLevel", SetLevelRequestParams, _nothing)
    server.add_request_handler("resources/subscribe", SubscribeRequestParams, _nothing)
    server.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, _nothing)
    server.middleware.append(
        RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience="fixtures")
    )


def _dumped(result: Any) -> Json:
    return dict(result.model_dump(by_alias=True, mode="json", exclude_none=True))


async def _nothing(_ctx: Context, _params: Any) -> EmptyResult:
    return EmptyResult()


_LISTED: list[Json] = [
    {
        "name": name,
        "description": "A fixture of the suite.",
        "inputSchema": {"type": "object", **schema},
    }
    for name, (schema, _) in TOOLS.items()
]


def _read(uri: str) -> Json | None:
    if uri == "test://static-binary":
        return {"uri": uri, "mimeType": "image/png", "blob": PNG}
    if uri == "test://static-text":
        return {"uri": uri, "mimeType": "text/plain", "text": "A text that never changes."}
    start, _, end = uri.rpartition("/")
    if start.startswith("test://template/") and end == "data":
        words = f'{{"id":"{start.removeprefix("test://template/")}"}}'
        return {"uri": uri, "mimeType": "application/json", "text": words}
    return None


def _prompt(*content: Json) -> Json:
    return {"messages": [{"role": "user", "content": one} for one in content]}


def _with_arguments(params: GetPromptRequestParams) -> Json:
    given = params.arguments or {}
    return _prompt(text(f"arg1='{given.get('arg1')}', arg2='{given.get('arg2')}'"))


def _with_resource(params: GetPromptRequestParams) -> Json:
    uri = (params.arguments or {}).get("resourceUri", "test://none")
    return _prompt(resource(uri, "text/plain", "Embedded for a test."), text("Look above."))


def _that_asks(params: GetPromptRequestParams) -> Json:
    context = form("What context should the prompt use?", context="string")
    if not accepted(params, "user_context"):
        return ask({"user_context": context})
    return _prompt(text("Now with context."))


_PROMPTS = {
    "test_simple_prompt": lambda _params: _prompt(text("A simple prompt.")),
    "test_prompt_with_arguments": _with_arguments,
    "test_prompt_with_embedded_resource": _with_resource,
    "test_prompt_with_image": lambda _params: _prompt(IMAGE, text("What is to be seen?")),
    "test_input_required_result_prompt": _that_asks,
}
