import copy
from typing import Any

import pytest
from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain import errors
from sandbox.domain.checking import mentioned_issues
from sandbox.domain.editing import Edited, assign, edit, move_to_sprint
from sandbox.domain.errors import InvalidError
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import objects_of
from sandbox.domain.rich_text import value_in_dialect
from sandbox.domain.site import Site
from tests.sandbox.domain.world import (
    CLOUD,
    CLOUD_UNSEEN,
    JUN,
    LATER,
    MINA,
    SERVER,
    actor,
    adf,
    cf,
    issue,
)

V2, V3 = Dialect.V2, Dialect.V3


def edited(
    before: IssueState,
    fields: JsonObject | None = None,
    update: JsonObject | None = None,
    *,
    site: Site = CLOUD,
    dialect: Dialect | None = None,
    related: dict[str, IssueState] | None = None,
) -> Edited:
    return edit(
        site,
        before,
        fields or {},
        update or {},
        dialect=dialect or site.native,
        actor=actor(site),
        now_us=LATER,
        related=related,
    )


def refusal(
    before: IssueState,
    fields: JsonObject | None = None,
    update: JsonObject | None = None,
    **more: Any,
) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        edited(before, fields, update, **more)
    return caught.value


def names(value: JsonValue) -> list[JsonValue]:
    assert isinstance(value, list)
    return [one["name"] for one in value if isinstance(one, dict)]


def test_an_edit_tells_before_and_after_and_leaves_the_rest() -> None:
    before = issue()
    found = edited(before, {"summary": "새 제목"})
    assert [(one.field, one.before, one.after) for one in found.edits] == [
        ("summary", "Summary 1", "새 제목")
    ]
    expected = {**before.fields, "summary": "새 제목", "updated": "2026-09-28T19:33:13.094+0000"}
    assert found.issue.fields == expected


def test_what_changes_nothing_is_no_edit_and_does_not_touch_the_issue() -> None:
    before = issue(labels=["a", "b"])
    found = edited(before, {"summary": "Summary 1", "labels": ["b", "a"], "duedate": None})
    assert found == Edited(before)


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"add": "c"}], ["a", "b", "c"]),
        ([{"add": "a"}], ["a", "b"]),
        ([{"remove": "a"}], ["b"]),
        ([{"remove": "zzz"}], ["a", "b"]),
        ([{"set": ["x"]}, {"add": "y"}, {"remove": "x"}], ["y"]),
        ([{"add": "c"}, {"add": "d"}], ["a", "b", "c", "d"]),
    ],
)
def test_verbs_apply_in_order(operations: list[JsonValue], expected: list[str]) -> None:
    found = edited(issue(labels=["a", "b"]), update={"labels": operations})
    assert found.issue.fields["labels"] == expected


def test_named_things_are_added_and_removed_by_name_or_id() -> None:
    before = edited(issue(), {"components": [{"name": "web"}]}).issue
    both = edited(before, update={"components": [{"add": {"name": "결제"}}]}).issue
    assert names(both.fields["components"]) == ["web", "결제"]
    left = edited(both, update={"components": [{"remove": {"name": "web"}}]}).issue
    assert names(left.fields["components"]) == ["결제"]


def test_an_issues_values_can_be_copied_from_another() -> None:
    source = issue(number=2, labels=["x", "y"])
    sent: JsonValue = [{"copy": {"issuelinks": {"sourceIssues": [{"key": "AIR-2"}]}}}]
    observed = {
        "labels": {
            "name": "Labels",
            "schema": {"type": "array", "items": "string", "system": "labels"},
            "operations": ["add", "copy"],
        }
    }
    before = issue(labels=["a"])
    site = Site.of(
        CLOUD.baseline.model_copy(
            update={"edit_meta": dict.fromkeys(CLOUD.baseline.edit_meta, observed)}
        )
    )
    found = edited(before, update={"labels": sent}, site=site, related={"AIR-2": source})
    assert found.issue.fields["labels"] == ["a", "x", "y"]


NO_REMOVING = "Field does not support update 'remove'"
REFUSED: list[tuple[JsonObject, JsonObject, dict[str, str]]] = [
    ({"nonsense": 1}, {}, {"nonsense": errors.cannot_be_set("nonsense")}),
    ({}, {"nonsense": [{"set": 1}]}, {"nonsense": errors.cannot_be_set("nonsense")}),
    ({"created": "x"}, {}, {"created": errors.cannot_be_set("created")}),
    ({"status": {"id": "3"}}, {}, {"status": errors.cannot_be_set("status")}),
    ({"comment": {"body": "x"}}, {}, {"comment": errors.cannot_be_set("comment")}),
    ({"labels": ["a"]}, {"labels": [{"add": "b"}]}, {"labels": errors.set_twice("labels")}),
    ({}, {"summary": [{"add": "x"}]}, {"summary": "Field does not support update 'add'"}),
    ({}, {"labels": [{"fold": "x"}]}, {"labels": "Field does not support update 'fold'"}),
    ({}, {"labels": {"add": "x"}}, {"labels": errors.NOT_AN_ARRAY}),
    ({}, {"labels": ["x"]}, {"labels": errors.NOT_AN_OBJECT}),
    ({}, {"comment": "hi"}, {"comment": errors.NOT_AN_ARRAY}),
    ({}, {"comment": [{"add": "hi"}]}, {"comment": errors.NOT_AN_OBJECT}),
    ({}, {"comment": [{"remove": {"id": "1"}}]}, {"comment": NO_REMOVING}),
    ({}, {"labels": [{"remove": 5}]}, {"labels": errors.NOT_AN_OBJECT}),
    ({"summary": None}, {}, {"summary": errors.SUMMARY_REQUIRED}),
    ({"issuetype": {"name": "Sub-task"}}, {}, {"issuetype": errors.ISSUE_TYPE_INVALID}),
    ({"timetracking": {"originalEstimate": "much"}}, {},
     {"timetracking_originalestimate": errors.ORIGINAL_ESTIMATE_INVALID}),
    ({"timetracking": "1d"}, {}, {"timetracking": errors.NOT_AN_OBJECT}),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "update", "expected"), REFUSED)
def test_a_wrong_request_is_refused_whole(
    fields: JsonObject, update: JsonObject, expected: dict[str, str]
) -> None:
    before = issue()
    kept = copy.deepcopy(before)
    found = refusal(before, {"summary": "good", **fields}, update)
    assert (found.errors, before) == (expected, kept)


def test_all_problems_are_told_at_once() -> None:
    found = refusal(issue(), {"nope": 1, "duedate": "x", "priority": {"id": "99"}, "summary": "ok"})
    assert set(found.errors) == {"nope", "duedate", "priority"}


def test_a_project_cannot_be_changed_and_the_same_one_may_be_named() -> None:
    before = issue()
    found = refusal(before, {"project": {"key": "OPS"}}, site=CLOUD_UNSEEN)
    assert found.errors == {"project": errors.cannot_be_set("project")}
    assert edited(before, {"project": {"key": "AIR"}}, site=CLOUD_UNSEEN) == Edited(before)


def test_on_an_unobserved_screen_all_fields_but_computed_ones_may_be_set() -> None:
    assert edited(issue(), {cf(101): "줄"}, site=CLOUD_UNSEEN).issue.fields[cf(101)] == "줄"
    found = refusal(issue(), {cf(116): "x"}, site=CLOUD_UNSEEN)
    assert found.errors == {cf(116): errors.cannot_be_set(cf(116))}


def test_a_comment_worklog_or_link_in_update_is_handed_back() -> None:
    update: JsonObject = {
        "comment": [{"add": {"body": "first"}}, {"add": {"body": "second"}}],
        "worklog": [{"add": {"timeSpent": "1h"}}],
        "issuelinks": [{"add": {"type": {"name": "Blocks"}}}],
    }
    before = issue()
    found = edited(before, update=update)
    assert found.issue is before
    assert [one["body"] for one in found.comments] == ["first", "second"]
    assert found.worklogs == ({"timeSpent": "1h"},)
    assert found.links == ({"type": {"name": "Blocks"}},)


def test_a_text_sent_back_as_it_was_read_keeps_its_rich_original() -> None:
    rich = adf("한 줄")
    before = issue(description=rich)
    read = value_in_dialect(rich, V2)
    assert edited(before, {"description": read}, dialect=V2) == Edited(before)


def test_history_on_cloud_names_the_field_and_the_accounts() -> None:
    before = issue()
    found = edited(before, {"assignee": {"accountId": JUN}}).issue
    assert found.histories[-1]["items"] == [
        {
            "field": "assignee",
            "fieldtype": "jira",
            "fieldId": "assignee",
            "from": None,
            "fromString": None,
            "to": JUN,
            "toString": "Jun Park",
            "tmpFromAccountId": None,
            "tmpToAccountId": JUN,
        }
    ]


def test_history_on_server_names_neither() -> None:
    found = edited(issue(SERVER), {"assignee": {"name": JUN}}, site=SERVER).issue
    assert found.histories[-1]["items"] == [
        {
            "field": "assignee",
            "fieldtype": "jira",
            "from": None,
            "fromString": None,
            "to": f"JIRAUSER-{JUN}",
            "toString": "Jun Park",
        }
    ]


HISTORY: list[tuple[str, JsonValue, list[tuple[str, str | None, str | None]]]] = [
    ("summary", "새 제목", [("summary", None, "새 제목")]),
    ("priority", {"name": "High"}, [("priority", "2", "High")]),
    ("labels", ["a", "b"], [("labels", None, "a b")]),
    ("duedate", "2026-10-01", [("duedate", "2026-10-01", "2026-10-01 00:00:00.0")]),
    (
        "fixVersions",
        [{"name": "1.0"}, {"name": "2.0"}],
        [("Fix Version", "10000", "1.0"), ("Fix Version", "10001", "2.0")],
    ),
    ("description", adf("설명"), [("description", None, "설명")]),
    (cf(103), 5, [("Size", None, "5")]),
    (cf(104), "2024-04-16", [("Start date", "2024-04-16", "16/Apr/24")]),
    (
        cf(105),
        "2012-04-12T14:26:00.000+0200",
        [("Meeting", "2012-04-12T14:26+0200", "12/Apr/12 2:26 PM")],
    ),
    (cf(106), {"id": "2"}, [("Colour", "2", "Blue")]),
    (cf(107), [{"id": "1"}, {"id": "2"}], [("Colours", "[1, 2]", "빨강, Blue")]),
    ("customfield_10020", 1, [("Sprint", "1", "AIR Sprint 1")]),
    (
        "timetracking",
        {"originalEstimate": "1d"},
        [("timeoriginalestimate", "28800", "28800"), ("timeestimate", "28800", "28800")],
    ),
]


@pytest.mark.parametrize(("field", "sent", "expected"), HISTORY)
def test_history_says_it_as_jira_does(
    field: str, sent: JsonValue, expected: list[tuple[str, str | None, str | None]]
) -> None:
    items = edited(issue(), {field: sent}).issue.histories[-1]["items"]
    assert isinstance(items, list)
    shown = [(one["field"], one["to"], one["toString"]) for one in items if isinstance(one, dict)]
    assert shown == expected


def test_history_ids_follow_from_the_issue_and_their_count() -> None:
    first = edited(issue(), {"summary": "1"}).issue
    second = edited(first, {"summary": "2"}).issue
    assert [one["id"] for one in second.histories] == ["100010001", "100010002"]
    assert second == edited(first, {"summary": "2"}).issue


def test_estimates_fill_every_field_behind_them() -> None:
    found = edited(
        issue(), {"timetracking": {"originalEstimate": "1w 1d", "remainingEstimate": "90m"}}
    )
    fields = found.issue.fields
    assert fields["timetracking"] == {
        "originalEstimate": "1w 1d",
        "originalEstimateSeconds": 172800,
        "remainingEstimate": "1h 30m",
        "remainingEstimateSeconds": 5400,
    }
    assert (fields["timeoriginalestimate"], fields["timeestimate"]) == (172800, 5400)
    assert fields["aggregateprogress"] == {"progress": 0, "total": 5400, "percent": 0}
    assert fields["workratio"] == 0


def test_a_parent_must_be_above() -> None:
    task, epic, other = issue(), issue(number=2, kind="Epic"), issue(number=3)
    related = {"AIR-2": epic, "AIR-3": other}
    sent: JsonObject = {"parent": {"key": "AIR-2"}}
    fields = edited(task, sent, related=related).issue.fields
    assert isinstance(fields["parent"], dict)
    assert (fields["parent"]["id"], fields[CLOUD.epic_link_field or ""]) == ("10002", "AIR-2")
    wrong = refusal(task, {"parent": {"key": "AIR-3"}}, related=related)
    assert wrong.errors == {"parent": errors.PARENT_NOT_ALLOWED}
    unknown = refusal(task, {"parent": {"key": "AIR-9"}}, related=related)
    assert unknown.errors == {"parent": errors.PARENT_MISSING}


def test_an_epic_link_is_also_the_parent_on_cloud() -> None:
    epic_link = CLOUD.epic_link_field or ""
    related = {"AIR-2": issue(number=2, kind="Epic")}
    found = edited(issue(), {epic_link: "AIR-2"}, related=related)
    assert [one.field for one in found.edits] == [epic_link]
    parent = found.issue.fields["parent"]
    assert isinstance(parent, dict)
    assert parent["key"] == "AIR-2"
    cleared = edited(found.issue, {epic_link: None}).issue.fields
    assert (cleared[epic_link], cleared["parent"]) == (None, None)


def test_the_other_issues_that_a_request_names_are_told() -> None:
    copied: JsonValue = {"issuelinks": {"sourceIssues": [{"key": "AIR-7"}]}}
    fields: JsonObject = {"customfield_10014": "AIR-4", "summary": "AIR-99"}
    update: JsonObject = {
        "parent": [{"set": {"id": "10005"}}, {"set": {"none": True}}],
        "labels": [{"add": "AIR-98"}, {"copy": copied}],
    }
    assert mentioned_issues(CLOUD, fields, update) == ("10005", "AIR-4", "AIR-7")
    assert mentioned_issues(CLOUD, {"parent": {"key": "AIR-3"}}, {}) == ("AIR-3",)


def test_an_issue_type_may_change_on_its_own_level_only() -> None:
    before = issue()
    found = edited(before, {"issuetype": {"name": "Bug"}}, site=CLOUD_UNSEEN)
    assert [one.field for one in found.edits] == ["issuetype"]
    wrong = refusal(before, {"issuetype": {"name": "Sub-task"}}, site=CLOUD_UNSEEN)
    assert wrong.errors == {"issuetype": errors.ISSUE_TYPE_INVALID}


def test_a_sub_task_keeps_a_parent() -> None:
    found = refusal(issue(number=2, kind="Sub-task"), {"parent": None}, site=CLOUD_UNSEEN)
    assert found.errors == {"parent": errors.PARENT_REQUIRED}


def test_server_sprints_are_read_from_their_printed_form() -> None:
    sprint = SERVER.sprint_field or ""
    closed = "greenhopper.service.sprint.Sprint@7[id=7,state=CLOSED,name=하나, 둘,goal=]"
    before = issue(SERVER).with_fields({sprint: [closed]})
    after = move_to_sprint(SERVER, before, "1", actor=actor(SERVER), now_us=LATER).issue
    value = after.fields[sprint]
    assert isinstance(value, list)
    assert value[0] == closed
    item = objects_of(after.histories[-1]["items"])[0]
    assert (item["fromString"], item["toString"]) == ("하나, 둘", "하나, 둘, AIR Sprint 1")


def test_an_estimate_can_be_edited_alone() -> None:
    sent: JsonValue = [{"edit": {"remainingEstimate": "2h"}}]
    before = edited(issue(), {"timetracking": {"originalEstimate": "1d"}}).issue
    fields = edited(before, update={"timetracking": sent}).issue.fields
    assert (fields["timeoriginalestimate"], fields["timeestimate"]) == (28800, 7200)


def test_minus_one_lets_jira_assign() -> None:
    found = assign(CLOUD, issue(), "-1", actor=actor(CLOUD), now_us=LATER)
    assert found.issue.fields["assignee"] is None


def test_without_sprints_an_issue_stays_where_it_is() -> None:
    bare = Site.of(CLOUD.baseline.model_copy(update={"fields": []}))
    before = issue()
    assert move_to_sprint(bare, before, "1", actor=actor(bare), now_us=LATER) == Edited(before)


def test_a_parent_is_taken_away_with_none() -> None:
    before = issue(parent={"id": "10002", "key": "AIR-2"})
    found = edited(before, update={"parent": [{"set": {"none": True}}]})
    assert found.issue.fields["parent"] is None


def test_closed_sprints_stay_when_an_issue_moves_on() -> None:
    sprint = CLOUD.sprint_field or ""
    before = issue().with_fields({sprint: [{"id": 7, "name": "Sprint 0", "state": "closed"}]})
    moved = move_to_sprint(CLOUD, before, "1", actor=actor(CLOUD), now_us=LATER)
    value = moved.issue.fields[sprint]
    assert isinstance(value, list)
    assert [one["id"] for one in value if isinstance(one, dict)] == [7, 1]
    back = move_to_sprint(CLOUD, moved.issue, None, actor=actor(CLOUD), now_us=LATER)
    assert back.issue.fields[sprint] == before.fields[sprint]


def test_assigning_needs_no_screen() -> None:
    found = assign(CLOUD, issue(), MINA, actor=actor(CLOUD), now_us=LATER)
    assert [(one.field, one.before) for one in found.edits] == [("assignee", None)]
    nobody = assign(CLOUD, found.issue, None, actor=actor(CLOUD), now_us=LATER)
    assert nobody.issue.fields["assignee"] is None
