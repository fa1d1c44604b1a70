from typing import Any

import pytest
from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject, ObservedTransition
from sandbox.domain import errors
from sandbox.domain.creating import Created, create, initial_status
from sandbox.domain.errors import InvalidError
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of
from sandbox.domain.site import Site
from tests.sandbox.domain.world import CLOUD, JUN, MINA, NOW, SERVER, actor, adf, cf, issue

MINIMUM: JsonObject = {
    "project": {"key": "AIR"},
    "issuetype": {"name": "Task"},
    "summary": "새 이슈",
}


def created(
    fields: JsonObject,
    update: JsonObject | None = None,
    *,
    site: Site = CLOUD,
    related: dict[str, IssueState] | None = None,
) -> Created:
    return create(
        site,
        fields,
        update or {},
        dialect=site.native,
        actor=actor(site),
        now_us=NOW,
        issue_id="9000000001",
        key="AIR-9000000001",
        related=related,
    )


def refusal(fields: JsonObject, **more: Any) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        created(fields, **more)
    return caught.value


def with_meta(field: str, meta: JsonObject) -> Site:
    changed = {key: {**each, field: meta} for key, each in CLOUD.baseline.create_meta.items()}
    return Site.of(CLOUD.baseline.model_copy(update={"create_meta": changed}))


def test_a_new_issue_has_what_clients_read_on_a_fresh_one() -> None:
    made = created(MINIMUM).issue
    fields = made.fields
    assert (made.key, made.issue_id, made.created_here, made.histories) == (
        "AIR-9000000001", "9000000001", True, (),
    )  # fmt: skip
    assert object_of(fields["status"])["name"] == "To Do"
    assert object_of(fields["priority"])["name"] == "Medium"
    assert object_of(fields["reporter"])["accountId"] == MINA
    assert (fields["created"], fields["updated"]) == ("2026-09-28T19:32:13.094+0000",) * 2
    assert (fields["labels"], fields["resolution"], fields[cf(103)]) == ([], None, None)
    assert object_of(fields["watches"])["watchCount"] == 1
    assert object_of(fields["comment"])["total"] == 0
    assert "statuscategorychangedate" in fields
    assert "statuscategorychangedate" not in created(MINIMUM, site=SERVER).issue.fields


def test_what_the_request_gave_is_told_apart_from_defaults() -> None:
    found = created({**MINIMUM, "description": adf("본문")}, {"labels": [{"add": "긴급"}]})
    assert set(found.given) == {"project", "issuetype", "summary", "description", "labels"}
    assert object_of(found.given["project"])["name"] == "Airlock"
    assert found.issue.fields["labels"] == ["긴급"]


REFUSED: list[tuple[JsonObject, dict[str, str]]] = [
    ({"project": None}, {"project": errors.PROJECT_REQUIRED}),
    ({"project": {"key": "NOPE"}}, {"project": errors.PROJECT_REQUIRED}),
    ({"project": "AIR"}, {"project": errors.NOT_AN_OBJECT}),
    ({"issuetype": None}, {"issuetype": errors.ISSUE_TYPE_REQUIRED}),
    ({"issuetype": {"name": "Quest"}}, {"issuetype": errors.ISSUE_TYPE_INVALID}),
    ({"summary": None}, {"summary": errors.SUMMARY_REQUIRED}),
    ({"nonsense": 1}, {"nonsense": errors.cannot_be_set("nonsense")}),
    ({"issuetype": {"name": "Sub-task"}}, {"parent": errors.PARENT_REQUIRED}),
    (
        {"issuetype": {"name": "Sub-task"}, "parent": {"key": "OPS-1"}},
        {"parent": errors.PARENT_ELSEWHERE},
    ),
]


@pytest.mark.parametrize(("changed", "expected"), REFUSED)
def test_a_wrong_request_is_refused(changed: JsonObject, expected: dict[str, str]) -> None:
    assert refusal({**MINIMUM, **changed}).errors == expected


def test_a_request_without_a_summary_says_so_together_with_other_problems() -> None:
    sent = {name: value for name, value in MINIMUM.items() if name != "summary"}
    found = refusal({**sent, "duedate": "soon"})
    assert set(found.errors) == {"summary", "duedate"}


@pytest.mark.parametrize(
    ("meta", "problem"),
    [
        ({"required": True, "name": "심각도"}, {"심각도": "심각도 is required."}),
        ({"required": True, "name": "심각도", "hasDefaultValue": True}, {}),
        ({"required": False, "name": "심각도"}, {}),
    ],
)
def test_the_sites_own_required_fields_are_required(
    meta: JsonObject, problem: dict[str, str]
) -> None:
    site = with_meta(cf(200), {**meta, "schema": {"type": "string"}, "operations": ["set"]})
    if not problem:
        assert created(MINIMUM, site=site).issue.fields[cf(200)] is None
        return
    assert refusal(MINIMUM, site=site).errors == {cf(200): "심각도 is required."}


def test_a_sub_task_shows_its_parent() -> None:
    sent: JsonObject = {"issuetype": {"name": "Sub-task"}, "parent": {"key": "AIR-1"}}
    made = created({**MINIMUM, **sent}, related={"AIR-1": issue()}).issue
    parent = object_of(made.fields["parent"])
    assert (parent["key"], object_of(parent["fields"])["summary"]) == ("AIR-1", "Summary 1")


def test_an_epic_given_as_parent_is_also_the_epic_link() -> None:
    epic = issue(number=2, kind="Epic")
    made = created({**MINIMUM, "parent": {"key": "AIR-2"}}, related={"AIR-2": epic}).issue
    assert made.fields[CLOUD.epic_link_field or ""] == "AIR-2"


def test_a_parent_that_nobody_can_see_does_not_exist() -> None:
    found = refusal({**MINIMUM, "parent": {"key": "AIR-77"}}, related={})
    assert found.errors == {"parent": errors.PARENT_MISSING}


def test_an_initial_transition_decides_the_first_status() -> None:
    done = CLOUD.status("Done") or {}
    project, kind = CLOUD.project("AIR") or {}, CLOUD.issue_type("Task") or {}
    begin: JsonObject = {"id": "1", "name": "Create", "to": done, "isInitial": True}
    observed = ObservedTransition(
        project_id=str(project["id"]), type_id=str(kind["id"]), status_id="", transition=begin
    )
    changed = {"transitions": [*CLOUD.baseline.transitions, observed]}
    site = Site.of(CLOUD.baseline.model_copy(update=changed))
    assert initial_status(site, project, kind)["name"] == "Done"
    assert initial_status(CLOUD, project, kind)["name"] == "To Do"


def test_the_projects_lead_is_assigned_where_the_project_says_so() -> None:
    projects: list[JsonValue] = [
        {**one, "assigneeType": "PROJECT_LEAD"} for one in CLOUD.baseline.projects
    ]
    site = Site.of(CLOUD.baseline.model_copy(update={"projects": projects}))
    assert object_of(created(MINIMUM, site=site).issue.fields["assignee"])["accountId"] == MINA
    given = created({**MINIMUM, "assignee": {"accountId": JUN}}, site=site)
    assert object_of(given.issue.fields["assignee"])["accountId"] == JUN


def test_comments_and_links_of_a_new_issue_are_handed_back() -> None:
    found = created(MINIMUM, {"issuelinks": [{"add": {"type": {"name": "Blocks"}}}]})
    assert found.links == ({"type": {"name": "Blocks"}},)


def test_a_create_screen_that_nobody_observed_is_the_edit_screen() -> None:
    site = Site.of(CLOUD.baseline.model_copy(update={"create_meta": {}}))
    made = created({**MINIMUM, cf(101): "줄"}, site=site).issue
    assert made.fields[cf(101)] == "줄"


def test_an_issue_that_starts_done_is_resolved() -> None:
    done = CLOUD.status("Done") or {}
    only = {"statuses": [done], "transitions": []}
    made = created(MINIMUM, site=Site.of(CLOUD.baseline.model_copy(update=only))).issue
    assert object_of(made.fields["resolution"])["name"] == "Done"
