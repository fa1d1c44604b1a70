"""How an agent's change sets fared with people: shares and how long they waited. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from statistics import median

from gateway.review.states import State

_APPROVED = frozenset(
    {State.APPROVED, State.PROMOTING, State.PROMOTED, State.PARTLY_PROMOTED, State.FAILED}
)


@dataclass(frozen=True, slots=True)
class Fate:
    """What people decided about one set."""

    state: State
    #: From its arrival to the decision, in µs.
    waited: int
    #: Whether something of it was left out or put in other words.
    edited: bool


@dataclass(frozen=True, slots=True)
class Record:
    """Shares in percent of the sets that people decided about."""

    decided: int
    approved: int
    #: Of those that were approved, how many not as the agent wanted them.
    edited: int
    rejected: int
    #: Median, in µs.
    waited: int


def record_of(fates: Collection[Fate]) -> Record | None:
    """Return what people's decisions come to; None before the first one."""
    if not fates:
        return None
    approved = [one for one in fates if one.state in _APPROVED]
    return Record(
        decided=len(fates),
        approved=_share(len(approved), len(fates)),
        edited=_share(sum(one.edited for one in approved), len(approved)),
        rejected=_share(sum(one.state is State.REJECTED for one in fates), len(fates)),
        waited=round(median(one.waited for one in fates)),
    )


def _share(some: int, every: int) -> int:
    return round(100 * some / every) if every else 0
