"""The fields that a set leaves as they are: counted on its page, shown when asked for."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.identity.people import admit
from gateway.operations.leaving import left
from gateway.promotion.fields import Fields
from gateway.review.people import Person, ProjectRole, Role
from gateway.review.refusals import UnknownIssueError
from gateway.review.unchanged import unchanged
from sandbox.contract.shapes import ChangeKind, JsonObject
from tests.gateway.databases import begin
from tests.gateway.operations.conftest import fill, house_on
from tests.gateway.promotion.world import NEW_ID, SITE, change, change_set, create, edit, site
from tests.gateway.web.visit import ORIGIN, Visit

FIELDS = Fields.of(site())
QUOTE = {"id": "5", "key": "AIR-2", "fields": {"summary": "Near by"}}
FAR = {"id": "6", "key": "FAR-1", "fields": {"summary": "Far away"}}


def test_what_a_change_touches_is_not_among_the_rest() -> None:
    fields: JsonObject = {
        "summary": "s", "status": {"id": "1"}, "labels": ["a"], "duedate": "2026-11-30",
        "resolution": None, "components": [], "comment": {"comments": []},
        "customfield_10020": [{"id": 1}], "customfield_9": 0, "customfield_8": False,
    }  # fmt: skip
    move = change(ChangeKind.TRANSITION, {"status": {"id": "2"}, "fields": {"duedate": "x"}})
    sprint = change(ChangeKind.SPRINT, {"id": 2})
    for changes, rest in (
        ([edit("labels", ["b"])], {"summary", "status", "duedate", "customfield_10020"}),
        ([move], {"summary", "labels", "customfield_10020"}),
        ([sprint], {"summary", "status", "labels", "duedate"}),
    ):
        found = unchanged(fields, changes, FIELDS)
        assert set(found) == rest | {"customfield_9", "customfield_8"}
        assert all(found[name] == fields[name] for name in found)


@pytest.fixture
def filled() -> Iterator[Visit]:
    """Lend a browser with Eve signed in, where AIR-1 has links within and out of her projects."""
    house = house_on("sqlite://")
    links: list[Any] = [
        {"id": "1", "type": {"name": "Relates", "outward": "relates to"}, "outwardIssue": QUOTE},
        {"id": "2", "type": {"name": "Relates"}, "inwardIssue": FAR},
    ]
    fields = house.jira.issues["10001"]["fields"]
    fields |= {"duedate": "2026-11-30", "parent": FAR, "issuelinks": links}
    fields |= {"environment": "<script>pwned()</script>"}
    begin(house.gateway.database)
    fill(house)
    only = (ProjectRole(site=SITE, project="AIR", role=Role.VIEWER),)
    near = Person(person="near", name="Near", role=Role.NONE, roles=only)
    admit(house.gateway, near, by="test")
    with TestClient(create_app(house.gateway), ORIGIN, follow_redirects=False) as http:
        visit = Visit(house, http)
        visit.sign_in("eve")
        yield visit
    house.gateway.database.dispose()


def test_the_page_counts_them_and_their_own_page_shows_them(filled: Visit) -> None:
    number = filled.house.arrive(change_set(edit("labels", ["x"]), create()))
    digest = filled.digest(number)
    page = filled.get(f"/cs/{number}").text
    address = f"/cs/{number}/issue/10001/fields"
    found = left(filled.house.gateway, Person(person="eve", name="Eve", role=Role.ADMIN), number,
                 "10001")  # fmt: skip
    count = len(found.fields)
    assert {"duedate", "parent", "issuelinks"} <= set(found.fields)
    assert "labels" not in found.fields
    assert page.count(f'href="{address}"') == 1
    assert f"{count} unchanged fields" in page
    assert page.count('class="left-as-is"') == 1, "a new issue has none"
    own = filled.get(address).text
    assert f"{count} unchanged fields" in own
    assert own.count("<dt ") == count
    assert '<dt title="duedate">Due date</dt>' in own
    assert "&lt;script&gt;pwned()" in own
    assert "Far away" in own
    assert f"바뀌지 않는 필드 {count}개" in filled.get(f"{address}?lang=ko").text
    assert filled.digest(number) == digest


def test_issues_that_are_not_the_readers_are_not_named(filled: Visit) -> None:
    number = filled.house.arrive(change_set(edit("labels", ["x"])))
    filled.sign_in("near")
    own = filled.get(f"/cs/{number}/issue/10001/fields").text
    assert "Far away" not in own
    assert "FAR-1" not in own
    assert "relates to AIR-2 Near by" in own
    assert own.count("Issues that are not yours to see are left out.") == 2


def test_an_issue_that_is_not_in_the_set_is_not_there(filled: Visit) -> None:
    number = filled.house.arrive(change_set(edit("labels", ["x"]), create()))
    for issue_id in ("10002", NEW_ID, "nothing", "%3Cb%3E"):
        assert filled.get(f"/cs/{number}/issue/{issue_id}/fields").status_code == 404
    with pytest.raises(UnknownIssueError):
        left(filled.house.gateway, Person(person="eve", name="Eve", role=Role.ADMIN), number, "x")
