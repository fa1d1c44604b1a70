"""What the agents' templates get: finished values."""

from dataclasses import dataclass

from markupsafe import Markup

from gateway.web.connecting import Snippet
from gateway.web.page_values import Chip


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token, without the token."""

    id: str
    #: How it begins and ends.
    shown: str
    person: Markup
    person_id: str
    projects: tuple[str, ...]
    #: The rest of the scope, in words.
    scope: tuple[Markup, ...]
    state: Chip
    until: str
    made: str
    live: bool


@dataclass(frozen=True, slots=True)
class AgentCard:
    """One agent with its tokens: those that work, and those that did."""

    anchor: str
    name: Markup
    made: str
    work: str
    last: str
    #: How people decided about its sets, in a line; empty: they have not yet.
    record: str
    #: For which reasons people refused how often; empty: never.
    reasons: str
    tokens: tuple[TokenLine, ...]
    old: tuple[TokenLine, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick."""

    value: str
    text: Markup
    ticked: bool


@dataclass(frozen=True, slots=True)
class TokenFormView:
    """The form for a token, as it was filled in, with what is wrong beside each field."""

    agent: str
    person: str
    days: str
    everyone: bool
    projects: tuple[Tick, ...]
    types: tuple[Tick, ...]
    people: tuple[tuple[str, str], ...]
    #: Field to the sentence about it; ``form`` stands for all of it.
    troubles: dict[str, str]
    longest_days: int


@dataclass(frozen=True, slots=True)
class AgentsPage:
    """The agents page."""

    agents: tuple[AgentCard, ...]
    #: None for those who may only look.
    form: TokenFormView | None
    #: The sandbox could not be told at once.
    late: bool


@dataclass(frozen=True, slots=True)
class NewTokenPage:
    """A token, this once, with what connects a client."""

    agent: Markup
    token: str
    line: TokenLine
    snippets: tuple[Snippet, ...]
    #: The sandbox was told of it.
    told: bool
