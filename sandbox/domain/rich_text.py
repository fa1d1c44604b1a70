"""Rich text in its three forms: ADF documents, Jira's wiki text, and Markdown.

Dialect 3 has documents, dialect 2 has wiki text. A value that is in the wanted form
already is returned as it is, so that rendering in the native dialect changes nothing.
"""

from collections.abc import Callable
from typing import Any, cast

from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain import wiki_read, wiki_write
from sandbox.domain.adf_check import check_adf
from sandbox.domain.adf_text import document_text
from sandbox.domain.markdown import adf_to_markdown, markdown_to_adf
from sandbox.domain.parts import text_of

__all__ = [
    "adf_to_markdown",
    "check_adf",
    "in_dialect",
    "markdown_to_adf",
    "plain_text",
    "to_adf",
    "to_wiki",
    "value_in_dialect",
]

#: Lists of things with a rich text in them: field, list in it, name of the text.
_TALK = (("comment", "comments", "body"), ("worklog", "worklogs", "comment"))


def to_adf(
    value: JsonValue, *, user_of: Callable[[str], JsonObject | None] | None = None
) -> dict[str, Any] | None:
    """Return a rich text as a document; None stays None.

    ``user_of`` tells the user of an account id or name, for the text of mentions.
    """
    if value is None or isinstance(value, dict):
        return value

    def name_of(ref: str) -> str | None:
        user = user_of(ref) if user_of else None
        return text_of((user or {}).get("displayName")) or None

    return wiki_read.read(str(value), name_of=name_of)


def to_wiki(document: JsonValue) -> str:
    """Return a document as wiki text."""
    return wiki_write.written(document)


def plain_text(value: JsonValue) -> str:
    """Return what can be read of a rich text in either form, without markup."""
    return document_text(to_adf(value))


def value_in_dialect(value: JsonValue, dialect: Dialect) -> JsonValue:
    """Return one rich text in the wanted dialect."""
    if isinstance(value, str) and dialect is Dialect.V3:
        return to_adf(value)
    if isinstance(value, dict) and dialect is Dialect.V2:
        return to_wiki(value)
    return value


def in_dialect(doc: JsonObject, rich_fields: frozenset[str], dialect: Dialect) -> JsonObject:
    """Return a whole issue's JSON in the wanted dialect, ``self`` links included.

    An issue that names the wanted dialect in its own ``self`` keeps all its links: real
    answers of version 3 hold some links of version 2.
    """
    fields = doc.get("fields")
    turned = doc
    if isinstance(fields, dict):
        turned = {**doc, "fields": _fields(fields, rich_fields, dialect)}
    wanted = f"/rest/api/{dialect.value}/"
    if wanted in text_of(doc.get("self")):
        return turned
    other = "3" if dialect is Dialect.V2 else "2"
    return cast("JsonObject", _links(turned, f"/rest/api/{other}/", wanted))


def _fields(fields: JsonObject, rich_fields: frozenset[str], dialect: Dialect) -> JsonObject:
    found = {
        name: value_in_dialect(value, dialect) if name in rich_fields else value
        for name, value in fields.items()
    }
    for field, listed, text in _TALK:
        talk = found.get(field)
        items = talk.get(listed) if isinstance(talk, dict) else None
        if isinstance(talk, dict) and isinstance(items, list):
            found[field] = {**talk, listed: [_said(one, text, dialect) for one in items]}
    return found


def _said(one: JsonValue, text: str, dialect: Dialect) -> JsonValue:
    if not isinstance(one, dict) or text not in one:
        return one
    return {**one, text: value_in_dialect(one[text], dialect)}


def _links(value: JsonValue, other: str, wanted: str) -> JsonValue:
    """Return a JSON value whose ``self`` links name the wanted dialect."""
    if isinstance(value, list):
        return [_links(one, other, wanted) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: one.replace(other, wanted, 1)
        if name == "self" and isinstance(one, str)
        else _links(one, other, wanted)
        for name, one in value.items()
    }
