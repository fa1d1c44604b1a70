"""The same change on many issues: looked at once, decided at once, each still named."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.operations import deciding, reviewing
from gateway.review.groups import LEAST, groups
from gateway.review.refusals import RefusedError, StaleError, UnknownReviewError
from sandbox.contract.shapes import ChangeKind
from tests.gateway.databases import begin
from tests.gateway.operations.conftest import fill, house_on
from tests.gateway.promotion.world import change, change_set, doc, edit, text
from tests.gateway.web.visit import ORIGIN, SAME, Visit


def place(number: int) -> dict[str, Any]:
    """Return an issue's own names."""
    return {"issue_id": str(10_000 + number), "issue_key": f"AIR-{number}"}


@pytest.fixture
def eve() -> Iterator[Visit]:
    """Lend a browser with Eve signed in, where Jira has three issues."""
    house = house_on("sqlite://")
    house.jira.add(doc("AIR-3", "10003"))
    begin(house.gateway.database)
    fill(house)
    with TestClient(create_app(house.gateway), ORIGIN, follow_redirects=False) as http:
        visit = Visit(house, http)
        visit.sign_in("eve")
        yield visit
    house.gateway.database.dispose()


@pytest.fixture
def many(eve: Visit) -> int:
    """Have a set arrive with one priority on two issues, one comment and one label on three."""
    found = []
    for number in (1, 2, 3):
        here = place(number)
        body = {"id": str(number), "body": text("안녕")}
        found.append(edit("labels", ["web", "x"], id=f"l{number}", **here))
        found.append(change(ChangeKind.COMMENT, body, id=f"k{number}", **here))
    high = {"id": "2", "name": "High"}
    found += [edit("priority", high, id=f"p{number}", **place(number)) for number in (1, 2)]
    return eve.house.arrive(change_set(*found))


def test_a_group_is_the_same_change_on_three_issues_at_least(eve: Visit, many: int) -> None:
    view = reviewing.view(eve.house.gateway, many)
    found = groups(view)
    assert LEAST == 3
    names = [[one.change.id for one in group.changes] for group in found]
    assert ["k1", "k2", "k3"] in names
    assert all(not name.startswith("p") for group in names for name in group)
    other = [one for issue in view.issues for one in issue.changes if one.change.kind == "comment"]
    assert len({one.change.id for one in other}) == 3


def test_a_group_stands_on_the_page_and_is_marked_as_viewed_at_once(eve: Visit, many: int) -> None:
    page = eve.get(f"/cs/{many}").text
    card = page.split('id="group-')[1].split("</section>")[0]
    assert "the same on 3 issues" in page
    assert card.count("#c-") == 3
    contents = reviewing.view(eve.house.gateway, many, viewer="eve").contents
    alike = [contents[name] for name in ("k1", "k2", "k3")]
    form = {"content": alike, "mark": "yes"}
    eve.http.post(f"/cs/{many}/viewed", data=form, headers=SAME)
    assert reviewing.view(eve.house.gateway, many, viewer="eve").viewed == {"k1", "k2", "k3"}
    assert "이슈 3개에 같은 변경" in eve.get(f"/cs/{many}?lang=ko").text


def test_several_changes_are_left_out_and_kept_again_at_once(eve: Visit, many: int) -> None:
    digest = eve.digest(many)
    form = {"change": ["k1", "k2", "k3"], "verdict": "reject", "words": "no", "digest": digest}
    answer = eve.http.post(f"/cs/{many}/changes", data=form, headers=SAME)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"/cs/{many}"
    view = reviewing.view(eve.house.gateway, many)
    left = {
        one.change.id for issue in view.issues for one in issue.changes if one.verdict != "keep"
    }
    assert left == {"k1", "k2", "k3"}
    assert view.digest != digest
    assert not [one for one in view.operations if {"k1", "k2", "k3"} & {*one.planned.change_ids}]
    assert "Left several changes out: 3" in eve.get("/history").text
    gateway = eve.house.gateway
    deciding.decide_all(gateway, "eve", many, ["k1", "k2", "k3"], "keep", "", view.digest)
    assert eve.digest(many) == digest
    # Each is in the digest by itself: one left out is another digest.
    deciding.decide_all(gateway, "eve", many, ["k2"], "reject", "", digest)
    assert eve.digest(many) != digest


def test_what_cannot_be_decided_together_changes_nothing(eve: Visit, many: int) -> None:
    gateway, digest = eve.house.gateway, eve.digest(many)
    with pytest.raises(UnknownReviewError):
        deciding.decide_all(gateway, "eve", many, ["k1", "c99"], "reject", "", digest)
    with pytest.raises(UnknownReviewError):
        deciding.decide_all(gateway, "eve", many, [], "reject", "", digest)
    with pytest.raises(RefusedError, match="kept or left out"):
        deciding.decide_all(gateway, "eve", many, ["k1"], "approve", "", digest)
    with pytest.raises(StaleError):
        deciding.decide_all(gateway, "eve", many, ["k1"], "reject", "", "0" * 64)
    assert eve.digest(many) == digest
