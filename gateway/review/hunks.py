"""A change of rich text as pieces, each of which a person may keep or leave out. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from pydantic import JsonValue

from sandbox.contract.blocks import Frame, apart, frame_of, key, together


@dataclass(frozen=True, slots=True)
class Hunk:
    """Blocks that stand in the one text and what stands in their place in the other."""

    old: tuple[JsonValue, ...]
    new: tuple[JsonValue, ...]
    #: False where both texts are the same.
    differs: bool


def hunks(before: JsonValue, after: JsonValue) -> tuple[Hunk, ...]:
    """Return the pieces of a change, in order; none when the values are not rich text."""
    frame = frame_of(before, after)
    return () if frame is None else tuple(_hunks(before, after, frame))


def differing(before: JsonValue, after: JsonValue) -> tuple[Hunk, ...]:
    """Return those pieces alone that differ: what there is to keep or to leave out."""
    return tuple(one for one in hunks(before, after) if one.differs)


def with_only(before: JsonValue, after: JsonValue, kept: Collection[int]) -> JsonValue:
    """Return the text with only some of the differing pieces, by their number from 0."""
    frame = frame_of(before, after)
    if frame is None:
        raise ValueError("Only rich text has blocks.")
    blocks: list[JsonValue] = []
    number = 0
    for hunk in _hunks(before, after, frame):
        blocks += hunk.new if not hunk.differs or number in kept else hunk.old
        number += hunk.differs
    return together(blocks, frame, after or before)


def shown_as(blocks: tuple[JsonValue, ...], whole: JsonValue) -> JsonValue:
    """Return some blocks as a text of their own, to be looked at."""
    if isinstance(whole, str):
        return "".join(str(one) for one in blocks)
    return {"type": "doc", "version": 1, "content": [*blocks]}


def _hunks(before: JsonValue, after: JsonValue, frame: Frame) -> Iterator[Hunk]:
    old, new = apart(before, frame), apart(after, frame)
    matcher = SequenceMatcher(None, [*map(key, old)], [*map(key, new)], autojunk=False)
    for tag, start, end, other, other_end in matcher.get_opcodes():
        if tag == "equal":
            yield Hunk(tuple(old[start:end]), tuple(new[other:other_end]), differs=False)
            continue
        pairs = min(end - start, other_end - other)
        for at in range(pairs):
            yield Hunk((old[start + at],), (new[other + at],), differs=True)
        yield from (Hunk((one,), (), differs=True) for one in old[start + pairs : end])
        yield from (Hunk((), (one,), differs=True) for one in new[other + pairs : other_end])
