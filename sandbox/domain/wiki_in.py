"""Jira's wiki markup to ADF: what ``/rest/api/2`` takes as rich text.

Line by line: macros and tables and lists are blocks, everything else paragraphs. What is
not understood stays as the text it is.
"""

import re

from sandbox.domain.adf import Node
from sandbox.domain.wiki_inline import inline_nodes

_HEADING = re.compile(r"h([1-6])\.\s+(.*)")
_LIST = re.compile(r"([*#-]+)\s+(.*)")
_FENCE = re.compile(r"\{(code|noformat)(?::([^}]*))?\}")
_MACRO = re.compile(r"\{(quote|panel|info|note|warning|tip)(?::([^}]*))?\}\s*(.*)")
_PANELS = {"info": "info", "note": "note", "warning": "warning", "tip": "success"}
_RULE = re.compile(r"-{4,}\s*")


def wiki_to_adf(text: str) -> Node:
    """Return the document that a wiki text means."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return {"type": "doc", "version": 1, "content": _blocks(lines)}


def _blocks(lines: list[str]) -> list[Node]:
    found: list[Node] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        node, at = _one_block(lines, at)
        found.append(node)
    return found


def _one_block(lines: list[str], at: int) -> tuple[Node, int]:
    line = lines[at].strip()
    if heading := _HEADING.fullmatch(line):
        level = int(heading[1])
        return _text_block("heading", heading[2], {"level": level}), at + 1
    if _RULE.fullmatch(line):
        return {"type": "rule"}, at + 1
    if fence := _FENCE.match(line):
        return _code(lines, at, fence)
    if macro := _MACRO.match(line):
        return _macro(lines, at, macro)
    if line.startswith("|"):
        return _table(lines, at)
    if _LIST.fullmatch(line):
        return _list(lines, at)
    if line.startswith("bq. "):
        inner = _text_block("paragraph", line[4:])
        return {"type": "blockquote", "content": [inner]}, at + 1
    return _paragraph(lines, at)


def _text_block(kind: str, text: str, attrs: Node | None = None) -> Node:
    node: Node = {"type": kind}
    if attrs:
        node["attrs"] = attrs
    content = inline_nodes(text)
    return {**node, "content": content} if content else node


def _paragraph(lines: list[str], at: int) -> tuple[Node, int]:
    end = at + 1
    while end < len(lines) and lines[end].strip() and not _starts_block(lines[end].strip()):
        end += 1
    return _text_block("paragraph", "\n".join(one.strip() for one in lines[at:end])), end


def _starts_block(line: str) -> bool:
    patterns = (_HEADING, _LIST, _RULE)
    if any(pattern.fullmatch(line) for pattern in patterns) or line.startswith(("|", "bq. ")):
        return True
    return bool(_FENCE.match(line) or _MACRO.match(line))


def _code(lines: list[str], at: int, fence: re.Match[str]) -> tuple[Node, int]:
    name, option = fence[1], fence[2] or ""
    rest = lines[at].strip()[fence.end() :]
    closing = f"{{{name}}}"
    taken: list[str] = []
    while closing not in rest and at + 1 < len(lines):
        taken.append(rest)
        at += 1
        rest = lines[at]
    last, _, after = rest.partition(closing)
    taken.append(last)
    text = "\n".join(taken).strip("\n")
    if after.strip():
        lines.insert(at + 1, after)
    return _code_block(text, _language(option)), at + 1


def _code_block(text: str, language: str) -> Node:
    node: Node = {"type": "codeBlock"}
    if language:
        node["attrs"] = {"language": language}
    return {**node, "content": [{"type": "text", "text": text}]} if text else node


def _language(option: str) -> str:
    first = option.split("|")[0].strip()
    return first.removeprefix("language=") if "=" not in first.removeprefix("language=") else ""


def _macro(lines: list[str], at: int, macro: re.Match[str]) -> tuple[Node, int]:
    name, option, rest = macro[1], macro[2] or "", macro[3]
    closing = f"{{{name}}}"
    taken = [rest] if rest else []
    while not (taken and closing in taken[-1]) and at + 1 < len(lines):
        at += 1
        taken.append(lines[at])
    if taken:
        taken[-1], _, after = taken[-1].partition(closing)
        if after.strip():
            lines.insert(at + 1, after)
    inner = _blocks(taken) or [{"type": "paragraph"}]
    return _macro_node(name, option, inner), at + 1


def _macro_node(name: str, option: str, inner: list[Node]) -> Node:
    if name == "quote":
        return {"type": "blockquote", "content": inner}
    if name == "panel":
        title = next((o[6:] for o in option.split("|") if o.startswith("title=")), "")
        return {"type": "expand", "attrs": {"title": title}, "content": inner}
    return {"type": "panel", "attrs": {"panelType": _PANELS[name]}, "content": inner}


def _table(lines: list[str], at: int) -> tuple[Node, int]:
    rows: list[Node] = []
    while at < len(lines) and lines[at].strip().startswith("|"):
        text = lines[at].strip()
        at += 1
        # A cell may go on in the next lines, until the closing bar.
        while not text.endswith("|") and at < len(lines) and lines[at].strip():
            text += "\n" + lines[at].strip()
            at += 1
        rows.append(_row(text))
    return {"type": "table", "content": rows}, at


def _row(text: str) -> Node:
    cells: list[Node] = []
    for bar, inner in re.findall(r"(\|\|?)((?:\[[^\]]*\]|\{\{.*?\}\}|[^|])*)", text):
        if not inner.strip() and not cells and bar == "|":
            continue
        if inner == "" and len(cells) > 0:
            continue
        kind = "tableHeader" if bar == "||" else "tableCell"
        content = [_text_block("paragraph", inner.strip())]
        cells.append({"type": kind, "attrs": {}, "content": content})
    return {"type": "tableRow", "content": cells or [_empty_cell()]}


def _empty_cell() -> Node:
    return {"type": "tableCell", "attrs": {}, "content": [{"type": "paragraph"}]}


def _list(lines: list[str], at: int) -> tuple[Node, int]:
    items: list[tuple[str, str]] = []
    while at < len(lines):
        line = lines[at].strip()
        if match := _LIST.fullmatch(line):
            items.append((match[1].replace("-", "*"), match[2]))
        elif line and items and not _starts_block(line):
            items[-1] = (items[-1][0], f"{items[-1][1]}\n{line}")
        else:
            break
        at += 1
    return _nested(items, 1), at


def _nested(items: list[tuple[str, str]], depth: int) -> Node:
    """Return the list made of items whose markers are at least ``depth`` long."""
    first = items[0][0]
    sign = first[min(depth, len(first)) - 1]
    kind = "orderedList" if sign == "#" else "bulletList"
    content: list[Node] = []
    at = 0
    while at < len(items):
        deeper = [at]
        while deeper[-1] + 1 < len(items) and len(items[deeper[-1] + 1][0]) > depth:
            deeper.append(deeper[-1] + 1)
        content.append(_list_item(items, deeper, depth))
        at = deeper[-1] + 1
    return {"type": kind, "content": content}


def _list_item(items: list[tuple[str, str]], numbers: list[int], depth: int) -> Node:
    head, *rest = [items[number] for number in numbers]
    if len(head[0]) > depth:
        return {
            "type": "listItem",
            "content": [{"type": "paragraph"}, _nested([head, *rest], depth + 1)],
        }
    content = [_text_block("paragraph", head[1])]
    if rest:
        content.append(_nested(rest, depth + 1))
    return {"type": "listItem", "content": content}
