"""The verbs of ``update``: add, set, remove, edit, copy, applied to one field in order."""

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from sandbox.contract.compare import equal
from sandbox.contract.shapes import JsonObject
from sandbox.domain import errors
from sandbox.domain.errors import invalid
from sandbox.domain.fields import contains, parse_in
from sandbox.domain.parts import list_of, object_of, objects_of, text_of
from sandbox.domain.place import Place
from sandbox.domain.screens import verbs

#: Any of these may name the element that is to be removed.
_IDENTITIES = ("id", "accountId", "key", "name", "value")

Verb = Callable[[Place, JsonObject, str, JsonValue, JsonValue], JsonValue]


def apply_verbs(
    place: Place, meta: JsonObject, field: str, before: JsonValue, listed: JsonValue
) -> JsonValue:
    """Return a field's value after all operations on it, each ``{verb: value}``."""
    if not isinstance(listed, list):
        raise invalid(field, errors.NOT_AN_ARRAY)
    value = before
    for verb, sent in (pair for one in listed for pair in _pairs(field, one)):
        if verb not in verbs(field, meta) or verb not in _VERBS:
            raise invalid(field, errors.verb_not_supported(verb))
        value = _VERBS[verb](place, meta, field, value, sent)
    return value


def additions(field: str, meta: JsonObject, listed: JsonValue) -> list[JsonObject]:
    """Return what is added to a field that can only be appended to, such as comments."""
    if not isinstance(listed, list):
        raise invalid(field, errors.NOT_AN_ARRAY)
    found: list[JsonObject] = []
    for verb, sent in (pair for one in listed for pair in _pairs(field, one)):
        if verb != "add" or verb not in verbs(field, meta):
            raise invalid(field, errors.verb_not_supported(verb))
        if not isinstance(sent, dict):
            raise invalid(field, errors.NOT_AN_OBJECT)
        found.append(sent)
    return found


def _pairs(field: str, operation: JsonValue) -> list[tuple[str, JsonValue]]:
    if not isinstance(operation, dict) or not operation:
        raise invalid(field, errors.NOT_AN_OBJECT)
    return list(operation.items())


def _set(
    place: Place, meta: JsonObject, field: str, _before: JsonValue, sent: JsonValue
) -> JsonValue:
    return parse_in(place, meta, field, sent)


def _add(
    place: Place, meta: JsonObject, field: str, before: JsonValue, sent: JsonValue
) -> JsonValue:
    held = list_of(before)
    new = list_of(parse_in(place, meta, field, [sent]))
    return [*held, *(one for one in new if not contains(held, one))]


def _remove(
    _place: Place, _meta: JsonObject, field: str, before: JsonValue, sent: JsonValue
) -> JsonValue:
    if not isinstance(sent, str | dict):
        raise invalid(field, errors.NOT_AN_OBJECT)
    return [one for one in list_of(before) if not _names(sent, one)]


def _edit(
    place: Place, meta: JsonObject, field: str, _before: JsonValue, sent: JsonValue
) -> JsonValue:
    return parse_in(place, meta, field, sent)


def _copy(
    place: Place, _meta: JsonObject, field: str, before: JsonValue, sent: JsonValue
) -> JsonValue:
    """Add what the same field of other issues holds; the way Jira copies on cloning."""
    sources = objects_of(object_of(object_of(sent).get("issuelinks")).get("sourceIssues"))
    held = list(list_of(before))
    for ref in (text_of(one.get("id")) or text_of(one.get("key")) for one in sources):
        source = (place.related or {}).get(ref)
        if source is None:
            raise invalid(field, errors.PARENT_MISSING)
        held += [one for one in list_of(source.fields.get(field)) if not contains(held, one)]
    return held


def _names(sent: JsonValue, element: JsonValue) -> bool:
    if not isinstance(sent, dict) or not isinstance(element, dict):
        return equal(sent, element)
    given = [name for name in _IDENTITIES if text_of(sent.get(name))]
    return bool(given) and text_of(sent[given[0]]) == text_of(element.get(given[0]))


_VERBS: Mapping[str, Verb] = {
    "set": _set,
    "add": _add,
    "remove": _remove,
    "edit": _edit,
    "copy": _copy,
}
