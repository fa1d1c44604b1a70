"""What the page of a promotion gets: finished values."""

from dataclasses import dataclass

from markupsafe import Markup

from gateway.web.page_values import ChangeSetPage, Chip, RequestBlock


@dataclass(frozen=True, slots=True)
class Step:
    """One request on its way to Jira."""

    block: RequestBlock
    #: What it rests for and until when; empty when it does not.
    waiting: str
    #: What a person may say of it: verdict and button.
    verdicts: tuple[tuple[str, str], ...]
    #: Whether the key of a new issue is asked for.
    asks_key: bool
    #: What a person goes by, when nobody else can tell what became of it.
    evidence: tuple[tuple[str, Markup], ...]
    #: Whether an undo of it alone can be asked for.
    undo: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """How far the promotion is."""

    done: int
    of: int
    chips: tuple[Chip, ...]


@dataclass(frozen=True, slots=True)
class RunPage:
    """A promotion as it goes, and what came of it."""

    page: ChangeSetPage
    #: Names what is shown: a stream goes on from here.
    mark: str
    totals: Totals
    steps: tuple[Step, ...]
    #: Why nothing goes on at all; empty when it does.
    paused: str
    #: What to say on top once all is settled.
    verdict: str
    verdict_look: str
    undo: bool
    #: Whether something of it was begun: else it can be called back whole.
    begun: bool
    #: Reviews that undo it, by number and name.
    undone_by: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class BackLine:
    """One thing that an undo puts back."""

    issue: str
    title: str
    #: What Jira would have again.
    to: Markup


@dataclass(frozen=True, slots=True)
class UndoPage:
    """What an undo would do and what it would leave, before anybody asks for it."""

    id: int
    name: str
    title: Markup
    #: Of one request alone, or None for all of them.
    position: int | None
    back: tuple[BackLine, ...]
    stays: tuple[str, ...]
