"""The pace of one process: what it makes of a Jira that allows so much and no more."""

import heapq
from dataclasses import dataclass

import pytest

from gateway.operations.pacing import SLOWEST, Pace
from gateway.upstream.errors import ThrottledError

#: Seconds of one request, and for which a process may not know of what another was told.
REQUEST, FRESH = 0.1, 1.0


@dataclass
class Bucket:
    """A Jira with a token bucket, as Atlassian describes its limits."""

    rate: float
    burst: float
    used: float = 0.0
    at: float = 0.0
    taken: int = 0
    refused: int = 0

    def takes(self, now: float) -> bool:
        self.used, self.at = max(0.0, self.used - (now - self.at) * self.rate), now
        if self.used > self.burst - 1:
            self.refused += 1
            return False
        self.used += 1
        self.taken += 1
        return True


@dataclass
class Process:
    """One of several; what Jira asked of one of them the others learn a little later."""

    pace: Pace
    rests_until: float = 0.0
    asked_at: float = -FRESH


def promote(bucket: Bucket, seconds: float, *, processes: int, promoters: int = 12) -> None:
    """Write without end for so long: each reads, writes and reads back."""
    clock, told = [0.0], 0.0
    each = [Process(Pace(now=lambda: clock[0])) for _ in range(processes)]
    # When, a number that tells equal times apart, whose turn, what comes.
    events = [(0.0, n, n % processes, "begin") for n in range(processes * promoters)]
    count = len(events)
    while events[0][0] <= seconds:
        clock[0], _, number, what = heapq.heappop(events)
        now, one = clock[0], each[number]
        if now - one.asked_at >= FRESH:
            one.asked_at, one.rests_until = now, max(one.rests_until, told)
        left = one.rests_until - now
        if what == "begin":
            then, what = now + one.pace.turn() + REQUEST, "write"
        elif left > 0 and what == "write":
            then = now + max(left, one.pace.again(ThrottledError(left))) + REQUEST
        elif left > 0:
            then = now + left
        elif what == "read back":
            then, what = now + REQUEST, "begin"
        elif bucket.takes(now):
            one.pace.written()
            then, what = now + REQUEST, "read back"
        else:
            told = one.rests_until = now + 1.0
            then = now + max(1.0, one.pace.again(ThrottledError(1.0))) + REQUEST
        count += 1
        heapq.heappush(events, (then, count, number, what))


@pytest.mark.parametrize("processes", [1, 4])
@pytest.mark.parametrize("rate", [10.0, 20.0, 30.0])
def test_most_of_what_jira_allows_is_used(rate: float, processes: int) -> None:
    bucket = Bucket(rate, burst=rate)
    promote(bucket, 120.0, processes=processes)
    assert bucket.taken >= 0.9 * rate * 120


def test_without_a_refusal_nobody_waits() -> None:
    bucket = Bucket(1000.0, burst=1000.0)
    promote(bucket, 10.0, processes=1)
    assert bucket.refused == 0
    assert bucket.taken >= 0.9 * 12 * 10 / (3 * REQUEST)


def test_a_limit_that_is_raised_is_found_out() -> None:
    bucket = Bucket(4.0, burst=4.0)
    promote(bucket, 30.0, processes=1)
    slow = bucket.taken
    bucket = Bucket(4.0, burst=4.0)
    clock = [0.0]
    pace = Pace(now=lambda: clock[0])
    for _ in range(50):
        clock[0] += 0.25
        pace.turn()
        pace.written()
    pace.refused(ThrottledError(1.0))
    clock[0] += 70
    waits = [pace.turn() for _ in range(10)]
    assert slow < 30 * 4 + 4 + 1
    assert waits[-1] < 10 / 4 / 10  # more than ten times as fast


def test_nothing_more_is_taken_than_can_soon_be_written() -> None:
    clock = [0.0]
    pace = Pace(now=lambda: clock[0])
    assert pace.full() == 0, "nothing is known of a limit"
    for _ in range(10):
        clock[0] += 0.1
        pace.written()
    pace.refused(ThrottledError(2.0, "too many"))
    assert pace.full() == pytest.approx(1.7), "the rest, but for a third of a second"
    clock[0] += 1.8
    assert pace.full() == 0
    waits = [pace.turn() for _ in range(12)]
    assert max(waits) > 0.3
    assert pace.full() == pytest.approx(max(waits) - 0.3)
    clock[0] += max(waits)
    assert pace.full() == 0


def test_what_was_under_way_together_is_one_refusal() -> None:
    clock = [10.0]
    pace = Pace(now=lambda: clock[0])
    pace.turn()
    for _ in range(40):
        clock[0] += 0.1
        pace.written()
    pace.refused(ThrottledError(1.0))
    clock[0] += 0.5
    pace.refused(ThrottledError(1.0))
    first, second = pace.turn(), pace.turn()
    assert first == pytest.approx(1.0 + 1 / 10.2, rel=0.01)
    assert second - first == pytest.approx(1 / 10.2, rel=0.01)


def test_idle_hours_and_waits_for_one_issue_slow_nobody_down() -> None:
    clock = [0.0]
    pace = Pace(now=lambda: clock[0])
    pace.refused(ThrottledError(1.0, per_issue=True))
    assert pace.turn() == 0.0
    for _ in range(100):
        clock[0] += 0.1
        pace.written()
    clock[0] += 3600.0
    pace.refused(ThrottledError(0.0))
    assert pace.turn() <= 1 / 8


def test_no_pace_is_slower_than_the_slowest() -> None:
    clock = [0.0]
    pace = Pace(now=lambda: clock[0])
    for _ in range(6):
        clock[0] += 1000.0
        pace.turn()
        pace.written()
    for _ in range(20):
        clock[0] += 2.0
        pace.refused(ThrottledError(1.0))
    assert pace.turn() <= 1.0 + 1 / SLOWEST
