"""What an edit of a rich text would lose, in words."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sandbox.contract.digest import canonical
from sandbox.domain.adf_nodes import attributes, children, kind_of
from sandbox.domain.adf_schema import INLINE, RULES, Node
from sandbox.domain.adf_signs import CONTAINER_SIGNS, label_of, style_of
from sandbox.domain.adf_text import document_text, inline_text

_WORDS = {
    "inlineCard": "card",
    "blockCard": "card",
    "embedCard": "card",
    "extension": "macro",
    "bodiedExtension": "macro",
    "inlineExtension": "macro",
    "mediaInline": "file",
    "media": "file",
    "nestedExpand": "expand",
    "layoutSection": "layout of columns",
    "taskList": "task list",
    "decisionList": "list of decisions",
    "syncBlock": "synced block",
    "bodiedSyncBlock": "synced block",
}
#: Counted by type: their content may change.
_BY_TYPE = frozenset({*CONTAINER_SIGNS, "table", "taskList", "decisionList"}) - {"layoutColumn"}
#: Counted by what they are.
_BY_VALUE = frozenset(
    {"media", "mediaInline", "blockCard", "embedCard", "extension", "syncBlock", *INLINE}
) - {"text", "hardBreak"}
_LONGEST = 40


def losses(before: Any, after: Any) -> tuple[str, ...]:
    """Return what a document has that another one has not, one phrase each."""
    kept = Counter(key for key, _ in _parts(after))
    found: list[str] = []
    for key, phrase in _parts(before):
        if kept[key] > 0:
            kept[key] -= 1
        else:
            found.append(phrase)
    return tuple(found)


def _parts(node: Any) -> Iterator[tuple[bytes, str]]:
    """Yield what Markdown alone could not say, with a phrase that names it."""
    kind = kind_of(node)
    if kind == "text":
        style = style_of(node)
        if style is not None:
            names = " and ".join(kind_of(one) for one in style["marks"])
            yield b"style:" + canonical(style), f"the {names} of “{_short(node.get('text'))}”"
        return
    if kind in _BY_TYPE:
        yield kind.encode(), f"the {_WORDS.get(kind, kind)} {_named(node)}".strip()
    elif kind in _BY_VALUE or (kind and kind not in RULES):
        yield canonical(_bare(node)), f"the {_WORDS.get(kind, kind)} {_named(node)}".strip()
        return
    for child in children(node):
        yield from _parts(child)


def _bare(node: Node) -> Node:
    kind, attrs = kind_of(node), attributes(node)
    left_out = {"localId"}
    if kind in ("status", "date"):
        left_out |= {"text", "timestamp"}
    return {**node, "attrs": {name: one for name, one in attrs.items() if name not in left_out}}


def _named(node: Node) -> str:
    kind = kind_of(node)
    if kind in INLINE and kind != "emoji":
        return _short(inline_text(node))
    if kind in ("table", "taskList", "decisionList", "layoutSection", "bodiedExtension"):
        return f"(“{_short(document_text(node))}”)"
    label = label_of(node).removeprefix("📎 ")
    return (
        _short(label) if label != _WORDS.get(kind, kind) else f"(“{_short(document_text(node))}”)"
    )


def _short(words: Any) -> str:
    line = " ".join(str(words or "").split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
