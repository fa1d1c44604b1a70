"""How an upstream misbehaves, as data: refusals, lost answers, late commits, limits, lag.

Only a sandbox that plays the upstream misbehaves, and only when a test or an experiment
says so. Everything here is pure: draws and clocks come from whoever plays it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

#: Addresses that are asked with POST and change nothing.
_READING_POSTS = re.compile(r"/(search|search/jql|search/approximate-count|issue/bulkfetch)$")
_SEARCHES = re.compile(r"/search(/|$)")
_ISSUE = re.compile(r"/issue/(?P<issue>[^/]+)")


class Fault(StrEnum):
    """What goes wrong with one request."""

    #: 429; nothing was done.
    THROTTLE = "throttle"
    #: A status of the 500s; nothing was done.
    FAIL_BEFORE = "fail_before"
    #: A status of the 500s, although it was done.
    FAIL_AFTER = "fail_after"
    #: It is done and the connection closed without an answer.
    LOSE_REPLY = "lose_reply"
    #: It is done and the connection closed in the middle of the answer.
    HALF_BODY = "half_body"
    #: The connection is closed at once, and it is done a while later.
    LATE = "late"
    #: A login page with 200; nothing was done.
    PAGE = "page"
    #: Answered as to a visitor who may see nothing, without saying so; nothing was done.
    ANONYMOUS = "anonymous"


class On(StrEnum):
    """Which requests a fault strikes."""

    ALL = "all"
    READS = "reads"
    WRITES = "writes"
    SEARCHES = "searches"


Share = Annotated[float, Field(ge=0, le=1)]
Milliseconds = Annotated[int, Field(ge=0, le=600_000)]


class FaultRule(BaseModel):
    """One way to misbehave; of several rules the first that strikes is played."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    fault: Fault
    """throttle, fail_before, fail_after, lose_reply, half_body, late, page or anonymous"""
    on: On = On.ALL
    """all, reads, writes or searches"""
    path: str = ""
    """strikes only addresses that contain this text"""
    share: Share = 1.0
    """probability that a matching request is struck"""
    skip: Annotated[int, Field(ge=0)] = 0
    """matching requests that pass before the first is struck"""
    times: Annotated[int, Field(ge=0)] = 0
    """how many are struck at most; 0: no limit"""
    status: Annotated[int, Field(ge=500, le=599)] = 503
    """status of fail_before and fail_after"""
    retry_after: str = ""
    """the header of throttle and fail_before: seconds, date+SECONDS, or nothing"""
    late_ms: tuple[Milliseconds, Milliseconds] = (0, 150)
    """how long late waits before it is done, from and to"""


class Faults(BaseModel):
    """How an upstream misbehaves."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    seed: int = 0
    """of all draws"""
    rules: tuple[FaultRule, ...] = ()
    """the faults, see below"""
    latency_ms: Milliseconds = 0
    """delay of every answer"""
    search_lag_ms: Milliseconds = 0
    """searches see the issues as they were so long ago"""
    writes_per_second: Annotated[float, Field(ge=0)] = 0
    """more are answered 429; 0: no limit"""
    burst: Annotated[float, Field(ge=1)] = 20
    """writes that may come at once before that limit is felt"""
    issue_writes_per_second: Annotated[float, Field(ge=0)] = 0
    """the same for each issue, one at once; 0: no limit"""

    @property
    def any(self) -> bool:
        """Whether anything is wrong at all."""
        return self != _NONE


_NONE = Faults()


@dataclass(frozen=True, slots=True)
class Asked:
    """What decides whether a fault strikes a request."""

    method: str
    path: str

    @property
    def searches(self) -> bool:
        """Whether it is a search."""
        return _SEARCHES.search(self.path) is not None

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        reads = self.method in ("GET", "HEAD", "OPTIONS") or _READING_POSTS.search(self.path)
        return not reads

    @property
    def issue(self) -> str:
        """The id or key of the issue it names, else empty."""
        found = _ISSUE.search(self.path)
        return found["issue"] if found else ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens of a limit, and the second that they were counted at."""

    level: float
    at: float


def matches(rule: FaultRule, asked: Asked) -> bool:
    """Return whether a rule is about a request."""
    wanted = {
        On.ALL: True,
        On.READS: not asked.writes,
        On.WRITES: asked.writes,
        On.SEARCHES: asked.searches,
    }
    return wanted[rule.on] and rule.path in asked.path


def strikes(rule: FaultRule, *, seen: int, struck: int, draw: float) -> bool:
    """Return whether a rule strikes a request that it is about.

    ``seen`` and ``struck`` count such requests before this one; ``draw`` is from 0 to 1.
    """
    if seen < rule.skip or (rule.times and struck >= rule.times):
        return False
    return draw < rule.share


def taken(bucket: Bucket | None, now: float, *, rate: float, burst: float) -> Bucket | None:
    """Return the bucket with one token less, or None when it is empty."""
    held = burst if bucket is None else min(burst, bucket.level + (now - bucket.at) * rate)
    return Bucket(held - 1, now) if held >= 1 else None
