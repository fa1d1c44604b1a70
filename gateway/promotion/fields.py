"""What the gateway knows of a site's fields: which are sets, which hold rich text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject, SiteBaseline

#: Element types of lists whose order has no meaning and that Jira edits by add and remove.
_SET_ITEMS = frozenset({"string", "component", "version", "option", "user", "group"})
#: For sites whose field list could not be read: Jira's own fields never change their type.
_KNOWN_SETS = frozenset({"labels", "components", "versions", "fixVersions"})
_RICH_SYSTEM = frozenset({"description", "environment"})


@dataclass(frozen=True, slots=True)
class Fields:
    """A site's fields by id."""

    by_id: Mapping[str, JsonObject] = field(default_factory=dict)

    @classmethod
    def of(cls, site: SiteBaseline) -> "Fields":
        """Index a site's metadata."""
        return _of(_Site(site))

    def name(self, field_id: str) -> str:
        """Return the field's own name on this site."""
        return str(self.by_id.get(field_id, {}).get("name") or field_id)

    def schema(self, field_id: str) -> JsonObject:
        """Return the field's schema; empty when it is not known."""
        found = self.by_id.get(field_id, {}).get("schema")
        return found if isinstance(found, dict) else {}

    def is_set(self, field_id: str, *values: JsonValue) -> bool:
        """Return whether a field holds a set, judging unknown fields by their values."""
        schema = self.schema(field_id)
        if self.is_sprint(field_id):
            return False
        if schema:
            return schema.get("type") == "array" and schema.get("items") in _SET_ITEMS
        return field_id in _KNOWN_SETS and any(isinstance(one, list) for one in values)

    def is_rich(self, field_id: str) -> bool:
        """Return whether a field holds rich text."""
        return field_id in _RICH_SYSTEM or self._custom(field_id).endswith(":textarea")

    def is_sprint(self, field_id: str) -> bool:
        """Return whether this is Jira Software's sprint field."""
        return self._custom(field_id).endswith(":gh-sprint")

    def is_rank(self, field_id: str) -> bool:
        """Return whether this is the field that only orders boards: no person reads it."""
        return self._custom(field_id).endswith(":gh-lexo-rank")

    @property
    def sprint(self) -> str | None:
        """The id of the sprint field, if the site has one."""
        return next((one for one in self.by_id if self.is_sprint(one)), None)

    def _custom(self, field_id: str) -> str:
        return str(self.schema(field_id).get("custom") or "")


class _Site:
    """A site's metadata as a key: itself and no other, however alike."""

    __slots__ = ("site",)

    def __init__(self, site: SiteBaseline) -> None:
        self.site = site

    def __hash__(self) -> int:
        return id(self.site)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Site) and self.site is other.site


@lru_cache(maxsize=8)
def _of(key: _Site) -> Fields:
    # A page asks for hundreds of fields one by one, of a site that may have as many.
    return Fields({str(one.get("id")): one for one in key.site.fields})


def fields_of(doc: JsonObject | None) -> JsonObject:
    """Return an issue document's fields by id."""
    found = (doc or {}).get("fields")
    return found if isinstance(found, dict) else {}


def part(value: JsonValue, *names: str) -> JsonValue:
    """Return a nested member, or None wherever the way there ends."""
    for name in names:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def listed(value: JsonValue) -> list[JsonObject]:
    """Return the objects in a list; anything else counts as none."""
    if not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, dict)]


def project_key(doc: JsonObject | None, key: str) -> str:
    """Return an issue's project key."""
    return str(part(fields_of(doc), "project", "key") or key.rsplit("-", 1)[0])


def sprint_id(value: JsonValue) -> str | None:
    """Return the id of the sprint that a sprint field's value names last."""
    if isinstance(value, list):
        found = [sprint_id(one) for one in value]
        return found[-1] if found else None
    if isinstance(value, dict):
        return str(value["id"]) if value.get("id") is not None else None
    if isinstance(value, str) and "[" in value and "id=" in value:
        # Server: com.atlassian.greenhopper.service.sprint.Sprint@1f[id=3,rapidViewId=…]
        body = value[value.index("[") + 1 :]
        parts = dict(one.split("=", 1) for one in body.split(",") if "=" in one)
        return parts.get("id")
    return str(value) if isinstance(value, str | int) and str(value) else None
