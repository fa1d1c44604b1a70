"""What the history's template gets: finished values."""

from dataclasses import dataclass

from markupsafe import Markup

from gateway.web.page_values import Chip


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One audited fact in words."""

    seq: int
    #: Hash of the row, shown when asked for.
    hash: str
    clock: str
    moment: str
    who: Markup
    #: A person, as opposed to the gateway's own work.
    human: bool
    look: str
    text: Markup
    #: Number and name of the change set it is about; 0 for none.
    review: int
    name: str
    title: Markup
    #: What a person wrote.
    words: Markup
    #: More values, each with its word.
    notes: tuple[tuple[str, Markup], ...]


@dataclass(frozen=True, slots=True)
class HistoryDay:
    """The lines of one day."""

    title: str
    lines: tuple[HistoryLine, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a form."""

    value: str
    text: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Whether the chain holds, with the head to keep elsewhere."""

    chip: Chip
    sentence: str
    length: str
    head: str
    #: Up to which row it was anchored outside the database, or that it never was.
    anchor: str
    #: Query of the link that checks a long chain now; empty when it was checked.
    check: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """The history page."""

    chain: Chain
    groups: tuple[Option, ...]
    actors: tuple[Option, ...]
    #: What the form shows again, as it was written.
    change_set: str
    since: str
    until: str
    troubles: tuple[str, ...]
    days: tuple[HistoryDay, ...]
    empty: str
    #: Queries of the links; empty for no link.
    older: str
    newest: str
    #: Query that the exports take over.
    query: str
    export: bool
