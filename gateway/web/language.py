"""The language of a page: which one, its texts, its dates and counts.

Korean and English are equal. English texts are the message ids, Korean ones stand in
``locale/ko``. Chosen by ``?lang``, then the cookie, then ``Accept-Language``.
"""

import gettext
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE_FOLDER = Path(__file__).parent / "locale"
DOMAIN = "airlock"
COOKIE = "airlock-lang"
#: Relative times ("4 minutes") beyond this are shown as dates.
_RECENT = timedelta(days=7)


class Lang(StrEnum):
    """The languages that the pages speak."""

    EN = "en"
    KO = "ko"


_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
_SECOND = 1_000_000
#: A point in time, to the minute; Babel's own medium form has seconds.
_MOMENT = {Lang.EN: "MMM d, y, HH:mm", Lang.KO: "y. M. d. HH:mm"}
#: The same with its weekday.
_WEEKDAY = {Lang.EN: "EEE, MMM d, y, HH:mm", Lang.KO: "y. M. d. (EEE) HH:mm"}


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text translated later
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text


def ngettext(one: str, many: str) -> tuple[str, str]:
    """Mark a counted text for the catalogue; it is translated where it is shown."""
    return one, many


@cache
def catalogue(lang: Lang) -> gettext.NullTranslations:
    """Return the texts of one language, compiled here: no second file can be out of step.

    English is the message ids themselves.
    """
    if lang is Lang.EN:
        return gettext.NullTranslations()
    compiled = BytesIO()
    with (LOCALE_FOLDER / lang / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as written:
        write_mo(compiled, read_po(written, locale=lang))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language with its texts and its ways to write dates."""

    lang: Lang

    @property
    def other(self) -> Lang:
        """The language that the header offers."""
        return Lang.EN if self.lang is Lang.KO else Lang.KO

    def gettext(self, text: str, **values: object) -> str:
        """Return a text in this language, with its named values filled in."""
        found = catalogue(self.lang).gettext(text) if text else ""
        return found % values if values else found

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """Return a counted text; ``%(num)s`` is the number."""
        return catalogue(self.lang).ngettext(one, many, number) % {"num": number, **values}

    def moment(self, microseconds: int) -> str:
        """Return a point in time, to the minute, in UTC."""
        moment = format_datetime(_time(microseconds), _MOMENT[self.lang], locale=self._locale)
        return f"{moment} UTC"

    def moment_in(self, microseconds: int, zone: str, *, named: bool = True) -> str:
        """Return a point in time with its weekday, as the clocks of a zone show it."""
        known = _zone(zone)
        local = _time(microseconds).astimezone(known)
        moment = format_datetime(local, _WEEKDAY[self.lang], locale=self._locale, tzinfo=known)
        return f"{moment} {known.key}" if named else moment

    def date_of(self, microseconds: int) -> str:
        """Return a point in time's day, with its weekday, in UTC."""
        return self.day(_time(microseconds).date())

    def clock_of(self, microseconds: int) -> str:
        """Return a point in time's hour and minute, in UTC."""
        return format_datetime(_time(microseconds), "HH:mm", locale=self._locale)

    def second_of(self, microseconds: int) -> str:
        """Return a point in time's hour, minute and second, in UTC."""
        return f"{format_datetime(_time(microseconds), 'HH:mm:ss', locale=self._locale)} UTC"

    def ago(self, microseconds: int, now: int) -> str:
        """Return how long ago something was; beyond a week, its date."""
        passed = timedelta(microseconds=max(_SECOND, now - microseconds))
        if passed > _RECENT:
            return format_date(_time(microseconds).date(), "medium", locale=self._locale)
        return format_timedelta(-passed, add_direction=True, locale=self._locale, threshold=0.95)

    def length(self, microseconds: int) -> str:
        """Return how long something took, in its largest unit."""
        passed = timedelta(microseconds=microseconds)
        return format_timedelta(passed, locale=self._locale, threshold=0.95)

    def day(self, value: date) -> str:
        """Return a date with its weekday."""
        return format_date(value, "full", locale=self._locale)

    def instant(self, value: datetime) -> str:
        """Return a date with weekday and time as it was written, with its own offset.

        Seconds are shown where there are any: two values that differ must not read the same.
        """
        pattern = _WEEKDAY[self.lang] + (":ss" if value.second else "")
        shown = format_datetime(value, pattern, locale=self._locale, tzinfo=value.tzinfo)
        offset = value.utcoffset()
        if offset is None:
            return shown
        return f"{shown} {value.isoformat()[-6:] if offset else 'UTC'}"

    def written(self, text: str) -> str:
        """Return Jira's date or time in this language; any other text as it is."""
        try:
            if _DAY.match(text):
                return self.day(date.fromisoformat(text))
            if _INSTANT.match(text):
                return self.instant(datetime.fromisoformat(text))
        except ValueError:
            return text
        return text

    @property
    def _locale(self) -> Locale:
        return Locale.parse("ko_KR" if self.lang is Lang.KO else "en_US")


def choose(query: Mapping[str, str], cookies: Mapping[str, str], accept: str) -> Lang:
    """Return the language for a request."""
    for asked in (query.get("lang"), cookies.get(COOKIE)):
        if asked in set(Lang):
            return Lang(asked)
    found = negotiate_locale(_accepted(accept), [str(lang) for lang in Lang], sep="-")
    return Lang(found) if found else Lang.EN


def _accepted(header: str) -> list[str]:
    """Return the languages of an Accept-Language header, most wanted first."""
    wanted: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        name, _, parameter = part.strip().partition(";")
        weight = _weight(parameter)
        if name and weight > 0:
            wanted.append((-weight, name))
    return [name for _, name in sorted(wanted, key=lambda pair: pair[0])]


def _weight(parameter: str) -> float:
    text = parameter.strip().removeprefix("q=")
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


@cache
def _zone(name: str) -> ZoneInfo:
    """Return a time zone; UTC for one that is not known here."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")


def _time(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
