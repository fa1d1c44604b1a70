"""The forms and schemas that the suite's fixtures ask with."""

from typing import Any

Json = dict[str, Any]


def form(message: str, **properties: str) -> Json:
    """Return a question to the client's person: a message and fields by their types."""
    schema = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
    }
    return {
        "method": "elicitation/create",
        "params": {"message": message, "requestedSchema": schema},
    }


#: A default of each kind.
DEFAULTS: Json = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {
            "type": "string",
            "enum": ["active", "inactive", "pending"],
            "default": "active",
        },
        "verified": {"type": "boolean", "default": True},
    },
}

_PLAIN = ["option1", "option2", "option3"]


def _titled(*words: str) -> list[Json]:
    return [{"const": f"value{at}", "title": one} for at, one in enumerate(words, 1)]


#: Each way to choose from a list.
ENUMS: Json = {
    "type": "object",
    "properties": {
        "untitledSingle": {"type": "string", "enum": _PLAIN},
        "titledSingle": {"type": "string", "oneOf": _titled("First", "Second", "Third")},
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["One", "Two", "Three"],
        },
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": _PLAIN}},
        "titledMulti": {"type": "array", "items": {"anyOf": _titled("First", "Second", "Third")}},
    },
}

_EITHER: Json = {"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}
_STRING: Json = {"type": "string"}
_ADDRESS: Json = {
    "$anchor": "addressDef",
    "type": "object",
    "properties": {"street": _STRING, "city": _STRING},
}

#: What JSON Schema 2020-12 has beyond plain properties.
FEATURES: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": _ADDRESS},
    "properties": {
        "name": _STRING,
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": _STRING,
        "email": _STRING,
    },
    "allOf": [_EITHER],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}
