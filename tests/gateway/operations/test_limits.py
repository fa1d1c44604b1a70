"""Jira's limits over promotion, on both databases: who rests, until when, and why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest

from gateway.operations import reviewing
from gateway.operations.promoting import Promoter
from gateway.operations.waiting import stored_limits
from gateway.promotion.states import OpState
from gateway.store import outbox, reviews, waits
from gateway.upstream.limits import Limits, Wait
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


def attempts(house: House, review: int) -> int:
    """Return how many attempts its one operation has cost."""
    with house.gateway.database.read() as conn:
        stored = reviews.get(conn, review)
        assert stored is not None
        [operation] = outbox.of_review(conn, review, stored.approved_digest or "")
    return operation.attempts


def asked_for(name: str) -> dict[str, str]:
    """Return how Jira asks to wait, in one of the ways it does."""
    then = datetime.now(UTC) + timedelta(seconds=50)
    return {
        "seconds": {"Retry-After": "40"},
        "a date": {"Retry-After": format_datetime(then, usegmt=True)},
        "nothing": {},
        "a typo": {"Retry-After": "soon"},
        "a year": {"Retry-After": "31536000"},
        "a bucket": {"X-RateLimit-Interval-Seconds": "60", "X-RateLimit-FillRate": "2"},
    }[name]


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("seconds", 38, 40),
        ("a date", 45, 50),
        ("nothing", 4, 5),
        ("a typo", 4, 5),
        ("a year", 3590, 3600),
        ("a bucket", 28, 30),
    ],
)
def test_however_jira_asks_to_wait_it_costs_no_attempt(
    house: House, edge: Edge, name: str, least: float, most: float
) -> None:
    review = released(house, edit("summary", "A"))
    edge.before = writes_only(httpx2.Response(429, headers=asked_for(name)))
    house.promote_all()
    held = only(house, review)
    assert (held.state, attempts(house, review), edge.writes) == (OpState.READY, 0, 0)
    with house.gateway.database.read() as conn:
        (rest,) = waits.waiting(conn, house.gateway.site)
    assert least <= rest.seconds_left <= most


def refuse(edge: Edge, which: Callable[[httpx2.Request], bool], times: int, seconds: str) -> None:
    """Have Jira refuse some requests, so many times, and then no more."""
    left = [times]

    def before(request: httpx2.Request) -> httpx2.Response | None:
        if not left[0] or not which(request):
            return None
        left[0] -= 1
        return httpx2.Response(429, headers={"Retry-After": seconds})

    edge.before = before


def napping(edge: Edge, then: Callable[[], object] = lambda: None) -> list[float]:
    """Let waits take no time; returns the list of what was waited."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        then()

    gateway = edge.house.gateway
    gateway.upstream = replace(gateway.upstream, sleep=sleep, limits=Limits())
    return slept


@pytest.mark.parametrize(("seconds", "waited"), [("2", [2.0, 2.0]), ("0", [0.1, 0.1])])
def test_a_short_wait_is_waited_out_with_the_operation_in_hand(
    house: House, edge: Edge, seconds: str, waited: list[float]
) -> None:
    slept = napping(edge)
    review = released(house, edit("summary", "A"))
    refuse(edge, lambda request: request.method == "PUT", 2, seconds)
    assert Promoter(house.gateway, "one").run_once()
    done = only(house, review)
    assert (done.state, attempts(house, review), edge.writes) == (OpState.APPLIED, 1, 1)
    assert slept == waited


def test_what_somebody_edits_during_a_short_wait_is_seen(house: House, edge: Edge) -> None:
    napping(edge, lambda: house.jira.edit("10001", "acc-bob", summary="Bob was here"))
    review = released(house, edit("summary", "A"))
    refuse(edge, lambda request: request.method == "PUT", 1, "2")
    house.promote_all()
    assert only(house, review).state is OpState.CONFLICT
    assert edge.writes == 0


def test_a_limit_behind_the_write_does_not_make_its_outcome_unknown(
    house: House, edge: Edge
) -> None:
    slept = napping(edge)
    review = released(house, edit("summary", "A"))
    refuse(edge, lambda request: request.method == "GET" and edge.writes == 1, 5, "5")
    assert Promoter(house.gateway, "one").run_once()
    done = only(house, review)
    assert (done.state, edge.writes) == (OpState.APPLIED, 1)
    assert done.receipt is not None
    assert done.receipt.known_by == "answer"
    assert slept == [5.0] * 5


def test_a_success_of_any_process_forgets_what_another_was_told(house: House) -> None:
    database, site = house.gateway.database, house.gateway.site
    told, other = stored_limits(database, site), stored_limits(database, site)
    told.told(Wait(0.0))
    assert other.left() == 0
    other.eased()
    with database.read() as conn:
        assert waits.left(conn, site) is None
