"""Which change sets of an inbox are shown, in which order, on which page."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.review.states import Turn
from gateway.review.values import InboxRow

#: In the order in which an inbox shows them.
TURNS_SHOWN = (Turn.REVIEWER, Turn.GATEWAY, Turn.AGENT, Turn.NOBODY)
#: So many lines of each group are shown where all groups are, and of one that is alone.
FEW, PAGE = 20, 50
_WEIGHTS = {"block": 10_000, "warn": 100, "info": 1}


class Sort(StrEnum):
    """The order of the lines."""

    NEWEST = "newest"
    OLDEST = "oldest"
    #: What blocks first, then what was seen most.
    RISK = "risk"


@dataclass(frozen=True, slots=True)
class Triage:
    """What somebody asked their inbox for; nothing: all of it."""

    turn: Turn | None = None
    project: str = ""
    agent: str = ""
    sort: Sort = Sort.NEWEST
    #: From 1, of a group that is alone.
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether lines are left out."""
        return bool(self.project or self.agent or self.turn)


@dataclass(frozen=True, slots=True)
class TurnGroup:
    """The lines of one turn that are shown, and how many there are."""

    turn: Turn
    rows: tuple[InboxRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Sorted:
    """An inbox as it is shown."""

    groups: tuple[TurnGroup, ...]
    #: How many wait for a person, whatever was asked for.
    yours: int
    #: Pages of the group that is alone; 1 where all groups are shown.
    pages: int
    #: What can be chosen, with how many lines wait for a person in it.
    projects: dict[str, int] = field(default_factory=dict)
    agents: dict[str, int] = field(default_factory=dict)


def triage(rows: Iterable[InboxRow], wanted: Triage) -> Sorted:
    """Return what is shown of lines that come newest first."""
    rows = tuple(rows)
    found: dict[Turn, list[InboxRow]] = {turn: [] for turn in TURNS_SHOWN}
    for row in rows:
        if _fits(row, wanted):
            found[row.turn].append(row)
    size = FEW if wanted.turn is None else PAGE
    first = 0 if wanted.turn is None else (wanted.page - 1) * PAGE
    total = 0 if wanted.turn is None else len(found[wanted.turn])
    waiting = [row for row in rows if row.turn is Turn.REVIEWER]
    return Sorted(
        groups=tuple(
            TurnGroup(turn, _ordered(lines, wanted.sort)[first : first + size], len(lines))
            for turn, lines in found.items()
            if wanted.turn in (None, turn)
        ),
        yours=len(waiting),
        pages=max(1, -(-total // PAGE)),
        projects=_counted(
            (project for row in rows for project in row.projects),
            (project for row in waiting for project in row.projects),
        ),
        agents=_counted((row.agent for row in rows), (row.agent for row in waiting)),
    )


def _fits(row: InboxRow, wanted: Triage) -> bool:
    return (
        wanted.turn in (None, row.turn)
        and wanted.project in ("", *row.projects)
        and wanted.agent in ("", row.agent)
    )


def _ordered(rows: list[InboxRow], sort: Sort) -> tuple[InboxRow, ...]:
    if sort is Sort.OLDEST:
        return tuple(reversed(rows))
    if sort is Sort.RISK:
        # The longest waiting first among those of the same risk.
        return tuple(sorted(rows, key=lambda row: (-_risk(row), row.received_at, row.id)))
    return tuple(rows)


def _risk(row: InboxRow) -> int:
    return sum(_WEIGHTS.get(flag.severity, _WEIGHTS["warn"]) for flag in row.flags)


def _counted(names: Iterable[str], waiting: Iterable[str]) -> dict[str, int]:
    """Return each name in order with how often it waits."""
    every, some = dict.fromkeys(names), Counter(waiting)
    return {name: some[name] for name in sorted(every)}
