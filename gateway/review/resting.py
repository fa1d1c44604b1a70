"""*Not now*: a change set that a person set aside comes back by itself. Pure.

It never counts as a verdict, and whatever happens to the set or to its issues ends it.
"""

from dataclasses import dataclass
from enum import StrEnum

_HOUR = 3600 * 1_000_000


class Pause(StrEnum):
    """For how long somebody sets a change set aside."""

    HOURS = "hours"
    DAY = "day"
    WEEK = "week"
    #: Until the set or one of its issues changes.
    CHANGE = "change"


#: In µs; a pause without one has no end of its own.
LENGTHS = {Pause.HOURS: 4 * _HOUR, Pause.DAY: 24 * _HOUR, Pause.WEEK: 7 * 24 * _HOUR}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a set and its issues were: anything new makes it another one."""

    edition: int
    #: The newest revision of the issues that it changes.
    revision: int


@dataclass(frozen=True, slots=True)
class Rest:
    """A set that somebody set aside."""

    #: In µs; None: until something changes.
    until: int | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A note that something is still to be done, apart from any verdict."""

    note: str
    by: str
    at: int


def until(pause: Pause, now: int) -> int | None:
    """Return when a pause that begins now ends; None: when something changes."""
    length = LENGTHS.get(pause)
    return None if length is None else now + length


def rests(rest: Rest, mark: Mark | None, now: int) -> bool:
    """Return whether a set is still set aside; ``mark`` is of what it is now, None: gone."""
    return mark == rest.mark and (rest.until is None or now < rest.until)
