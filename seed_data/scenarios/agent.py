"""The demo's scripted agent: works through a real MCP client, as any agent would.

Reads ``AIRLOCK_MCP_URL`` (``http://host:port/mcp``) and ``AIRLOCK_TOKEN`` from the
environment and the cast as JSON from standard input. Leaves three change sets waiting
(clean, conflicting, one that would lose rich text) and tries one edit that is refused.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


@dataclass(frozen=True, slots=True)
class Desk:
    """One task's connection to the MCP server."""

    client: Client

    async def ask(self, tool: str, **arguments: Any) -> str:
        """Call a tool and return its words; a tool's error is an error here."""
        text, refused = await self.try_to(tool, **arguments)
        if refused:
            raise RuntimeError(f"{tool} was refused: {text}")
        return text

    async def try_to(self, tool: str, **arguments: Any) -> tuple[str, bool]:
        """Call a tool and return its words and whether it was refused."""
        result = await self.client.call_tool(tool, arguments)
        text = "\n".join(getattr(part, "text", "") for part in result.content)
        return text, bool(result.is_error)


@asynccontextmanager
async def desk(url: str, token: str, task: str) -> Any:
    """Open one task: its URL names the workspace."""
    headers = {"Authorization": f"Bearer {token}", "User-Agent": "demo-agent/1"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30, trust_env=False) as http,
        Client(streamable_http_client(f"{url}/{task}", http_client=http)) as client,
    ):
        yield Desk(client)


async def clean(at: Desk, cast: dict[str, Any]) -> None:
    """Triage one issue: fields, a comment, a step in the workflow, a new sub-task."""
    key = cast["clean"]
    await at.ask("getJiraIssue", issueIdOrKey=key, fields=["*all"])
    await at.ask(
        "editJiraIssue",
        issueIdOrKey=key,
        fields={"priority": {"name": "High"}, "labels": ["customer-report", "regression"]},
    )
    await at.ask(
        "addCommentToJiraIssue",
        issueIdOrKey=key,
        commentBody="Three reports share one cause: the session cookie of the **old** password.",
    )
    await _start(at, key)
    await at.ask(
        "createJiraIssue",
        projectKey="WEB",
        issueTypeName="Sub-task",
        parent=key,
        summary="로그인 세션 쿠키 만료 처리 추가",
        description="비밀번호 변경 후 *이전* 세션 쿠키를 만료합니다.",
    )
    await at.ask(
        "submitForReview",
        title="Safari login triage",
        request=f"Triage the Safari login reports, please. {key} is the one to keep.",
        reason="You asked me to triage the Safari login reports: same cause, so one issue, "
        "higher priority, and a sub-task for the fix.",
    )


async def _start(at: Desk, key: str) -> None:
    told = await at.ask("getTransitionsForJiraIssue", issueIdOrKey=key)
    moves = json.loads(told.splitlines()[-1])["transitions"]
    move = next(one for one in moves if one["to"]["statusCategory"]["key"] == "indeterminate")
    await at.ask("transitionJiraIssue", issueIdOrKey=key, transition={"id": move["id"]})


async def conflict(at: Desk, cast: dict[str, Any]) -> None:
    """Change a field that a colleague changes in Jira at the same time."""
    key = cast["conflict"]
    await at.ask("getJiraIssue", issueIdOrKey=key)
    await at.ask(
        "editJiraIssue",
        issueIdOrKey=key,
        fields={"priority": {"name": "Low"}, "duedate": "2026-12-04"},
    )
    await at.ask(
        "submitForReview",
        title="Plan the voucher bug",
        request=f"Plan {key} for December.",
        reason="The voucher bug is planned for the December release, so low priority.",
    )


async def rich(at: Desk, cast: dict[str, Any]) -> None:
    """Rewrite a description without some of its parts; only when it says so is that staged."""
    key = cast["rich"]
    await at.ask("getJiraIssue", issueIdOrKey=key, fields=["description"])
    text = (
        "### Checkout stays blank on Safari 18\n\n"
        "Customers who open `/checkout` on Safari 18 see a blank page since release 2026.10.\n\n"
        "### Steps\n\n1. Open Safari\n2. Put anything into the basket\n3. Press Checkout\n\n"
        "The total is read before the basket has loaded.\n"
    )
    said, refused = await at.try_to("editJiraIssue", issueIdOrKey=key, fields={"description": text})
    if not refused or "would lose" not in said:
        raise RuntimeError(f"the edit of {key} should have named what it loses: {said}")
    fields = {"description": text}
    await at.ask("editJiraIssue", issueIdOrKey=key, fields=fields, dropRichContent=True)
    await at.ask(
        "submitForReview",
        title="Tidy the checkout report",
        request=f"{key} 설명에 원인이 보이게 정리해 줘.",
        reason="I rewrote the description so that the cause stands in it.",
        sources={f"{key}.description": [f"{key}: on Safari 18 see a blank page"]},
    )


async def foreign(at: Desk, cast: dict[str, Any]) -> None:
    """Try to edit somebody else's issue; that it is refused is the point."""
    key = cast["foreign"]
    text, refused = await at.try_to(
        "editJiraIssue", issueIdOrKey=key, fields={"priority": {"name": "Lowest"}}
    )
    if not refused:
        raise RuntimeError(f"the edit of {key} should have been refused")
    say(f"refused   {key} belongs to {cast['colleague']['name']}: {text}")


TASKS: dict[str, Callable[[Desk, dict[str, Any]], Awaitable[None]]] = {
    "triage": clean,
    "planning": conflict,
    "tidying": rich,
    "curious": foreign,
}


def say(line: str) -> None:
    """Tell the person who watches what the agent did."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def main(url: str, token: str, cast: dict[str, Any]) -> None:
    """Do every task, each in a workspace of its own."""
    for task, work in TASKS.items():
        async with desk(url, token, task) as at:
            await work(at, cast)
        if task != "curious":
            say(f"submitted {task}")


if __name__ == "__main__":
    asyncio.run(
        main(os.environ["AIRLOCK_MCP_URL"], os.environ["AIRLOCK_TOKEN"], json.load(sys.stdin))
    )
