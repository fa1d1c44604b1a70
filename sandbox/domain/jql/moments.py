"""Dates and periods as JQL writes them, as microseconds since 1970.

Weeks begin on Sunday, as they do for Jira's default locale.
"""

import calendar
import re
from datetime import UTC, date, datetime, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::\d{2})?)?")
_PERIOD = re.compile(r"([-+]?)\s*((?:\d{1,9}\s*[a-zA-Z]+\s*)+)")
_PART = re.compile(r"(\d{1,9})\s*([a-zA-Z]+)")
_OFFSET = re.compile(r"([-+]?)(\d{1,6})([yMwdhm]?)")
_UNITS = {
    "w": timedelta(weeks=1),
    "week": timedelta(weeks=1),
    "weeks": timedelta(weeks=1),
    "d": timedelta(days=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
    "h": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "hours": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "minutes": timedelta(minutes=1),
}
#: The unit that a function's offset has when none is written.
_NATURAL = {"Year": "y", "Month": "M", "Week": "w", "Day": "d"}
_LAST = timedelta(milliseconds=1)


def in_us(moment: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def in_zone(now_us: int, zone: tzinfo) -> datetime:
    """Return microseconds since 1970 as a moment in a zone."""
    return (_EPOCH + timedelta(microseconds=now_us)).astimezone(zone)


def midnight_us(day: date) -> int:
    """Return how the index holds a day without time: its midnight in UTC."""
    return in_us(datetime(day.year, day.month, day.day, tzinfo=UTC))


def parse_moment(text: str, now: datetime, *, quoted: bool = True) -> datetime | None:
    """Return the moment that a date, a period or (unquoted) milliseconds name, or None."""
    written = text.strip()
    if not quoted and re.fullmatch(r"\d{5,15}", written):
        return _moved(_EPOCH.astimezone(now.tzinfo), timedelta(milliseconds=int(written)))
    match = _MOMENT.fullmatch(written)
    if match is None:
        return _after_period(written, now)
    year, _, month, day, hour, minute = match.groups()
    try:
        return datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), tzinfo=now.tzinfo
        )
    except ValueError:
        return None


def edge(unit: str, now: datetime, *, end: bool, offset: str = "") -> datetime | None:
    """Return the start or the end of this ``Day``, ``Week``, ``Month`` or ``Year``.

    ``offset`` moves it first, as in ``startOfMonth(-1)`` or ``startOfDay("-1w")``. None:
    the offset cannot be read.
    """
    moved = _offset(now, offset, _NATURAL[unit]) if offset else now
    if moved is None:
        return None
    start = _start(unit, moved.replace(hour=0, minute=0, second=0, microsecond=0))
    if not end:
        return start
    following = _added(start, 1, _NATURAL[unit])
    return None if following is None else following - _LAST


def _start(unit: str, midnight: datetime) -> datetime:
    if unit == "Week":
        return midnight - timedelta(days=(midnight.weekday() + 1) % 7)
    if unit == "Month":
        return midnight.replace(day=1)
    return midnight.replace(month=1, day=1) if unit == "Year" else midnight


def _after_period(text: str, now: datetime) -> datetime | None:
    match = _PERIOD.fullmatch(text)
    if match is None:
        return None
    span = timedelta()
    for count, unit in _PART.findall(match[2]):
        size = _UNITS.get(unit if unit in _UNITS else unit.lower())
        if size is None:
            return None
        span += int(count) * size
    return _moved(now, -span if match[1] == "-" else span)


def _offset(now: datetime, offset: str, natural: str) -> datetime | None:
    match = _OFFSET.fullmatch(offset.strip())
    if match is None:
        return None
    count = int(match[2]) * (-1 if match[1] == "-" else 1)
    return _added(now, count, match[3] or natural)


def _added(moment: datetime, count: int, unit: str) -> datetime | None:
    if unit not in "yM":
        return _moved(moment, count * _UNITS[unit])
    months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    if not 1 <= year <= 9998:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _moved(moment: datetime, span: timedelta) -> datetime | None:
    try:
        moved = moment + span
    except OverflowError:
        return None
    return moved if 1 < moved.year < 9998 else None
