"""When nothing is promoted, and how long a set that was released has to wait for that.

A window or a chosen time only delays: nothing is released here, and what was not approved
stays so. Times are microseconds since 1970; a weekly window goes by the clock on the wall
of its own time zone, so that it is an hour longer or shorter when the clocks are set.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEK_MINUTES = 7 * 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: Windows that follow one another without a gap: after so many no end is in sight.
_MOST_IN_A_ROW = 60
_MOMENT = re.compile(r"([A-Za-z]{3})\w* +(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which nothing is promoted: of every project, or of one."""

    id: int
    #: Key; empty: all projects of the site.
    project: str
    #: None: this machine does not know the zone, so the window never ends by itself.
    zone: tzinfo | None
    zone_name: str
    weekly: bool
    #: Weekly: minutes of the week in its zone, from Monday 00:00; else microseconds.
    begins: int
    ends: int
    reason: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """The time before which a set must not be written, as a person chose it."""

    not_before: int
    zone: str
    by: str


@dataclass(frozen=True, slots=True)
class Delay:
    """Why a set is not written yet, though nothing else stands in its way."""

    #: The first moment at which it may be; None: no end is in sight.
    until: int | None
    #: Of whatever ends last, so that people read the time as it was set.
    zone: str
    #: The windows that hold, one after the other.
    windows: tuple[Window, ...] = ()
    #: Set while the chosen time is still to come.
    schedule: Schedule | None = None


def delay(
    windows: Iterable[Window],
    schedule: Schedule | None,
    projects: Collection[str],
    now: int,
) -> Delay | None:
    """Return why a set of these projects waits at ``now``, or None: it may go."""
    chosen = schedule if schedule is not None and schedule.not_before > now else None
    until, zone = (now, "UTC") if chosen is None else (chosen.not_before, chosen.zone)
    own = [one for one in windows if concerns(one, projects)]
    held: list[Window] = []
    for _ in range(_MOST_IN_A_ROW):
        found = _longest(own, until)
        if found is None:
            return Delay(until, zone, tuple(held), chosen) if until > now else None
        window, end = found
        held += [] if window in held else [window]
        zone = window.zone_name
        if end is None:
            break
        until = end
    return Delay(None, zone, tuple(held), chosen)


def shut_projects(windows: Iterable[Window], now: int) -> frozenset[str]:
    """Return the projects of which nothing is promoted now; an empty one: all of them."""
    return frozenset(one.project for one in windows if holds(one, now))


def concerns(window: Window, projects: Collection[str]) -> bool:
    """Return whether a window is about a set of these projects."""
    return not window.project or window.project in projects


def holds(window: Window, at: int) -> bool:
    """Return whether a window is on at a moment."""
    return _end(window, at) != at


def week_minute(text: str) -> int | None:
    """Return the minute of the week of a text such as ``Fri 18:00``; None: it is none."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None or found[1].title() not in DAYS:
        return None
    hour, minute = int(found[2]), int(found[3])
    if minute > 59 or hour * 60 + minute > 24 * 60:
        return None
    return (DAYS.index(found[1].title()) * 24 * 60 + hour * 60 + minute) % WEEK_MINUTES


def week_moment(minute: int) -> str:
    """Return a minute of the week as it is written: ``Fri 18:00``."""
    day, rest = divmod(minute % WEEK_MINUTES, 24 * 60)
    return f"{DAYS[day]} {rest // 60:02}:{rest % 60:02}"


def instant(wall: datetime, zone: tzinfo, *, late: bool = False) -> int:
    """Return the moment at which a clock on the wall shows a time.

    When clocks are set, a time is shown twice or not at all: the earlier moment, or with
    ``late`` the later one.
    """
    both = [wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    moments = [(one.astimezone(UTC) - _EPOCH) // _MICROSECOND for one in both]
    return max(moments) if late else min(moments)


def on_the_wall(at: int, zone: tzinfo) -> datetime:
    """Return what a clock on the wall shows at a moment, without its zone."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone).replace(tzinfo=None)


def _longest(windows: Iterable[Window], at: int) -> tuple[Window, int | None] | None:
    """Return the window that ends last of those that are on at a moment, and its end."""
    found = [(one, end) for one in windows if (end := _end(one, at)) != at]
    if not found:
        return None
    return max(found, key=lambda pair: (pair[1] is None, pair[1] or 0))


def _end(window: Window, at: int) -> int | None:
    """Return when a window that is on at a moment ends; that moment itself when it is not.

    None: no end is known.
    """
    if not window.weekly:
        return window.ends if window.begins <= at < window.ends else at
    if window.zone is None:
        return None
    wall = on_the_wall(at, window.zone)
    monday = datetime.combine(wall.date() - timedelta(days=wall.weekday()), time())
    length = timedelta(minutes=(window.ends - window.begins) % WEEK_MINUTES)
    for week in (-1, 0):
        start = monday + timedelta(weeks=week, minutes=window.begins)
        end = instant(start + length, window.zone, late=True)
        if instant(start, window.zone) <= at < end:
            return end
    return at
