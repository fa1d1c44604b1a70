"""The MCP server: a table of tools behind the SDK's low-level server, both protocol eras.

The low-level server is used because our tools are data: closed schemas, so that an
argument the model misspelt is refused and not silently dropped.
"""

import re
from typing import Any

from mcp.server import Server
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
)
from mcp.types import Tool as WireTool

from sandbox.mcp_server import wording
from sandbox.mcp_server.asking import asked
from sandbox.mcp_server.calling import answered
from sandbox.mcp_server.prompts import get_prompt, list_prompts
from sandbox.mcp_server.resources import (
    complete,
    list_resources,
    list_templates,
    read_resource,
)
from sandbox.mcp_server.tool import Tool
from sandbox.operations.context import Sandbox

#: How long clients may keep lists, in milliseconds, and that they are one caller's own.
LISTS = CacheHint(ttl_ms=300_000, scope="private")
#: What is read may be changed by the next call.
READS = CacheHint(ttl_ms=0, scope="private")

#: Not empty, not negative.
_UNLISTED = frozenset({"minLength", "minimum"})
#: Between the words of a name or a sentence.
_BREAK = re.compile(r"[ ._]")


def build_mcp(sandbox: Sandbox) -> Server[dict[str, Any]]:
    """Return the MCP server of a sandbox. The caller of each request is set by mount.py."""

    async def list_tools(
        ctx: ServerRequestContext[Any], _params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        who = asked(sandbox, ctx)
        # An access token that only reads can be exchanged for one that stages: see challenge.py.
        scope = None if who.caller.read_only_token else who.caller.scope
        offered = who.profile.offered(scope, who.denied)
        return ListToolsResult(tools=[wire(tool) for tool in offered])

    async def call_tool(
        ctx: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult:
        said = await answered(asked(sandbox, ctx), params.name, params.arguments or {})
        return CallToolResult(
            content=[TextContent(type="text", text=text) for text in said.texts],
            structured_content=said.structured,
            is_error=said.refused,
        )

    return Server(
        "jira-airlock",
        title="Jira (shadow copies)",
        instructions=wording.INSTRUCTIONS,
        cache_hints={
            "tools/list": LISTS,
            "resources/list": LISTS,
            "resources/templates/list": LISTS,
            "prompts/list": LISTS,
            "resources/read": READS,
        },
        # No argument of ours travels in a header: the SDK need not list the tools to know.
        get_tool_input_schema=lambda _name: None,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources(sandbox),
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource(sandbox),
        on_completion=complete(sandbox),
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt(sandbox),
    )


def wire(tool: Tool) -> WireTool:
    """Return a tool as it is listed."""
    return WireTool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=_listed(tool.input_schema),
        output_schema=tool.output_schema if tool.gives else None,
        annotations=tool.annotations,
    )


def _listed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema as it is listed: without what goes without saying.

    Bounds are enforced at the call, and ``issue_key`` need not say "Issue key."; the list is read
    at the start of every conversation.
    """
    bare = {
        name: {
            word: value
            for word, value in one.items()
            if word not in _UNLISTED and not (word == "description" and _is_name(value, name))
        }
        for name, one in schema["properties"].items()
    }
    return {**schema, "properties": bare}


def _is_name(words: str, name: str) -> bool:
    """Return whether words about an argument are its name once more."""
    return _BREAK.sub("", words).casefold() == _BREAK.sub("", name).casefold()
