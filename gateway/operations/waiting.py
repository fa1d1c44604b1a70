"""The site's limits, shared by all processes through the database.

Asked before every request to Jira, so the answer is kept for a moment in memory.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.store import waits
from gateway.store.database import Database
from gateway.upstream.limits import Limits, Wait

#: Seconds for which what another process was told may be unknown to this one.
_FRESH = 1.0


@dataclass(slots=True)
class _Known:
    """What this process knows, by its own steady clock."""

    database: Database
    site: str
    now: Callable[[], float]
    until: float = float("-inf")
    asked_at: float = float("-inf")
    #: Whether Jira refused since it last did something.
    struck: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)

    def left(self) -> float:
        """Return the seconds that the whole site still has to be left alone."""
        now = self.now()
        with self.lock:
            if now - self.asked_at > _FRESH:
                with self.database.read() as conn:
                    left = waits.left(conn, self.site)
                # Whoever succeeds first forgets it, also what another process was told.
                self.until, self.struck = now + (left or 0.0), left is not None
                self.asked_at = now
            return max(0.0, self.until - now)

    def told(self, wait: Wait) -> float:
        """Store what Jira asked for; returns the seconds to wait."""
        with self.lock, self.database.write() as conn:
            seconds = waits.told(conn, self.site, "", wait.seconds, wait.reason)
            self.until, self.struck = self.now() + seconds, True
        return seconds

    def eased(self) -> None:
        """Forget the refusals before this success."""
        if not self.struck or self.now() < self.until:
            # What was under way when Jira refused may still be answered well.
            return
        with self.lock, self.database.write() as conn:
            waits.eased(conn, self.site)
            self.struck = False


def stored_limits(
    database: Database, site: str, now: Callable[[], float] = time.monotonic
) -> Limits:
    """Return a site's limits as the database knows them; ``now`` is a steady clock (seconds)."""
    known = _Known(database, site, now)
    return Limits(known.left, known.told, known.eased)
