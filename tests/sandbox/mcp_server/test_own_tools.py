"""Tools of our own: take back, what is allowed, tasks; resources, prompts, completions."""

from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import PromptReference, ResourceTemplateReference, TextContent

from sandbox.contract.shapes import Scope
from sandbox.mcp_server.answers import UNTRUSTED
from tests.house import House
from tests.journeys.agents import Agent, Era, Told, work

BOTH = pytest.mark.parametrize("era", ["auto", "legacy"])


def test_staged_changes_can_be_taken_back_and_submitted_ones_stay(
    built: House, secret: str, key: str
) -> None:
    async def job(agent: Agent) -> tuple[Told, Told, Told, str]:
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"labels": ["하나"]})
        await agent.must("submitForReview", reason="first")
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"summary": "버릴 제목"})
        gone = await agent.must("discardMyChanges")
        again = await agent.must("discardMyChanges")
        outcome = await agent.must("getReviewOutcome")
        shown = await agent.must("getJiraIssue", issueIdOrKey=key, fields=["summary"])
        return gone, again, outcome, shown.structured["fields"]["summary"]

    gone, again, outcome, summary = work(built.shadow.url, secret, job, task="take-back")
    built.fetch()  # so that no other test finds this set
    assert gone.text.startswith("Discarded: 1 staged changes.")
    assert gone.structured["discarded"] == 1
    assert again.structured["discarded"] == 0
    assert len(outcome.structured["submissions"]) == 1
    assert summary != "버릴 제목"


def test_a_token_can_ask_what_it_may_do(built: House, secret: str) -> None:
    assert built.world is not None
    person = built.world.cast.person
    told = work(built.shadow.url, secret, lambda agent: agent.must("whatMayIDo"), task="may")
    assert told.structured["person"]["accountId"] == person.account_id
    assert told.structured["task"] == "may"
    assert [one["key"] for one in told.structured["projects"]] == ["WEB", "PAY"]
    assert told.structured["mayStage"] == [one.value for one in Scope().kinds]
    assert "by a person in Jira" in told.structured["onlyAPerson"]


def test_a_token_that_only_reads_sees_no_writing_tool_and_is_refused_all_the_same(
    built: House, key: str
) -> None:
    assert built.world is not None
    token = built.token("reader", built.world.cast.person.account_id, kinds=())

    async def job(agent: Agent) -> tuple[list[str], Told]:
        names = [tool.name for tool in (await agent.client.list_tools()).tools]
        return names, await agent.ask("editJiraIssue", issueIdOrKey=key, fields={"summary": "x"})

    names, told = work(built.shadow.url, token, job)
    assert "editJiraIssue" not in names
    assert "getJiraIssue" in names
    assert told.refused
    assert "may not stage edit" in told.text


def test_a_task_is_opened_by_name_and_told_with_its_address(built: House, secret: str) -> None:
    async def job(agent: Agent) -> tuple[Told, Told]:
        opened = await agent.must("openTask", task="planning-2")
        return opened, await agent.ask("openTask", task="a b")

    opened, wrong = work(built.shadow.url, secret, job, task="tasks")
    assert opened.structured["url"] == f"{built.shadow.url}/mcp/planning-2"
    assert "planning-2" in {one["task"] for one in opened.structured["tasks"]}
    assert wrong.refused
    assert "letters, digits" in wrong.text


@BOTH
def test_resources_show_issues_sets_boards_and_a_guide(
    built: House, secret: str, key: str, era: Era
) -> None:
    async def job(agent: Agent) -> tuple[list[str], dict[str, str]]:
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"labels": ["자원"]})
        made = await agent.must("submitForReview", reason="resources")
        listed = (await agent.client.list_resources()).resources
        board = next(one.uri for one in listed if "board" in str(one.uri))
        uris = {
            "guide": "jira://guide/jql",
            "issue": f"jira://issue/{key}",
            "set": f"jira://changeset/{made.structured['changeSet']}",
            "board": str(board),
        }
        texts: dict[str, str] = {}
        for name, uri in uris.items():
            [content] = (await agent.client.read_resource(uri)).contents
            texts[name] = str(getattr(content, "text", ""))
        return [str(one.uri) for one in listed], texts

    listed, texts = work(built.shadow.url, secret, job, task=f"resources-{era}", era=era)
    built.fetch()  # so that no other test finds this set
    assert listed[0] == "jira://guide/jql"
    assert "currentUser()" in texts["guide"]
    assert f'"key":"{key}"' in texts["issue"]
    assert "+ Labels: 자원" in texts["set"]
    assert "issues that are not done" in texts["board"]
    assert all(UNTRUSTED in texts[name] for name in ("issue", "set", "board"))


@pytest.mark.parametrize(
    "uri", ["jira://issue/{foreign}", "jira://issue/WEB-99999", "jira://board/0", "jira://x/y"]
)
def test_a_resource_that_is_absent_or_out_of_scope_is_the_same_error(
    built: House, secret: str, uri: str
) -> None:
    assert built.world is not None
    named = uri.format(foreign=built.world.cast.foreign)

    async def job(agent: Agent) -> Any:
        with pytest.raises(MCPError) as caught:
            await agent.client.read_resource(named)
        return caught.value

    error = work(built.shadow.url, secret, job)
    assert error.error.code == -32602
    assert named in error.error.message


@BOTH
def test_prompts_name_the_tools_of_the_profile(built: House, secret: str, era: Era) -> None:
    async def job(agent: Agent) -> tuple[list[str], str]:
        names = [one.name for one in (await agent.client.list_prompts()).prompts]
        found = await agent.client.get_prompt("triage", {"project": "WEB"})
        content = found.messages[0].content
        assert isinstance(content, TextContent)
        return names, content.text

    names, text = work(built.shadow.url, secret, job, era=era)
    assert names == ["triage", "groom", "report"]
    assert "project WEB" in text
    assert "searchJiraIssuesUsingJql" in text
    _, text = work(built.shadow.url, secret, job, era=era, tools="mcp-atlassian")
    assert "jira_search" in text
    assert "searchJiraIssuesUsingJql" not in text


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("triage", {}, "needs project"),
        ("triage", {"project": "WEB", "x": "y"}, "has no x"),
        ("bulk", {}, "There are: triage, groom, report."),
    ],
)
def test_a_wrong_prompt_says_what_is_missing(
    built: House, secret: str, name: str, arguments: dict[str, str], says: str
) -> None:
    async def job(agent: Agent) -> str:
        with pytest.raises(MCPError) as caught:
            await agent.client.get_prompt(name, arguments)
        return caught.value.error.message

    assert says in work(built.shadow.url, secret, job)


@BOTH
def test_keys_people_and_statuses_are_completed(
    built: House, secret: str, key: str, era: Era
) -> None:
    async def job(agent: Agent) -> dict[str, list[str]]:
        issue = ResourceTemplateReference(type="ref/resource", uri="jira://issue/{key}")
        triage = PromptReference(type="ref/prompt", name="triage")
        groom = PromptReference(type="ref/prompt", name="groom")
        asked: list[tuple[Any, str, str]] = [
            (issue, "key", key[:5]),
            (triage, "project", "W"),
            (triage, "assignee", "Sam"),
            (groom, "status", "in"),
            (groom, "nothing", ""),
        ]
        found = {}
        for ref, name, value in asked:
            told = await agent.client.complete(ref, {"name": name, "value": value})
            found[name] = told.completion.values
        return found

    found = work(built.shadow.url, secret, job, era=era)
    assert key in found["key"]
    assert all(one.startswith(key[:5]) for one in found["key"])
    assert found["project"] == ["WEB"]
    assert found["assignee"] == ["Sam Twin"]
    assert found["status"]
    assert all(one.casefold().startswith("in") for one in found["status"])
    assert found["nothing"] == []
