"""The MCP server: a table of tools behind the SDK's low-level server, both protocol eras.

The low-level server is used because our tools are data: closed schemas, so that an
argument the model misspelt is refused and not silently dropped.
"""

import difflib
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from anyio.to_thread import run_sync
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
)
from mcp.types import Tool as WireTool

from sandbox.contract.addresses import own_to_placeholder
from sandbox.domain.errors import JiraError
from sandbox.mcp_server import wording
from sandbox.mcp_server.proposing_tools import PROPOSING_TOOLS
from sandbox.mcp_server.reading_tools import READING_TOOLS
from sandbox.mcp_server.tool import (
    Call,
    Tool,
    ToolAnswer,
    ToolRefusal,
    check_arguments,
    given,
    jira_words,
)
from sandbox.mcp_server.writing_tools import WRITING_TOOLS
from sandbox.operations.context import Caller, Sandbox

log = logging.getLogger(__name__)

TOOLS: dict[str, Tool] = {
    tool.name: tool for tool in (*READING_TOOLS, *WRITING_TOOLS, *PROPOSING_TOOLS)
}

#: Words in the names of tools that other servers offer and this one never will.
NEVER_OFFERED = ("delete", "remove", "bulk", "batch", "admin", "move")


def build_mcp(sandbox: Sandbox) -> Server[dict[str, Any]]:
    """Return the MCP server of a sandbox. The caller of each request is set by mount.py."""

    async def list_tools(
        _ctx: ServerRequestContext[Any], _params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=[_wire(tool) for tool in TOOLS.values()])

    async def call_tool(
        ctx: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult:
        caller: Caller = ctx.request.state.caller  # type: ignore[union-attr]  # set by mount.py
        return await _call(sandbox, caller, params.name, params.arguments or {})

    return Server(
        "jira-airlock",
        title="Jira (shadow copies)",
        instructions=wording.INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _wire(tool: Tool) -> WireTool:
    return WireTool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        annotations=tool.annotations,
    )


async def _call(
    sandbox: Sandbox, caller: Caller, name: str, arguments: Mapping[str, Any]
) -> CallToolResult:
    tool = TOOLS.get(name)
    if tool is None:
        return _refused(_no_such_tool(name))
    arguments = given(tool, arguments)
    wrong = check_arguments(tool, arguments)
    if wrong is not None:
        return _refused(wrong)
    call = Call(sandbox, caller, _own_addresses(sandbox, arguments))
    if tool.slow or sandbox.database.dialect_name != "sqlite":
        return await run_sync(_answer, tool, call)
    return _answer(tool, call)


def _answer(tool: Tool, call: Call) -> CallToolResult:
    try:
        said = tool.run(call)
    except ToolRefusal as refusal:
        return _refused(str(refusal))
    except JiraError as error:
        return _refused(jira_words(error))
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("mcp.tool_failed tool=%s reference=%s", tool.name, reference)
        return _refused(wording.FAILED.format(reference=reference))
    return _said(said)


def _said(said: ToolAnswer) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=said.text)], structured_content=said.structured
    )


def _refused(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def _no_such_tool(name: str) -> str:
    if any(word in name.casefold() for word in NEVER_OFFERED):
        return wording.NOT_OFFERED.format(name=name)
    near = difflib.get_close_matches(name, TOOLS, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(TOOLS)}."
    return wording.UNKNOWN_TOOL.format(name=name, hint=hint)


def _own_addresses(sandbox: Sandbox, value: Any) -> Any:
    """Return arguments with this sandbox's own address as the placeholder."""
    if isinstance(value, str):
        return own_to_placeholder(value, sandbox.address)
    if isinstance(value, Mapping):
        return {name: _own_addresses(sandbox, one) for name, one in value.items()}
    if isinstance(value, list):
        return [_own_addresses(sandbox, one) for one in value]
    return value
