"""How fast one process may write, learned from Jira's refusals: nobody tells us the limit.

A process that writes as fast as it can runs into the limit, waits as it was told, and
wastes what Jira would have allowed meanwhile. So it counts what came through from one
refusal to the next, goes on at that rate, and tries a little more with each second.
Several processes at one Jira find their shares in the same way, each for itself.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.upstream.errors import ThrottledError

#: A rate is never thought lower than this, in writes a second: below, Jira's own waits do.
SLOWEST = 1.0
#: Seconds without a refusal after which twice the rate is tried; a little less, much less.
_DOUBLES = 30.0
#: Seconds without a write that still count as work; longer ones were idleness.
_BUSY = 2.0
#: Fewer writes than these say nothing about the rate.
_ENOUGH = 5
#: Seconds of work that are looked back on; so many have to be behind us, too.
_WINDOW, _SHORTEST = 10.0, 1.0
#: Seconds of a line behind which nobody else has to stand: another process may be quicker.
_LINE = 0.3
#: How much more than what came through is tried: Jira may have allowed more.
_MORE = 1.02


@dataclass(slots=True)
class Pace:
    """One process's pace, shared by its promoters; times by a steady clock, in seconds."""

    now: Callable[[], float] = time.monotonic
    #: Writes a second right after the last refusal; None: nothing is known yet.
    _rate: float | None = None
    _refused_at: float = 0.0
    #: Until then everything is part of the last refusal.
    _quiet_until: float = float("-inf")
    _slot: float = float("-inf")
    #: How much came through, and in how many seconds of work, the waits included.
    _written: float = 0.0
    _busy: float = 0.0
    _seen_at: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def turn(self) -> float:
        """Take the next place in line; returns in how many seconds it comes."""
        with self._lock:
            now = self.now()
            self._look(now)
            rate = self._allowed(now)
            if rate is None:
                return 0.0
            self._slot = max(self._slot + 1.0 / rate, now)
            return self._slot - now

    def full(self) -> float:
        """Return for how many seconds nothing more should be taken out of the outbox.

        What waits for its turn here keeps its issue, and its set, from everybody else.
        """
        with self._lock:
            return max(self._slot - self.now() - _LINE, 0.0)

    def written(self) -> None:
        """Take note that Jira took a write."""
        with self._lock:
            self._look(self.now())
            self._written += 1

    def again(self, error: ThrottledError) -> float:
        """Take note of a refusal; returns in how many seconds it may be tried again."""
        if error.per_issue:
            return 0.0
        self.refused(error)
        return self.turn()

    def refused(self, error: ThrottledError) -> None:
        """Take note that Jira did not take one because there were too many."""
        if error.per_issue:
            return
        with self._lock:
            now = self.now()
            if now < self._quiet_until:
                # Of several that were under way together the last says when it is over.
                self._rest(now, error.seconds)
                return
            self._look(now)
            self._rate = self._came_through(now)
            self._refused_at = self._quiet_until = now
            self._rest(now, error.seconds)

    def _rest(self, now: float, seconds: float) -> None:
        """Wait: that belongs to the time in which the next writes come through."""
        until = max(self._quiet_until, now + seconds)
        self._busy += until - self._quiet_until
        self._quiet_until = self._seen_at = until
        self._slot = max(self._slot, until)

    def _look(self, now: float) -> None:
        if self._seen_at is not None:
            self._busy += min(max(now - self._seen_at, 0.0), _BUSY)
        self._seen_at = now if self._seen_at is None else max(self._seen_at, now)

    def _allowed(self, now: float) -> float | None:
        if self._rate is None:
            return None
        passed = max(now - self._refused_at, 0.0) / _DOUBLES
        rate: float = self._rate * (1.0 + passed**3)
        return rate

    def _came_through(self, now: float) -> float | None:
        """Return the rate to go on with: what came through of late, and a little more."""
        if self._written < _ENOUGH:
            return self._allowed(now)
        lately = self._written / max(self._busy, _SHORTEST)
        old = min(1.0, _WINDOW / max(self._busy, _SHORTEST))
        self._written, self._busy = self._written * old, self._busy * old
        return max(lately * _MORE, SLOWEST)
