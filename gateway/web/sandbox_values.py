"""What the sandbox browser's templates get: finished values."""

from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from gateway.web.page_values import Chip
from gateway.web.presenting_inbox import Choice


@dataclass(frozen=True, slots=True)
class CardLine:
    """One issue on a board."""

    key: str
    summary: Markup
    kind: Markup
    priority: Markup
    assignee: Markup
    sets: tuple[str, ...]
    agents: tuple[str, ...]
    new: bool

    @property
    def href(self) -> str:
        """Where the issue is looked at."""
        return f"/sandbox/{quote(self.key, safe='')}"


@dataclass(frozen=True, slots=True)
class Column:
    """The issues in one status."""

    anchor: str
    status: Markup
    cards: tuple[CardLine, ...]


@dataclass(frozen=True, slots=True)
class BoardPage:
    """The board of one project."""

    projects: tuple[Choice, ...]
    project: str
    columns: tuple[Column, ...]
    #: A sentence about issues that are not shown; empty when all are.
    more: str
    away: bool
    #: Whether people of the demo's Jira can be played.
    play: bool


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of an issue; where it differs, as a difference."""

    id: str
    name: str
    html: Markup
    chip: Chip | None = None
    #: Takes the whole width: a text.
    wide: bool = False


@dataclass(frozen=True, slots=True)
class CommentLine:
    """One comment."""

    by: Markup
    when: Markup
    body: Markup
    chip: Chip | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to look at an issue."""

    name: str
    text: str
    href: str
    current: bool
    #: Why there is nothing to look at; empty when there is.
    none: str = ""


@dataclass(frozen=True, slots=True)
class PlayForm:
    """What a person of the demo's Jira can do to this issue."""

    people: tuple[tuple[str, str], ...]
    priorities: tuple[tuple[str, str], ...]
    #: As the issue has it now, to be shown as a hint.
    summary: str


@dataclass(frozen=True, slots=True)
class IssuePage:
    """One issue: as Jira has it, as an agent has it, as it would be."""

    key: str
    title: Markup
    #: Where the board of its project is.
    board: str
    url: str
    tabs: tuple[Tab, ...]
    view: str
    #: What is being looked at, in a sentence.
    about: str
    #: Why nothing can be shown in this view; empty when it can.
    nothing: str
    #: Shadows of other agents or tasks to look at.
    shadows: tuple[Tab, ...]
    #: How wide it is shown, and whether that is as on a telephone.
    widths: tuple[Tab, ...]
    narrow: bool
    #: Where it is seen with all that waits on it; empty when that is what is shown.
    every: str
    fields: tuple[FieldLine, ...]
    comments: tuple[CommentLine, ...]
    #: Sentences about what is not shown here.
    notes: tuple[str, ...]
    #: Number, name and title of the change sets that wait on it.
    sets: tuple[tuple[int, str, Markup], ...]
    away: bool
    play: PlayForm | None

    @property
    def path(self) -> str:
        """The key as one part of an address."""
        return quote(self.key, safe="")
