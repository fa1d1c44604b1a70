"""One call of a tool, whatever door it came through: checked, run, and put into words."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anyio.to_thread import run_sync

from sandbox.contract.addresses import own_to_placeholder
from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import (
    ForbiddenError,
    InvalidError,
    JiraError,
    MissingError,
    NotVisibleError,
    RefusedError,
)
from sandbox.mcp_server import wording
from sandbox.mcp_server.asking import Asked
from sandbox.mcp_server.profiles import no_such_tool, refusal
from sandbox.mcp_server.tool import (
    Call,
    Tool,
    ToolRefusal,
    check_arguments,
    given,
    jira_words,
)
from sandbox.operations import reading
from sandbox.operations.context import Sandbox
from sandbox.operations.refused import RepeatedError

log = logging.getLogger(__name__)

_NEXT: tuple[tuple[type[JiraError], str], ...] = (
    (NotVisibleError, wording.NEXT_NOT_VISIBLE),
    (MissingError, wording.NEXT_INVALID),
    (RefusedError, wording.NEXT_REFUSED),
    (ForbiddenError, wording.NEXT_REFUSED),
    (RepeatedError, wording.NEXT_REPEATED),
    (InvalidError, wording.NEXT_INVALID),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a call is answered: texts for the model, and perhaps the same as structure."""

    texts: tuple[str, ...]
    structured: JsonObject | None = None
    #: The model should read why, and what to do next.
    refused: bool = False


async def answered(who: Asked, name: str, arguments: Mapping[str, Any]) -> Said:
    """Return the answer to a call; refusals are answers too."""
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
        return await run_sync(_run, who, tool, call)
    return _run(who, tool, call)


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


def _run(who: Asked, tool: Tool, call: Call) -> Said:
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
    return Said(tuple(text for text in (said.text, said.note) if text), said.structured)


def _with_next_step(words: str, error: JiraError, tool: Tool) -> str:
    """Return a refusal with what to do next, if it does not say so itself."""
    if wording.NOTHING_CHANGED in words:
        return words
    step = next((step for kind, step in _NEXT if isinstance(error, kind)), "")
    return f"{words} {step.format(tool=tool.name)}".strip()


def _refused(who: Asked, text: str) -> Said:
    return Said((who.profile.words(text),), refused=True)


def _own_addresses(sandbox: Sandbox, value: Any) -> Any:
    """Return arguments with this sandbox's own address as the placeholder."""
    if isinstance(value, str):
        return own_to_placeholder(value, sandbox.address)
    if isinstance(value, Mapping):
        return {name: _own_addresses(sandbox, one) for name, one in value.items()}
    if isinstance(value, list):
        return [_own_addresses(sandbox, one) for one in value]
    return value
