"""Whether a document is one that Jira takes: the first problem as a sentence, or None.

Stricter than the schema in one thing, as Jira is: no raw line break in a text outside
of code blocks.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.domain.adf_schema import (
    BESIDE_CODE,
    FORMATS,
    MARKED,
    MARKS,
    RULES,
    Check,
    Node,
    Rule,
    allowed_marks,
)

_KEYS = frozenset({"type", "content", "attrs", "marks", "text"})
#: Jira has no such limit; Python's stack has.
_DEEPEST = 60
#: Where a problem is, at the start of its sentence.
_PLACE = re.compile(r"^\S+: ")


def check_adf(value: Any, standing: Any = None) -> str | None:
    """Return the first problem of a document as a sentence, or None.

    What was wrong already with the document that stands there may stay: Jira has it.
    """
    first = _envelope(value)
    if first is not None:
        return first
    known: Counter[str] | None = None
    for problem in _children(value, RULES["doc"], "", 0):
        if known is None:
            known = _known(standing)
        if not known[_PLACE.sub("", problem)]:
            return problem
        known[_PLACE.sub("", problem)] -= 1
    return None


def _known(standing: Any) -> Counter[str]:
    """Return what is wrong with a document, how often, wherever it is."""
    if _envelope(standing) is not None:
        return Counter()
    return Counter(_PLACE.sub("", one) for one in _children(standing, RULES["doc"], "", 0))


def _envelope(value: Any) -> str | None:
    """Return what is wrong with a document itself."""
    if not isinstance(value, dict) or value.get("type") != "doc":
        return "The value is not a document: its type must be 'doc'."
    version = value.get("version")
    if isinstance(version, bool) or version != 1:
        return "The document's version must be 1."
    extra = sorted(str(key) for key in set(value) - {"type", "version", "content"})
    if extra:
        return f"The document must not have '{extra[0]}'."
    return None


def _problems(node: Any, parent: str, path: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield f"{path}: the document is nested more than {_DEEPEST} levels deep."
        return
    kind = node["type"]
    rule = RULES[kind]
    extra = sorted(str(key) for key in set(node) - _KEYS)
    if extra:
        yield f"{path}: a {kind} must not have '{extra[0]}'."
    if kind == "text":
        yield from _text(node, parent, path)
        return
    if "text" in node:
        yield f"{path}: a {kind} must not have 'text'."
    yield from _attributes(node, rule, path)
    yield from _block_marks(node, kind, parent, path)
    yield from _children(node, rule, path, depth)


def _children(node: Node, rule: Rule, path: str, depth: int) -> Iterator[str]:
    kind, where = node["type"], path or "The document"
    if rule.children is None:
        if "content" in node:
            yield f"{where}: a {kind} must not have content."
        return
    content = node.get("content", None if rule.needs_content else [])
    if not isinstance(content, list):
        yield f"{where}: the content of a {kind} must be a list."
        return
    if len(content) < rule.least or (rule.most is not None and len(content) > rule.most):
        most = f" and at most {rule.most}" if rule.most is not None else ""
        yield f"{where}: a {kind} needs at least {rule.least}{most} child nodes."
    for place, child in enumerate(content):
        below = f"{path}.content[{place}]".lstrip(".")
        yield from _child(child, kind, place, below, depth)


def _child(child: Any, parent: str, place: int, path: str, depth: int) -> Iterator[str]:
    kind = child.get("type") if isinstance(child, dict) else None
    if not isinstance(kind, str):
        yield f"{path}: a node must be an object with a type."
    elif kind not in RULES:
        yield f"{path}: there is no node type '{kind}'."
    elif not _may_stand(kind, parent, place):
        yield f"{path}: a {kind} must not stand in a {parent}."
    else:
        yield from _problems(child, parent, path, depth + 1)


def _may_stand(kind: str, parent: str, place: int) -> bool:
    if parent == "mediaSingle":
        return kind == ("media", "caption")[min(place, 1)]
    return kind in (RULES[parent].children or ())


def _attributes(node: Node, rule: Rule, path: str) -> Iterator[str]:
    kind, attrs = node["type"], node.get("attrs")
    if attrs is None and "attrs" not in node:
        if rule.needs_attrs or kind in ("inlineCard", "blockCard"):
            yield f"{path}: a {kind} must have attrs."
        return
    if not isinstance(attrs, dict):
        yield f"{path}: the attrs of a {kind} must be an object."
        return
    if not rule.attrs:
        yield f"{path}: a {kind} must not have attrs."
        return
    yield from _values(attrs, rule.attrs, rule.required, f"{path}: a {kind}")
    yield from _combinations(kind, attrs, path)


def _values(
    attrs: Node, checks: Mapping[str, Check], required: tuple[str, ...], who: str
) -> Iterator[str]:
    for name in required:
        if name not in attrs:
            yield f"{who} must have the attribute '{name}'."
    for name, value in attrs.items():
        check = checks.get(name)
        if check is None:
            yield f"{who} must not have the attribute '{name}'."
        elif not check(value):
            yield f"{who} has a wrong value in the attribute '{name}'."


def _combinations(kind: str, attrs: Node, path: str) -> Iterator[str]:
    """Yield what is wrong with attributes that depend on each other."""
    if kind == "media":
        external = attrs.get("type") == "external"
        needed = {"url"} if external else {"id", "collection"}
        foreign = {"id", "collection", "occurrenceKey"} if external else {"url"}
        if needed - set(attrs) or foreign & set(attrs):
            yield f"{path}: the attributes of this media do not fit its type."
    elif kind == "inlineCard" and len({"url", "data"} & set(attrs)) != 1:
        yield f"{path}: an inlineCard must have either 'url' or 'data'."
    elif kind == "blockCard":
        yield from _block_card(attrs, path)
    elif kind == "mediaSingle":
        yield from _media_width(attrs, path)


def _block_card(attrs: Node, path: str) -> Iterator[str]:
    given = set(attrs) - {"localId"}
    if "datasource" in given:
        fits = "data" not in given and _is_datasource(attrs["datasource"])
    else:
        fits = given in ({"url"}, {"data"})
    if not fits:
        yield f"{path}: a blockCard must have either 'url', 'data' or a 'datasource'."


def _is_datasource(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {"id", "parameters", "views"}:
        return False
    views = value["views"]
    return (
        isinstance(value["id"], str)
        and isinstance(views, list)
        and bool(views)
        and all(
            isinstance(view, dict)
            and isinstance(view.get("type"), str)
            and set(view) <= {"type", "properties"}
            for view in views
        )
    )


def _media_width(attrs: Node, path: str) -> Iterator[str]:
    width, unit = attrs.get("width"), attrs.get("widthType", "percentage")
    if unit == "pixel" and width is None:
        yield f"{path}: a mediaSingle in pixels must have a width."
    if unit == "percentage" and isinstance(width, int | float) and width > 100:
        yield f"{path}: the width of a mediaSingle is more than 100 percent."


def _text(node: Node, parent: str, path: str) -> Iterator[str]:
    text = node.get("text")
    if not isinstance(text, str) or not text:
        yield f"{path}: a text must not be empty."
        return
    for name in ("attrs", "content"):
        if name in node:
            yield f"{path}: a text must not have {name}."
    if parent != "codeBlock" and ("\n" in text or "\r" in text):
        yield f"{path}: a text must not contain a line break; use a hardBreak."
    marks = _mark_names(node)
    if parent == "codeBlock":
        allowed = frozenset[str]()
    else:
        allowed = BESIDE_CODE if "code" in marks else FORMATS
    yield from _marks(node, (allowed,), path)


def _block_marks(node: Node, kind: str, parent: str, path: str) -> Iterator[str]:
    if kind in MARKED:
        yield from _marks(node, allowed_marks(kind, parent), path)
    elif "marks" in node:
        yield f"{path}: a {kind} must not have marks."


def _marks(node: Node, allowed: tuple[frozenset[str], ...], path: str) -> Iterator[str]:
    marks = node.get("marks", [])
    if not isinstance(marks, list) or not all(isinstance(mark, dict) for mark in marks):
        yield f"{path}: marks must be a list of objects."
        return
    names = _mark_names(node)
    if not any(set(names) <= one for one in allowed):
        yield f"{path}: a {node['type']} must not have the marks {', '.join(names)} here."
        return
    for mark in marks:
        yield from _mark(mark, path)


def _mark(mark: Node, path: str) -> Iterator[str]:
    checks, required = MARKS[mark["type"]]
    who = f"{path}: a mark '{mark['type']}'"
    attrs = mark.get("attrs")
    if set(mark) - ({"type", "attrs"} if checks else {"type"}):
        yield f"{who} has more than it may have."
    elif checks and not isinstance(attrs, dict):
        yield f"{who} must have attrs."
    elif isinstance(attrs, dict):
        yield from _values(attrs, checks, required, who)


def _mark_names(node: Node) -> list[str]:
    marks = node.get("marks")
    listed = marks if isinstance(marks, list) else []
    return [str(mark.get("type")) for mark in listed if isinstance(mark, dict)]
