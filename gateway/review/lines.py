"""The lines of an inbox, which are asked for the same parts again and again. Pure.

Thousands of lines are of a handful of projects, agents and turns: what each part comes to is
worked out at the first question and kept as long as the lines are, which is until one changes.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Any

from gateway.review.values import InboxRow

#: Something of a line by which lines are told apart.
By = Callable[[InboxRow], Any]
#: So many answers that depend on whoever asks are kept.
_MOST = 64

TURN: By = attrgetter("turn")
PROJECTS: By = attrgetter("projects")
AGENT: By = attrgetter("agent")
PERSON: By = attrgetter("person_name")
KINDS: By = attrgetter("kinds")
_ID: By = attrgetter("id")


class Lines(tuple[InboxRow, ...]):  # noqa: SLOT001 - what was worked out is kept beside the lines
    """Lines in an order; nobody changes them.

    Of ``joined`` lines each piece keeps what was worked out of it: where one line of thousands
    changes, all other pieces are as they were.
    """

    def __init__(self, _rows: Iterable[InboxRow] = ()) -> None:
        """Take the lines."""
        self._pieces: tuple[Lines, ...] = ()
        self._parted: dict[By, dict[Hashable, Lines]] = {}
        self._counted: dict[By, Counter[Any]] = {}
        self._kept: dict[Hashable, Lines] = {}
        self._naming: dict[str, list[InboxRow]] | None = None

    @classmethod
    def joined(cls, pieces: Iterable["Lines"]) -> "Lines":
        """Return lines that stand one behind the other."""
        filled = tuple(one for one in pieces if one)
        if len(filled) == 1:
            return filled[0]
        found = cls(chain.from_iterable(filled))
        found._pieces = filled
        return found

    def parted(self, by: By) -> Mapping[Any, "Lines"]:
        """Return the lines of each value there is of something, each part in their order."""
        if by not in self._parted:
            found = self._joined_parts(by) if self._pieces else self._own_parts(by)
            # Where all are alike, the part is these very lines.
            self._parted[by] = dict.fromkeys(found, self) if len(found) == 1 else found
        return self._parted[by]

    def where(self, by: By, fits: Callable[[Any], object]) -> "Lines":
        """Return the lines of which something fits; all of them are these very lines."""
        parts = self.parted(by)
        own = frozenset(value for value in parts if fits(value))
        if len(own) == len(parts):
            return self
        if len(own) == 1:
            return parts[next(iter(own))]
        if self._pieces:
            make = partial(Lines.joined, (one.where(by, own.__contains__) for one in self._pieces))
        else:
            make = partial(Lines, (row for row in self if by(row) in own))
        return self._keep((by, own), make)

    def without(self, ids: Collection[int]) -> "Lines":
        """Return the lines of all sets but these."""
        own = frozenset(ids)
        if not own:
            return self
        return self._keep((_ID, own), lambda: Lines(row for row in self if row.id not in own))

    def counted(self, by: By) -> Mapping[Any, int]:
        """Return how many lines there are of each value of something."""
        if by not in self._counted:
            found = Counter() if self._pieces else Counter(map(by, self))
            for one in self._pieces:
                found.update(one.counted(by))
            self._counted[by] = found
        return self._counted[by]

    def ordered(self, name: str, order: Callable[["Lines"], Iterable[InboxRow]]) -> "Lines":
        """Return the lines in an order that has a name."""
        return self._keep(name, lambda: Lines(order(self)))

    def naming(self, key: str) -> tuple[InboxRow, ...]:
        """Return the lines about an issue."""
        if self._pieces:
            return tuple(row for one in self._pieces for row in one.naming(key))
        if self._naming is None:
            self._naming = {}
            for row in self:
                for one in row.issue_keys:
                    self._naming.setdefault(one, []).append(row)
        return tuple(self._naming.get(key, ()))

    def _own_parts(self, by: By) -> dict[Hashable, "Lines"]:
        found: dict[Hashable, list[InboxRow]] = {}
        for row in self:
            found.setdefault(by(row), []).append(row)
        return {value: Lines(own) for value, own in found.items()}

    def _joined_parts(self, by: By) -> dict[Hashable, "Lines"]:
        found: dict[Hashable, list[Lines]] = {}
        for piece in self._pieces:
            for value, part in piece.parted(by).items():
                found.setdefault(value, []).append(part)
        return {value: Lines.joined(parts) for value, parts in found.items()}

    def _keep(self, name: Hashable, make: Callable[[], "Lines"]) -> "Lines":
        if name not in self._kept:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[name] = make()
        return self._kept[name]


def lines_of(rows: Iterable[InboxRow]) -> Lines:
    """Return lines as such, with what was kept of them if they are already."""
    return rows if isinstance(rows, Lines) else Lines(rows)
