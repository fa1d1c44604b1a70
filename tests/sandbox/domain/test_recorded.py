"""The rules applied to real issues, of which nothing but their own JSON is known."""

import copy
import json

import pytest

from sandbox.contract.shapes import Dialect, Flavour, JsonObject, SiteBaseline
from sandbox.domain import talking
from sandbox.domain.editing import edit
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of
from sandbox.domain.site import Site
from tests.shared import shared

NOW = 1_790_623_933_094_000
FILES = [
    ("jirametrics__SP-1.json", Flavour.CLOUD),
    ("jirametrics__SP-10.json", Flavour.CLOUD),
    ("jirametrics__SP-15.json", Flavour.CLOUD),
    ("jrjc__issue_subtasks-5.json", Flavour.SERVER),
    ("jrjc__issue_valid-all-expanded.json", Flavour.SERVER),
    ("jrjc__issue_valid-5.0-with-changelog.json", Flavour.SERVER),
]


def recorded(name: str) -> IssueState:
    doc: JsonObject = json.loads(shared(f"data/recorded/{name}").read_text("utf-8"))
    doc.pop("changelog", None)
    return IssueState(str(doc["id"]), str(doc["key"]), Dialect.V2, doc)


def someone(issue: IssueState) -> JsonObject:
    return object_of(issue.fields.get("reporter") or issue.fields.get("assignee"))


@pytest.mark.parametrize(("name", "flavour"), FILES)
def test_an_edit_changes_the_edited_fields_and_nothing_else(name: str, flavour: Flavour) -> None:
    before = recorded(name)
    kept = copy.deepcopy(before)
    site = Site.of(SiteBaseline(site="recorded", flavour=flavour, fetched_at=0))
    sent: JsonObject = {"summary": "다른 제목", "description": "h1. 새 본문", "labels": ["긴급"]}
    found = edit(site, before, sent, {}, dialect=Dialect.V2, actor=someone(before), now_us=NOW)
    expected = {**before.fields, **sent, "updated": "2026-09-28T19:32:13.094+0000"}
    assert found.issue.doc == {**before.doc, "fields": expected}
    assert before == kept


@pytest.mark.parametrize(("name", "flavour"), FILES)
def test_a_comment_is_added_to_those_that_are_there(name: str, flavour: Flavour) -> None:
    before = recorded(name)
    site = Site.of(SiteBaseline(site="recorded", flavour=flavour, fetched_at=0))
    after, comment = talking.add_comment(
        site, before, "확인했습니다", dialect=Dialect.V2, actor=someone(before),
        now_us=NOW, comment_id="9000000007",
    )  # fmt: skip
    old = object_of(before.fields.get("comment")).get("comments") or []
    assert object_of(after.fields["comment"])["comments"] == [*old, comment]  # type: ignore[misc]  # a list, by Jira's shape
    assert comment["body"] == "확인했습니다"
