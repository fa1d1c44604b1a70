"""Markdown to ADF and back, by marklas, made deterministic.

``plain=False`` keeps what Markdown has no sign for as HTML attributes; ``plain=True`` is
what a model or a page reads. Both ways go through ``mended``: marklas gives random ids,
lets a few nestings through that Jira refuses, and drops nodes that it does not know.
"""

from typing import Any

from marklas import to_adf as marklas_to_adf
from marklas import to_md as marklas_to_md

from sandbox.domain.adf_mend import mended
from sandbox.domain.adf_schema import Node


def markdown_to_adf(markdown: str) -> Node:
    """Return the document that a Markdown text means."""
    return mended(marklas_to_adf(markdown.replace("\r\n", "\n")))


def adf_to_markdown(document: Any, *, plain: bool = False) -> str:
    """Return a document as Markdown."""
    return marklas_to_md(mended(document), plain=plain).strip("\n")
