"""Markdown to a tree of ADF nodes, with signs still in it as links.

CommonMark with tables, strikethrough, task lists and ``<br>``; raw HTML stays text. The
tree may hold nestings that ADF does not allow: ``adf_mend`` sees to those.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from sandbox.domain.adf_nodes import block, children, hard_break, kind_of, mark, text
from sandbox.domain.adf_schema import Node

_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TASK = re.compile(r"\[([ xX])\](?:\s+|$)")
_DEEPEST = 60


def read(markdown: str) -> list[Node]:
    """Return the blocks of a Markdown text."""
    tree = SyntaxTreeNode(_PARSER.parse(markdown.replace("\r\n", "\n").replace("\r", "\n")))
    return _blocks(tree)


def _break_rule(state: StateInline, silent: bool) -> bool:
    found = _BREAK.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


def _as_typed(url: str) -> str:
    return url


def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    made.disable(["reference", "html_block", "html_inline"])
    # As it was typed: an edit elsewhere in the text must not change an address.
    made.normalizeLink = _as_typed  # type: ignore[method-assign]
    made.inline.ruler.before("autolink", "break", _break_rule)
    return made


_PARSER = _parser()


def _blocks(tree: SyntaxTreeNode) -> list[Node]:
    found: list[Node] = []
    for one in tree.children:
        found += _block(one)
    return found


def _block(one: SyntaxTreeNode) -> list[Node]:
    reader = _READERS.get(one.type)
    if reader is not None:
        return reader(one)
    return [block("paragraph", [text(one.content)])] if one.content else _blocks(one)


def _code(one: SyntaxTreeNode) -> Node:
    words = one.content.removesuffix("\n")
    language = one.info.split()[0] if one.type == "fence" and one.info.strip() else ""
    content = [text(words)] if words else []
    return block("codeBlock", content, **({"language": language} if language else {}))


def _table(one: SyntaxTreeNode) -> Node:
    rows = [row for part in one.children for row in part.children]
    return block(
        "table", [block("tableRow", [_cell(cell) for cell in row.children]) for row in rows]
    )


def _cell(cell: SyntaxTreeNode) -> Node:
    kind = "tableHeader" if cell.type == "th" else "tableCell"
    return block(kind, [block("paragraph", _line(cell))])


def _lists(one: SyntaxTreeNode) -> list[Node]:
    """Return a list; items that are tasks or decisions stand in lists of their own."""
    start = one.attrs.get("start") if one.type == "ordered_list" else None
    found: list[Node] = []
    for item in one.children:
        made, name = _item(item)
        if one.type == "ordered_list" and name == "bulletList":
            name = "orderedList"
        if not found or kind_of(found[-1]) != name:
            attrs = {"order": int(start)} if start is not None and not found else {}
            found.append(block(name, [], **(attrs if name == "orderedList" else {})))
        found[-1]["content"] += made
    return found


def _item(item: SyntaxTreeNode) -> tuple[list[Node], str]:
    """Return what an item becomes, and the list that it belongs to."""
    inner = _blocks(item)
    first = children(inner[0]) if inner and kind_of(inner[0]) == "paragraph" else []
    state = _task_state(first)
    if state:
        return _task(inner, state), "taskList"
    decision = _decision_state(first)
    if decision is not None and len(inner) == 1:
        return [block("decisionItem", _trimmed(first[1:]), state=decision)], "decisionList"
    return [block("listItem", inner)], "bulletList"


def _task_state(line: list[Node]) -> str:
    found = _TASK.match(line[0]["text"]) if line and kind_of(line[0]) == "text" else None
    if found is None or "marks" in line[0]:
        return ""
    return "TODO" if found[1] == " " else "DONE"


def _task(inner: list[Node], state: str) -> list[Node]:
    line = list(children(inner[0]))
    rest = _TASK.sub("", line[0]["text"], count=1)
    line[:1] = [text(rest)] if rest else []
    nested = [one for one in inner[1:] if kind_of(one) == "taskList"]
    others = [one for one in inner[1:] if kind_of(one) != "taskList"]
    if others:
        return [block("blockTaskItem", [block("paragraph", line), *others], state=state), *nested]
    return [block("taskItem", line, state=state), *nested]


def _decision_state(line: list[Node]) -> str | None:
    """Return the state that an item's first sign gives a decision; None for other items."""
    href = link_of(line[0]) if line else ""
    return href.removeprefix("decision:") if href.startswith("decision:") else None


def _trimmed(line: list[Node]) -> list[Node]:
    if line and kind_of(line[0]) == "text":
        rest = line[0]["text"].lstrip()
        return [{**line[0], "text": rest}, *line[1:]] if rest else line[1:]
    return line


def link_of(node: Node) -> str:
    """Return where a text links to, nothing for other nodes."""
    for one in node.get("marks") or ():
        if kind_of(one) == "link":
            return str(one.get("attrs", {}).get("href") or "")
    return ""


def _line(one: SyntaxTreeNode) -> list[Node]:
    found: list[Node] = []
    for part in one.children:
        for node in _inline(part, ()):
            last = found[-1] if found else None
            same = last is not None and last.get("marks") == node.get("marks")
            if last is not None and same and kind_of(last) == kind_of(node) == "text":
                last["text"] += node["text"]
            else:
                found.append(node)
    return found


_MARKS = {"strong": "strong", "em": "em", "s": "strike"}


def _inline(part: SyntaxTreeNode, marks: tuple[Node, ...]) -> Iterator[Node]:
    kind = part.type
    if kind in ("text", "text_special"):
        if part.content:
            yield text(part.content, marks)
    elif kind == "code_inline":
        yield text(part.content, (*marks, mark("code")))
    elif kind == "softbreak":
        yield text(" ", marks)
    elif kind == "hardbreak":
        yield hard_break()
    elif kind == "image":
        yield text(part.content or str(part.attrs.get("src")), (*marks, _link(part, "src")))
    else:
        yield from _marked(part, kind, marks)


def _marked(part: SyntaxTreeNode, kind: str, marks: tuple[Node, ...]) -> Iterator[Node]:
    if kind == "link":
        marks = (*marks, _link(part, "href"))
    elif kind in _MARKS:
        marks = (*marks, mark(_MARKS[kind]))
    for child in part.children:
        yield from _inline(child, marks)


def _link(part: SyntaxTreeNode, name: str) -> Node:
    attrs: dict[str, Any] = {"href": str(part.attrs.get(name) or "")}
    title = part.attrs.get("title")
    return mark("link", **attrs, **({"title": str(title)} if title else {}))


_READERS: dict[str, Callable[[SyntaxTreeNode], list[Node]]] = {
    "bullet_list": _lists,
    "ordered_list": _lists,
    "paragraph": lambda one: [block("paragraph", _line(one))],
    "heading": lambda one: [block("heading", _line(one), level=int(one.tag[1:]))],
    "blockquote": lambda one: [block("blockquote", _blocks(one))],
    "fence": lambda one: [_code(one)],
    "code_block": lambda one: [_code(one)],
    "hr": lambda _one: [block("rule")],
    "table": lambda one: [_table(one)],
}
