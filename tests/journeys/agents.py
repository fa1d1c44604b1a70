"""An agent at the MCP door, for journeys: a real SDK client over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

Result = TypeVar("Result")
#: ``auto`` speaks 2026-07-28, ``legacy`` the handshake era.
Era = Literal["auto", "legacy"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool answered."""

    text: str
    refused: bool
    structured: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Agent:
    """A connected MCP client."""

    client: Client

    async def ask(self, tool: str, **arguments: Any) -> Told:
        """Call a tool."""
        result = await self.client.call_tool(tool, arguments)
        text = "\n".join(getattr(part, "text", "") for part in result.content)
        return Told(text, bool(result.is_error), dict(result.structured_content or {}))

    async def must(self, tool: str, **arguments: Any) -> Told:
        """Call a tool that is expected to work."""
        told = await self.ask(tool, **arguments)
        assert not told.refused, f"{tool}: {told.text}"
        return told


@asynccontextmanager
async def connected(
    url: str, token: str, task: str = "", era: Era = "auto", tools: str = ""
) -> AsyncIterator[Agent]:
    """Open an MCP client at a sandbox; ``tools`` names a profile."""
    address = f"{url}/mcp/{task}" if task else f"{url}/mcp"
    address += f"?tools={tools}" if tools else ""
    headers = {"Authorization": f"Bearer {token}", "User-Agent": "journey"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30, trust_env=False) as http,
        Client(streamable_http_client(address, http_client=http), mode=era) as client,
    ):
        yield Agent(client)


def work(
    url: str,
    token: str,
    job: Callable[[Agent], Awaitable[Result]],
    *,
    task: str = "",
    era: Era = "auto",
    tools: str = "",
) -> Result:
    """Let an agent do one job, from a test that is not asynchronous."""

    async def run() -> Result:
        async with connected(url, token, task, era, tools) as agent:
            return await job(agent)

    return asyncio.run(run())
