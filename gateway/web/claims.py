"""What templates get of an agent's claims. Frozen and escaped."""

from dataclasses import dataclass

from markupsafe import Markup

_NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Quoted:
    """What the agent says that it was asked."""

    #: Empty: it quotes nobody.
    text: Markup
    #: The round before, and what the agent quoted then, where that was something else.
    before: str = ""
    was: Markup = _NOTHING


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What the agent says that a change comes from."""

    text: Markup
    #: What we know against it; empty: nothing.
    trouble: str
    #: What we know for it; empty: nothing.
    good: str = ""
