"""What the tools do, asked by a real MCP client over real HTTP."""

import json
from typing import Any

import pytest

from gateway.operations import reviewing
from sandbox.mcp_server.answers import UNTRUSTED
from tests.house import House
from tests.journeys.agents import Agent, Told, work
from tests.sandbox.mcp_server.conftest import TWIN

KOREAN = "결제창: “뒤로 가기” 후 중복 결제 — 재현됨 ✅"


def ask(built: House, token: str, tool: str, task: str = "", **arguments: Any) -> Told:
    """Call one tool."""
    return work(built.shadow.url, token, lambda agent: agent.ask(tool, **arguments), task=task)


def must(built: House, token: str, tool: str, task: str = "", **arguments: Any) -> Told:
    told = ask(built, token, tool, task, **arguments)
    assert not told.refused, told.text
    return told


REFUSED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("getJiraIssue", {"issueIdOrKey": "{key}", "filds": ["x"]}, "Did you mean 'fields'?"),
    ("getJiraIssue", {"issueIdOrKey": 7}, "issueIdOrKey: 7 is not of type 'string'"),
    ("getJiraIssue", {}, "'issueIdOrKey' is a required property"),
    ("getJiraIssue", {"issueIdOrKey": "{key}", "fields": "summary"}, "fields: 'summary' is not"),
    ("searchJiraIssuesUsingJql", {"jql": "order by key", "maxResults": 0}, "maxResults"),
    ("searchJiraIssuesUsingJql", {"jql": "order by key", "nextPageToken": "x"}, "endCursor"),
    ("transitionJiraIssue", {"issueIdOrKey": "{key}", "transition": {}}, "{id: …}"),
    ("editJiraIssue", {"issueIdOrKey": "{key}", "fields": {}}, "fields"),
    (
        "addCommentToJiraIssue",
        {"issueIdOrKey": "{key}", "commentBody": "x", "contentFormat": "adf"},
        "ADF document",
    ),
    ("getReviewOutcomes", {}, "Did you mean getReviewOutcome?"),
    ("jira_get_issue", {}, "There is no tool 'jira_get_issue'."),
    ("bulkEditIssues", {}, "done by a person in Jira itself"),
    ("moveJiraIssue", {}, "done by a person in Jira itself"),
)


@pytest.mark.parametrize(("tool", "arguments", "says"), REFUSED)
def test_a_wrong_call_is_refused_in_words(
    built: House, secret: str, key: str, tool: str, arguments: dict[str, Any], says: str
) -> None:
    sent = {name: key if value == "{key}" else value for name, value in arguments.items()}
    told = ask(built, secret, tool, "wrong", **sent)
    assert told.refused
    assert says in told.text
    assert must(built, secret, "showMyPendingChanges", "wrong").structured["changes"] == []


def test_issue_text_is_marked_as_other_peoples_words(built: House, secret: str, key: str) -> None:
    read = must(built, secret, "getJiraIssue", "marked", issueIdOrKey=key)
    found = must(built, secret, "searchJiraIssuesUsingJql", "marked", jql=f"key = {key}")
    edited = must(
        built, secret, "editJiraIssue", "marked", issueIdOrKey=key, fields={"duedate": None}
    )
    for told in (read, found, edited):
        assert UNTRUSTED in told.text.splitlines()
        assert told.text.splitlines()[-1].startswith("{")


def test_an_answer_says_the_same_in_words_and_in_structure(
    built: House, secret: str, key: str
) -> None:
    told = must(built, secret, "getJiraIssue", issueIdOrKey=key)
    said = dict(told.structured)
    assert said.pop("_untrusted") == UNTRUSTED
    assert json.loads(told.text.splitlines()[-1]) == said


def test_every_hit_of_a_search_is_reached_page_by_page(built: House, secret: str) -> None:
    jql = "project in (WEB, PAY) ORDER BY key"

    async def pages(agent: Agent) -> tuple[list[str], list[str], int]:
        whole = await agent.must("searchJiraIssuesUsingJql", jql=jql, maxResults=100)
        count = await agent.must("searchJiraIssuesUsingJql", jql=jql, searchResultMode="count")
        found: list[str] = []
        token: str | None = None
        while True:
            told = await agent.must(
                "searchJiraIssuesUsingJql",
                jql=jql,
                maxResults=2,
                nextPageToken=token,
                fields=["summary"],
            )
            page = told.structured["issues"]
            found += [one["key"] for one in page["nodes"]]
            assert page["remainingCount"] == page["totalCount"] - len(found)
            if not page["pageInfo"]["hasNextPage"]:
                break
            token = page["pageInfo"]["endCursor"]
        everything = [one["key"] for one in whole.structured["issues"]["nodes"]]
        return found, everything, count.structured["count"]

    found, everything, count = work(built.shadow.url, secret, pages)
    assert len(found) == count > 4
    assert found == everything
    assert len(set(found)) == len(found)


def test_only_the_named_fields_are_shown(built: House, secret: str, key: str) -> None:
    told = must(built, secret, "getJiraIssue", issueIdOrKey=key, fields=["summary", "labels"])
    assert set(told.structured["fields"]) == {"summary", "labels"}
    whole = must(built, secret, "getJiraIssue", issueIdOrKey=key, fields=["*all"])
    assert {"comment", "customfield_10020", "watches"} <= set(whole.structured["fields"])


def test_texts_come_as_markdown_and_as_adf_when_asked(built: House, secret: str) -> None:
    assert built.world is not None
    rich = built.world.cast.rich
    fields = ["description"]
    markdown = must(built, secret, "getJiraIssue", issueIdOrKey=rich, fields=fields)
    assert "### Checkout stays blank" in markdown.structured["fields"]["description"]
    adf = must(
        built, secret, "getJiraIssue",
        issueIdOrKey=rich, fields=fields, responseContentFormat="adf",
    )  # fmt: skip
    document = adf.structured["fields"]["description"]
    assert document["type"] == "doc"
    assert "panel" in {one["type"] for one in document["content"]}


def test_two_people_of_one_name_are_asked_back(built: House, secret: str) -> None:
    several = must(built, secret, "lookupJiraAccountId", searchString=TWIN)
    assert several.text.startswith("Several people match. Ask")
    assert len(several.structured["users"]) == 2
    one = must(built, secret, "lookupJiraAccountId", searchString="sam.two@shop")
    assert "Several" not in one.text
    assert [user["accountId"] for user in one.structured["users"]] == ["712020:twin-1"]
    none = must(built, secret, "lookupJiraAccountId", searchString="nobody at all")
    assert none.structured["users"] == []
    assert "Nobody matches" in none.text


def test_me_is_the_person_that_the_agent_works_for(built: House, secret: str) -> None:
    assert built.world is not None
    person = built.world.cast.person
    assert must(built, secret, "atlassianUserInfo").structured["accountId"] == person.account_id
    found = must(
        built, secret, "searchJiraIssuesUsingJql",
        jql="assignee = currentUser()", searchResultMode="count",
    )  # fmt: skip
    assert found.structured["count"] >= 3


def test_korean_text_comes_back_as_it_was_sent(built: House, secret: str, key: str) -> None:
    text = f"{KOREAN}\n\n| 환경 | 결과 |\n| --- | --- |\n| 사파리 | 실패 |"

    async def there_and_back(agent: Agent) -> tuple[str, Any]:
        await agent.must(
            "editJiraIssue",
            issueIdOrKey=key,
            fields={"summary": KOREAN, "description": text},
            dropRichContent=True,
        )
        await agent.must("addCommentToJiraIssue", issueIdOrKey=key, commentBody=KOREAN)
        told = await agent.must(
            "getJiraIssue", issueIdOrKey=key, fields=["summary", "description", "comment"]
        )
        return told.text, told.structured["fields"]

    text_said, fields = work(built.shadow.url, secret, there_and_back, task="korean")
    assert KOREAN in text_said
    assert fields["summary"] == KOREAN
    assert KOREAN in fields["description"]
    assert "사파리" in fields["description"]
    assert fields["comment"]["comments"][-1]["body"] == KOREAN


def test_an_adf_document_may_come_as_json_text(built: House, secret: str, key: str) -> None:
    document = {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": KOREAN}]}],
    }
    must(
        built, secret, "addCommentToJiraIssue", "adf-text",
        issueIdOrKey=key, commentBody=json.dumps(document), contentFormat="adf",
    )  # fmt: skip
    told = must(built, secret, "getJiraIssue", "adf-text", issueIdOrKey=key, fields=["comment"])
    assert told.structured["fields"]["comment"]["comments"][-1]["body"] == KOREAN


def test_a_refused_first_transition_says_that_the_issue_is_staged(
    built: House, secret: str
) -> None:
    told = ask(
        built, secret, "createJiraIssue", "first",
        projectKey="WEB", issueTypeName="Task", summary="x", transition={"id": "9999"},
    )  # fmt: skip
    assert told.refused
    [change] = must(built, secret, "showMyPendingChanges", "first").structured["changes"]
    assert change["kind"] == "create"
    assert f"{change['issue']} is staged" in told.text


def test_answers_show_the_sandboxs_address_and_never_the_upstreams(
    built: House, secret: str, key: str
) -> None:
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        ("getJiraIssue", {"issueIdOrKey": key, "fields": ["*all"]}),
        ("searchJiraIssuesUsingJql", {"jql": "project = WEB", "fields": ["*all"]}),
        ("getTransitionsForJiraIssue", {"issueIdOrKey": key}),
        ("getVisibleJiraProjects", {"expandIssueTypes": True}),
        ("getJiraProjectIssueTypesMetadata", {"projectIdOrKey": "WEB"}),
        ("getAccessibleAtlassianResources", {}),
        ("atlassianUserInfo", {}),
        ("getIssueLinkTypes", {}),
    )
    upstream = built.upstream.url.removeprefix("http://")
    told = [must(built, secret, tool, **arguments).text for tool, arguments in calls]
    links = [text for text in told[0].split('"') if "/browse/" in text]
    assert links == [f"{built.upstream.url}/browse/{key}"]
    # The one exception: where a person sees the issue (AIRLOCK_BROWSE_LINKS).
    told = [text.replace(f"{built.upstream.url}/browse/", "/browse/") for text in told]
    assert not [text for text in told if upstream in text or "airlock.invalid" in text]


def test_the_sandboxs_own_address_in_a_text_reaches_review_as_the_upstreams(
    built: House, secret: str, key: str
) -> None:
    own = built.shadow.url
    text = f"See {own}/browse/{key} and {own}/t/links/browse/{key}, host {own[7:]}."

    async def write(agent: Agent) -> None:
        await agent.must("addCommentToJiraIssue", issueIdOrKey=key, commentBody=text)
        await agent.must("submitForReview", reason="links")

    work(built.shadow.url, secret, write, task="links")
    [review] = built.fetch()
    [issue] = reviewing.view(built.gateway, review).issues
    wants = json.dumps(issue.changes[0].wants)
    real = built.upstream.url
    assert f"See {real}/browse/{key} and {real}/browse/{key}, host {real[7:]}." in wants
    assert own[7:] not in wants
