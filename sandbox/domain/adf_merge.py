"""The blocks of a document and the blocks of an edited one, laid side by side.

A block that reads the same stays as it is, byte for byte. One that changed keeps what
was not shown of it (attributes, marks, ids); signs bring back the nodes in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sandbox.contract.digest import canonical
from sandbox.domain import markdown_read
from sandbox.domain.adf_mend import mended
from sandbox.domain.adf_nodes import attributes, children, doc, kind_of, marks_of, paragraph
from sandbox.domain.adf_resolve import Known, folded, resolved, resolved_line, split
from sandbox.domain.adf_schema import Node
from sandbox.domain.adf_signs import Signs
from sandbox.domain.adf_text import document_text
from sandbox.domain.markdown_write import cell_pieces, written

#: Attributes that Markdown shows; all others are the document's own.
_SHOWN = ("level", "language", "order", "state", "title", "panelType")
_LINES = frozenset({"paragraph", "heading"})
_TASKS = frozenset({"taskItem", "blockTaskItem"})
#: Types that have an id, and the id that those get which are not in the document yet.
NEEDS_ID = frozenset({"taskList", "taskItem", "blockTaskItem", "decisionList", "decisionItem"})
NEW_ID = "new"
_CELLS = frozenset({"tableCell", "tableHeader"})
#: Containers of blocks, whose children can be written one by one.
_OF_BLOCKS = frozenset(
    {"doc", "panel", "expand", "nestedExpand", "blockquote", "listItem", "layoutColumn"}
    | {"layoutSection", "bodiedExtension", "bodiedSyncBlock"}
)


@dataclass(frozen=True, slots=True)
class _Old:
    """A block of the document, and what it is when it is read back from Markdown."""

    node: Node
    read: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """One edit: the signs of its document, and what they stand for."""

    signs: Signs
    known: Known

    def blocks(self, parent: str, old: Sequence[_Old], new: Sequence[Node]) -> list[Node]:
        """Return the blocks of an edited parent."""
        plan = _plan(old, new)
        found: list[Node] = [one.node for one in old[: _leading(old)]]
        for owner, piece in plan:
            if owner is None:
                found += self._new(parent, piece, found)
                continue
            one = old[owner]
            found += [one.node] if piece is None else self._merged(one, piece)
            found += _unseen_after(old, owner)
        return found

    def olds(self, nodes: Sequence[Any]) -> list[_Old]:
        """Return blocks with what each is when it is read back by itself."""
        return [_Old(one, tuple(self.read(written([one], self.signs)))) for one in nodes]

    def read(self, markdown: str) -> list[Node]:
        """Return the blocks of a Markdown text, signs still in it."""
        tree = folded(markdown_read.read(markdown), self.known)
        return [_with_marked_ids(one) for one in children(mended(doc(tree)))]

    def _new(self, parent: str, piece: Node | None, before: list[Node]) -> list[Node]:
        if piece is None:
            return []
        if kind_of(piece) in _CELLS:
            piece = {**piece, "content": _cell_lines(piece)}
        found = resolved(piece, self.known)
        if parent == "table" and before and len(found) == 1:
            return [_like_row(found[0], before[-1])]
        return found

    def _merged(self, old: _Old, new: Node) -> list[Node]:
        """Return a changed block with all that was not shown of the old one."""
        kind, read = kind_of(old.node), old.read[0]
        found = {**new, "type": kind} if kind in _CELLS else dict(new)
        if kind == kind_of(new) or kind in _TASKS | _CELLS:
            found = _kept(old.node, read, found)
        if kind == "codeBlock" or not isinstance(new.get("content"), list):
            return [found]
        if kind in _CELLS:
            return [{**found, "content": self._cell(old.node, new)}]
        if kind in _LINES or kind in ("taskItem", "decisionItem", "caption"):
            if kind_of(new) == "blockTaskItem":
                return resolved(new, self.known)
            return split(found, resolved_line(children(new), self.known))
        if kind == "blockTaskItem" and kind_of(new) == "taskItem":
            new = {**new, "content": [paragraph(*children(new))]}
            read = {**read, "content": [paragraph(*children(read))]}
        return [{**found, "type": kind, "content": self._children(old.node, read, new)}]

    def _children(self, old: Node, read: Node, new: Node) -> list[Node]:
        listed = children(old)
        if len(listed) == len(children(read)):
            pairs = zip(listed, children(read), strict=True)
            olds = [_Old(one, (seen,)) for one, seen in pairs]
        elif kind_of(old) in _OF_BLOCKS:
            olds = self.olds(listed)
        elif kind_of(old) == "tableRow":
            cells = zip(listed, children(read), strict=False)
            olds = [_Old(one, (seen,)) for one, seen in cells]
            new = {**new, "content": _without_padding(children(new), len(listed))}
        else:
            olds = []
        return self.blocks(kind_of(old), olds, children(new))

    def _cell(self, old: Node, new: Node) -> list[Node]:
        """Return the blocks of a changed cell; ``<br>`` stands between them in Markdown."""
        listed = children(old)
        pieces = [self._cell_line(one) for one in cell_pieces(old, self.signs)]
        if len(listed) == 1 and kind_of(listed[0]) == "paragraph":
            lines = [paragraph(*(one for child in children(new) for one in children(child)))]
        else:
            lines = _cell_lines(new)
            pieces = [[line for one in each for line in _lines(children(one))] for each in pieces]
        olds = [_Old(one, tuple(piece)) for one, piece in zip(listed, pieces, strict=True)]
        return self.blocks(kind_of(old), olds, lines) or [paragraph()]

    def _cell_line(self, markdown: str) -> list[Node]:
        [table] = self.read(f"| x |\n| --- |\n| {markdown} |")
        [cell] = children(children(table)[1])
        return [one for one in children(cell) if children(one)]


def _plan(old: Sequence[_Old], new: Sequence[Node]) -> list[tuple[int | None, Node | None]]:
    """Return, in the new order, which old block each new one is; None: it is the same."""
    owners = [(place, part) for place, one in enumerate(old) for part in range(len(one.read))]
    left = [_key(old[place].read[part]) for place, part in owners]
    right = [_key(one) for one in new]
    same: dict[int, int] = {}
    for match in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks():
        same |= {match.b + step: match.a + step for step in range(match.size)}
    whole = _whole(old, owners, same)
    found: list[tuple[int | None, Node | None]] = []
    gap_new: list[Node] = []
    done = -1
    for place, node in enumerate(new):
        owner = owners[same[place]][0] if place in same else -1
        if owner not in whole:
            gap_new.append(node)
        elif owner != done:
            found += _gap(old, range(done + 1, owner), gap_new)
            found.append((owner, None))
            gap_new, done = [], owner
    return found + _gap(old, range(done + 1, len(old)), gap_new)


def _whole(
    old: Sequence[_Old], owners: Sequence[tuple[int, int]], same: dict[int, int]
) -> frozenset[int]:
    """Return the old blocks all of whose parts stand together in the new text."""
    at = {owners[left]: right for right, left in same.items()}
    return frozenset(
        place
        for place, one in enumerate(old)
        if one.read
        and (place, 0) in at
        and all(at.get((place, part)) == at[place, 0] + part for part in range(len(one.read)))
    )


def _gap(
    old: Sequence[_Old], places: range, new: Sequence[Node]
) -> list[tuple[int | None, Node | None]]:
    """Pair changed blocks in their order, the most alike ones; others are new."""
    left = [place for place in places if len(old[place].read) == 1]
    scores = [[_alike(old[place].read[0], one) for one in new] for place in left]
    best = [[0.0] * (len(new) + 1) for _ in range(len(left) + 1)]
    for row in range(len(left) - 1, -1, -1):
        for column in range(len(new) - 1, -1, -1):
            paired = scores[row][column] and scores[row][column] + best[row + 1][column + 1]
            best[row][column] = max(paired, best[row + 1][column], best[row][column + 1])
    found: list[tuple[int | None, Node | None]] = []
    row = 0
    for column, node in enumerate(new):
        while row < len(left) and best[row + 1][column] == best[row][column]:
            row += 1
        taken = (
            row < len(left)
            and scores[row][column] > 0
            and best[row][column] == scores[row][column] + best[row + 1][column + 1]
        )
        found.append((left[row], node) if taken else (None, node))
        row += taken
    return found


def _alike(read: Node, new: Node) -> float:
    """Return how alike two blocks are: 0 for types that cannot be one, at most 2."""
    left, right = kind_of(read), kind_of(new)
    if left != right and not any({left, right} <= one for one in (_LINES, _TASKS, _CELLS)):
        return 0
    words, others = set(document_text(read).split()), set(document_text(new).split())
    shared = len(words & others) / max(len(words | others), 1)
    return 0.1 + shared + (0.5 if left == right else 0)


def _key(node: Node) -> bytes:
    return canonical(_comparable(node))


def _comparable(node: Any) -> Any:
    """Return a node without generated ids; a header cell is a cell."""
    if not isinstance(node, dict):
        return node
    found = {name: one for name, one in node.items() if name not in ("attrs", "content")}
    attrs = {
        name: one
        for name, one in attributes(node).items()
        if name != "localId" or str(one).startswith("sign:")
    }
    if attrs.get("order") == 1:
        del attrs["order"]
    if kind_of(node) in _CELLS:
        found["type"] = "tableCell"
    return {**found, "attrs": attrs, "content": [_comparable(one) for one in children(node)]}


def _kept(old: Node, read: Node, new: Node) -> Node:
    """Return a new node with the attributes and marks of the old one that are not shown."""
    was, seen, now = attributes(old), attributes(read), attributes(new)
    attrs = {name: one for name, one in was.items() if name not in _SHOWN or name not in seen}
    attrs |= {name: now[name] for name in _SHOWN if name in now}
    if was.get("order") == 1 and "order" not in now:
        attrs["order"] = 1
    found = {name: one for name, one in old.items() if name not in ("attrs", "content")}
    if attrs or "attrs" in old:
        found["attrs"] = attrs
    if "content" in new:
        found["content"] = new["content"]
    return {**found, "marks": marks_of(old)} if "marks" in old else found


def _with_marked_ids(node: Node) -> Node:
    """Return a node whose ids say that they are new: they are given at the end."""
    found = dict(node)
    if kind_of(node) in NEEDS_ID:
        found["attrs"] = {**attributes(node), "localId": NEW_ID}
    if isinstance(node.get("content"), list):
        found["content"] = [_with_marked_ids(one) for one in node["content"]]
    return found


def _cell_lines(cell: Node) -> list[Node]:
    return _lines([one for child in children(cell) for one in children(child)])


def _lines(inline: Sequence[Node]) -> list[Node]:
    """Return the lines between line breaks as paragraphs."""
    lines: list[list[Node]] = [[]]
    for one in inline:
        if kind_of(one) == "hardBreak":
            lines.append([])
        else:
            lines[-1].append(one)
    return [paragraph(*line) for line in lines if line]


def _like_row(row: Node, before: Node) -> Node:
    """Return a new row with headers where the row before it has them."""
    cells, others = children(row), children(before)
    if kind_of(row) != "tableRow" or len(cells) != len(others):
        return row
    if all(kind_of(one) == "tableHeader" for one in others):
        return {**row, "content": [{**one, "type": "tableCell"} for one in cells]}
    pairs = zip(cells, others, strict=True)
    return {**row, "content": [{**one, "type": kind_of(other)} for one, other in pairs]}


def _without_padding(cells: list[Node], count: int) -> list[Node]:
    """Return a row without the empty cells that stood for merged ones."""
    while len(cells) > count and not document_text(cells[-1]):
        cells = cells[:-1]
    return cells


def _leading(old: Sequence[_Old]) -> int:
    place = 0
    while place < len(old) and not old[place].read:
        place += 1
    return place


def _unseen_after(old: Sequence[_Old], owner: int) -> list[Node]:
    """Return the blocks without words that follow a block and go with it."""
    end = owner + 1
    while end < len(old) and not old[end].read:
        end += 1
    return [one.node for one in old[owner + 1 : end]]
