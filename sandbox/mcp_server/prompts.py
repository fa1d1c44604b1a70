"""Prompts that people start from: triage, grooming, a report."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    PaginatedRequestParams,
    Prompt,
    PromptArgument,
    PromptMessage,
    TextContent,
)

from sandbox.mcp_server import wording
from sandbox.mcp_server.asking import asked
from sandbox.operations.context import Sandbox

Context = ServerRequestContext[Any]


@dataclass(frozen=True, slots=True)
class _Prompt:
    name: str
    title: str
    description: str
    #: Name, description, whether it must be given.
    arguments: tuple[tuple[str, str, bool], ...]
    text: str


_PROMPTS = (
    _Prompt(
        "triage",
        "Triage new issues",
        "Look through issues that nobody has sorted yet, and stage what should change.",
        (("project", "Project key.", True), ("assignee", "Only this person's issues.", False)),
        "Triage the issues of project {project}{for_assignee}. Find those that are not done with "
        "searchJiraIssuesUsingJql, read each with getJiraIssue before you change it, and stage "
        "priority, labels, duplicates (createIssueLink) and, where words are missing, a comment "
        "that asks for them. Do not guess: ask me when two readings are possible. Then show me "
        "showMyPendingChanges and, when I agree, submitForReview with your reasons, quoting "
        "what I asked.",
    ),
    _Prompt(
        "groom",
        "Groom a backlog",
        "Make a backlog's issues ready to be worked on.",
        (("project", "Project key.", True), ("status", "Only issues in this status.", False)),
        "Groom the backlog of project {project}{in_status}. For each issue: is the goal clear, can "
        "it be tested, is it small enough? Improve descriptions (keep the signs in their text), "
        "propose sub-tasks with createJiraIssue for what is too large, and name what blocks what. "
        "Then show me showMyPendingChanges and, when I agree, submitForReview with your reasons, "
        "quoting what I asked.",
    ),
    _Prompt(
        "report",
        "Report on progress",
        "Tell what happened in a project, without changing anything.",
        (("project", "Project key.", True), ("since", "E.g. -7d or 2026-11-20.", False)),
        "Report on project {project} since {since}. Count first "
        "(searchJiraIssuesUsingJql with searchResultMode=count), then name what was finished, what "
        "is in progress and by whom, what is blocked, and what nobody has touched. Give each "
        "issue's key and url, and say as of when Jira was read. Change nothing.",
    ),
)


async def list_prompts(_ctx: Context, _params: PaginatedRequestParams | None) -> ListPromptsResult:
    """Answer ``prompts/list``."""
    return ListPromptsResult(
        prompts=[
            Prompt(
                name=one.name,
                title=one.title,
                description=one.description,
                arguments=[
                    PromptArgument(name=name, description=words, required=required)
                    for name, words, required in one.arguments
                ],
            )
            for one in _PROMPTS
        ]
    )


def get_prompt(
    sandbox: Sandbox,
) -> Callable[[Context, GetPromptRequestParams], Awaitable[GetPromptResult]]:
    """Return the answer to ``prompts/get``, in the names of the caller's tools."""

    async def answer(ctx: Context, params: GetPromptRequestParams) -> GetPromptResult:
        found = next((one for one in _PROMPTS if one.name == params.name), None)
        if found is None:
            names = ", ".join(one.name for one in _PROMPTS)
            raise MCPError(
                INVALID_PARAMS, wording.NO_SUCH_PROMPT.format(name=params.name, names=names)
            )
        text = asked(sandbox, ctx).profile.words(_filled(found, params.arguments or {}))
        said = PromptMessage(role="user", content=TextContent(type="text", text=text))
        return GetPromptResult(description=found.description, messages=[said])

    return answer


def _filled(prompt: _Prompt, given: dict[str, str]) -> str:
    known = {name for name, _, _ in prompt.arguments}
    missing = [name for name, _, required in prompt.arguments if required and not given.get(name)]
    unknown = sorted(set(given) - known)
    if missing or unknown:
        wrong = f"needs {', '.join(missing)}" if missing else f"has no {', '.join(unknown)}"
        raise MCPError(INVALID_PARAMS, wording.BAD_PROMPT.format(name=prompt.name, wrong=wrong))
    assignee, status = given.get("assignee"), given.get("status")
    return prompt.text.format(
        project=given["project"],
        since=given.get("since") or "-7d",
        for_assignee=f" that {assignee} has" if assignee else "",
        in_status=f" in status {status}" if status else "",
    )
