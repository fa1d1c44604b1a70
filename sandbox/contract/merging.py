"""Three versions of a value as one: base, ours (the agent's), theirs (Jira's). Pure.

Scalars follow the truth table of ``compare.three_way``. Sets merge by element and never
conflict. Rich text merges by block: edits of different blocks both stay, edits of the
same block are a conflict that a person settles. What one side left alone is the other
side's version as it is, so nothing changes that nobody changed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

from pydantic import JsonValue

from sandbox.contract.blocks import Frame, apart, frame_of, inside, key, sound, together, words
from sandbox.contract.compare import Three, equal, normal, three_way
from sandbox.contract.digest import canonical

#: Blocks less alike than this are different ones, not an edited one.
_ALIKE = 0.3
#: More pairs of edited blocks than this are not compared by their words.
_MOST_PAIRS = 900


class Shape(StrEnum):
    """How a field's value merges."""

    SCALAR = "scalar"
    SET = "set"
    RICH = "rich"


class Choice(StrEnum):
    """What a person decides about a conflict."""

    #: Jira's version stays.
    KEEP = "keep"
    #: The agent's version replaces it.
    TAKE = "take"
    #: Both: Jira's, then the agent's. Of a scalar, which has one value, the agent's, unless
    #: that is nothing.
    COMBINE = "combine"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a merge: the blocks of each version, and what they come to."""

    three: Three
    base: tuple[JsonValue, ...] = ()
    ours: tuple[JsonValue, ...] = ()
    theirs: tuple[JsonValue, ...] = ()
    #: What stands in the merged value; of a conflict, theirs.
    value: tuple[JsonValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """What three versions of one value come to."""

    three: Three
    #: The merged value. Where it is in conflict it is Jira's, so nothing is overwritten.
    value: JsonValue
    #: Rich text only, in order; a text that one side alone changed is not taken apart.
    pieces: tuple[Piece, ...] = ()
    frame: Frame | None = None
    #: The three versions.
    versions: tuple[JsonValue, JsonValue, JsonValue] = (None, None, None)

    @property
    def conflicts(self) -> tuple[Piece, ...]:
        """The stretches that a person has to settle; a scalar is one."""
        if self.three is not Three.CONFLICT:
            return ()
        found = tuple(one for one in self.pieces if one.three is Three.CONFLICT)
        base, ours, theirs = self.versions
        return found or (Piece(Three.CONFLICT, (base,), (ours,), (theirs,), (theirs,)),)

    def settled(self, choices: Choice | Sequence[Choice]) -> JsonValue:
        """Return the value with every conflict settled: one choice for all, or one for each.

        Raises ValueError when there are not as many choices as conflicts.
        """
        conflicts = self.conflicts
        given = [choices] * len(conflicts) if isinstance(choices, Choice) else [*choices]
        if len(given) != len(conflicts):
            raise ValueError(f"{len(conflicts)} conflicts need as many choices, not {len(given)}.")
        if not conflicts:
            return self.value
        if self.frame is None:
            return _one_of(self.versions, given[0])
        left = iter(given)
        chosen = [
            _chosen(one, next(left)) if one.three is Three.CONFLICT else one.value
            for one in self.pieces
        ]
        return together([block for part in chosen for block in part], self.frame, self.versions[2])


def merge(
    base: JsonValue, ours: JsonValue, theirs: JsonValue, shape: Shape = Shape.SCALAR
) -> Merge:
    """Return what three versions of a value come to."""
    versions = (base, ours, theirs)
    three = three_way(*versions)
    if three is not Three.CONFLICT:
        return Merge(three, ours if three is Three.OURS else theirs, versions=versions)
    if shape is Shape.SET and all(isinstance(one, list) or one is None for one in versions):
        value = with_elements(theirs, *set_change(base, ours))
        known = Three.BOTH if equal(value, theirs) else Three.MERGED
        return Merge(known, theirs if known is Three.BOTH else value, versions=versions)
    frame = frame_of(*versions) if shape is Shape.RICH else None
    # A text that one side emptied is no question of its blocks.
    if frame is None or normal(ours) is None or normal(theirs) is None:
        return Merge(Three.CONFLICT, theirs, versions=versions)
    return _of_blocks(versions, frame)


def set_change(base: JsonValue, ours: JsonValue) -> tuple[list[JsonValue], list[JsonValue]]:
    """Return the elements that a list gained and those it lost, as sets."""
    then, now = _keyed(base), _keyed(ours)
    added = [one for key, one in now.items() if key not in then]
    return added, [one for key, one in then.items() if key not in now]


def with_elements(
    value: JsonValue, add: Iterable[JsonValue], remove: Iterable[JsonValue]
) -> list[JsonValue]:
    """Return a list with elements added behind and others taken out, as sets."""
    lost = {canonical(normal(one)) for one in remove}
    kept = {key: one for key, one in _keyed(value).items() if key not in lost}
    more = {key: one for key, one in _keyed([*add]).items() if key not in kept}
    return [*kept.values(), *more.values()]


def _keyed(value: JsonValue) -> dict[bytes, JsonValue]:
    # Sets that hold one element are given as it is, here and there.
    listed = value if isinstance(value, list) else [value]
    return {canonical(normal(one)): one for one in listed if normal(one) is not None}


def _one_of(versions: tuple[JsonValue, JsonValue, JsonValue], choice: Choice) -> JsonValue:
    """Return one version of a value that cannot be taken apart."""
    _, ours, theirs = versions
    keep = choice is Choice.KEEP or (choice is Choice.COMBINE and normal(ours) is None)
    return theirs if keep else ours


def _chosen(piece: Piece, choice: Choice) -> tuple[JsonValue, ...]:
    if choice is Choice.KEEP:
        return piece.theirs
    if choice is Choice.TAKE:
        return piece.ours
    there = {key(one) for one in piece.theirs}
    return (*piece.theirs, *(one for one in piece.ours if key(one) not in there))


@dataclass(frozen=True, slots=True)
class _Side:
    """One side's blocks beside those of the base."""

    #: For each base block the side's version of it, or None where it is gone.
    paired: tuple[JsonValue, ...]
    #: What the side has before each base block, and after the last one.
    between: tuple[tuple[JsonValue, ...], ...]

    def gone_around(self, gap: int) -> bool:
        """Return whether the side removed all blocks that a gap lies between."""
        around = self.paired[max(gap - 1, 0) : gap + 1]
        return bool(around) and all(one is None for one in around)


def _of_blocks(versions: tuple[JsonValue, JsonValue, JsonValue], frame: Frame) -> Merge:
    base, ours, theirs = (apart(one, frame) for one in versions)
    pieces = tuple(_joined(_pieces(base, _side(base, ours), _side(base, theirs))))
    value = together([block for one in pieces for block in one.value], frame, versions[2])
    if any(one.three is Three.CONFLICT for one in pieces):
        return Merge(Three.CONFLICT, value, pieces, frame, versions)
    known = Three.BOTH if equal(value, versions[2]) else Three.MERGED
    return Merge(known, versions[2] if known is Three.BOTH else value, pieces, frame, versions)


def _pieces(base: list[JsonValue], ours: _Side, theirs: _Side) -> list[Piece]:
    """Return gap, block, gap, block, …, gap."""
    found: list[Piece] = []
    for at in range(len(base) + 1):
        found.append(_gap(ours.between[at], theirs.between[at]))
        if at < len(base):
            found.append(_block(base[at], ours.paired[at], theirs.paired[at]))
    for at in range(len(base) + 1):
        # What was put between blocks that the other side removed lost its place.
        gap = found[2 * at]
        lost = (gap.ours and theirs.gone_around(at)) or (gap.theirs and ours.gone_around(at))
        if lost:
            for place in range(max(2 * at - 1, 0), min(2 * at + 2, len(found))):
                found[place] = _conflicting(found[place])
    return found


def _gap(ours: tuple[JsonValue, ...], theirs: tuple[JsonValue, ...]) -> Piece:
    three = _three_blocks((), ours, theirs)
    return Piece(three, (), ours, theirs, ours if three is Three.OURS else theirs)


def _block(base: JsonValue, ours: JsonValue, theirs: JsonValue) -> Piece:
    was, mine, now = (() if one is None else (one,) for one in (base, ours, theirs))
    three = _three_blocks(was, mine, now)
    if three is Three.CONFLICT and ours is not None and theirs is not None:
        merged = _inside(base, ours, theirs)
        if merged is not None:
            return Piece(Three.MERGED, was, mine, now, (merged,))
    return Piece(three, was, mine, now, mine if three is Three.OURS else now)


def _three_blocks(*versions: tuple[JsonValue, ...]) -> Three:
    # As keys: an empty paragraph is a block, not nothing, and order has a meaning.
    base, ours, theirs = (key(*one) if one else None for one in versions)
    return three_way(base, ours, theirs)


def _inside(base: JsonValue, ours: JsonValue, theirs: JsonValue) -> JsonValue:
    """Return one block merged by what is in it, or None when that conflicts as well."""
    frame = inside(base, ours, theirs)
    if frame is None:
        return None
    found = _of_blocks((base, ours, theirs), frame)
    whole = found.three is not Three.CONFLICT and sound(found.value)
    return found.value if whole else None


def _conflicting(piece: Piece) -> Piece:
    return replace(piece, three=Three.CONFLICT, value=piece.theirs)


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces that hold something, neighbours of one kind as one."""
    full = (one for one in pieces if one.base or one.ours or one.theirs)
    for three, run in groupby(full, key=lambda one: one.three):
        group = [*run]
        yield Piece(
            three,
            tuple(block for one in group for block in one.base),
            tuple(block for one in group for block in one.ours),
            tuple(block for one in group for block in one.theirs),
            tuple(block for one in group for block in one.value),
        )


def _side(base: list[JsonValue], side: list[JsonValue]) -> _Side:
    partner = _partners(base, side)
    paired = tuple(None if at is None else side[at] for at in partner)
    between: list[tuple[JsonValue, ...]] = []
    start = 0
    for at in [*partner, len(side)]:
        end = start if at is None else at
        between.append(tuple(side[start:end]))
        start = start if at is None else at + 1
    return _Side(paired, tuple(between))


def _partners(base: list[JsonValue], side: list[JsonValue]) -> list[int | None]:
    """Return for each base block the place of its version in the side."""
    found: list[int | None] = [None] * len(base)
    matcher = SequenceMatcher(None, [*map(key, base)], [*map(key, side)], autojunk=False)
    for tag, start, end, other, other_end in matcher.get_opcodes():
        if tag == "equal" or (tag == "replace" and end - start == other_end - other):
            found[start:end] = range(other, other_end)
        elif tag == "replace":
            for one, partner in _edited(base[start:end], side[other:other_end]):
                found[start + one] = other + partner
    return found


def _edited(old: list[JsonValue], new: list[JsonValue]) -> list[tuple[int, int]]:
    """Return which old blocks became which new ones: in order, most alike altogether."""
    if len(old) * len(new) > _MOST_PAIRS:
        return [(at, at) for at in range(min(len(old), len(new)))]
    left, right = [*map(words, old)], [*map(words, new)]
    best: list[list[tuple[float, list[tuple[int, int]]]]] = [[(0.0, [])] * (len(new) + 1)]
    for i in range(len(old)):
        row: list[tuple[float, list[tuple[int, int]]]] = [(0.0, [])]
        for j in range(len(new)):
            options = [best[i][j + 1], row[j]]
            score = _likeness(left[i], right[j])
            if score >= _ALIKE:
                options.append((best[i][j][0] + score, [*best[i][j][1], (i, j)]))
            row.append(max(options, key=lambda one: one[0]))
        best.append(row)
    return best[-1][-1][1]


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)
