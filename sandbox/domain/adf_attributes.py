"""Attributes and marks put in order: what the schema does not know is left away."""

from typing import Any

from sandbox.domain.adf_nodes import attributes, kind_of, mark, marks_of
from sandbox.domain.adf_schema import (
    BESIDE_CODE,
    FORMATS,
    MARKED,
    MARKS,
    RULES,
    Node,
    allowed_marks,
)

#: Taken where a required attribute is missing or wrong; without one the node is words.
_DEFAULTS: dict[tuple[str, str], Any] = {
    ("heading", "level"): 3,
    ("panel", "panelType"): "info",
    ("taskItem", "state"): "TODO",
    ("blockTaskItem", "state"): "TODO",
    ("decisionItem", "state"): "DECIDED",
    ("mediaSingle", "layout"): "center",
    ("embedCard", "layout"): "center",
    ("layoutColumn", "width"): 50,
    ("status", "color"): "neutral",
    ("media", "collection"): "",
    ("mediaInline", "collection"): "",
}
_MARK_ORDER = (
    "link",
    "annotation",
    "textColor",
    "backgroundColor",
    "strong",
    "em",
    "underline",
    "strike",
    "subsup",
    "code",
)
#: Given by position once the document is whole.
_GIVEN_LATER = "localId"


def mended_attributes(node: Node) -> Node | None:
    """Return a node's attributes as the schema wants them, None where it cannot be."""
    kind, attrs = kind_of(node), attributes(node)
    rule = RULES[kind]
    found = {
        name: value
        for name, value in attrs.items()
        if name in rule.attrs and rule.attrs[name](value)
    }
    if kind == "media":
        found = _media(found)
    for name in rule.required:
        if name not in found and name == _GIVEN_LATER:
            found[name] = "0"
        elif name not in found:
            if (kind, name) not in _DEFAULTS:
                return None
            found[name] = _DEFAULTS[kind, name]
    return found if _fits(kind, found) else None


def mended_marks(node: Node, parent: str) -> list[Node]:
    """Return the marks that a block or an inline leaf may keep where it stands."""
    kind = kind_of(node)
    if kind not in MARKED:
        return []
    names = max(
        (
            [kind_of(one) for one in marks_of(node) if kind_of(one) in allowed]
            for allowed in allowed_marks(kind, parent)
        ),
        key=len,
    )
    return _valid([one for one in marks_of(node) if kind_of(one) in names])


def text_marks(node: Node) -> list[Node]:
    """Return the marks that a text keeps, each once, in one order; code drives out others."""
    listed = marks_of(node)
    names = {kind_of(one) for one in listed}
    allowed = BESIDE_CODE if "code" in names else FORMATS
    kept = _valid([one for one in listed if kind_of(one) in allowed])
    return sorted(kept, key=lambda one: _MARK_ORDER.index(kind_of(one)))


def _valid(marks: list[Node]) -> list[Node]:
    found: dict[str, Node] = {}
    for one in marks:
        checks, required = MARKS[kind_of(one)]
        attrs = {
            name: value
            for name, value in attributes(one).items()
            if name in checks and checks[name](value)
        }
        if all(name in attrs for name in required):
            found.setdefault(kind_of(one), mark(kind_of(one), **attrs))
    return list(found.values())


def _media(attrs: Node) -> Node:
    if attrs.get("type") not in ("link", "file", "external"):
        attrs = {**attrs, "type": "external" if "url" in attrs else "file"}
    foreign = ("id", "collection", "occurrenceKey") if attrs["type"] == "external" else ("url",)
    found = {name: value for name, value in attrs.items() if name not in foreign}
    if found["type"] != "external":
        found.setdefault("collection", "")
    return found


def _fits(kind: str, attrs: Node) -> bool:
    given = set(attrs) - {"localId"}
    if kind == "media":
        return ("url" in attrs) if attrs["type"] == "external" else ("id" in attrs)
    if kind == "inlineCard":
        return len({"url", "data"} & given) == 1
    if kind == "blockCard":
        return given in ({"url"}, {"data"}) or "datasource" in given - {"data"}
    if kind == "mediaSingle":
        width, pixel = attrs.get("width"), attrs.get("widthType") == "pixel"
        return width is not None if pixel else not (width is not None and width > 100)
    return True
