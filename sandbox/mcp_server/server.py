"""The MCP server: a table of tools behind the SDK's low-level server, both protocol eras.

The low-level server is used because our tools are data: closed schemas, so that an
argument the model misspelt is refused and not silently dropped.
"""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from anyio.to_thread import run_sync
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

from sandbox.contract.addresses import own_to_placeholder
from sandbox.domain.errors import (
    ForbiddenError,
    InvalidError,
    JiraError,
    MissingError,
    NotVisibleError,
    RefusedError,
)
from sandbox.mcp_server import wording
from sandbox.mcp_server.asking import Asked, asked
from sandbox.mcp_server.profiles import no_such_tool, refusal
from sandbox.mcp_server.prompts import get_prompt, list_prompts
from sandbox.mcp_server.resources import (
    complete,
    list_resources,
    list_templates,
    read_resource,
)
from sandbox.mcp_server.tool import (
    Call,
    Tool,
    ToolAnswer,
    ToolRefusal,
    check_arguments,
    given,
    jira_words,
)
from sandbox.operations import reading
from sandbox.operations.context import Sandbox

log = logging.getLogger(__name__)

#: How long clients may keep lists, in milliseconds, and that they are one caller's own.
LISTS = CacheHint(ttl_ms=300_000, scope="private")
#: What is read may be changed by the next call.
READS = CacheHint(ttl_ms=0, scope="private")

#: Not empty, not negative.
_UNLISTED = frozenset({"minLength", "minimum"})

_NEXT: tuple[tuple[type[JiraError], str], ...] = (
    (NotVisibleError, wording.NEXT_NOT_VISIBLE),
    (MissingError, wording.NEXT_INVALID),
    (RefusedError, wording.NEXT_REFUSED),
    (ForbiddenError, wording.NEXT_REFUSED),
    (InvalidError, wording.NEXT_INVALID),
)


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
        return await _call(asked(sandbox, ctx), params.name, params.arguments or {})

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
    """Return a schema as it is listed: without bounds that go without saying.

    They are enforced at the call; the list is read at the start of every conversation.
    """
    bare = {
        name: {word: value for word, value in one.items() if word not in _UNLISTED}
        for name, one in schema["properties"].items()
    }
    return {**schema, "properties": bare}


async def _call(who: Asked, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
    tool = who.profile.tools.get(name)
    if tool is None:
        return _refused(who, no_such_tool(who.profile, name))
    why_not = refusal(who.profile, tool, who.caller.scope, who.denied)
    if why_not is not None:
        return _refused(who, why_not)
    arguments = given(tool, arguments)
    wrong = check_arguments(tool, arguments) or _foreign_site(who, arguments)
    if wrong is not None:
        return _refused(who, wrong)
    call = Call(who.sandbox, who.caller, _own_addresses(who.sandbox, arguments))
    if tool.slow or who.sandbox.database.dialect_name != "sqlite":
        return await run_sync(_answer, who, tool, call)
    return _answer(who, tool, call)


def _foreign_site(who: Asked, arguments: Mapping[str, Any]) -> str | None:
    """Return a refusal when a cloudId names another site than the one there is."""
    wanted = str(arguments.get("cloudId") or "").strip()
    bare = wanted.casefold().removeprefix("https://").removeprefix("http://").rstrip("/")
    if not bare:
        return None
    browse = reading.site(who.sandbox).baseline.browse_url
    address = who.sandbox.address
    known = {who.sandbox.site, address.url, address.host, browse}
    names = {one.casefold().removeprefix("https://").removeprefix("http://") for one in known}
    in_jira = browse.casefold().removeprefix("https://").removeprefix("http://")
    if bare in (names | {in_jira.split("/")[0], in_jira.split(".")[0]}) - {""}:
        return None
    return wording.FOREIGN_SITE.format(wanted=wanted, site=who.sandbox.site)


def _answer(who: Asked, tool: Tool, call: Call) -> CallToolResult:
    try:
        said = tool.run(call)
    except ToolRefusal as refused:
        return _refused(who, str(refused))
    except JiraError as error:
        return _refused(who, _with_next_step(jira_words(error), error, tool))
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("mcp.tool_failed tool=%s reference=%s", tool.name, reference)
        return _refused(who, wording.FAILED.format(reference=reference))
    return _said(said)


def _with_next_step(words: str, error: JiraError, tool: Tool) -> str:
    """Return a refusal with what to do next, if it does not say so itself."""
    if wording.NOTHING_CHANGED in words:
        return words
    step = next((step for kind, step in _NEXT if isinstance(error, kind)), "")
    return f"{words} {step.format(tool=tool.name)}".strip()


def _said(said: ToolAnswer) -> CallToolResult:
    texts = [text for text in (said.text, said.note) if text]
    return CallToolResult(
        content=[TextContent(type="text", text=text) for text in texts],
        structured_content=said.structured,
    )


def _refused(who: Asked, text: str) -> CallToolResult:
    shown = TextContent(type="text", text=who.profile.words(text))
    return CallToolResult(content=[shown], is_error=True)


def _own_addresses(sandbox: Sandbox, value: Any) -> Any:
    """Return arguments with this sandbox's own address as the placeholder."""
    if isinstance(value, str):
        return own_to_placeholder(value, sandbox.address)
    if isinstance(value, Mapping):
        return {name: _own_addresses(sandbox, one) for name, one in value.items()}
    if isinstance(value, list):
        return [_own_addresses(sandbox, one) for one in value]
    return value
