"""Jira's dates and durations as text, and back."""

import re
from datetime import UTC, date, datetime, timedelta

#: Jira's defaults; both can be changed by its administrators, REST does not tell.
HOURS_A_DAY = 8
DAYS_A_WEEK = 5

_MINUTE = 60
_HOUR = 60 * _MINUTE
_UNITS = {
    "w": DAYS_A_WEEK * HOURS_A_DAY * _HOUR,
    "d": HOURS_A_DAY * _HOUR,
    "h": _HOUR,
    "m": _MINUTE,
}
_DURATION = re.compile(r"(\d{1,7}(?:\.\d{1,4})?)\s*([wdhm])(?:\s+|$|(?=\d))")
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2}))?(?:\.(\d{1,6})\d*)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def jira_time(now_us: int) -> str:
    """Return microseconds since 1970 as Jira writes them: ``2026-09-28T19:32:13.094+0000``."""
    moment = _EPOCH + timedelta(microseconds=now_us)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def parse_moment(text: str) -> datetime | None:
    """Return the moment that a date with time names, or None. Without offset it is UTC."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    day, clock, second, fraction, offset = match.groups()
    zone = "+00:00" if offset in (None, "Z") else f"{offset[:3]}:{offset[-2:]}"
    written = f"{day}T{clock}:{second or '00'}.{(fraction or '').ljust(6, '0')}{zone}"
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def parse_day(text: str) -> date | None:
    """Return the day that ``yyyy-mm-dd`` names, or None."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def written_moment(moment: datetime) -> str:
    """Return a moment as Jira writes it, in its own offset."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}{moment:%z}"


def short_day(day: date) -> str:
    """Return a day as the changelog of custom fields shows it: ``16/Apr/24``."""
    # Not strftime("%b"): that follows the locale of the process.
    return f"{day.day:02d}/{_MONTHS[day.month - 1]}/{day.year % 100:02d}"


def short_moment(moment: datetime) -> str:
    """Return a moment as the changelog of custom fields shows it: ``11/Apr/12 2:26 PM``."""
    half = "AM" if moment.hour < 12 else "PM"
    return f"{short_day(moment.date())} {(moment.hour % 12) or 12}:{moment.minute:02d} {half}"


def parse_duration(text: str) -> int | None:
    """Return the seconds of ``1w 2d 3h 30m``, or None. A bare number is minutes."""
    written = text.strip().lower()
    if re.fullmatch(r"\d{1,9}", written):
        return int(written) * _MINUTE
    total, position = 0.0, 0
    while match := _DURATION.match(written, position):
        total += float(match[1]) * _UNITS[match[2]]
        position = match.end()
    return round(total) if written and position == len(written) else None


def written_duration(seconds: int) -> str:
    """Return seconds as Jira writes them: ``1w 2d 3h 30m``."""
    parts = []
    for unit, size in _UNITS.items():
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0m"
