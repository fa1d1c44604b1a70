"""The tools, resources and prompts that the official suite calls by fixed names.

For the test build alone (`fixture_build.py`): they stand beside the product's own. Names,
arguments and what each has to do are the suite's; the words are ours.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import (
    CallToolRequestParams,
    ClientCapabilities,
    ElicitResult,
    SamplingCapability,
    SamplingMessage,
    TextContent,
)

from tests.conformance.mcp.fixture_forms import DEFAULTS, ENUMS, FEATURES, form

Context = ServerRequestContext[Any]
Json = dict[str, Any]
Fixture = Callable[[Context, CallToolRequestParams], Awaitable[Json]]

#: A red dot, and a moment of silence.
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmM"
    "IQAAAABJRU5ErkJggg=="
)
WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA="
_PAUSE = 0.05
#: JSON-RPC's number for a capability that the client did not declare.
_UNDECLARED = -32021
IMAGE: Json = {"type": "image", "data": PNG, "mimeType": "image/png"}


def text(words: str) -> Json:
    """Return words as content."""
    return {"type": "text", "text": words}


def resource(uri: str, kind: str, words: str) -> Json:
    """Return a text resource within content."""
    return {"type": "resource", "resource": {"uri": uri, "mimeType": kind, "text": words}}


def _says(*content: Json) -> Fixture:
    async def tool(_ctx: Context, _params: CallToolRequestParams) -> Json:
        return {"content": list(content)}

    return tool


async def _error(_ctx: Context, _params: CallToolRequestParams) -> Json:
    return {"content": [text("This tool only ever fails.")], "isError": True}


async def _logging(ctx: Context, _params: CallToolRequestParams) -> Json:
    for words in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.session.send_log_message("info", words, related_request_id=ctx.request_id)
        await anyio.sleep(_PAUSE)
    return {"content": [text("Logged three times.")]}


async def _progress(ctx: Context, _params: CallToolRequestParams) -> Json:
    for done in (0, 50, 100):
        await ctx.session.report_progress(done, 100)
        await anyio.sleep(_PAUSE)
    return {"content": [text("Went all the way.")]}


async def _sampling(ctx: Context, params: CallToolRequestParams) -> Json:
    wanted = str((params.arguments or {}).get("prompt", ""))
    message = SamplingMessage(role="user", content=TextContent(type="text", text=wanted))
    said = await ctx.session.create_message(
        [message], max_tokens=100, related_request_id=ctx.request_id
    )
    shown = said.content.text if isinstance(said.content, TextContent) else ""
    return {"content": [text(f"LLM response: {shown}")]}


def _elicits(schema: Json) -> Fixture:
    async def tool(ctx: Context, params: CallToolRequestParams) -> Json:
        message = str((params.arguments or {}).get("message", "Please fill this in."))
        said = await ctx.session.elicit_form(message, schema, ctx.request_id)
        shown = f"action={said.action}, content={json.dumps(said.content)}"
        return {"content": [text(f"Elicitation completed: {shown}")]}

    return tool


async def _reconnection(ctx: Context, _params: CallToolRequestParams) -> Json:
    if ctx.close_sse_stream is not None:
        await ctx.close_sse_stream()
    await anyio.sleep(2 * _PAUSE)
    return {"content": [text("Answered on the next stream.")]}


async def _missing_capability(ctx: Context, _params: CallToolRequestParams) -> Json:
    needed = ClientCapabilities(sampling=SamplingCapability())
    if not ctx.session.check_client_capability(needed):
        wanted: Json = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(_UNDECLARED, "This tool needs a client that samples.", wanted)
    return {"content": [text("The client samples.")]}


async def _no_log(ctx: Context, _params: CallToolRequestParams) -> Json:
    await ctx.session.send_log_message("info", "only for who asked", related_request_id=1)
    return {"content": [text("Logged, if that was asked for.")]}


NAME = form("What is your name?", name="string")
CONFIRM = form("Please confirm", ok="boolean")
_QUESTION: Json = {
    "method": "sampling/createMessage",
    "params": {
        "messages": [{"role": "user", "content": text("What is the capital of France?")}],
        "maxTokens": 100,
    },
}
_ROOTS: Json = {"method": "roots/list", "params": {}}


def ask(questions: Json, state: str | None = None) -> Json:
    """Return the result that asks the client before it goes on."""
    found: Json = {"resultType": "input_required", "inputRequests": questions}
    return found if state is None else {**found, "requestState": state}


def accepted(params: Any, *names: str) -> bool:
    """Return whether a call brings answers to all the questions."""
    answers = params.input_responses or {}
    return all(name in answers for name in names)


def _asks(questions: Json, state: str | None = None) -> Fixture:
    async def tool(_ctx: Context, params: CallToolRequestParams) -> Json:
        if not accepted(params, *questions) or params.request_state != state:
            return ask(questions, state)
        return {"content": [text(f"state-ok: {_answers(params)}")]}

    return tool


def _answers(params: CallToolRequestParams) -> str:
    said = params.input_responses or {}
    return json.dumps({name: one.model_dump(mode="json") for name, one in said.items()})


async def _multi_round(_ctx: Context, params: CallToolRequestParams) -> Json:
    if params.request_state == "second" and accepted(params, "step2"):
        return {"content": [text("Both steps are done.")]}
    if params.request_state == "first" and accepted(params, "step1"):
        colour = form("Step 2: What is your favourite colour?", color="string")
        return ask({"step2": colour}, "second")
    return ask({"step1": form("Step 1: What is your name?", name="string")}, "first")


async def _capabilities(ctx: Context, params: CallToolRequestParams) -> Json:
    if params.input_responses:
        return {"content": [text(_answers(params))]}
    can = ctx.session.client_capabilities or ClientCapabilities()
    asked: Json = {}
    if can.sampling is not None:
        asked["capital_question"] = _QUESTION
    if can.elicitation is not None:
        asked["user_name"] = NAME
    return ask(asked) if asked else {"content": [text("The client can be asked nothing.")]}


async def _streaming(_ctx: Context, params: CallToolRequestParams) -> Json:
    said = (params.input_responses or {}).get("user_name")
    if not isinstance(said, ElicitResult):
        return ask({"user_name": NAME})
    return {"content": [text(_answers(params))]}


_SUITE = "test_input_required_result"
_MIXED = resource("test://mixed-content-resource", "application/json", '{"test":"data"}')
_EMBEDDED = resource("test://embedded-resource", "text/plain", "A resource within an answer.")
_GREETING: Json = {**_QUESTION, "params": {**_QUESTION["params"], "maxTokens": 50}}

#: Tool to its input schema and what it does.
TOOLS: dict[str, tuple[Json, Fixture]] = {
    "test_simple_text": ({}, _says(text("This is a simple text response for testing."))),
    "test_image_content": ({}, _says(IMAGE)),
    "test_audio_content": ({}, _says({"type": "audio", "data": WAV, "mimeType": "audio/wav"})),
    "test_embedded_resource": ({}, _says(_EMBEDDED)),
    "test_multiple_content_types": ({}, _says(text("Several kinds:"), IMAGE, _MIXED)),
    "test_tool_with_logging": ({}, _logging),
    "test_tool_with_progress": ({}, _progress),
    "test_error_handling": ({}, _error),
    "test_sampling": ({"properties": {"prompt": {"type": "string"}}}, _sampling),
    "test_elicitation": (
        {"properties": {"message": {"type": "string"}}},
        _elicits(CONFIRM["params"]["requestedSchema"]),
    ),
    "test_elicitation_sep1034_defaults": ({}, _elicits(DEFAULTS)),
    "test_elicitation_sep1330_enums": ({}, _elicits(ENUMS)),
    "test_reconnection": ({}, _reconnection),
    "test_missing_capability": ({}, _missing_capability),
    "test_logging_tool": ({}, _no_log),
    "test_streaming_elicitation": ({}, _streaming),
    "json_schema_2020_12_tool": (FEATURES, _says(text("The schema is what counts."))),
    f"{_SUITE}_elicitation": ({}, _asks({"user_name": NAME})),
    f"{_SUITE}_sampling": ({}, _asks({"capital_question": _QUESTION})),
    f"{_SUITE}_list_roots": ({}, _asks({"client_roots": _ROOTS})),
    f"{_SUITE}_request_state": ({}, _asks({"confirm": CONFIRM}, "asked")),
    f"{_SUITE}_tampered_state": ({}, _asks({"confirm": CONFIRM}, "asked")),
    f"{_SUITE}_multiple_inputs": (
        {},
        _asks({"user_name": NAME, "greeting": _GREETING, "client_roots": _ROOTS}, "asked"),
    ),
    f"{_SUITE}_multi_round": ({}, _multi_round),
    f"{_SUITE}_capabilities": ({}, _capabilities),
}
