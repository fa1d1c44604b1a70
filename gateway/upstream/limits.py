"""How long Jira asks us to wait, for what, and why: pure, from an answer's headers.

Cloud has three limits: points per hour, requests per second, and writes per issue. Data
Center has one bucket per account. All answer 429.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

#: Seconds to wait when Jira throttles us without saying for how long.
DEFAULT_WAIT = 5.0
#: Jira is asked again after so long even when it wants more: nobody waits for a typo.
LONGEST_WAIT = 3600.0
#: Below this share of the budget, whoever has time lets others go first.
_NEAR = 0.2

#: ``RateLimit-Reason`` (its beginning) to what it means to people.
_REASONS = (
    ("jira-per-issue-on-write", "too many writes to one issue"),
    ("jira-burst-based", "too many requests in a second"),
    ("jira-quota", "the hourly budget of points is used up"),
)


@dataclass(frozen=True, slots=True)
class Wait:
    """What Jira asked for."""

    seconds: float
    #: True: only this issue rests, everything else may go on.
    per_issue: bool = False
    #: A few words for people.
    reason: str = "too many requests"


@dataclass(frozen=True, slots=True)
class Limits:
    """What this process and others know of the site's limits."""

    #: Seconds that the whole site still has to be left alone.
    left: Callable[[], float] = lambda: 0.0
    #: Takes note of what Jira asked of the whole site; returns the seconds to wait.
    told: Callable[[Wait], float] = lambda wait: wait.seconds
    #: Takes note that Jira did what it was asked.
    eased: Callable[[], None] = lambda: None


def wait_of(headers: Mapping[str, str], now: datetime) -> Wait:
    """Return what a 429 asks for. Header names are lower case."""
    said = headers.get("ratelimit-reason", "").casefold()
    reason = next((words for start, words in _REASONS if said.startswith(start)), "")
    seconds = _asked(headers, now)
    return Wait(seconds, said.startswith("jira-per-issue"), reason or "too many requests")


def is_near(headers: Mapping[str, str]) -> bool:
    """Return whether the budget is nearly used up. Header names are lower case."""
    if headers.get("x-ratelimit-nearlimit", "").casefold() == "true":
        return True
    limit = _number(headers.get("x-ratelimit-limit"))
    remaining = _number(headers.get("x-ratelimit-remaining"))
    return limit is not None and remaining is not None and remaining < limit * _NEAR


def state_of(headers: Mapping[str, str]) -> str:
    """Return in a few words what an answer says of the budget; empty when nothing."""
    remaining, limit = headers.get("x-ratelimit-remaining"), headers.get("x-ratelimit-limit")
    if remaining is None or limit is None:
        return ""
    every = headers.get("x-ratelimit-interval-seconds")
    filled = headers.get("x-ratelimit-fillrate")
    more = f", {filled} more every {every} s" if every and filled else ""
    return f"{remaining} of {limit} requests left{more}"


def wait_seconds(retry_after: str | None, now: datetime) -> float:
    """Return how long a Retry-After header asks to wait: seconds or an HTTP date."""
    if not retry_after:
        return DEFAULT_WAIT
    seconds = _number(retry_after)
    return _bounded(_until(retry_after, now) if seconds is None else seconds)


def _asked(headers: Mapping[str, str], now: datetime) -> float:
    if headers.get("retry-after"):
        return wait_seconds(headers["retry-after"], now)
    reset = headers.get("x-ratelimit-reset")
    if reset:
        return _bounded(_until(reset, now))
    # Data Center says how fast its bucket fills: one request is waited for.
    every = _number(headers.get("x-ratelimit-interval-seconds"))
    filled = _number(headers.get("x-ratelimit-fillrate"))
    return _bounded(every / filled) if every and filled else DEFAULT_WAIT


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT) if isfinite(seconds) else DEFAULT_WAIT


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _until(text: str, now: datetime) -> float:
    """Return the seconds until an HTTP date or an ISO 8601 time."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            then = read(text)
        except ValueError:
            continue
        return ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds()
    return DEFAULT_WAIT
