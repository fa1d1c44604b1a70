"""Editing a rich text that was shown as Markdown: what the Markdown did not show stays."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from sandbox.domain import wiki_read, wiki_write
from sandbox.domain.adf_losses import losses
from sandbox.domain.adf_merge import NEW_ID, Merge
from sandbox.domain.adf_nodes import attributes, children, doc
from sandbox.domain.adf_resolve import Known, MentionOf
from sandbox.domain.adf_schema import Node
from sandbox.domain.adf_signs import Signs
from sandbox.domain.markdown_write import written

#: Characters of a text that is kept as it was shown: agents read the same ones over and over.
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Edited:
    """A rich text after an edit, in the form it had, and what the edit loses."""

    value: Any
    lost: tuple[str, ...] = ()


def shown(value: Any) -> str:
    """Return a rich text (a document or wiki text) as the Markdown an agent is shown."""
    text = value if isinstance(value, str) else json.dumps(value)
    if len(text) > _MOST_KEPT:
        return written(_blocks_of(value), Signs())
    return _shown(text, isinstance(value, str))


@lru_cache(maxsize=512)
def _shown(text: str, wiki: bool) -> str:
    return written(_blocks_of(text if wiki else json.loads(text)), Signs())


def edited(value: Any, markdown: str, mention_of: MentionOf | None = None) -> Edited:
    """Return a rich text after its Markdown was replaced by another one.

    Text that reads the same is returned as it was, byte for byte. Raises
    ``UnknownSignError`` for a sign that stands for nothing here.
    """
    signs = Signs()
    before = written(_blocks_of(value), signs)
    if markdown.strip() == before.strip():
        return Edited(value)
    merge = Merge(signs, Known(signs.nodes, signs.emoji, mention_of))
    if isinstance(value, str):
        return _edited_wiki(value, markdown, merge)
    after = _merged(merge, children(value), markdown)
    found: Node = {**(value if isinstance(value, dict) else doc([])), "content": after}
    return Edited(found, losses(value, found))


def _merged(merge: Merge, blocks: Sequence[Any], markdown: str) -> list[Node]:
    found = merge.blocks("doc", merge.olds(blocks), merge.read(markdown))
    return _with_ids(found)


def _blocks_of(value: Any) -> list[Any]:
    return children(wiki_read.read(value)) if isinstance(value, str) else children(value)


def _with_ids(blocks: list[Node]) -> list[Node]:
    """Return blocks whose new tasks and decisions have ids; others keep theirs."""
    taken = set(_ids(blocks))
    numbers = count(1)

    def walk(node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        found = node
        if attributes(node).get("localId") == NEW_ID:
            fresh = next(one for one in (f"new-{n}" for n in numbers) if one not in taken)
            found = {**node, "attrs": {**attributes(node), "localId": fresh}}
        inner = children(node)
        walked = [walk(one) for one in inner]
        if all(one is other for one, other in zip(walked, inner, strict=True)):
            return found
        return {**found, "content": walked}

    return [walk(one) for one in blocks]


def _ids(nodes: Sequence[Any]) -> Iterator[str]:
    for node in nodes:
        yield str(attributes(node).get("localId") or "")
        yield from _ids(children(node))


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A stretch of wiki text and the blocks that it is read as."""

    source: str
    blocks: tuple[Node, ...]


def _edited_wiki(value: str, markdown: str, merge: Merge) -> Edited:
    """Return wiki text in which every stretch that did not change stays as it was typed."""
    chunks = _chunks(value)
    blocks = [one for chunk in chunks for one in chunk.blocks]
    after = _merged(merge, blocks, markdown)
    found = _joined(value, chunks, after)
    lost = losses(doc(blocks), wiki_read.read(found))
    return Edited(found, lost)


def _joined(value: str, chunks: Sequence[_Chunk], after: Sequence[Node]) -> str:
    starts = {id(chunk.blocks[0]): chunk for chunk in chunks if chunk.blocks}
    found: list[str] = []
    fresh: list[Node] = []
    place = 0
    newline = "\r\n" if "\r\n" in value else "\n"
    while place < len(after):
        chunk = starts.get(id(after[place]))
        size = len(chunk.blocks) if chunk else 0
        here = after[place : place + size]
        if chunk and [id(one) for one in here] == [id(one) for one in chunk.blocks]:
            found += [*_written(fresh, newline), chunk.source]
            fresh = []
            place += size
        else:
            fresh.append(after[place])
            place += 1
    return _spaced([*found, *_written(fresh, newline)], newline)


def _written(blocks: Sequence[Node], newline: str) -> list[str]:
    said = wiki_write.written(doc(blocks)).replace("\n", newline) if blocks else ""
    return [said] if said else []


def _spaced(parts: Sequence[str], newline: str) -> str:
    """Return parts with a blank line between those that have none."""
    found = ""
    for part in parts:
        if found and not re.search(r"\n[ \t\r]*\n\s*$", found) and not part.startswith(newline):
            found = found.rstrip("\r\n") + newline * 2
        found += part
    return found


def _chunks(value: str) -> list[_Chunk]:
    """Return a wiki text cut at blank lines, as far as the pieces read as the whole does."""
    left = list(children(wiki_read.read(value)))
    found: list[_Chunk] = []
    source = ""
    for piece in re.split(r"(?<=\n)(?=[ \t\r]*\n)", value):
        source += piece
        blocks = children(wiki_read.read(source))
        if blocks and [_plain(one) for one in blocks] == [
            _plain(one) for one in left[: len(blocks)]
        ]:
            found.append(_Chunk(source, tuple(left[: len(blocks)])))
            left, source = left[len(blocks) :], ""
    if source.strip() or left:
        if not left and found:
            last = found.pop()
            return [*found, _Chunk(last.source + source, last.blocks)]
        return [*_rest(value, found, left)]
    if source and found:
        found[-1] = _Chunk(found[-1].source + source, found[-1].blocks)
    return found


def _rest(value: str, found: list[_Chunk], left: list[Node]) -> list[_Chunk]:
    done = sum(len(one.source) for one in found)
    return [*found, _Chunk(value[done:], tuple(left))]


def _plain(node: Any) -> Any:
    """Return a node without the ids that reading gives."""
    if isinstance(node, dict):
        return {name: _plain(one) for name, one in node.items() if name != "localId"}
    return [_plain(one) for one in node] if isinstance(node, list) else node
