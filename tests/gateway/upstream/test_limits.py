from datetime import UTC, datetime

import pytest

from gateway.upstream.limits import DEFAULT_WAIT, LONGEST_WAIT, Wait, is_near, state_of, wait_of

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
POINTS = {"ratelimit-reason": "jira-quota-tenant-based"}


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, Wait(DEFAULT_WAIT)),
        ({"retry-after": "7"}, Wait(7)),
        ({"retry-after": "0"}, Wait(0)),
        ({"retry-after": "86400"}, Wait(LONGEST_WAIT)),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, Wait(30)),
        ({"x-ratelimit-reset": "2026-11-23T12:10:00Z"}, Wait(600)),
        ({"retry-after": "3", "x-ratelimit-reset": "2026-11-23T12:10:00Z"}, Wait(3)),
        ({"x-ratelimit-reset": "soon"}, Wait(DEFAULT_WAIT)),
        # Data Center: five more tokens every two seconds.
        ({"x-ratelimit-fillrate": "5", "x-ratelimit-interval-seconds": "2"}, Wait(0.4)),
        (
            POINTS | {"x-ratelimit-reset": "2026-11-23T12:59:00Z"},
            Wait(3540, reason="the hourly budget of points is used up"),
        ),
        (
            {"ratelimit-reason": "jira-burst-based", "retry-after": "1"},
            Wait(1, reason="too many requests in a second"),
        ),
        (
            {"ratelimit-reason": "jira-per-issue-on-write", "retry-after": "2"},
            Wait(2, per_issue=True, reason="too many writes to one issue"),
        ),
    ],
)
def test_every_limit_says_how_long_for_what_and_why(headers: dict[str, str], wait: Wait) -> None:
    assert wait_of(headers, NOW) == wait


@pytest.mark.parametrize(
    ("headers", "near"),
    [
        ({}, False),
        ({"x-ratelimit-nearlimit": "true"}, True),
        ({"x-ratelimit-limit": "100", "x-ratelimit-remaining": "20"}, False),
        ({"x-ratelimit-limit": "100", "x-ratelimit-remaining": "19"}, True),
        ({"x-ratelimit-limit": "many", "x-ratelimit-remaining": "19"}, False),
    ],
)
def test_a_budget_that_is_nearly_used_up_is_seen(headers: dict[str, str], near: bool) -> None:
    assert is_near(headers) is near


def test_the_budget_is_told_in_a_few_words() -> None:
    bucket = {
        "x-ratelimit-limit": "70",
        "x-ratelimit-remaining": "69",
        "x-ratelimit-fillrate": "5",
        "x-ratelimit-interval-seconds": "1",
    }
    assert state_of(bucket) == "69 of 70 requests left, 5 more every 1 s"
    assert state_of({}) == ""
