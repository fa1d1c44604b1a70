"""ADF to Jira's wiki markup, as ``/rest/api/2`` shows rich text.

What wiki markup cannot say is shown in words, never dropped.
"""

import json
from collections.abc import Callable

from sandbox.domain.adf import INLINE, Node, attributes, children, inline_text

_MARKS = {
    "strong": ("*", "*"),
    "em": ("_", "_"),
    "strike": ("-", "-"),
    "underline": ("+", "+"),
    "code": ("{{", "}}"),
}
#: ADF panel to wiki macro; others are {panel}.
_PANELS = {"info": "info", "note": "note", "warning": "warning", "success": "tip", "tip": "tip"}
_MEDIA = "!{name}!"


def to_wiki(document: Node) -> str:
    """Return a document as wiki markup."""
    return _blocks(children(document)).strip("\n")


def _blocks(nodes: list[Node]) -> str:
    return "\n\n".join(part for part in (_block(node) for node in nodes) if part)


def _block(node: Node) -> str:
    kind = str(node.get("type"))
    if kind in INLINE:
        return _inline([node])
    maker = _MAKERS.get(kind)
    return maker(node) if maker else _unknown(node)


def _unknown(node: Node) -> str:
    inner = _blocks(children(node))
    if inner:
        return inner
    told = json.dumps(attributes(node), ensure_ascii=False, sort_keys=True)
    return f"{{noformat:title={node.get('type')}}}{told}{{noformat}}"


def _heading(node: Node) -> str:
    level = attributes(node).get("level", 1)
    return f"h{level}. {_inline(children(node))}"


def _code(node: Node) -> str:
    language = attributes(node).get("language")
    text = "".join(str(one.get("text") or "") for one in children(node))
    head = f"{{code:{language}}}" if language else "{code}"
    return f"{head}\n{text}\n{{code}}"


def _quote(node: Node) -> str:
    return f"{{quote}}\n{_blocks(children(node))}\n{{quote}}"


def _panel(node: Node) -> str:
    kind = attributes(node).get("panelType", "info")
    macro = _PANELS.get(kind)
    inner = _blocks(children(node))
    if macro:
        return f"{{{macro}}}\n{inner}\n{{{macro}}}"
    return f"{{panel:title={kind}}}\n{inner}\n{{panel}}"


def _expand(node: Node) -> str:
    title = attributes(node).get("title") or ""
    return f"{{panel:title={title}}}\n{_blocks(children(node))}\n{{panel}}"


def _list(node: Node, marker: str = "") -> str:
    own = marker + ("#" if node.get("type") == "orderedList" else "*")
    return "\n".join(line for item in children(node) for line in _item(item, own))


def _item(item: Node, marker: str) -> list[str]:
    lines: list[str] = []
    for child in children(item):
        if child.get("type") in ("bulletList", "orderedList"):
            lines.append(_list(child, marker))
        elif lines:
            lines[-1] += "\n" + _block(child)
        else:
            lines.append(f"{marker} {_block(child)}")
    return lines or [f"{marker} "]


def _tasks(node: Node) -> str:
    lines = []
    for item in children(node):
        if item.get("type") == "taskList":
            lines.append(_tasks(item))
            continue
        box = "(/)" if attributes(item).get("state") in ("DONE", "DECIDED") else "( )"
        lines.append(f"* {box} {_inline(children(item))}")
    return "\n".join(lines)


def _table(node: Node) -> str:
    return "\n".join(_row(row) for row in children(node))


def _row(row: Node) -> str:
    cells = children(row)
    head = all(cell.get("type") == "tableHeader" for cell in cells) and bool(cells)
    bar = "||" if head else "|"
    line = ""
    for cell in cells:
        own = "||" if cell.get("type") == "tableHeader" else "|"
        line += own + (_blocks(children(cell)).replace("\n\n", "\n") or " ")
    return line + bar


def _media(node: Node) -> str:
    return "\n".join(_one_media(one) for one in children(node))


def _one_media(node: Node) -> str:
    if node.get("type") == "caption":
        return _inline(children(node))
    attrs = attributes(node)
    name = attrs.get("url") or attrs.get("alt") or attrs.get("id") or "attachment"
    return _MEDIA.format(name=name)


def _card(node: Node) -> str:
    return f"[{attributes(node).get('url') or '(data)'}]"


def _inline(nodes: list[Node]) -> str:
    return "".join(_inline_one(node) for node in nodes)


def _inline_one(node: Node) -> str:
    attrs = attributes(node)
    match node.get("type"):
        case "text":
            return _marked(node)
        case "mention":
            return f"[~accountid:{attrs.get('id', '')}]"
        case "inlineCard":
            return _card(node)
        case "mediaInline":
            return f"[^{attrs.get('alt') or attrs.get('id') or 'attachment'}]"
        case "date":
            return f"{{date:{attrs.get('timestamp', '')}}}"
        case "status":
            return f"{{status:{attrs.get('color', 'neutral')}}}{attrs.get('text', '')}{{status}}"
        case kind:
            return inline_text(node) or f"{{{kind}}}"


def _marked(node: Node) -> str:
    text = str(node.get("text") or "")
    href = None
    for mark in node.get("marks") or []:
        kind, attrs = mark.get("type"), attributes(mark)
        if kind in _MARKS:
            text = _around(text, *_MARKS[kind])
        elif kind == "subsup":
            sign = "~" if attrs.get("type") == "sub" else "^"
            text = _around(text, sign, sign)
        elif kind == "textColor":
            text = f"{{color:{attrs.get('color')}}}{text}{{color}}"
        elif kind == "link":
            href = attrs.get("href")
    return f"[{text}|{href}]" if href else text


def _around(text: str, before: str, after: str) -> str:
    """Put signs around the words, not around the spaces beside them."""
    core = text.strip()
    if not core:
        return text
    lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{lead}{before}{core}{after}{trail}"


_MAKERS: dict[str, Callable[[Node], str]] = {
    "paragraph": lambda node: _inline(children(node)),
    "heading": _heading,
    "codeBlock": _code,
    "blockquote": _quote,
    "panel": _panel,
    "expand": _expand,
    "nestedExpand": _expand,
    "bulletList": _list,
    "orderedList": _list,
    "taskList": _tasks,
    "decisionList": _tasks,
    "table": _table,
    "rule": lambda _node: "----",
    "mediaSingle": _media,
    "mediaGroup": _media,
    "media": _one_media,
    "blockCard": _card,
    "embedCard": _card,
}
