"""Atlassian's OpenAPI documents, read as what an answer has to look like.

The documents are not true descriptions of the wire (`../shared/reference/jira.md`, section 1):
what is not required may be null, what is not named may be there, and where one item is declared
for a list, each item has to fit. Data Center's calls every field of an issue an object.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from tests.shared import SHARED

Json = dict[str, Any]
_METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True, slots=True)
class Document:
    """One document: what each address may answer."""

    name: str
    #: What our addresses have before its own.
    prefix: str
    operations: list[tuple[str, re.Pattern[str], Json]]
    components: Json

    def operation(self, method: str, path: str) -> Json | None:
        """Return the operation of an address, the most literal one; None if there is none."""
        bare = path.partition("?")[0].removeprefix(self.prefix)
        fitting = [
            (pattern.groups, operation)
            for known, pattern, operation in self.operations
            if known == method.lower() and pattern.fullmatch(bare)
        ]
        return min(fitting, key=lambda one: one[0])[1] if fitting else None

    def problem(self, operation: Json, status: int, body: Any) -> str | None:
        """Return what is wrong with an answer, or None."""
        known = operation.get("responses", {})
        answer = known.get(str(status)) or known.get("default")
        if answer is None:
            # Success has to be documented; errors are told of only here and there.
            return f"{status} is none of {', '.join(known)}" if status < 400 else None
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return None
        items = body if isinstance(body, list) and not self._is_list(schema) else [body]
        whole = Draft202012Validator({**_loose(schema), "components": self.components})
        return next((said for one in items if (said := _first(whole, one))), None)

    def _is_list(self, schema: Json) -> bool:
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        found = self.components["schemas"].get(name, schema) if name else schema
        return "properties" not in found and found.get("type") != "object"


def _first(validator: Draft202012Validator, body: Any) -> str | None:
    found = validator.iter_errors(body)
    first = min(found, key=lambda one: (len(one.absolute_path), str(one.path)), default=None)
    if first is None:
        return None
    place = "/".join(str(part) for part in first.absolute_path)
    return f"{place or 'the body'}: {first.message[:160]}"


def document(name: str, prefix: str = "") -> Document:
    """Read a document of the shared folder."""
    if SHARED is None:
        raise SystemExit("Atlassian's documents are not here: ../shared/data/openapi is needed.")
    read = json.loads((SHARED / "data" / "openapi" / f"{name}.json").read_text(encoding="utf-8"))
    operations = [
        (method, _pattern(path), known[method])
        for path, known in read["paths"].items()
        for method in _METHODS
        if method in known
    ]
    schemas = {key: _loose(one) for key, one in read["components"]["schemas"].items()}
    for one in ("IssueBean", "Issue"):
        if prefix and one in schemas:
            schemas[one]["properties"]["fields"] = {"type": ["object", "null"]}
    return Document(name, prefix, operations, {"schemas": schemas})


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", path)
    return re.compile("([^/]+)".join(re.escape(part) for part in parts))


#: Words of a schema that are not looked at: a format says how a text may look, and
#: OpenAPI's own words say nothing to a validator.
_DROPPED = frozenset({"format", "nullable", "xml", "discriminator", "example", "readOnly"})


def _loose(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_loose(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _loose(one) for name, one in schema.items() if name not in _DROPPED}
    if found.get("additionalProperties") is False:
        del found["additionalProperties"]
    required = schema.get("required") or ()
    properties = found.get("properties")
    if isinstance(properties, dict):
        found["properties"] = {
            name: one if name in required else {"anyOf": [one, {"type": "null"}]}
            for name, one in properties.items()
        }
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") else found
