"""A blocked dry run stops promotion, for as long as it says something about now. Pure."""

from dataclasses import dataclass

from sandbox.contract.scope import Refusal

#: Seconds for which a dry run counts: Jira moves on, and an old answer must neither stop
#: nor excuse anything.
FRESH_S = 15 * 60
_SECOND = 1_000_000
_AGAIN = "Then open the promotion again: that makes a new dry run."


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a dry run came to."""

    #: Digest of what was looked at.
    digest: str
    #: What blocks, and what to do about it; empty when nothing does.
    sentence: str
    next_step: str
    #: µs since 1970, UTC.
    checked_at: int

    @property
    def blocked(self) -> bool:
        """Whether something would not be written."""
        return bool(self.sentence)


def stops(found: DryRun | None, digest: str, now: int) -> Refusal | None:
    """Return why promotion of this very digest is stopped by a dry run, or None.

    One of another digest, or one that is too old (or of a time to come), does not count.
    """
    if found is None or not found.blocked or found.digest != digest:
        return None
    if not 0 <= now - found.checked_at <= FRESH_S * _SECOND:
        return None
    return Refusal("dry_run", found.sentence, " ".join(filter(None, (found.next_step, _AGAIN))))
