"""Reading Jira again and again: what changed every minute, everything once a day.

Where the polls stand is stored, so a gateway that was killed goes on from there. The
window overlaps, because Jira's search is eventually consistent. Deletions and silent
changes are found by the daily reading of everything.
"""

from dataclasses import dataclass

from gateway.operations.context import Gateway
from gateway.operations.intake import IntakeReport, take_changes, take_in
from gateway.store import reading

_MINUTE = 60 * 1_000_000
#: After so long everything is read again.
SWEEP_EVERY = 24 * 60 * _MINUTE
#: Issues of a new kind or status ask for everything no more often than this: where Jira
#: offers no transition at all, a status would stay new for ever.
SWEEP_AT_MOST = 10 * _MINUTE


@dataclass(frozen=True, slots=True)
class Poller:
    """Reads what is due."""

    gateway: Gateway

    def run_once(self) -> IntakeReport:
        """Take in what changed since the last time, or everything when that is due."""
        return self._changes() or take_in(self.gateway)

    def _changes(self) -> IntakeReport | None:
        with self.gateway.database.read() as conn:
            stands = reading.get(conn, self.gateway.site)
        since = self.gateway.clock() - stands.swept_at
        if stands.sweep is not None or not stands.swept_at or since > SWEEP_EVERY:
            return None
        overlap = self.gateway.settings.poll_overlap_seconds
        return take_changes(self.gateway, overlap, known_kinds=since > SWEEP_AT_MOST)
