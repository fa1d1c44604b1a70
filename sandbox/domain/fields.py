"""Which parser reads which field: by system name, by custom type, by plain type.

The parsers themselves live in ``plain_values`` and ``named_values``. Which fields may be
set at all is ``screens``' question, not this file's.
"""

from collections.abc import Mapping

from pydantic import JsonValue

from sandbox.contract.compare import equal
from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain import errors, named_values, plain_values
from sandbox.domain.errors import invalid
from sandbox.domain.named_values import named
from sandbox.domain.parts import object_of, text_of
from sandbox.domain.place import Parser, Place
from sandbox.domain.site import Site
from sandbox.domain.time_tracking import parse_estimates

_priority = named("Priority", "priority", lambda place, ref: place.site.priority(ref))
_resolution = named("Resolution", "resolution", lambda place, ref: place.site.resolution(ref))
_security = named("Security level", "security", lambda _place, _ref: None)
_version = named(
    "Version",
    "version",
    lambda place, ref: place.site.version(place.project, ref),
    observed_only=False,
)
_component = named(
    "Component",
    "component",
    lambda place, ref: place.site.component(place.project, ref),
    observed_only=False,
)


def _list_of(parser: Parser) -> Parser:
    """Return a parser of a list whose elements the given one reads; doubles vanish."""

    def parse(place: Place, meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
        if not isinstance(value, list):
            raise invalid(field, errors.NOT_AN_ARRAY)
        found: list[JsonValue] = []
        for one in value:
            element = parser(place, meta, field, one)
            if element is not None and not contains(found, element):
                found.append(element)
        return found

    return parse


#: System fields by their id.
_BY_SYSTEM: Mapping[str, Parser] = {
    "summary": plain_values.summary,
    "description": plain_values.rich_text,
    "environment": plain_values.rich_text,
    "priority": _priority,
    "assignee": named_values.user,
    "reporter": named_values.user,
    "labels": _list_of(plain_values.label),
    "components": _list_of(_component),
    "fixVersions": _list_of(_version),
    "versions": _list_of(_version),
    "duedate": plain_values.day,
    "parent": named_values.parent,
    "resolution": _resolution,
    "security": _security,
    "timetracking": parse_estimates,
    "issuetype": named_values.issue_type,
    "project": named_values.project,
}

#: Custom fields by what follows the colon in ``schema.custom``.
_BY_CUSTOM: Mapping[str, Parser] = {
    "textfield": plain_values.line,
    "textarea": plain_values.rich_text,
    "float": plain_values.number,
    "importid": plain_values.number,
    "jsw-story-points": plain_values.number,
    "datepicker": plain_values.day,
    "datetime": plain_values.moment,
    "select": named_values.option,
    "radiobuttons": named_values.option,
    "multiselect": _list_of(named_values.option),
    "multicheckboxes": _list_of(named_values.option),
    "cascadingselect": named_values.cascade,
    "userpicker": named_values.user,
    "people": _list_of(named_values.user),
    "multiuserpicker": _list_of(named_values.user),
    "grouppicker": named_values.group,
    "multigrouppicker": _list_of(named_values.group),
    "url": plain_values.url,
    "labels": _list_of(plain_values.label),
    "version": _version,
    "multiversion": _list_of(_version),
    "project": named_values.project,
    "gh-sprint": named_values.sprint,
    "gh-epic-link": named_values.epic_link,
    "gh-epic-label": plain_values.line,
    "gh-epic-color": plain_values.line,
    "gh-epic-status": named_values.option,
    "jsw-issue-color": plain_values.line,
    "atlassian-team": named_values.team,
    "rm-teams-custom-field-team": named_values.team,
}

#: The rest, by ``schema.type``, and for arrays by ``schema.items``.
_BY_TYPE: Mapping[str, Parser] = {
    "string": plain_values.long_text,
    "number": plain_values.number,
    "date": plain_values.day,
    "datetime": plain_values.moment,
    "user": named_values.user,
    "group": named_values.group,
    "option": named_values.option,
    "option-with-child": named_values.cascade,
    "version": _version,
    "component": _component,
    "priority": _priority,
    "resolution": _resolution,
    "securitylevel": _security,
    "project": named_values.project,
    "team": named_values.team,
}


def kind_of(field_id: str, meta: JsonObject) -> str:
    """Return what decides over a field: its system name, or its custom type's last part."""
    schema = object_of(meta.get("schema"))
    custom = text_of(schema.get("custom")).rpartition(":")[2]
    return custom or text_of(schema.get("system")) or field_id


def is_list(field_id: str, meta: JsonObject) -> bool:
    """Return whether a field holds a list; Jira calls a cascade one too, and is wrong."""
    schema = object_of(meta.get("schema"))
    return schema.get("type") == "array" and kind_of(field_id, meta) != "cascadingselect"


def parser_of(field_id: str, meta: JsonObject) -> Parser:
    """Return the parser of a field. A type that is not known takes any JSON."""
    kind, schema = kind_of(field_id, meta), object_of(meta.get("schema"))
    custom = bool(schema.get("custom"))
    named_parser = (_BY_CUSTOM if custom else _BY_SYSTEM).get(kind)
    if named_parser is not None:
        return named_parser
    if schema.get("type") != "array":
        return _BY_TYPE.get(text_of(schema.get("type")), plain_values.anything)
    element = _BY_TYPE.get(text_of(schema.get("items")))
    return _list_of(element) if element else plain_values.anything


def parse_value(
    site: Site, meta: JsonObject, field_id: str, value: JsonValue, dialect: Dialect
) -> JsonValue:
    """Return the stored form of a REST value; raise InvalidError in Jira's words."""
    return parse_in(Place(site, dialect, site.native), meta, field_id, value)


def parse_in(place: Place, meta: JsonObject, field_id: str, value: JsonValue) -> JsonValue:
    """Return the stored form of a REST value that is written at a place."""
    found = None if value is None else parser_of(field_id, meta)(place, meta, field_id, value)
    if found in (None, []) and meta.get("required") is True:
        raise invalid(field_id, required_message(field_id, meta))
    if found is None and is_list(field_id, meta) and kind_of(field_id, meta) != "gh-sprint":
        return []
    return found


def required_message(field_id: str, meta: JsonObject) -> str:
    """Return what Jira says when a required field is empty."""
    if field_id == "summary":
        return errors.SUMMARY_REQUIRED
    return errors.is_required(text_of(meta.get("name")) or field_id)


def contains(values: list[JsonValue], element: JsonValue) -> bool:
    """Return whether a list holds an element, by meaning."""
    return any(equal(one, element) for one in values)
