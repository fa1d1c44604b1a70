"""Rich text in both dialects: the one place that turns one form into the other.

Dialect 3 has ADF documents, dialect 2 has wiki text. A value that is already in the wanted
form is returned as it is, so rendering in the native dialect changes nothing.
"""

from typing import Any, cast

from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain import adf
from sandbox.domain.adf import Node
from sandbox.domain.markdown import adf_to_markdown, markdown_to_adf
from sandbox.domain.wiki_in import wiki_to_adf
from sandbox.domain.wiki_out import to_wiki

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


def to_adf(value: JsonValue) -> Node | None:
    """Return a rich text as an ADF document; None stays None."""
    if value is None:
        return None
    if isinstance(value, dict):
        return value
    return wiki_to_adf(str(value))


def check_adf(value: JsonValue) -> str | None:
    """Return the first thing wrong with an ADF document, as a sentence, or None."""
    return adf.problem(value)


def plain_text(value: JsonValue) -> str:
    """Return what can be read of a rich text in either form, without markup."""
    document = to_adf(value)
    return adf.text_of(document) if document else ""


def value_in_dialect(value: JsonValue, dialect: Dialect) -> JsonValue:
    """Return one rich text in the wanted dialect."""
    if value is None:
        return None
    if dialect is Dialect.V3:
        return to_adf(value)
    return to_wiki(value) if isinstance(value, dict) else value


def in_dialect(doc: JsonObject, rich_fields: frozenset[str], dialect: Dialect) -> JsonObject:
    """Return a whole issue's JSON in the wanted dialect, ``self`` links included."""
    fields = doc.get("fields")
    if isinstance(fields, dict):
        doc = {**doc, "fields": _fields(fields, rich_fields, dialect)}
    other = "3" if dialect is Dialect.V2 else "2"
    return cast("JsonObject", _links(doc, f"/rest/api/{other}/", f"/rest/api/{dialect.value}/"))


def _fields(fields: JsonObject, rich_fields: frozenset[str], dialect: Dialect) -> JsonObject:
    changed: JsonObject = {
        name: value_in_dialect(fields[name], dialect)
        for name in rich_fields
        if name in fields and isinstance(fields[name], str | dict)
    }
    for field, listed, text in _TALK:
        talk = fields.get(field)
        if (
            field not in rich_fields
            and isinstance(talk, dict)
            and isinstance(talk.get(listed), list)
        ):
            items = cast("list[Any]", talk[listed])
            changed[field] = {**talk, listed: [_said(one, text, dialect) for one in items]}
    return {name: changed.get(name, value) for name, value in fields.items()}


def _said(one: Any, text: str, dialect: Dialect) -> Any:
    if not isinstance(one, dict) or not isinstance(one.get(text), str | dict):
        return one
    return {**one, text: value_in_dialect(one[text], dialect)}


def _links(value: JsonValue, other: str, wanted: str) -> JsonValue:
    """Return a JSON value whose ``self`` links name the wanted dialect."""
    if isinstance(value, list):
        return [_links(one, other, wanted) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: one.replace(other, wanted)
        if name == "self" and isinstance(one, str)
        else _links(one, other, wanted)
        for name, one in value.items()
    }
