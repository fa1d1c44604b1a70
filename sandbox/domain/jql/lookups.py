"""Values by name or id: what a literal means for each type of field.

An empty list of known things means that upstream did not tell; then a value is taken
as it was written. Users and labels that nobody has simply match nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.contract.shapes import JsonObject
from sandbox.domain.jql.catalogue import Catalogue, folded, named
from sandbox.domain.jql.checked import Value
from sandbox.domain.jql.errors import JqlError
from sandbox.domain.jql.searchable import FieldType, Searchable
from sandbox.domain.jql.tree import Literal
from sandbox.domain.parts import object_of, text_of
from sandbox.domain.times import parse_duration

#: What Jira calls an empty resolution.
UNRESOLVED = "unresolved"

_CATEGORIES: list[JsonObject] = [
    {"id": 2, "key": "new", "name": "To Do"},
    {"id": 4, "key": "indeterminate", "name": "In Progress"},
    {"id": 3, "key": "done", "name": "Done"},
    {"id": 1, "key": "undefined", "name": "No Category"},
]


@dataclass(frozen=True, slots=True)
class _Lookup:
    """Where the things of a type are listed, and what identifies one."""

    listed: Callable[[Catalogue, Searchable], list[JsonObject]]
    #: By what a query may name one, ids last.
    names: tuple[str, ...] = ("name", "id")
    #: What the store compares.
    identity: str = "id"


def _categories(catalogue: Catalogue, _field: Searchable) -> list[JsonObject]:
    own = [object_of(one.get("statusCategory")) for one in catalogue.statuses]
    return [*(one for one in own if one.get("key")), *_CATEGORIES]


def _grouped_projects(catalogue: Catalogue, _field: Searchable) -> list[JsonObject]:
    """Return the projects under the name and id of their category."""
    found: list[JsonObject] = []
    for project in catalogue.projects:
        category = object_of(project.get("projectCategory"))
        if category:
            found.append({**category, "key": project.get("key")})
    return found


_LOOKUPS = {
    FieldType.PROJECT: _Lookup(lambda c, _: c.projects, ("key", "name", "id"), "key"),
    FieldType.CATEGORY: _Lookup(_grouped_projects, identity="key"),
    FieldType.PROJECT_TYPE: _Lookup(lambda c, _: c.projects, ("projectTypeKey",), "key"),
    FieldType.ISSUE_TYPE: _Lookup(lambda c, _: c.issue_types),
    FieldType.STATUS: _Lookup(lambda c, _: c.statuses),
    FieldType.STATUS_CATEGORY: _Lookup(_categories, ("name", "key", "id"), "key"),
    FieldType.PRIORITY: _Lookup(lambda c, _: c.site.baseline.priorities),
    FieldType.RESOLUTION: _Lookup(lambda c, _: c.site.baseline.resolutions),
    FieldType.COMPONENT: _Lookup(lambda c, _: c.of_projects("components")),
    FieldType.VERSION: _Lookup(lambda c, _: c.of_projects("versions")),
    FieldType.SPRINT: _Lookup(lambda c, _: c.site.baseline.sprints),
    FieldType.OPTION: _Lookup(lambda c, f: c.options(f.ref.id), ("value", "name", "id")),
}


def values_of(field: Searchable, literal: Literal, catalogue: Catalogue) -> tuple[Value, ...]:
    """Return what a literal means for a field, as the store compares it."""
    lookup = _LOOKUPS.get(field.type)
    if lookup is not None:
        return _looked_up(field, literal, lookup, catalogue)
    if field.type is FieldType.USER:
        return tuple(catalogue.users(literal.text)) or (literal.text,)
    if field.type in (FieldType.NUMBER, FieldType.DURATION):
        return (_number(field, literal.text),)
    return (literal.text,)


def things_of(field: Searchable, literal: Literal, catalogue: Catalogue) -> list[JsonObject]:
    """Return the things that a literal names, none where nothing is known."""
    lookup = _LOOKUPS[field.type]
    listed = lookup.listed(catalogue, field)
    by_id_first = not literal.quoted and literal.text.lstrip("-").isdecimal()
    names = ("id", *lookup.names) if by_id_first else lookup.names
    found = named(listed, literal.text, *names)
    if not found and listed:
        raise _unknown(field, literal, by_id=by_id_first)
    return found


def all_of(field: Searchable, catalogue: Catalogue) -> list[JsonObject]:
    """Return all things that a field's value could be, in the site's order."""
    return _LOOKUPS[field.type].listed(catalogue, field)


def is_unresolved(field: Searchable, literal: Literal, catalogue: Catalogue) -> bool:
    """Return whether a literal is Jira's word for an empty resolution."""
    if field.type is not FieldType.RESOLUTION or folded(literal.text) != UNRESOLVED:
        return False
    return not named(catalogue.site.baseline.resolutions, literal.text, "name")


def _looked_up(
    field: Searchable, literal: Literal, lookup: _Lookup, catalogue: Catalogue
) -> tuple[Value, ...]:
    found = things_of(field, literal, catalogue)
    if not found:
        return (literal.text,)
    return tuple(dict.fromkeys(text_of(one.get(lookup.identity)) for one in found))


def _number(field: Searchable, text: str) -> Value:
    if field.type is FieldType.DURATION:
        seconds = parse_duration(text)
        if seconds is not None:
            return seconds
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if abs(number) < float("inf"):
        return int(number) if number.is_integer() else number
    raise JqlError(f"Value '{text}' for the '{field.name}' field is not a valid number.")


def _unknown(field: Searchable, literal: Literal, *, by_id: bool) -> JqlError:
    if field.type is FieldType.OPTION:
        return JqlError(f"The option '{literal.text}' for field '{field.name}' does not exist.")
    if field.type is FieldType.SPRINT:
        return JqlError(
            f"Sprint with name '{literal.text}' does not exist or you do not have permission to"
            " view it."
        )
    if by_id:
        return JqlError(
            f"A value with ID '{literal.text}' does not exist for the field '{field.name}'."
        )
    return JqlError(f"The value '{literal.text}' does not exist for the field '{field.name}'.")
