"""The inbox stays quick with many reviews, and its lines are never of an older edition."""

import time
from typing import Any

from gateway.operations import receiving, reviewing
from gateway.review.states import State
from gateway.store import baselines, sites
from sandbox.contract.shapes import Dialect, IssueBaseline
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import SITE, change_set, edit

MANY = 300
LOWEST = {"id": "5", "name": "Lowest"}
LATER = "2026-11-05T10:00:00.000+0000"


def test_a_line_follows_what_happens_to_its_review(house: House) -> None:
    house.door.reads = None  # the sandbox cannot tell what was read
    review_id = house.arrive(change_set(edit("summary", "New")))
    [before] = reviewing.inbox(house.gateway)
    assert (before.id, before.state, before.changed) == (review_id, State.REVIEW, 1)
    assert {flag.id for flag in before.flags} >= {"unread_write"}
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.reject(house.gateway, "rob", review_id, digest, "no")
    [after] = reviewing.inbox(house.gateway)
    assert (after.state, after.flags) == (State.REJECTED, ())
    house.arrive(change_set(edit("summary", "Newer"), number=2))
    assert [row.id for row in reviewing.inbox(house.gateway)] == [review_id + 1, review_id]


def test_300_open_reviews_are_listed_at_once(house: House) -> None:
    with house.gateway.database.write() as conn:
        for number in range(1, MANY + 1):
            one = change_set(edit("summary", f"New {number}"), number=number)
            receiving.receive(conn, house.gateway, one, ())
    assert len(reviewing.inbox(house.gateway)) == MANY
    began = time.perf_counter()
    assert len(reviewing.inbox(house.gateway)) == MANY
    # 0.15 s is the goal; the rest is for machines that do ten other things.
    assert time.perf_counter() - began < 0.5
    # One moves on: its line is another, all others are the very same, in their order.
    before = {row.id: row for row in reviewing.inbox(house.gateway)}
    digest = reviewing.view(house.gateway, 7).digest
    reviewing.reject(house.gateway, "rob", 7, digest, "no")
    after = reviewing.inbox(house.gateway)
    assert [row.id for row in after] == [*range(MANY, 0, -1)]
    assert [row.id for row in after if row is not before[row.id]] == [7]
    assert after[MANY - 7].state is State.REJECTED


def read_again(house: House, **fields: Any) -> None:
    """Have AIR-1 be changed in Jira and read again."""
    house.jira.edit("10001", "Bob", **fields)
    with house.gateway.database.write() as conn:
        reading = IssueBaseline(
            site=SITE,
            issue_id="10001",
            key="AIR-1",
            revision=sites.next_revision(conn, SITE),
            fetched_at=2,
            dialect=Dialect.V3,
            doc=house.jira.issues["10001"],
        )
        baselines.put(conn, reading)


def test_a_conflict_that_our_own_readings_brought_stands_in_the_inbox(house: House) -> None:
    own = house.arrive(change_set(edit("priority", {"id": "1", "name": "High"})))
    other = edit("summary", "x", issue_id="10002", issue_key="AIR-2")
    beside = house.arrive(change_set(other, number=2, task="t"))
    before = {row.id: row for row in reviewing.inbox(house.gateway)}
    assert "conflict" not in {flag.id for flag in before[own].flags}
    read_again(house, priority=LOWEST, updated=LATER)
    after = {row.id: row for row in reviewing.inbox(house.gateway)}
    assert {"conflict", "stale_read"} <= {flag.id for flag in after[own].flags}
    assert after[own].risk > before[own].risk
    # Nobody read the other issue again: its line is the very same.
    assert after[beside] is before[beside]
    assert reviewing.inbox(house.gateway) is reviewing.inbox(house.gateway)


def test_many_sets_of_one_issue_are_caught_up_with_look_by_look(house: House) -> None:
    with house.gateway.database.write() as conn:
        for number in range(1, 24):
            one = change_set(edit("priority", {"id": "1"}), number=number)
            receiving.receive(conn, house.gateway, one, ())

    def conflicts() -> list[int]:
        lines = reviewing.inbox(house.gateway)
        return [row.id for row in lines if "conflict" in {flag.id for flag in row.flags}]

    assert conflicts() == []
    read_again(house, priority=LOWEST, updated=LATER)
    # The newest first; each look does a few, so that none takes long.
    assert [len(conflicts()) for _ in range(4)] == [10, 20, 23, 23]
    assert conflicts()[0] == 23


def test_a_field_that_the_set_leaves_alone_is_no_conflict_there(house: House) -> None:
    own = house.arrive(change_set(edit("summary", "New")))
    read_again(house, priority=LOWEST, updated=LATER)
    [row] = reviewing.inbox(house.gateway)
    assert row.id == own
    assert "conflict" not in {flag.id for flag in row.flags}
    assert "stale_read" in {flag.id for flag in row.flags}
