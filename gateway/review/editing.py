"""What a reviewer may write in place of an agent's value, and what is checked of it. Pure.

An edited value goes the way of an agent's: of the field's own type, among the values that
Jira offers, never empty where Jira requires one; scope and flags are asked again by those
who call. What cannot be written as a line or a few of text is not offered.
"""

import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from marklas import to_adf, to_md
from pydantic import JsonValue

from gateway.promotion.fields import Fields, fields_of, listed, part
from sandbox.contract.compare import equal
from sandbox.contract.frozen import Frozen
from sandbox.contract.sameness import Same
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import Change, ChangeKind, Flavour, JsonObject, SiteBaseline

#: Longest single line that Jira takes.
_LINE = 255
_NAMES = ("displayName", "name", "value", "emailAddress", "accountId", "key", "id")
#: Element and field types that are written by a name that Jira knows.
_NAMED = frozenset(
    {"option", "priority", "resolution", "version", "component", "securitylevel", "user", "group"}
)

#: Attributes that mean the same when they are missing.
_DEFAULTS: dict[str, JsonValue] = {
    "order": 1,
    "isNumberColumnEnabled": False,
    "layout": "default",
    "colspan": 1,
    "rowspan": 1,
}


class Box(StrEnum):
    """How a value is written."""

    LINE = "line"
    NUMBER = "number"
    DATE = "date"
    #: One of the options.
    CHOICE = "choice"
    #: Some of the options, or free words, with commas between.
    LIST = "list"
    #: Markdown.
    TEXT = "text"
    #: Jira's wiki text.
    WIKI = "wiki"


class Editable(Frozen):
    """A value as a reviewer may edit it."""

    box: Box
    text: str
    #: Names to choose from; empty where anything may be written.
    options: tuple[str, ...] = ()
    required: bool = False


#: What the converter makes of nodes with attributes of another type than they have.
_NO_DOCUMENT = (TypeError, AttributeError, LookupError, ValueError, RecursionError)


class UnfitError(Exception):
    """What was written is no value of the field; ``refusal`` says why."""

    def __init__(self, sentence: str, next_step: str) -> None:
        """Keep the sentences."""
        super().__init__(sentence)
        self.refusal = Refusal("value", sentence, next_step)


def editable(change: Change, doc: JsonObject | None, site: SiteBaseline) -> Editable | None:
    """Return how a change's value can be edited; None when it cannot be here."""
    if change.kind in (ChangeKind.COMMENT, ChangeKind.COMMENT_EDIT):
        return _rich(part(change.after, "body"), site, required=True)
    if change.kind is not ChangeKind.EDIT:
        return None
    meta = _meta(change, doc, site)
    required = meta.get("required") is True or change.field == "summary"
    if Fields.of(site).is_rich(change.field or ""):
        return _rich(change.after, site, required=required)
    box = _box(change, site)
    if box is None:
        return None
    options = _options(change, meta, site)
    if box is Box.CHOICE and not options:
        return None
    names = tuple(dict.fromkeys(_name(one) for one in options))
    return Editable(box=box, text=_shown(change.after), options=names, required=required)


def written(text: str, change: Change, doc: JsonObject | None, site: SiteBaseline) -> JsonValue:
    """Return what a reviewer wrote as the value of a change; raises UnfitError."""
    offered = editable(change, doc, site)
    if offered is None:
        raise UnfitError(
            "This kind of value cannot be edited here.", "Leave the change out or send it back."
        )
    plain = text.replace("\r\n", "\n").strip()
    if not plain and offered.required:
        raise UnfitError("Jira requires a value here.", "Write one, or leave the change out.")
    value = _READERS[offered.box](plain, change, doc, site)
    if change.kind is ChangeKind.EDIT:
        return value
    return {**_object(change.after), "body": value}


def _rich(value: JsonValue, site: SiteBaseline, *, required: bool) -> Editable | None:
    if site.flavour is not Flavour.CLOUD:
        text = value if isinstance(value, str) else ""
        return Editable(box=Box.WIKI, text=text, required=required)
    if value is None:
        return Editable(box=Box.TEXT, text="", required=required)
    if not isinstance(value, dict):
        return None
    markdown = _whole_markdown(Same(value))
    if markdown is None:
        return None
    return Editable(box=Box.TEXT, text=markdown, required=required)


@lru_cache(maxsize=1024)
def _whole_markdown(document: Same) -> str | None:
    """Return a document as Markdown if it comes back whole; None when it does not.

    Nothing may vanish by being looked at, and a document that is none (an agent's own, or
    an old one of Jira's) must not keep anybody from looking at the rest.
    """
    value: Any = deepcopy(document.value)
    try:
        text = to_md(value, plain=True).strip("\n")
        back = to_adf(text)
    except _NO_DOCUMENT:
        return None
    return text if equal(_bare(back), _bare(value)) else None


def _bare(node: JsonValue) -> JsonValue:
    """Return a document without attributes that say what goes without saying."""
    if isinstance(node, list):
        return [_bare(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: _bare(one) for name, one in node.items()}
    attrs = found.get("attrs")
    if isinstance(attrs, dict):
        found["attrs"] = {
            name: one
            for name, one in attrs.items()
            if name not in _DEFAULTS or one != _DEFAULTS[name]
        }
    return found


def _box(change: Change, site: SiteBaseline) -> Box | None:
    schema = Fields.of(site).schema(change.field or "")
    kind, items = str(schema.get("type") or ""), str(schema.get("items") or "")
    if kind == "array":
        return Box.LIST if items == "string" or items in _NAMED else None
    if kind in _NAMED:
        return Box.CHOICE
    return {"string": Box.LINE, "number": Box.NUMBER, "date": Box.DATE}.get(kind)


def _options(change: Change, meta: JsonObject, site: SiteBaseline) -> list[JsonObject]:
    schema = Fields.of(site).schema(change.field or "")
    kind = str(schema.get("items") or schema.get("type") or "")
    if kind == "user":
        return list(site.users)
    allowed = listed(meta.get("allowedValues"))
    if not allowed and kind == "priority":
        return list(site.priorities)
    return allowed


def _meta(change: Change, doc: JsonObject | None, site: SiteBaseline) -> JsonObject:
    fields = fields_of(doc)
    place = f"{part(fields, 'project', 'id')}:{part(fields, 'issuetype', 'id')}"
    return site.edit_meta.get(place, {}).get(change.field or "", {})


def _line(text: str, *_place: object) -> JsonValue:
    if "\n" in text or len(text) > _LINE:
        raise UnfitError(f"It takes one line of at most {_LINE} characters.", "Write less.")
    return text or None


def _number(text: str, *_place: object) -> JsonValue:
    if not text:
        return None
    if not re.fullmatch(r"-?\d{1,15}([.]\d{1,9})?", text):
        raise UnfitError("It takes a number.", "Write digits, with a point for fractions.")
    return float(text)


def _date(text: str, *_place: object) -> JsonValue:
    if not text:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UnfitError("It takes a date.", "Write it as 2026-12-24.") from None


def _choice(text: str, change: Change, doc: JsonObject | None, site: SiteBaseline) -> JsonValue:
    if not text:
        return None
    return _reference(_named(text, _options(change, _meta(change, doc, site), site)))


def _list(text: str, change: Change, doc: JsonObject | None, site: SiteBaseline) -> JsonValue:
    names = [one.strip() for one in re.split(r"[,\n]", text) if one.strip()]
    if str(Fields.of(site).schema(change.field or "").get("items")) == "string":
        spaced = [one for one in names if " " in one]
        if change.field == "labels" and spaced:
            raise UnfitError("A label has no spaces.", "Write commas between labels.")
        return [*dict.fromkeys(names)]
    options = _options(change, _meta(change, doc, site), site)
    return [_reference(_named(one, options)) for one in dict.fromkeys(names)]


def _markdown(text: str, *_place: object) -> JsonValue:
    return to_adf(text) if text else None


def _wiki(text: str, *_place: object) -> JsonValue:
    return text or None


_READERS: dict[Box, Callable[[str, Change, JsonObject | None, SiteBaseline], JsonValue]] = {
    Box.LINE: _line,
    Box.NUMBER: _number,
    Box.DATE: _date,
    Box.CHOICE: _choice,
    Box.LIST: _list,
    Box.TEXT: _markdown,
    Box.WIKI: _wiki,
}


def _named(text: str, options: Iterable[JsonObject]) -> JsonObject:
    wanted = text.casefold()
    known = list(options)
    for name in _NAMES:
        found = [one for one in known if str(one.get(name, "")).casefold() == wanted]
        if len(found) == 1:
            return found[0]
    raise UnfitError(f"'{text}' is not among the values that Jira offers.", "Choose one of those.")


def _reference(value: JsonObject) -> JsonValue:
    names = ("accountId", "id", "key", "name", "value", "displayName", "emailAddress")
    return {name: value[name] for name in names if value.get(name) is not None}


def _name(value: JsonValue) -> str:
    if isinstance(value, dict):
        return next((str(value[name]) for name in _NAMES if value.get(name)), "")
    return "" if value is None else str(value)


def _shown(value: JsonValue) -> str:
    if isinstance(value, list):
        return ", ".join(_name(one) for one in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _name(value)


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}
