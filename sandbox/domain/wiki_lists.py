"""Lists of wiki text: ``*``, ``#``, ``*#`` lines to nested lists, tasks and decisions."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.domain.adf_nodes import block, children, kind_of
from sandbox.domain.adf_schema import Node

#: Deeper than this an item joins the one above it.
_DEEPEST = 15

_TASK = re.compile(r"\[([ xX])\]\s+(.*)", re.DOTALL)
_DECISION = re.compile(r"<>\s+(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list: its signs (``*#``) and its text."""

    signs: str
    source: str


def lists_of(items: Sequence[Item], blocks_of: Callable[[str], list[Node]]) -> list[Node]:
    """Return the lists that a run of items makes."""
    return _lists([Item(one.signs[:_DEEPEST], one.source) for one in items], 0, blocks_of)


def _lists(items: Sequence[Item], depth: int, blocks_of: Callable[[str], list[Node]]) -> list[Node]:
    found: list[Node] = []
    for group in _groups(items, depth):
        kind = _kind(group, depth)
        content = [
            node
            for own, below in _owners(group, depth)
            for node in _nodes(kind, own, below, depth, blocks_of)
        ]
        found.append(block(kind, content))
    return found


def _groups(items: Sequence[Item], depth: int) -> list[list[Item]]:
    """Return runs of items with the same sign at a depth."""
    found: list[list[Item]] = []
    for item in items:
        if found and found[-1][-1].signs[depth] == item.signs[depth]:
            found[-1].append(item)
        else:
            found.append([item])
    return found


def _owners(items: Sequence[Item], depth: int) -> list[tuple[Item | None, list[Item]]]:
    """Return the items of a depth, each with the deeper ones below it."""
    found: list[tuple[Item | None, list[Item]]] = []
    for item in items:
        if len(item.signs) == depth + 1:
            found.append((item, []))
        elif found:
            found[-1][1].append(item)
        else:
            found.append((None, [item]))
    return found


def _kind(items: Sequence[Item], depth: int) -> str:
    own = [one.source for one in items if len(one.signs) == depth + 1]
    if own and all(_TASK.fullmatch(one) for one in own):
        return "taskList"
    if own and all(_DECISION.fullmatch(one) for one in own) and len(own) == len(items):
        return "decisionList"
    return "orderedList" if items[0].signs[depth] == "#" else "bulletList"


def _nodes(
    kind: str,
    own: Item | None,
    below: Sequence[Item],
    depth: int,
    blocks_of: Callable[[str], list[Node]],
) -> list[Node]:
    nested = _lists(below, depth + 1, blocks_of) if below else []
    if own is None:
        return [block("listItem", nested)] if kind != "taskList" else nested
    task, decision = _TASK.fullmatch(own.source), _DECISION.fullmatch(own.source)
    if kind == "taskList" and task:
        state = "TODO" if task[1] == " " else "DONE"
        return [block("taskItem", _inline(blocks_of(task[2])), state=state), *nested]
    if kind == "decisionList" and decision:
        return [block("decisionItem", _inline(blocks_of(decision[1])), state="DECIDED")]
    return [block("listItem", [*blocks_of(own.source), *nested])]


def _inline(blocks: list[Node]) -> list[Node]:
    """Return the line of one paragraph, or blocks for others to put in order."""
    if len(blocks) == 1 and kind_of(blocks[0]) == "paragraph":
        return [one for one in children(blocks[0]) if isinstance(one, dict)]
    return blocks
