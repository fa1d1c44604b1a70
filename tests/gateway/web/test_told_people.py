"""Whom Jira may tell of a set stands on its page by name, as far as we know them."""

import pytest

from gateway.policy.mailed import Known, mailed
from gateway.policy.policy import Policy
from gateway.policy.set_flags import set_flags
from gateway.review.values import ChangeView
from gateway.store import baselines, sites
from sandbox.contract.compare import Three
from sandbox.contract.shapes import (
    Change,
    ChangeKind,
    Dialect,
    IssueBaseline,
    JsonObject,
)
from tests.gateway.promotion.world import (
    ANN,
    BOB,
    SITE,
    change,
    change_set,
    create,
    doc,
    edit,
    text,
)
from tests.gateway.web.conftest import Visit

EVE: JsonObject = {"accountId": "acc-eve", "displayName": "이브"}
MAX: JsonObject = {"accountId": "acc-max", "displayName": "Max"}
MENTION: JsonObject = {
    "type": "doc",
    "version": 1,
    "content": [
        {"type": "paragraph", "content": [{"type": "mention", "attrs": {"id": "acc-max"}}]},
    ],
}


def view(wanted: Change, verdict: str = "keep") -> ChangeView:
    return ChangeView(
        change=wanted,
        field_name="",
        field_type="",
        rich=False,
        wants=wanted.after,
        three=Three.OURS,
        verdict=verdict,
    )


@pytest.mark.parametrize(
    ("wanted", "more"),
    [
        (edit("summary", "x"), set()),
        (edit("assignee", EVE), {"이브"}),
        (edit("description", MENTION), {"Max"}),
        (change(ChangeKind.COMMENT, {"body": MENTION}), {"Max"}),
        (change(ChangeKind.WATCHER, {"add": EVE}), {"이브"}),
        (change(ChangeKind.WATCHER, {"remove": EVE}), set()),
        (edit("assignee", None), set()),
    ],
)
def test_people_of_the_issue_and_of_the_change_are_told(wanted: Change, more: set[str]) -> None:
    known = Known({"10001": doc()}, {"10001": [MAX | {"displayName": "Max W."}]}, (EVE, MAX))
    without = Known({"10001": doc()}, {}, (EVE, MAX))
    assert set(mailed("10001", [view(wanted)], without).values()) == {"Ann", "Bob", *more}
    named = set(mailed("10001", [view(wanted)], known).values())
    assert named == {"Ann", "Bob", "Max W.", *more} - {"Max"}
    assert mailed("10001", [view(wanted, "reject")], known) == {}


def test_of_a_new_issue_its_own_people_are_told() -> None:
    made = create(assignee=EVE, reporter=ANN)
    assert mailed(made.issue_id, [view(made)], Known()) == {"acc-eve": "이브", "acc-ann": "Ann"}


def test_somebody_unknown_is_counted_by_their_id_and_many_are_not_all_named() -> None:
    found = mailed("10001", [view(edit("description", MENTION))], Known())
    assert found == {"acc-max": "acc-max"}
    [flag] = set_flags(change_set(edit("summary", "x")), (), [str(n) for n in range(13)], Policy())
    assert flag.evidence["count"] == "13"
    assert flag.evidence["people"].endswith(", …")


def test_the_page_names_them_in_both_languages_and_the_sheet_too(eve: Visit) -> None:
    with eve.house.gateway.database.write() as conn:
        revision = sites.next_revision(conn, SITE)
        reading = IssueBaseline(
            site=SITE,
            issue_id="10001",
            key="AIR-1",
            revision=revision,
            fetched_at=1,
            dialect=Dialect.V3,
            doc=doc(),
            extra={"watchers": [EVE | {"displayName": "<b>이브</b>"}, BOB]},
        )
        baselines.put(conn, reading)
    own = edit("summary", "New", base_revision=revision)
    other = edit("description", text("x"), id="c2", issue_id="10002", issue_key="AIR-2")
    review = eve.house.arrive(change_set(own, other))
    page = eve.get(f"/cs/{review}?lang=en").text
    names = "&lt;b&gt;이브&lt;/b&gt;, Ann, Bob"
    assert f"Jira may notify <b>3</b> or more of its users: <b>{names}</b>." in page
    assert f'title="Jira may tell: {names}"' in page
    assert 'title="Jira may tell: Ann, Bob"' in page
    assert f"알림을 보낼 수 있습니다: <b>{names}</b>." in eve.get(f"/cs/{review}?lang=ko").text
    eve.post(f"/cs/{review}/approve", digest=eve.digest(review))
    assert names in eve.get(f"/cs/{review}/promote?lang=en").text
