"""Who asks an MCP request, through which profile; set by mount.py, read by everything."""

from dataclasses import dataclass
from typing import Any

from mcp.server.context import ServerRequestContext

from sandbox.mcp_server.profiles import Profile
from sandbox.mcp_server.tool import Call
from sandbox.operations.context import Caller, Sandbox


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the sandbox it came to, who sent it, and the tools they see."""

    sandbox: Sandbox
    caller: Caller
    profile: Profile
    #: Names of tools that this server's settings switch off.
    denied: frozenset[str]

    def call(self) -> Call:
        """Return this as a call without arguments."""
        return Call(self.sandbox, self.caller, {})


def asked(sandbox: Sandbox, ctx: ServerRequestContext[Any]) -> Asked:
    """Return who asks."""
    state: Any = ctx.request.state  # type: ignore[union-attr]  # set by mount.py
    return Asked(sandbox, state.caller, state.profile, state.denied)
