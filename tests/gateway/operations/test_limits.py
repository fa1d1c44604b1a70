"""Jira's limits over promotion, on both databases: who rests, until when, and why."""

from dataclasses import replace

import httpx2
import pytest

from gateway.operations import reviewing
from gateway.operations.promoting import Promoter
from gateway.promotion.states import OpState
from gateway.store import waits
from tests.gateway.operations.conftest import House
from tests.gateway.operations.test_connection import Edge, writes_only
from tests.gateway.operations.test_promoting import only, released
from tests.gateway.promotion.world import edit

ISSUE_LIMIT = {"RateLimit-Reason": "jira-per-issue-on-write", "Retry-After": "30"}
SITE_LIMIT = {"RateLimit-Reason": "jira-quota-global-based", "Retry-After": "40"}


@pytest.fixture
def edge(house: House) -> Edge:
    """Put an edge between the gateway and its Jira."""
    found = Edge(house)
    house.gateway.upstream = found.upstream()
    return found


def test_a_limit_of_one_issue_holds_that_issue_alone(house: House, edge: Edge) -> None:
    first = released(house, edit("summary", "A"))
    second = released(house, edit("summary", "B", issue_id="10002", issue_key="AIR-2"), number=2)
    limited = httpx2.Response(429, headers=ISSUE_LIMIT)
    edge.before = lambda request: (
        limited if request.method == "PUT" and "10001" in request.url.path else None
    )
    house.promote_all()
    assert only(house, second).state is OpState.APPLIED
    held = only(house, first)
    assert held.state is OpState.READY
    assert "too many writes to one issue" in held.trouble
    with house.gateway.database.read() as conn:
        (rest,) = waits.waiting(conn, house.gateway.site)
    assert (rest.issue_id, rest.reason) == ("10001", "too many writes to one issue")
    assert 20 < rest.seconds_left <= 30


def test_a_limit_of_the_site_holds_everything_and_costs_no_attempt(
    house: House, edge: Edge
) -> None:
    first = released(house, edit("summary", "A"))
    second = released(house, edit("summary", "B", issue_id="10002", issue_key="AIR-2"), number=2)
    edge.before = writes_only(httpx2.Response(429, headers=SITE_LIMIT))
    assert Promoter(house.gateway, "one").run_once()
    # Another process, which was told nothing, keeps to it as well.
    other = replace(house.gateway, upstream=edge.upstream())
    edge.before = lambda _: None
    assert not Promoter(other, "two").run_once()
    assert not other.upstream.limits.left() < 30
    assert edge.writes == 0
    with house.gateway.database.read() as conn:
        (rest,) = waits.waiting(conn, house.gateway.site)
    assert (rest.issue_id, rest.reason) == ("", "the hourly budget of points is used up")
    assert "hourly budget" in only(house, first).trouble
    shown = reviewing.view(house.gateway, first, read_now=False)
    assert shown.paused == (
        "Jira asks to be left alone for now: the hourly budget of points is used up."
    )
    # The other one waits too, although nobody refused it.
    [waiting] = reviewing.view(house.gateway, second, read_now=False).operations
    assert waiting.until is not None
    assert waiting.until > house.gateway.clock() + 20_000_000
