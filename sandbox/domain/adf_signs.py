"""Signs: how a node that Markdown has no words for stands in a Markdown text.

A sign is a link: ``[@Kim](mention:k3f2)``, ``[!panel](panel:9ab1)``. The name after the
colon derives from the node itself, so a sign means the same after every other edit.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.contract.digest import canonical
from sandbox.domain.adf_nodes import attributes, children, kind_of, marks_of, string
from sandbox.domain.adf_schema import INLINE, Node
from sandbox.domain.adf_text import any_text, day_of, document_text, inline_text, mention_text

#: Nodes within a line, and the word before the colon of their signs.
INLINE_SIGNS = {
    "mention": "mention",
    "emoji": "emoji",
    "date": "date",
    "status": "status",
    "inlineCard": "card",
    "placeholder": "placeholder",
    "inlineExtension": "macro",
    "mediaInline": "attachment",
}
#: Blocks that are shown as one sign.
BLOCK_SIGNS = {
    "mediaSingle": "media",
    "mediaGroup": "media",
    "media": "media",
    "blockCard": "card",
    "embedCard": "card",
    "extension": "macro",
    "syncBlock": "synced",
}
#: Blocks whose content is shown: a quotation that starts with the sign.
CONTAINER_SIGNS = {
    "panel": "panel",
    "expand": "expand",
    "nestedExpand": "expand",
    "layoutSection": "layout",
    "layoutColumn": "column",
    "bodiedExtension": "macro",
    "bodiedSyncBlock": "synced",
}
#: Text with marks that Markdown has not: colours, underline, an inline comment.
STYLE = "style"
#: A node of a type that the schema does not know, or one that a table cell cannot show.
PART = "part"
DECISION = "decision"

KINDS = frozenset(
    {
        *INLINE_SIGNS.values(),
        *BLOCK_SIGNS.values(),
        *CONTAINER_SIGNS.values(),
        STYLE,
        PART,
        DECISION,
    }
)
#: Marks that Markdown says by itself.
PLAIN_MARKS = frozenset({"strong", "em", "strike", "code", "link"})

_SHORTEST = 4


@dataclass(slots=True)
class Signs:
    """The signs of one document, filled while it is written."""

    nodes: dict[str, Node] = field(default_factory=dict)
    #: Emoji that are shown as the character they are.
    emoji: dict[str, Node] = field(default_factory=dict)
    _names: dict[bytes, str] = field(default_factory=dict)

    def name(self, kind: str, node: Node) -> str:
        """Return the sign of a node, the same one for equal nodes."""
        said = canonical(node)
        known = self._names.get(kind.encode() + b":" + said)
        if known is not None:
            return known
        digest = hashlib.sha256(said).hexdigest()
        size = _SHORTEST
        while f"{kind}:{digest[:size]}" in self.nodes:
            size += 1
        found = f"{kind}:{digest[:size]}"
        self.nodes[found] = node
        self._names[kind.encode() + b":" + said] = found
        return found


def inline_sign(node: Node, signs: Signs) -> tuple[str, str] | None:
    """Return label and sign of an inline node; None for an emoji that shows itself."""
    kind = kind_of(node)
    shown = string(attributes(node).get("text"))
    if kind == "emoji" and shown and not shown.startswith(":") and not marks_of(node):
        signs.emoji.setdefault(shown, node)
        if signs.emoji[shown] == node:
            return None
    return label_of(node), signs.name(INLINE_SIGNS.get(kind, PART), node)


def block_sign(node: Node, signs: Signs) -> tuple[str, str]:
    """Return label and sign of a block that is shown as one sign."""
    kind = kind_of(node)
    return label_of(node), signs.name(BLOCK_SIGNS.get(kind, PART), node)


def container_sign(node: Node, signs: Signs) -> tuple[str, str]:
    """Return label and sign of a block whose content is shown below the sign."""
    kind = kind_of(node)
    bare = {name: value for name, value in node.items() if name != "content"}
    return label_of(bare), signs.name(CONTAINER_SIGNS[kind], bare)


def style_of(node: Node) -> Node | None:
    """Return the marks of a text that Markdown cannot say, as a node; None without any."""
    marks = marks_of(node)
    odd = [one for one in marks if not _is_plain(one)]
    if not odd:
        return None
    return {"type": STYLE, "marks": [*odd, *(one for one in marks if kind_of(one) == "link")]}


def label_of(node: Node) -> str:
    """Return what a reader is shown of a node, never empty."""
    kind = kind_of(node)
    shown = _LABELS.get(kind, _words_label)(node)
    return shown or _NAMES.get(kind, kind) or PART


def _words_label(node: Node) -> str:
    kind = kind_of(node)
    if kind in INLINE:
        return inline_text(node)
    return "" if kind in _NAMES else " • ".join(document_text(node).split("\n"))


def _macro_label(node: Node) -> str:
    attrs = {name: one for name, one in attributes(node).items() if name != "localId"}
    return f"macro {any_text({'attrs': attrs})}".strip()


def _url_label(node: Node) -> str:
    return string(attributes(node).get("url"))


def _media_label(node: Node) -> str:
    files = [node] if kind_of(node) == "media" else children(node)
    found = [_file_label(one) for one in files if kind_of(one) == "media"]
    caption = [document_text(one) for one in files if kind_of(one) == "caption"]
    return "📎 " + " – ".join(filter(None, [", ".join(found) or "file", *caption]))


def _file_label(media: Any) -> str:
    attrs = attributes(media)
    return string(attrs.get("alt")) or string(attrs.get("url")) or string(attrs.get("id")) or "file"


def _is_plain(mark: Node) -> bool:
    if kind_of(mark) not in PLAIN_MARKS:
        return False
    return kind_of(mark) != "link" or set(attributes(mark)) <= {"href", "title"}


#: Blocks whose words are their content, and what they are called instead.
_NAMES = {
    "layoutSection": "columns",
    "layoutColumn": "column",
    "expand": "expand",
    "nestedExpand": "expand",
    "syncBlock": "synced block",
    "bodiedSyncBlock": "synced block",
    "inlineCard": "card",
    "blockCard": "card",
    "embedCard": "card",
}
_LABELS: dict[str, Callable[[Node], str]] = {
    "mention": lambda node: mention_text(attributes(node)),
    "date": lambda node: day_of(attributes(node).get("timestamp")),
    "panel": lambda node: string(attributes(node).get("panelType")),
    "extension": _macro_label,
    "bodiedExtension": _macro_label,
    "mediaSingle": _media_label,
    "mediaGroup": _media_label,
    "media": _media_label,
    "inlineCard": _url_label,
    "blockCard": _url_label,
    "embedCard": _url_label,
}
