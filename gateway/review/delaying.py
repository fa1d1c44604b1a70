"""What people are told of a delay: reasons and times, as plain values."""

from collections.abc import Mapping

from gateway.promotion.freezing import Delay
from gateway.review.values import Delayed


def delayed(found: Delay | None, names: Mapping[str, str]) -> Delayed | None:
    """Return what is told of a delay; ``names`` is person to display name."""
    if found is None:
        return None
    chosen = found.schedule
    return Delayed(
        until=found.until,
        zone=found.zone,
        reasons=tuple(one.reason for one in found.windows),
        not_before=None if chosen is None else chosen.not_before,
        chosen_by="" if chosen is None else names.get(chosen.by, chosen.by),
    )
