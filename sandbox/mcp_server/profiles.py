"""Tool profiles: whose names and parameters an agent finds here; one at a time.

Deleting, bulk changes and administration are in none of them.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sandbox.contract.shapes import Scope
from sandbox.mcp_server import wording
from sandbox.mcp_server.own_tools import OWN_TOOLS
from sandbox.mcp_server.peer_agile import PEER_AGILE
from sandbox.mcp_server.peer_reading import PEER_READING
from sandbox.mcp_server.peer_writing import PEER_WRITING
from sandbox.mcp_server.proposing_tools import PROPOSING_TOOLS
from sandbox.mcp_server.reading_tools import READING_TOOLS
from sandbox.mcp_server.tool import Tool
from sandbox.mcp_server.writing_tools import WRITING_TOOLS

#: Words in the names of tools that other servers offer and this one never will.
NEVER_OFFERED = ("delete", "remove", "bulk", "batch", "admin", "move", "archive")


@dataclass(frozen=True, slots=True)
class Profile:
    """One set of tools, and what our words call them."""

    name: str
    tools: Mapping[str, Tool]
    #: Name of the official server's tool to the name here, for refusals and hints.
    renamed: Mapping[str, str]

    def words(self, text: str) -> str:
        """Return words of ours with the names that this profile's tools have."""
        if not self.renamed:
            return text
        return _NAMES.sub(lambda found: self.renamed[found.group()], text)

    def offered(self, scope: Scope | None, denied: Iterable[str] = ()) -> list[Tool]:
        """Return the tools that a token sees, always in one order."""
        return [one for one in self.tools.values() if refusal(self, one, scope, denied) is None]


def refusal(profile: Profile, tool: Tool, scope: Scope | None, denied: Iterable[str]) -> str | None:
    """Return why a token may not call a tool, or None; asked at every call."""
    if tool.name in denied:
        return wording.DENIED.format(tool=tool.name)
    if tool.stages and scope is not None and not tool.stages & set(scope.kinds):
        kinds = ", ".join(sorted(one.value.replace("_", " ") for one in tool.stages))
        return profile.words(wording.READ_ONLY.format(tool=tool.name, kinds=kinds))
    return None


def no_such_tool(profile: Profile, name: str) -> str:
    """Return what to say of a name that is no tool: who can do it, or what was meant."""
    if any(word in name.casefold() for word in NEVER_OFFERED):
        return wording.NOT_OFFERED.format(name=name)
    for other in PROFILES.values():
        if name in other.tools:
            hint = wording.OTHER_PROFILE.format(profile=other.name)
            return wording.UNKNOWN_TOOL.format(name=name, hint=hint)
    near = difflib.get_close_matches(name, profile.tools, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(profile.tools)}."
    return wording.UNKNOWN_TOOL.format(name=name, hint=hint)


#: Our own tools as mcp-atlassian would call them.
_OWN_NAMES = {
    "submitForReview": "submit_for_review",
    "getReviewOutcome": "get_review_outcome",
    "answerReviewer": "answer_reviewer",
    "showMyPendingChanges": "show_my_pending_changes",
    "discardMyChanges": "discard_my_changes",
    "whatMayIDo": "what_may_i_do",
    "openTask": "open_task",
}
_RENAMED = {
    **_OWN_NAMES,
    "getJiraIssue": "jira_get_issue",
    "searchJiraIssuesUsingJql": "jira_search",
    "getTransitionsForJiraIssue": "jira_get_transitions",
    "getAccessibleAtlassianResources": "jira_get_all_projects",
    "getJiraProjectIssueTypesMetadata": "jira_get_project_issue_types",
    "lookupJiraAccountId": "jira_search_assignable_users",
    "createJiraIssue": "jira_create_issue",
    "editJiraIssue": "jira_update_issue",
    "transitionJiraIssue": "jira_transition_issue",
    "addCommentToJiraIssue": "jira_add_comment",
    "dropRichContent": "drop_rich_content",
    "textFrom": "text_from",
    "commentId": "comment_id",
    "responseContentFormat=adf": "text_from",
}
_NAMES = re.compile("|".join(map(re.escape, sorted(_RENAMED, key=len, reverse=True))))


def _profile(name: str, tools: Iterable[Tool], renamed: Mapping[str, str]) -> Profile:
    bare = Profile(name, {}, renamed)
    worded = (
        replace(
            one,
            name=_OWN_NAMES.get(one.name, one.name) if renamed else one.name,
            description=bare.words(one.description),
        )
        for one in tools
    )
    return replace(bare, tools={one.name: one for one in worded})


_OURS = (*PROPOSING_TOOLS, *OWN_TOOLS)
ATLASSIAN = _profile("atlassian", (*READING_TOOLS, *WRITING_TOOLS, *_OURS), {})
MCP_ATLASSIAN = _profile(
    "mcp-atlassian", (*PEER_READING, *PEER_AGILE, *PEER_WRITING, *_OURS), _RENAMED
)
PROFILES: Mapping[str, Profile] = {one.name: one for one in (ATLASSIAN, MCP_ATLASSIAN)}
