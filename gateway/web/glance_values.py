"""What a page says of changes that ask for a look of their own: finished values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GlanceLink:
    """One change that asks for a look of its own."""

    key: str
    title: str
    anchor: str
    #: ``warn``, ``bad``, ``out`` or ``ok``.
    look: str
    #: Why it was left, in a word; empty where that is not said.
    why: str = ""


@dataclass(frozen=True, slots=True)
class SafePart:
    """What can be kept in one go, and what that leaves."""

    #: Ids of changes in which nothing was seen, undecided; empty: too few for a button.
    ids: tuple[str, ...]
    #: How many such changes somebody keeps already.
    kept: int
    #: What is to be decided one by one.
    left: tuple[GlanceLink, ...]
