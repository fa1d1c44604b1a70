"""Kinds of change on a Data Center site: wiki text, users by name, dialect 2 all the way."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.identity import links
from tests.clients.server_world import server_house
from tests.house import House
from tests.journeys.staging import Task, changed, start, upstream

JIWOO = "JIRAUSER10100"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose Jira is a Data Center one."""
    with server_house(tmp_path_factory.mktemp("server")) as one:
        links.new_link(one.gateway, "mina")
        yield one


def snapshot(house: House) -> dict[str, Any]:
    query = "search?jql=project%20%3D%20OPS&fields=*all&expand=changelog&maxResults=100"
    return {one["key"]: one for one in upstream(house, "GET", query)["issues"]}


def task_of(house: House, name: str) -> Task:
    return start(house, name, JIWOO, projects=("OPS",))


def test_wiki_text_arrives_as_it_was_written(house: House) -> None:
    task, before = task_of(house, "wiki"), snapshot(house)
    text = "h1. 배포\n\n||환경||결과||\n|운영|*성공*|\n\n{code:java}\nint a;\n{code}\n\n[~jiwoo]"
    comment = "{quote}확인{quote}\n* 하나"
    task.send("PUT", "issue/OPS-1", {"fields": {"description": text}})
    task.send("POST", "issue/OPS-1/comment", {"body": comment})
    assert changed(before, snapshot(house)) == {}
    task.promote()
    after = snapshot(house)
    assert changed(before, after) == {"OPS-1": {"description", "comment"}}
    assert after["OPS-1"]["fields"]["description"] == text
    assert after["OPS-1"]["fields"]["comment"]["comments"][-1]["body"] == comment


def test_markdown_from_the_mcp_door_becomes_wiki_text(house: House) -> None:
    task, before = task_of(house, "markdown"), snapshot(house)
    task.use(
        lambda agent: agent.must(
            "addCommentToJiraIssue", issueIdOrKey="OPS-1", commentBody="**굵게** and `code`"
        )
    )
    task.promote()
    after = snapshot(house)
    assert changed(before, after) == {"OPS-1": {"comment"}}
    said = after["OPS-1"]["fields"]["comment"]["comments"][-1]["body"]
    assert said.strip() == "*굵게* and {{code}}"


def test_people_are_written_by_name(house: House) -> None:
    task, before = task_of(house, "people"), snapshot(house)
    task.send("PUT", "issue/OPS-2/assignee", {"name": None})
    task.send("POST", "issue/OPS-2/watchers", "jiwoo")
    task.promote()
    assert changed(before, snapshot(house)) == {"OPS-2": {"assignee", "watches"}}
    watching = upstream(house, "GET", "issue/OPS-2/watchers")["watchers"]
    # Who makes an issue watches it: Jira's own rule.
    assert [one["name"] for one in watching] == ["airlock", "jiwoo"]
    task.send("PUT", "issue/OPS-2", {"fields": {"assignee": {"name": "jiwoo"}}})
    task.send("DELETE", "issue/OPS-2/watchers?username=jiwoo")
    task.promote()
    assert changed(before, snapshot(house)) == {}


def test_new_issues_worklogs_links_and_steps_work_there_too(house: House) -> None:
    task, before = task_of(house, "kinds"), snapshot(house)
    task.send("POST", "issue/OPS-3/worklog", {"timeSpent": "30m", "comment": "{{점검}}"})
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "되돌리기"}
    new = task.send("POST", "issue", {"fields": {**fields, "components": [{"name": "Deploy"}]}})
    ends = {"inwardIssue": {"key": "OPS-3"}, "outwardIssue": {"key": new["key"]}}
    task.send("POST", "issueLink", {"type": {"name": "Relates"}, **ends})
    [move, *_] = task.read("issue/OPS-3/transitions")["transitions"]
    task.send("POST", "issue/OPS-3/transitions", {"transition": {"id": move["id"]}})
    task.promote()
    after = snapshot(house)
    [key] = set(after) - set(before)
    found = changed(before, after)
    assert set(found) == {"OPS-3", key}
    assert {"issuelinks", "status", "worklog"} <= found["OPS-3"]
    assert after["OPS-3"]["fields"]["status"]["name"] == move["to"]["name"]
    [worklog] = after["OPS-3"]["fields"]["worklog"]["worklogs"]
    assert (worklog["timeSpentSeconds"], worklog["comment"]) == (1800, "{{점검}}")
    [link] = after["OPS-3"]["fields"]["issuelinks"]
    assert link["outwardIssue"]["key"] == key
    assert after[key]["fields"]["components"][0]["name"] == "Deploy"
