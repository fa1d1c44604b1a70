"""Which block of one document became which block of the other: pairs, in order.

Equal blocks pair first; between them, blocks of one type pair by how many words they
share, so that an edited paragraph is compared with itself and a new one is new.
"""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from gateway.web.adf_nodes import Node
from gateway.web.text_diff import words

#: Blocks that share less than this part of their words are different blocks.
_ALIKE = 0.35
#: Above this many comparisons blocks are not paired: a rewritten long document.
_MAX_PAIRINGS = 10_000

Pair = tuple[Node | None, Node | None]


def align(a: Sequence[Node], b: Sequence[Node]) -> list[Pair]:
    """Return pairs in reading order; one side is None where a block came or went."""
    matcher = SequenceMatcher(
        None, [node.signature for node in a], [node.signature for node in b], autojunk=False
    )
    found: list[Pair] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            found += zip(a[i1:i2], b[j1:j2], strict=True)
        else:
            found += _by_likeness(a[i1:i2], b[j1:j2])
    return found


def align_columns(a: Sequence[Node], b: Sequence[Node]) -> list[tuple[int | None, int | None]]:
    """Return which column of one table is which of the other, by position in a row.

    Cells are never paired by likeness within a row: two equal cells would shift columns.
    """
    wide_a, wide_b = _width(a), _width(b)
    if wide_a == wide_b:
        return [(at, at) for at in range(wide_a)]
    columns_a = [_column(a, at) for at in range(wide_a)]
    columns_b = [_column(b, at) for at in range(wide_b)]
    places_a = {id(column): at for at, column in enumerate(columns_a)}
    places_b = {id(column): at for at, column in enumerate(columns_b)}
    return [
        (places_a[id(one)] if one else None, places_b[id(other)] if other else None)
        for one, other in align(columns_a, columns_b)
    ]


def _width(rows: Sequence[Node]) -> int:
    return max((len(row.content) for row in rows), default=0)


def _column(rows: Sequence[Node], at: int) -> Node:
    cells = tuple(row.content[at] for row in rows if at < len(row.content))
    return Node("column", content=cells, raw=[cell.raw for cell in cells])


def _by_likeness(a: Sequence[Node], b: Sequence[Node]) -> list[Pair]:
    if not a or not b or len(a) * len(b) > _MAX_PAIRINGS:
        return [*((node, None) for node in a), *((None, node) for node in b)]
    likeness = _likenesses(a, b)
    return _walk(a, b, likeness, _best_sums(likeness))


def _likenesses(a: Sequence[Node], b: Sequence[Node]) -> list[list[float]]:
    bags_a = [Counter(words(node.plain)) for node in a]
    bags_b = [Counter(words(node.plain)) for node in b]
    return [
        [_alike(one, other, bag, bag_b) for other, bag_b in zip(b, bags_b, strict=True)]
        for one, bag in zip(a, bags_a, strict=True)
    ]


def _alike(a: Node, b: Node, bag_a: "Counter[str]", bag_b: "Counter[str]") -> float:
    """Return the part of words shared (Dice), 0 when these are different blocks."""
    if a.type != b.type:
        return 0.0
    total = bag_a.total() + bag_b.total()
    if total == 0:
        return 0.9
    shared = 2 * (bag_a & bag_b).total() / total
    return shared if shared >= _ALIKE else 0.0


def _best_sums(likeness: list[list[float]]) -> list[list[float]]:
    """Return, for every pair of positions, the best sum of likenesses from there on."""
    rows, columns = len(likeness), len(likeness[0])
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            paired = best[i + 1][j + 1] + likeness[i][j] if likeness[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    return best


def _walk(
    a: Sequence[Node], b: Sequence[Node], likeness: list[list[float]], best: list[list[float]]
) -> list[Pair]:
    found: list[Pair] = []
    i = j = 0
    while i < len(a) and j < len(b):
        if likeness[i][j] and best[i][j] == best[i + 1][j + 1] + likeness[i][j]:
            found.append((a[i], b[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            found.append((a[i], None))
            i += 1
        else:
            found.append((None, b[j]))
            j += 1
    found += [(node, None) for node in a[i:]]
    found += [(None, node) for node in b[j:]]
    return found
