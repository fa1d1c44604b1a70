"""New issues and what hangs on them: temporary keys are replaced wherever they stand."""

from typing import Any

import pytest

from gateway.promotion.references import is_temporary_key
from sandbox.contract.shapes import ChangeKind
from tests.house import House, as_json
from tests.journeys.staging import Task, changed, fresh, paragraph, start

POINTS = "customfield_10016"


def create(task: Task, summary: str, kind: str = "Task", **more: Any) -> str:
    fields = {"project": {"key": "WEB"}, "issuetype": {"name": kind}, "summary": summary}
    key: str = task.send("POST", "issue", {"fields": {**fields, **more}})["key"]
    assert is_temporary_key(key)
    return key


def made(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the new issues of Jira by summary."""
    return {issue["fields"]["summary"]: issue for key, issue in after.items() if key not in before}


def test_edits_of_a_new_issue_are_part_of_making_it(built: House) -> None:
    task, before = start(built, "new-edited"), built.snapshot()
    key = create(task, "첫 제목", labels=["a"])
    task.send("PUT", f"issue/{key}", {"fields": {"summary": "둘째 제목", POINTS: 5}})
    task.send("PUT", f"issue/{key}", {"update": {"labels": [{"add": "b"}]}})
    view = task.promote()
    assert [one.planned.kind for one in view.operations] == [ChangeKind.CREATE]
    after = built.snapshot()
    new = made(before, after)
    assert set(new) == {"둘째 제목"}
    assert changed(before, after) == {new["둘째 제목"]["key"]: {"+"}}
    fields = new["둘째 제목"]["fields"]
    assert (fields[POINTS], sorted(fields["labels"])) == (5, ["a", "b"])


def test_comments_worklogs_and_transitions_of_a_new_issue_follow_it(built: House) -> None:
    task, before = start(built, "new-followed"), built.snapshot()
    key = create(task, "새 일과 그 뒤")
    task.send("POST", f"issue/{key}/comment", {"body": paragraph(f"{key} 에 대하여")})
    task.send("POST", f"issue/{key}/worklog", {"timeSpent": "2h"})
    offered = task.read(f"issue/{key}/transitions")["transitions"]
    [move] = [one["id"] for one in offered if one["to"]["id"] == "10001"]
    task.send("POST", f"issue/{key}/transitions", {"transition": {"id": move}})
    task.promote()
    after = built.snapshot()
    new = made(before, after)["새 일과 그 뒤"]
    assert changed(before, after) == {new["key"]: {"+"}}
    [comment] = new["fields"]["comment"]["comments"]
    assert comment["body"] == paragraph(f"{new['key']} 에 대하여")
    assert new["fields"]["worklog"]["worklogs"][0]["timeSpentSeconds"] == 7200
    assert new["fields"]["status"]["id"] == "10001"
    # The temporary key goes on naming the issue for the agent.
    assert task.read(f"issue/{key}")["key"] == new["key"]


def test_an_epic_its_story_and_its_subtask_are_made_in_that_order(built: House) -> None:
    task, before = start(built, "new-family"), built.snapshot()
    epic = create(task, "에픽", "Epic")
    text = paragraph(f"이것은 {epic} 의 일부입니다 ({epic}).")
    story = create(task, "이야기", "Story", parent={"key": epic}, description=text)
    create(task, "하위 작업", "Sub-task", parent={"key": story})
    task.promote()
    after = built.snapshot()
    new = made(before, after)
    assert changed(before, after) == {issue["key"]: {"+"} for issue in new.values()}
    real = {name: issue["key"] for name, issue in new.items()}
    assert new["이야기"]["fields"]["parent"]["key"] == real["에픽"]
    assert new["하위 작업"]["fields"]["parent"]["key"] == real["이야기"]
    wanted = paragraph(f"이것은 {real['에픽']} 의 일부입니다 ({real['에픽']}).")
    assert new["이야기"]["fields"]["description"] == wanted
    assert epic not in as_json(after)
    assert story not in as_json(after)


def test_links_between_two_new_issues_and_an_old_one(built: House) -> None:
    old = fresh(built)
    task, before = start(built, "new-linked"), built.snapshot()
    first, second = create(task, "먼저"), create(task, "나중")
    for inward, outward in ((first, second), (old, first)):
        ends = {"inwardIssue": {"key": inward}, "outwardIssue": {"key": outward}}
        task.send("POST", "issueLink", {"type": {"name": "Blocks"}, **ends})
    task.promote()
    after = built.snapshot()
    new = made(before, after)
    one, two = new["먼저"]["key"], new["나중"]["key"]
    assert changed(before, after) == {one: {"+"}, two: {"+"}, old: {"issuelinks"}}
    assert links(new["먼저"]) == {("outwardIssue", two), ("inwardIssue", old)}
    assert links(new["나중"]) == {("inwardIssue", one)}
    assert links(after[old]) == {("outwardIssue", one)}


def links(issue: Any) -> set[tuple[str, str]]:
    return {
        (end, link[end]["key"])
        for link in issue["fields"]["issuelinks"]
        for end in ("inwardIssue", "outwardIssue")
        if end in link
    }


def test_a_later_set_goes_on_with_an_issue_that_an_earlier_one_makes(built: House) -> None:
    task, before = start(built, "new-later"), built.snapshot()
    key = create(task, "이어서 고칠 일")
    first = task.submit()
    task.send("PUT", f"issue/{key}", {"fields": {"duedate": "2027-03-01"}})
    second = task.submit()
    with pytest.raises(AssertionError, match="An earlier change set has to be promoted first"):
        task.carry(second)
    assert changed(before, built.snapshot()) == {}
    task.carry(first)
    task.carry(second)
    after = built.snapshot()
    new = made(before, after)["이어서 고칠 일"]
    assert changed(before, after) == {new["key"]: {"+"}}
    assert new["fields"]["duedate"] == "2027-03-01"


def test_without_its_creation_nothing_of_a_new_issue_is_kept(built: House) -> None:
    old = fresh(built)
    task, before = start(built, "new-left-out"), built.snapshot()
    key = create(task, "빼는 일")
    task.send("POST", f"issue/{key}/comment", {"body": paragraph("그 댓글")})
    task.send("PUT", f"issue/{old}", {"fields": {"duedate": "2027-03-02"}})
    task.carry(task.submit(), without=[ChangeKind.CREATE])
    assert changed(before, built.snapshot()) == {old: {"duedate"}}
