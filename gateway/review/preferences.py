"""How somebody likes the pages: theirs alone, and no decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Look(StrEnum):
    """How a changed text is shown."""

    #: One text, with what goes and what comes.
    VISUAL = "visual"
    #: What is there beside what is wanted.
    SIDE = "side"
    #: What is wanted alone.
    RESULT = "result"
    #: Both as Jira's JSON or wiki text.
    SOURCE = "source"


YES, NO = "yes", "no"
LOOK, SPACES, KEYS, ADVANCE, PLAIN = "look", "spaces", "keys", "advance", "plain"
#: Each choice with what it may be; the first is what holds while nobody chose.
CHOICES: dict[str, tuple[str, ...]] = {
    LOOK: tuple(str(one) for one in Look),
    SPACES: (NO, YES),
    KEYS: (YES, NO),
    ADVANCE: (YES, NO),
    PLAIN: (NO, YES),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody chose, or what holds without."""

    look: Look = Look.VISUAL
    #: Changes of spaces alone are shown like all others.
    spaces: bool = False
    #: Single keys do something (WCAG 2.1.4 asks for a way to switch them off).
    keys: bool = True
    #: What was marked as viewed leads on to the next that was not.
    advance: bool = True
    #: A change set's page has what changes, why, and two buttons; all else is folded.
    plain: bool = False


def known(name: str, value: str) -> bool:
    """Return whether something can be chosen."""
    return value in CHOICES.get(name, ())


def preferences(chosen: Mapping[str, str]) -> Preferences:
    """Return stored choices as a value; what is not known any more does not count."""
    found = {
        name: chosen[name] if known(name, chosen.get(name, "")) else values[0]
        for name, values in CHOICES.items()
    }
    return Preferences(
        look=Look(found[LOOK]),
        spaces=found[SPACES] == YES,
        keys=found[KEYS] == YES,
        advance=found[ADVANCE] == YES,
        plain=found[PLAIN] == YES,
    )
