"""The history's filter: what was written in the form, and what it asks for. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from gateway.store.audit_reading import Wanted
from gateway.web.history_words import Group, every_kind, kinds_of
from gateway.web.language import N_

_CHANGE_SET = re.compile(r"\s*(?:cs-?)?\s*(\d{1,15})\s*", re.IGNORECASE)
_BAD_SET = N_("A change set is written as CS-12 or 12.")
_BAD_DAY = N_("A day is written as 2026-11-24.")
_BACKWARDS = N_("The first day comes after the last one, so nothing can be found.")


class HistoryQuery(BaseModel):
    """The form, as the address carries it. Nothing in it is required."""

    what: str = Field(default="", max_length=30)
    who: str = Field(default="", max_length=200)
    cs: str = Field(default="", max_length=30)
    since: str = Field(default="", max_length=30)
    until: str = Field(default="", max_length=30)
    before: int | None = Field(default=None, ge=0, lt=2**63)
    check: bool = False

    def address(self, **more: int) -> str:
        """Return the query of a link that keeps the filter."""
        kept = self.model_dump(include={"what", "who", "cs", "since", "until"})
        return urlencode({name: value for name, value in {**kept, **more}.items() if value})


@dataclass(frozen=True, slots=True)
class Filter:
    """What a query asks for, with sentences about what could not be read."""

    wanted: Wanted
    troubles: tuple[str, ...]


def read(query: HistoryQuery) -> Filter:
    """Read a query; what cannot be read is left out and said."""
    troubles: list[str] = []
    since, until = _day(query.since, troubles), _day(query.until, troubles)
    if since is not None and until is not None and since > until:
        troubles.append(_BACKWARDS)
    group = Group(query.what) if query.what in set(Group) else None
    return Filter(
        Wanted(
            kinds=() if group in (None, Group.OTHER) else kinds_of(group),
            but=every_kind() if group is Group.OTHER else (),
            actor=query.who,
            review=_change_set(query.cs, troubles),
            since=None if since is None else _microseconds(since),
            until=None if until is None else _microseconds(until) + 24 * 3600 * 1_000_000,
        ),
        tuple(dict.fromkeys(troubles)),
    )


def _change_set(text: str, troubles: list[str]) -> int | None:
    if not text.strip():
        return None
    found = _CHANGE_SET.fullmatch(text)
    if found is None:
        troubles.append(_BAD_SET)
        return None
    return int(found[1])


def _day(text: str, troubles: list[str]) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        troubles.append(_BAD_DAY)
        return None


def _microseconds(day: date) -> int:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return (start - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
