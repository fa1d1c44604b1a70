"""Which change sets of an inbox are shown, in which order, on which page."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.review.routing import Whose
from gateway.review.states import Turn
from gateway.review.values import Flag, InboxRow
from sandbox.contract.shapes import ChangeKind

#: In the order in which an inbox shows them.
TURNS_SHOWN = (Turn.REVIEWER, Turn.GATEWAY, Turn.AGENT, Turn.NOBODY)
#: So many lines of each group are shown where all groups are, and of one that is alone.
FEW, PAGE = 20, 50
#: How many lines there are of each turn, of these projects, by this agent for this person,
#: that do these things.
_Alike = Counter[tuple[Turn, tuple[str, ...], str, str, tuple[ChangeKind, ...]]]
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
    rows = tuple(rows)
    found: dict[Turn, list[InboxRow]] = {turn: [] for turn in TURNS_SHOWN}
    for row in rows if not wanted.narrowed else (row for row in rows if _fits(row, wanted)):
        found[row.turn].append(row)
    size = FEW if wanted.turn is None else PAGE
    first = 0 if wanted.turn is None else (wanted.page - 1) * PAGE
    total = 0 if wanted.turn is None else len(found[wanted.turn])
    alike: _Alike = Counter(
        (row.turn, row.projects, row.agent, row.person_name, row.kinds) for row in rows
    )
    return Sorted(
        groups=tuple(
            TurnGroup(turn, _ordered(lines, wanted.sort)[first : first + size], len(lines))
            for turn, lines in found.items()
            if wanted.turn in (None, turn)
        ),
        yours=sum(number for (turn, *_), number in alike.items() if turn is Turn.REVIEWER),
        pages=max(1, -(-total // PAGE)),
        projects=_offered((turn, keys, number) for (turn, keys, *_), number in alike.items()),
        agents=_offered((turn, (one,), number) for (turn, _, one, *_), number in alike.items()),
        people=_offered((turn, (one,), number) for (turn, _, _, one, _), number in alike.items()),
        kinds=_offered((turn, kinds, number) for (turn, *_, kinds), number in alike.items()),
    )


def waiting(rows: Iterable[InboxRow]) -> int:
    """Return how many lines wait for a person."""
    return sum(row.turn is Turn.REVIEWER for row in rows)


def _fits(row: InboxRow, wanted: Triage) -> bool:
    return (
        wanted.turn in (None, row.turn)
        and wanted.project in ("", *row.projects)
        and wanted.agent in ("", row.agent)
        and wanted.person in ("", row.person_name)
        and (wanted.kind is None or wanted.kind in row.kinds)
        and (wanted.level is None or wanted.level is level_of(row.flags))
    )


def _ordered(rows: list[InboxRow], sort: Sort) -> tuple[InboxRow, ...]:
    if sort is Sort.OLDEST:
        return tuple(reversed(rows))
    if sort is Sort.RISK:
        # The longest waiting first among those of the same risk.
        return tuple(sorted(rows, key=lambda row: (-row.risk, row.received_at, row.id)))
    return tuple(rows)


def risk_of(flags: Iterable[Flag]) -> int:
    """Return how much there is to look at in what these flags stand on."""
    return sum(_WEIGHTS.get(flag.severity, _WEIGHTS["warn"]) for flag in flags)


def level_of(flags: Iterable[Flag]) -> Level:
    """Return the gravest of these flags; one of an unknown severity is worth a look."""
    severities = {flag.severity for flag in flags}
    if "block" in severities:
        return Level.BLOCK
    return Level.WARN if severities - {"info"} else Level.CALM


def _offered(alike: Iterable[tuple[Turn, Iterable[str], int]]) -> dict[str, int]:
    """Return everything that can be chosen, with how many lines of it wait for a person."""
    found: Counter[str] = Counter()
    for turn, names, number in alike:
        for name in names:
            found[name] += number if turn is Turn.REVIEWER else 0
    return dict(sorted(found.items()))
