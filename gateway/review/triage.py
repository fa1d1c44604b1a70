"""Which change sets of an inbox are shown, in which order, on which page."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter

from gateway.review.lines import AGENT, KINDS, PERSON, PROJECTS, TURN, Lines, lines_of
from gateway.review.routing import Whose
from gateway.review.states import Turn
from gateway.review.values import Flag, InboxRow
from sandbox.contract.shapes import ChangeKind

#: In the order in which an inbox shows them.
TURNS_SHOWN = (Turn.REVIEWER, Turn.GATEWAY, Turn.AGENT, Turn.NOBODY)
#: So many lines of each group are shown where all groups are, and of one that is alone.
FEW, PAGE = 20, 50
#: What lines are counted by: projects, agent, person and kinds, taken at once.
_Alike = tuple[tuple[str, ...], str, str, tuple[str, ...]]
_ALIKE: Callable[[InboxRow], _Alike] = attrgetter("projects", "agent", "person_name", "kinds")
_YOURS = Turn.REVIEWER
_RISK = attrgetter("risk")
_WEIGHTS = {"block": 10_000, "warn": 100, "info": 1}


class Sort(StrEnum):
    """The order of the lines."""

    NEWEST = "newest"
    OLDEST = "oldest"
    #: What blocks first, then what was seen most.
    RISK = "risk"


class Level(StrEnum):
    """The gravest of what was seen in a set."""

    BLOCK = "block"
    WARN = "warn"
    #: Nothing, or what is only to be known.
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Triage:
    """What somebody asked their inbox for; nothing: all of it."""

    turn: Turn | None = None
    project: str = ""
    agent: str = ""
    sort: Sort = Sort.NEWEST
    #: From 1, of a group that is alone.
    page: int = 1
    #: None: what is usual for them.
    whose: Whose | None = None
    #: The name of whom the agent worked for.
    person: str = ""
    level: Level | None = None
    kind: ChangeKind | None = None

    @property
    def narrowed(self) -> bool:
        """Whether lines are left out."""
        asked = (self.project, self.agent, self.turn, self.person, self.level, self.kind)
        return any(asked)


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
    people: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)


def triage(rows: Iterable[InboxRow], wanted: Triage) -> Sorted:
    """Return what is shown of lines that come newest first."""
    rows = lines_of(rows)
    mine = rows.parted(TURN).get(_YOURS, Lines())
    fitting = _fitting(rows, wanted)
    turns = TURNS_SHOWN if wanted.turn is None else (wanted.turn,)
    found = {turn: fitting.parted(TURN).get(turn, Lines()) for turn in turns}
    size = FEW if wanted.turn is None else PAGE
    first = 0 if wanted.turn is None else (wanted.page - 1) * PAGE
    total = 0 if wanted.turn is None else len(found[wanted.turn])
    every: dict[_Alike, int] = {**dict.fromkeys(rows.counted(_ALIKE), 0), **mine.counted(_ALIKE)}
    return Sorted(
        groups=tuple(
            TurnGroup(turn, tuple(_ordered(lines, wanted.sort)[first : first + size]), len(lines))
            for turn, lines in found.items()
        ),
        yours=len(mine),
        pages=max(1, -(-total // PAGE)),
        projects=_offered((keys, number) for (keys, *_), number in every.items()),
        agents=_offered(((one,), number) for (_, one, *_), number in every.items()),
        people=_offered(((one,), number) for (_, _, one, _), number in every.items()),
        kinds=_offered((kinds, number) for (*_, kinds), number in every.items()),
    )


def waiting(rows: Iterable[InboxRow]) -> int:
    """Return how many lines wait for a person."""
    return len(lines_of(rows).parted(TURN).get(_YOURS, ()))


def _fitting(rows: Lines, wanted: Triage) -> Lines:
    """Return the lines that fit all that was asked for but the turn."""
    if wanted.project:
        rows = rows.where(PROJECTS, lambda keys: wanted.project in keys)
    if wanted.agent:
        rows = rows.where(AGENT, lambda name: name == wanted.agent)
    if wanted.person:
        rows = rows.where(PERSON, lambda name: name == wanted.person)
    if wanted.kind is not None:
        rows = rows.where(KINDS, lambda kinds: wanted.kind in kinds)
    if wanted.level is not None:
        rows = rows.where(_level, lambda level: level is wanted.level)
    return rows


def _level(row: InboxRow) -> Level:
    return level_of(row.flags)


def _ordered(rows: Lines, sort: Sort) -> Lines:
    return rows if sort is Sort.NEWEST else rows.ordered(sort, _ORDERS[sort])


def _oldest(rows: Lines) -> Iterable[InboxRow]:
    return reversed(rows)


def _riskiest(rows: Lines) -> Iterable[InboxRow]:
    # The longest waiting first among those of the same risk.
    return sorted(_oldest(rows), key=_RISK, reverse=True)


_ORDERS: dict[Sort, Callable[[Lines], Iterable[InboxRow]]] = {
    Sort.OLDEST: _oldest,
    Sort.RISK: _riskiest,
}


def risk_of(flags: Iterable[Flag]) -> int:
    """Return how much there is to look at in what these flags stand on."""
    return sum(_WEIGHTS.get(flag.severity, _WEIGHTS["warn"]) for flag in flags)


def level_of(flags: Iterable[Flag]) -> Level:
    """Return the gravest of these flags; one of an unknown severity is worth a look."""
    severities = {flag.severity for flag in flags}
    if "block" in severities:
        return Level.BLOCK
    return Level.WARN if severities - {"info"} else Level.CALM


def _offered(alike: Iterable[tuple[Iterable[str], int]]) -> dict[str, int]:
    """Return everything that can be chosen, with how many lines of it wait for a person."""
    found: Counter[str] = Counter()
    for names, number in alike:
        for name in names:
            found[name] += number
    return dict(sorted(found.items()))
