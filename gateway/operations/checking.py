"""What ``airlock doctor`` finds: lines, each with what it means and what to do next."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at."""

    level: Level
    #: A short name that does not change, for scripts: ``jira.clock``.
    name: str
    sentence: str
    next_step: str = ""

    def __str__(self) -> str:
        """Return one line for a person."""
        return f"{self.level:<4}  {self.name:<20}  {self.sentence} {self.next_step}".rstrip()


def ok(name: str, sentence: str) -> Checked:
    """Return that something is as it should be."""
    return Checked(Level.OK, name, sentence)


def warn(name: str, sentence: str, next_step: str) -> Checked:
    """Return that something works, but not as it should."""
    return Checked(Level.WARN, name, sentence, next_step)


def fail(name: str, sentence: str, next_step: str) -> Checked:
    """Return that something does not work, or is not safe."""
    return Checked(Level.FAIL, name, sentence, next_step)
