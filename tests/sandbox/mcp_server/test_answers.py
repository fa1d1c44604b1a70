"""Answers fit for models: short, dated, linked, and asking back where a name means several."""

import json
from datetime import datetime
from typing import Any

import pytest

from sandbox.mcp_server.slim import tokens, within
from tests.house import House
from tests.journeys.agents import Agent, Told, work
from tests.sandbox.mcp_server.conftest import TWIN


def must(built: House, token: str, tool: str, task: str = "", **arguments: Any) -> Told:
    return work(built.shadow.url, token, lambda agent: agent.must(tool, **arguments), task=task)


def ask(built: House, token: str, tool: str, task: str = "", **arguments: Any) -> Told:
    return work(built.shadow.url, token, lambda agent: agent.ask(tool, **arguments), task=task)


def test_a_token_is_four_ascii_letters_or_one_other() -> None:
    assert tokens("abcd efgh") == 3
    assert tokens("한글 ab") == 2 + 1
    assert tokens("") == 0
    assert within("abcdefgh", 1) == 4
    assert within("한글 텍스트", 3) == 3
    assert within("ab", 600) == 2


def test_every_issue_costs_at_most_six_hundred_tokens_by_default(built: House, secret: str) -> None:
    async def costs(agent: Agent) -> dict[str, int]:
        hits = await agent.must(
            "searchJiraIssuesUsingJql", jql="ORDER BY key", maxResults=100, fields=["summary"]
        )
        keys = [one["key"] for one in hits.structured["issues"]["nodes"]]
        return {
            key: tokens((await agent.must("getJiraIssue", issueIdOrKey=key)).text) for key in keys
        }

    found = work(built.shadow.url, secret, costs)
    assert len(found) > 4
    assert max(found.values()) <= 600, found


def test_a_whole_page_of_hits_is_short_and_says_so_of_its_texts(built: House, secret: str) -> None:
    told = must(built, secret, "searchJiraIssuesUsingJql", jql="ORDER BY key", maxResults=5)
    nodes = told.structured["issues"]["nodes"]
    assert len(nodes) == 5
    assert all(tokens(json.dumps(one, ensure_ascii=False)) < 400 for one in nodes)
    assert any("…✂" in one["fields"].get("description", "") for one in nodes)


def test_an_issue_says_as_of_when_and_links_to_jira_itself(
    built: House, secret: str, key: str
) -> None:
    told = must(built, secret, "getJiraIssue", issueIdOrKey=key)
    assert told.structured["url"] == f"{built.upstream.url}/browse/{key}"
    moment = datetime.fromisoformat(told.structured["asOf"])
    assert moment.tzinfo is not None
    made = must(
        built, secret, "createJiraIssue", "as-of",
        projectKey="WEB", issueTypeName="Task", summary="새 일",
    )  # fmt: skip
    assert made.structured["asOf"] == "not in Jira: only staged"


def test_counting_shows_no_issue(built: House, secret: str) -> None:
    told = must(
        built, secret, "searchJiraIssuesUsingJql", jql="project = WEB", searchResultMode="count"
    )
    assert told.structured["count"] > 0
    assert told.structured["issues"]["nodes"] == []
    assert tokens(told.text) < 100


@pytest.mark.parametrize("mode", ["edit", "create"])
def test_an_assignee_that_two_people_may_be_is_asked_back(
    built: House, secret: str, key: str, mode: str
) -> None:
    def assign(who: str) -> Told:
        if mode == "edit":
            sent: dict[str, Any] = {"issueIdOrKey": key, "fields": {"assignee": who}}
            return ask(built, secret, "editJiraIssue", f"twins-{mode}", **sent)
        return ask(
            built, secret, "createJiraIssue", f"twins-{mode}",
            projectKey="WEB", issueTypeName="Task", summary="x", assignee_account_id=who,
        )  # fmt: skip

    several = assign(TWIN)
    assert several.refused
    assert "matches 2 people" in several.text
    assert "sam.one@shop.example" in several.text
    assert "712020:twin-1" in several.text
    assert must(built, secret, "showMyPendingChanges", f"twins-{mode}").structured["changes"] == []
    nobody = assign("nobody at all")
    assert nobody.refused
    assert "lookupJiraAccountId" in nobody.text
    assert assign("712020:twin-1").text.startswith("Staged, not applied")
    assert assign("me").text.startswith("Staged, not applied")


def test_a_transition_may_be_named_and_one_that_is_not_offered_lists_the_others(
    built: House, secret: str, key: str
) -> None:
    offered = must(built, secret, "getTransitionsForJiraIssue", issueIdOrKey=key).structured
    first = offered["transitions"][0]
    wrong = ask(
        built, secret, "transitionJiraIssue", "named",
        issueIdOrKey=key, transition={"name": "Fly to the moon"},
    )  # fmt: skip
    assert wrong.refused
    assert f"{first['id']} = {first['name']}" in wrong.text
    told = must(
        built, secret, "transitionJiraIssue", "named",
        issueIdOrKey=key, transition={"name": first["to"]["name"].upper()},
    )  # fmt: skip
    assert told.structured["fields"]["status"]["name"] == first["to"]["name"]


@pytest.mark.parametrize("wanted", ["shop", "https://{host}", "{host}", "SHOP"])
def test_the_own_site_may_be_named_in_many_ways(built: House, secret: str, wanted: str) -> None:
    site = must(built, secret, "getAccessibleAtlassianResources").structured["resources"][0]
    host = site["url"].removeprefix("http://")
    named = wanted.format(host=host).replace("shop", site["id"]).replace("SHOP", site["id"].upper())
    must(built, secret, "getIssueLinkTypes", cloudId=named)


@pytest.mark.parametrize("tool", ["getIssueLinkTypes", "editJiraIssue"])
def test_a_foreign_cloud_id_is_refused(built: House, secret: str, key: str, tool: str) -> None:
    more = {"issueIdOrKey": key, "fields": {"summary": "x"}} if tool == "editJiraIssue" else {}
    foreign = "11111111-2222-3333-4444-555555555555"
    told = ask(built, secret, tool, "foreign", cloudId=foreign, **more)
    assert told.refused
    assert "not the site of this server" in told.text
    assert "Nothing was changed" in told.text


def test_many_comments_come_newest_first_and_can_all_be_reached(
    built: House, secret: str, key: str
) -> None:
    async def job(agent: Agent) -> list[str]:
        for number in range(13):
            await agent.must(
                "addCommentToJiraIssue", issueIdOrKey=key, commentBody=f"댓글 {number}"
            )
        shown: list[str] = []
        start: int | None = 0
        while start is not None:
            told = await agent.must(
                "getJiraIssue", issueIdOrKey=key, fields=["comment"], commentsFrom=start
            )
            page = told.structured["fields"]["comment"]
            shown += [one["body"] for one in page["comments"]]
            start = start + 10 if start + 10 < page["total"] else None
        newest = await agent.must("getJiraIssue", issueIdOrKey=key, fields=["comment"])
        page = newest.structured["fields"]["comment"]
        assert [one["body"] for one in page["comments"]] == shown[-10:]
        assert "commentsFrom" in page["note"]
        return shown

    shown = work(built.shadow.url, secret, job, task="comments")
    assert [one for one in shown if one.startswith("댓글")] == [f"댓글 {n}" for n in range(13)]


def test_every_refusal_says_what_to_do_next(built: House, secret: str, key: str) -> None:
    absent = ask(built, secret, "getJiraIssue", issueIdOrKey="WEB-99999")
    assert "searchJiraIssuesUsingJql" in absent.text
    field = ask(built, secret, "editJiraIssue", issueIdOrKey=key, fields={"nonsense": 1})
    assert "call editJiraIssue again" in field.text
    jql = ask(built, secret, "searchJiraIssuesUsingJql", jql="assignee ==== x")
    assert "call searchJiraIssuesUsingJql again" in jql.text
    assert all(told.refused for told in (absent, field, jql))
