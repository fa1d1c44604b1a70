"""One line of a document as Markdown: marks, escapes, and signs for all the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.domain import markdown_read
from sandbox.domain.adf_nodes import attributes, children, kind_of, marks_of, string
from sandbox.domain.adf_schema import Node
from sandbox.domain.adf_signs import STYLE, Signs, inline_sign, style_of

_ORDER = ("strong", "em", "strike")
_DELIMITERS = {"strong": "**", "em": "*", "strike": "~~"}
_ALWAYS = re.compile(r"[\\`*]|~~|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\](?=\()|\[(?=[!xX ])")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_ODD_IN_HREF = re.compile(r"[\s()<>\\&]")
_IN_ANGLES = re.compile(r"[<>\\]|&(?=#?\w+;)")
_LINE_START = re.compile(
    r"(\s*)(#{1,6}(?=\s|$)|>|[-+](?=\s|$)|=+\s*$|-+\s*$|\||~~~|\d+(?=[.)](?:\s|$)))"
)


@dataclass(frozen=True, slots=True)
class _Run:
    """A piece of a line: its Markdown, and the marks around it."""

    source: str
    marks: tuple[str, ...] = ()
    link: str = ""


def written_line(nodes: Sequence[Any], signs: Signs, *, in_cell: bool = False) -> str:
    """Return inline nodes as one line of Markdown."""
    listed = [one for one in nodes if isinstance(one, dict)]
    found = _composed([_run(one, signs) for one in listed])
    if any(marks_of(one) for one in listed) and not _says(found, listed):
        # Delimiters beside punctuation do not always work, in Korean least of all.
        found = _composed([_guarded(one, signs) for one in listed])
    start = _LINE_START.match(found)
    if start:
        sign = start[2]
        at = start.end() if sign.isdigit() else start.end(1)
        found = f"{found[:at]}\\{found[at:]}"
    return found.replace("|", "\\|") if in_cell else found


def link_to(label: str, href: str) -> str:
    """Return a link with a plain label."""
    words = " ".join(label.split()) or href
    return f"[{_escaped(words).replace('[', chr(92) + '[').replace(']', chr(92) + ']')}]({href})"


def _run(node: Node, signs: Signs) -> _Run:
    kind = kind_of(node)
    if kind == "hardBreak":
        return _Run("<br>")
    if kind != "text":
        sign = inline_sign(node, signs)
        if sign is None:
            return _Run(_escaped(string(attributes(node).get("text"))))
        return _Run(link_to(*sign))
    style = style_of(node)
    names = {kind_of(one) for one in marks_of(node)}
    marks = tuple(one for one in _ORDER if one in names)
    href = signs.name(STYLE, style) if style else _href(node)
    words = " ".join(string(node.get("text")).splitlines())
    if "code" in names:
        return _Run(_code(words), marks, href)
    return _Run(_in_link(_escaped(words)) if href else _escaped(words), marks, href)


def _guarded(node: Node, signs: Signs) -> _Run:
    """Return a run whose marks are a sign, where the delimiters would not be read."""
    names = {kind_of(one) for one in marks_of(node)} - {"link"}
    if kind_of(node) != "text" or not names:
        return _run(node, signs)
    href = signs.name(STYLE, {"type": STYLE, "marks": marks_of(node)})
    words = " ".join(string(node.get("text")).splitlines())
    return _Run(_in_link(_escaped(words)), (), href)


def _href(node: Node) -> str:
    for one in marks_of(node):
        if kind_of(one) == "link":
            attrs = attributes(one)
            title = string(attrs.get("title")).replace("\\", "\\\\").replace('"', '\\"')
            found = _destination(string(attrs.get("href")))
            return f'{found} "{title}"' if title else found or "#"
    return ""


def _destination(href: str) -> str:
    plain = "".join(href.splitlines()).replace("`", "%60")
    if not _ODD_IN_HREF.search(plain):
        return plain
    return f"<{_IN_ANGLES.sub(lambda found: chr(92) + found.group(), plain)}>"


def _code(words: str) -> str:
    longest = max((len(one) for one in re.findall("`+", words)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if words.startswith(("`", " ")) or words.endswith(("`", " ")) else ""
    return f"{fence}{pad}{words}{pad}{fence}"


def _escaped(words: str) -> str:
    return _UNDERSCORE.sub(r"\\_", _ALWAYS.sub(lambda found: f"\\{found.group()}", words))


def _in_link(escaped: str) -> str:
    return re.sub(r"(?<!\\)([\[\]])", r"\\\1", escaped)


def _composed(runs: list[_Run]) -> str:
    out, link = "", ""
    open_marks: list[str] = []
    for run in [*runs, _Run("")]:
        leaves = run.link != link
        keep = 0 if leaves else _shared(open_marks, run.marks)
        out = _closed(out, open_marks, keep)
        if leaves and link:
            out += f"]({link})"
        lead, words, tail = _edges(run)
        if (leaves and run.link) or words.startswith("["):
            out = _not_an_image(out)
        out += lead + ("[" if leaves and run.link else "")
        link = run.link
        for name in run.marks[keep:] if words else ():
            out += _DELIMITERS[name]
            open_marks.append(name)
        out += words + tail
    return out.strip()


def _not_an_image(out: str) -> str:
    return f"{out[:-1]}\\!" if out.endswith("!") else out


def _edges(run: _Run) -> tuple[str, str, str]:
    if not run.marks:
        return "", run.source, ""
    words = run.source.strip()
    if not words:
        return "", "", run.source
    start = run.source.index(words)
    return run.source[:start], words, run.source[start + len(words) :]


def _shared(open_marks: list[str], wanted: tuple[str, ...]) -> int:
    keep = 0
    while keep < min(len(open_marks), len(wanted)) and open_marks[keep] == wanted[keep]:
        keep += 1
    return keep


def _closed(out: str, open_marks: list[str], keep: int) -> str:
    """Return the text with marks closed, the space before them moved out."""
    if len(open_marks) <= keep:
        return out
    words = out.rstrip(" ")
    ends = "".join(_DELIMITERS[open_marks.pop()] for _ in range(len(open_marks) - keep))
    return words + ends + out[len(words) :]


def _says(markdown: str, nodes: Sequence[Node]) -> bool:
    """Return whether a line would be read with the marks that its nodes have."""
    [paragraph, *rest] = markdown_read.read(markdown) or [{}]
    return not rest and _letters(children(paragraph)) == _letters(nodes)


def _letters(nodes: Sequence[Node]) -> list[tuple[str, frozenset[str]]]:
    return [
        (letter, frozenset(kind_of(one) for one in marks_of(node)) & frozenset(_ORDER))
        for node in nodes
        if kind_of(node) == "text" and not markdown_read.link_of(node)
        for letter in string(node.get("text"))
        if not letter.isspace()
    ]
