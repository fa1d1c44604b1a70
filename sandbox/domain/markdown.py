"""Markdown to ADF and back, by marklas, made deterministic.

marklas keeps every node, also unknown ones, as attributes in the Markdown (``plain=False``);
``plain=True`` is what a model reads. It gives random ``localId``s: they are replaced by
counted ones, because equal texts must make equal documents.
"""

from typing import Any

from marklas import to_adf as marklas_to_adf
from marklas import to_md as marklas_to_md

from sandbox.domain.adf import Node, children


def markdown_to_adf(markdown: str) -> Node:
    """Return the ADF document that a Markdown text means."""
    document = marklas_to_adf(markdown.replace("\r\n", "\n"))
    _count_ids(document, [0])
    return _tidy(document)


def adf_to_markdown(document: Node, *, plain: bool = False) -> str:
    """Return a document as Markdown; ``plain`` leaves out what only machines read."""
    return marklas_to_md(document, plain=plain).strip("\n")


def _count_ids(node: Node, counter: list[int]) -> None:
    attrs = node.get("attrs")
    if isinstance(attrs, dict) and "localId" in attrs:
        counter[0] += 1
        attrs["localId"] = f"local-{counter[0]}"
    for child in children(node):
        _count_ids(child, counter)


def _tidy(node: Node) -> Node:
    """Return a node without empty texts and with line breaks as nodes of their own."""
    content = node.get("content")
    if not isinstance(content, list):
        return node
    in_code = node.get("type") == "codeBlock"
    tidied: list[Any] = []
    for child in content:
        if not isinstance(child, dict):
            continue
        if child.get("type") == "text" and not in_code:
            tidied += _lines(child)
        elif child.get("type") != "text" or child.get("text"):
            tidied.append(_tidy(child))
    return {**node, "content": tidied}


def _lines(node: Node) -> list[Node]:
    found: list[Node] = []
    for number, line in enumerate(str(node.get("text") or "").split("\n")):
        if number:
            found.append({"type": "hardBreak"})
        if line:
            found.append({**node, "text": line})
    return found
