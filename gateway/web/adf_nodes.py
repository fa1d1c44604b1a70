"""ADF as a tree of typed nodes, however odd the JSON it came as.

What an agent sends need not be valid: a node may lack its type, its content may be a
number, its depth may be a thousand. ``parse`` never raises; what it cannot read becomes
a node of type ``?`` that carries its JSON, so that nothing vanishes from the page.
"""

from dataclasses import dataclass, field
from functools import cached_property

from pydantic import JsonValue

from sandbox.contract.digest import canonical
from sandbox.contract.shapes import JsonObject

#: Deeper nodes are shown as their JSON. Jira's own editor nests about a dozen levels.
MAX_DEPTH = 40
#: The type given to what is not an ADF node.
NOT_A_NODE = "?"
#: Stands for a node without text in a list of words.
ATOM = "\ufffc"

INLINE = frozenset(
    {
        "text",
        "hardBreak",
        "mention",
        "emoji",
        "date",
        "status",
        "inlineCard",
        "mediaInline",
        "inlineExtension",
        "placeholder",
    }
)


#: Blocks whose children are inline, also when one of them is of an unknown type.
_INLINE_PARENTS = frozenset(
    {"paragraph", "heading", "codeBlock", "taskItem", "decisionItem", "caption"}
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on a node: bold, a link, an alignment."""

    type: str
    attrs: JsonObject


@dataclass(frozen=True)
class Node:
    """One ADF node. ``raw`` is the JSON it came as."""

    type: str
    attrs: JsonObject = field(default_factory=dict)
    text: str = ""
    marks: tuple[Mark, ...] = ()
    content: tuple["Node", ...] = ()
    raw: JsonValue = None

    @cached_property
    def signature(self) -> bytes:
        """What makes this node equal to another: everything but ``localId``."""
        return canonical(_without_local_ids(self.raw))

    @cached_property
    def plain(self) -> str:
        """The node's words, for judging how alike two nodes are."""
        if self.type == "text":
            return self.text
        own = self.attrs.get("text")
        words = [own] if isinstance(own, str) else []
        return " ".join([*words, *(child.plain for child in self.content)])

    @property
    def holds_inline(self) -> bool:
        """Whether the children are a line of text rather than blocks."""
        if self.type in _INLINE_PARENTS:
            return True
        return bool(self.content) and all(child.type in INLINE for child in self.content)

    def word(self, name: str, default: str = "") -> str:
        """Return an attribute as text."""
        value = self.attrs.get(name)
        if isinstance(value, bool) or value is None:
            return default
        return value if isinstance(value, str) else str(value)

    def number(self, name: str, default: int = 0) -> int:
        """Return an attribute as a whole number."""
        value = self.attrs.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else default


def parse(value: JsonValue, depth: int = 0) -> Node:
    """Return the node that a JSON value stands for."""
    if not isinstance(value, dict) or not isinstance(value.get("type"), str) or depth > MAX_DEPTH:
        return Node(NOT_A_NODE, raw=value)
    text = value.get("text")
    children = value.get("content")
    return Node(
        type=str(value["type"]),
        attrs=_object(value.get("attrs")),
        text=text if isinstance(text, str) else "",
        marks=_marks(value.get("marks")),
        content=tuple(parse(child, depth + 1) for child in children)
        if isinstance(children, list)
        else (),
        raw=value,
    )


def is_document(value: JsonValue) -> bool:
    """Return whether a value is an ADF document."""
    return isinstance(value, dict) and value.get("type") == "doc" and "content" in value


def blocks(value: JsonValue) -> tuple[Node, ...]:
    """Return a document's blocks; none for what is not a document."""
    return parse(value).content if is_document(value) else ()


def facts(node: Node) -> dict[str, JsonValue]:
    """Return what a node is besides its text: attributes, and block marks."""
    found = {name: value for name, value in node.attrs.items() if name != "localId"}
    if found.get("order") == 1:
        # The schema's default: a list that starts at one, said or not.
        del found["order"]
    if node.type not in INLINE:
        found |= {f"{mark.type} mark": dict(mark.attrs) for mark in node.marks}
    return found


def plain_lines(value: JsonValue) -> str:
    """Return a document as plain text, a line for each block; a text as it is."""
    if isinstance(value, str):
        return value
    return "\n".join(line for block in blocks(value) for line in _lines(block))


def _lines(node: Node) -> list[str]:
    if node.holds_inline or not node.content:
        return ["".join(child.plain for child in node.content) or node.plain]
    return [line for child in node.content for line in _lines(child)]


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _marks(value: JsonValue) -> tuple[Mark, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        Mark(str(mark["type"]), _object(mark.get("attrs")))
        for mark in value
        if isinstance(mark, dict) and isinstance(mark.get("type"), str)
    )


def _without_local_ids(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: _without_local_ids(one) for name, one in value.items() if name != "localId"}
    if isinstance(value, list):
        return [_without_local_ids(one) for one in value]
    return value
