"""Reading Jira again and again: what changed every minute, everything once a day.

The window overlaps, because Jira's search is eventually consistent and compares whole
minutes of its own clock. Deletions and silent changes are found by the daily intake.
"""

from dataclasses import dataclass

from gateway.operations.context import Gateway
from gateway.operations.intake import IntakeReport, take_changes, take_in
from gateway.store import sites

_MINUTE = 60 * 1_000_000
#: Minutes that two windows share.
OVERLAP = 3
#: After so long everything is read again.
SWEEP_EVERY = 24 * 60 * _MINUTE
#: Issues of a new kind or status ask for everything no more often than this: where Jira
#: offers no transition at all, a status would stay new for ever.
SWEEP_AT_MOST = 10 * _MINUTE


@dataclass(slots=True)
class Poller:
    """Remembers up to when Jira was read."""

    gateway: Gateway
    #: When the last reading that succeeded began; None: not in this process.
    read_until: int | None = None

    def run_once(self) -> IntakeReport:
        """Take in what changed since the last time, or everything when that is due."""
        began = self.gateway.clock()
        report = self._changes(began) or take_in(self.gateway)
        self.read_until = began
        return report

    def _changes(self, now: int) -> IntakeReport | None:
        swept = self._swept_at()
        if swept is None or now - swept > SWEEP_EVERY:
            return None
        since = max(swept, self.read_until or swept)
        minutes = (now - since) // _MINUTE + 1 + OVERLAP
        may_sweep = now - swept > SWEEP_AT_MOST
        return take_changes(self.gateway, minutes, known_kinds=may_sweep)

    def _swept_at(self) -> int | None:
        """Return when everything was last read: the whole metadata is stored then."""
        with self.gateway.database.read() as conn:
            metadata = sites.metadata(conn, self.gateway.site)
        return None if metadata is None else metadata.fetched_at
