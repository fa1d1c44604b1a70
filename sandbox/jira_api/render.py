"""Jira's JSON for issues and what belongs to them. Pure: values in, JSON out.

Addresses stay placeholders here; ``Call`` turns them into the public address on the way
out. A whole issue without parameters never comes here: its stored text is the answer.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

import orjson
from markdown_it import MarkdownIt
from pydantic import JsonValue

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import Dialect, Flavour, JsonObject
from sandbox.domain import markdown, rich_text
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import as_json, object_of, objects_of, text_of
from sandbox.domain.site import Site

#: Raw HTML in a text stays text; links keep to schemes that browsers open safely.
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
#: Shown by ``*all`` and never by ``*navigable``.
_NOT_NAVIGABLE = frozenset(["comment", "attachment", "worklog", "timetracking"])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parts of an issue a request asks for."""

    #: As written: ids, ``*all``, ``*navigable``, ``-id``; empty is the default of the place.
    fields: tuple[str, ...] = ()
    expand: frozenset[str] = frozenset()
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """How a site's issues are shown: the site's metadata and the dialect."""

    site: Site
    dialect: Dialect

    def issue(self, state: IssueState, wanted: Wanted, default: str = "*all") -> JsonObject:
        """Return an issue with the wanted fields and the expansions that it holds itself."""
        picked = selected(self.site, state.fields, wanted.fields, default)
        # Picked first: turning texts that nobody asked for costs more than all the rest.
        doc = self.whole(replace(state, doc={**state.doc, "fields": picked}))
        fields = object_of(doc.get("fields"))
        shown: JsonObject = {
            name: doc[name] for name in ("expand", "id", "self", "key") if name in doc
        }
        shown |= self._expanded(fields, wanted)
        if "changelog" in wanted.expand:
            shown["changelog"] = self.changelog(state)
        if wanted.properties:
            shown["properties"] = properties(state, wanted.properties)
        return {**shown, "fields": fields}

    def whole(self, state: IssueState) -> JsonObject:
        """Return the issue's whole JSON in this dialect."""
        if state.native is self.dialect:
            return state.doc
        return rich_text.in_dialect(state.doc, self.site.rich_fields, self.dialect)

    def part(self, state: IssueState, name: str) -> JsonObject:
        """Return one object among the fields (comments, worklogs) in this dialect."""
        value = state.fields.get(name)
        return self._turned(name, object_of(value), state.native)

    def comments(self, state: IssueState) -> list[JsonObject]:
        """Return an issue's comments, oldest first, with their properties."""
        held = object_of((state.extra or {}).get("comment_properties"))
        return [
            {**one, "properties": _listed(held.get(text_of(one.get("id"))))}
            for one in objects_of(self.part(state, "comment").get("comments"))
        ]

    def worklogs(self, state: IssueState) -> list[JsonObject]:
        """Return an issue's worklogs: all of them, where they were read apart."""
        apart = objects_of((state.extra or {}).get("worklogs"))
        known = {text_of(one.get("id")) for one in apart}
        own = objects_of(object_of(state.fields.get("worklog")).get("worklogs"))
        found = [*apart, *(one for one in own if text_of(one.get("id")) not in known)]
        page: JsonObject = {"worklogs": as_json(found)}
        return objects_of(self._turned("worklog", page, state.native).get("worklogs"))

    def histories(self, state: IssueState) -> list[JsonObject]:
        """Return an issue's changelog entries, oldest first."""
        return objects_of(self.meta(as_json(list(state.histories))))

    def changelog(self, state: IssueState) -> JsonObject:
        """Return the inline changelog: Cloud begins with the newest entry."""
        found = self.histories(state)
        if self.site.flavour is Flavour.CLOUD:
            found.reverse()
        return {
            "startAt": 0,
            "maxResults": len(found),
            "total": len(found),
            "histories": as_json(found),
        }

    def comment(self, comment: JsonObject, expand: Iterable[str] = ()) -> JsonObject:
        """Return a comment; its properties and its HTML only when they are asked for."""
        shown = {name: value for name, value in comment.items() if name != "properties"}
        if "properties" in expand:
            shown["properties"] = comment.get("properties") or []
        if "renderedBody" in expand:
            shown["renderedBody"] = html_of(comment.get("body"))
        return shown

    def new_comment(self, comment: JsonObject) -> JsonObject:
        """Return a comment as an operation made it, in this dialect."""
        whole: JsonObject = {"comments": [comment]}
        turned = self._turned("comment", whole, self.site.native).get("comments")
        return self.comment(objects_of(turned)[0])

    def new_worklog(self, worklog: JsonObject) -> JsonObject:
        """Return a worklog as an operation made it, in this dialect."""
        whole: JsonObject = {"worklogs": [worklog]}
        return objects_of(self._turned("worklog", whole, self.site.native).get("worklogs"))[0]

    def meta(self, value: JsonValue) -> JsonValue:
        """Return site metadata with ``self`` addresses of this dialect."""
        return value if self.dialect is self.site.native else _readdressed(value, self.dialect)

    def _turned(self, name: str, value: JsonObject, native: Dialect) -> JsonObject:
        if native is self.dialect:
            return value
        doc: JsonObject = {"fields": {name: value}}
        turned = rich_text.in_dialect(doc, self.site.rich_fields, self.dialect)
        return object_of(object_of(turned.get("fields")).get(name))

    def _expanded(self, fields: JsonObject, wanted: Wanted) -> JsonObject:
        shown: JsonObject = {}
        if "renderedFields" in wanted.expand:
            shown["renderedFields"] = rendered(self.site, fields)
        if "names" in wanted.expand:
            shown["names"] = names(self.site, fields)
        if "schema" in wanted.expand:
            shown["schema"] = schemas(self.site, fields)
        if "operations" in wanted.expand:
            shown["operations"] = {"linkGroups": []}
        return shown


def selected(
    site: Site, fields: JsonObject, wanted: tuple[str, ...], default: str = "*all"
) -> JsonObject:
    """Return the fields that ``*all``, ``*navigable``, ids and ``-id`` name together."""
    taken_out = {name[1:] for name in wanted if name.startswith("-")}
    put_in = [name for name in wanted if not name.startswith("-")] or [default]
    if "*all" in put_in:
        found = fields
    elif "*navigable" in put_in:
        found = {
            name: value
            for name, value in fields.items()
            if name in put_in or _navigable(site, name)
        }
    else:
        ids = {text_of((site.field(one) or {}).get("id")) or one for one in put_in}
        found = {name: value for name, value in fields.items() if name in ids or name in put_in}
    return {name: value for name, value in found.items() if name not in taken_out}


def properties(state: IssueState, wanted: tuple[str, ...]) -> JsonObject:
    """Return an issue's properties by key."""
    found = object_of((state.extra or {}).get("properties"))
    everything = "*all" in wanted
    return {name: value for name, value in found.items() if everything or name in wanted}


def names(site: Site, fields: Iterable[str]) -> JsonObject:
    """Return the display names of fields."""
    return {name: (site.field(name) or {}).get("name", name) for name in fields}


def schemas(site: Site, fields: Iterable[str]) -> JsonObject:
    """Return the schemas of fields that have one."""
    found = {name: (site.field(name) or {}).get("schema") for name in fields}
    return {name: schema for name, schema in found.items() if schema is not None}


def rendered(site: Site, fields: Mapping[str, JsonValue]) -> JsonObject:
    """Return HTML for rich texts and null for everything else."""
    shown: JsonObject = {
        name: html_of(value) if site.is_rich(name) and value else None
        for name, value in fields.items()
    }
    page = object_of(fields.get("comment"))
    if page:
        comments = [
            {**one, "body": html_of(one.get("body"))} for one in objects_of(page.get("comments"))
        ]
        shown["comment"] = {**page, "comments": cast("JsonValue", comments)}
    return shown


def html_of(value: JsonValue) -> str:
    """Return simple HTML of a rich text in either form."""
    if not isinstance(value, str | dict):
        return ""
    document = rich_text.to_adf(value)
    return "" if document is None else _MARKDOWN.render(markdown.adf_to_markdown(document))


def json_text(value: JsonValue) -> str:
    """Return JSON text; what ``orjson`` will not write (lone surrogates) is escaped."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"))


def _listed(properties: JsonValue) -> list[JsonValue]:
    return [{"key": key, "value": value} for key, value in object_of(properties).items()]


def _navigable(site: Site, name: str) -> bool:
    said = (site.field(name) or {}).get("navigable")
    return said if isinstance(said, bool) else name not in _NOT_NAVIGABLE


def _readdressed(value: JsonValue, dialect: Dialect) -> JsonValue:
    if isinstance(value, dict):
        return {name: _readdressed(one, dialect) for name, one in value.items()}
    if isinstance(value, list):
        return [_readdressed(one, dialect) for one in value]
    if isinstance(value, str) and value.startswith(f"{PLACEHOLDER}/rest/api/"):
        start = len(f"{PLACEHOLDER}/rest/api/")
        return f"{value[:start]}{dialect.value}/{value[start:].partition('/')[2]}"
    return value
