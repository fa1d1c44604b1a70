"""The words of a document: for the index, for summaries, and for nodes nobody knows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.domain.adf_nodes import attributes, children, kind_of, string
from sandbox.domain.adf_schema import INLINE

#: Jira has no such limit; Python's stack has.
_DEEPEST = 200


def document_text(node: Any, depth: int = 0) -> str:
    """Return the words of a node, one line a block."""
    if isinstance(node, str):
        return node
    if not isinstance(node, dict) or depth > _DEEPEST:
        return ""
    lines = [_own_title(node)]
    running: list[str] = []
    for child in children(node):
        if kind_of(child) in INLINE:
            running.append(inline_text(child))
        else:
            lines += ["".join(running), document_text(child, depth + 1)]
            running = []
    lines.append("".join(running))
    return "\n".join(line for line in lines if line)


def inline_text(node: Any) -> str:
    """Return what a reader sees of an inline node, without marks."""
    kind, attrs = kind_of(node), attributes(node)
    if kind == "text":
        return string(node.get("text"))
    shown = _SHOWN.get(kind)
    return shown(attrs) if shown else any_text(node)


def mention_text(attrs: dict[str, Any]) -> str:
    """Return a mention as ``@Name``, with the id where no name is known."""
    name = string(attrs.get("text")) or string(attrs.get("id"))
    return name if not name or name.startswith("@") else f"@{name}"


def day_of(timestamp: Any) -> str:
    """Return the day of a date node, the timestamp itself where it is none."""
    written = string(timestamp)
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(written[:18]))
    except (ValueError, OverflowError):
        return written
    return f"{moment:%Y-%m-%d}"


def any_text(node: Any) -> str:
    """Return the words that a node of any type carries in itself."""
    if not isinstance(node, dict):
        return node if isinstance(node, str) else ""
    attrs = attributes(node)
    names = ("text", "title", "alt", "url", "shortName", "name", "extensionKey", "id")
    found = [string(node.get("text")), *(string(attrs.get(name)) for name in names)]
    return next((one for one in found if one), "")


def _own_title(node: dict[str, Any]) -> str:
    """Return what a block says beside its content."""
    kind = kind_of(node)
    if kind in ("expand", "nestedExpand"):
        return string(attributes(node).get("title"))
    if kind in _LEAVES or (kind not in _SILENT and not children(node)):
        return any_text(node)
    return ""


_LEAVES = frozenset(
    {"text", "media", "blockCard", "embedCard", "extension", "bodiedExtension", *INLINE}
)
_SILENT = frozenset({"doc", "paragraph", "heading", "rule", "tableCell", "tableHeader"})

_SHOWN: dict[str, Callable[[dict[str, Any]], str]] = {
    "hardBreak": lambda _: "\n",
    "mention": mention_text,
    "emoji": lambda attrs: string(attrs.get("text")) or string(attrs.get("shortName")),
    "date": lambda attrs: day_of(attrs.get("timestamp")),
    "inlineCard": lambda attrs: string(attrs.get("url")),
    "mediaInline": lambda attrs: string(attrs.get("alt")) or string(attrs.get("id")),
}
