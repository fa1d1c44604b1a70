"""What a tool is: its name, its words, its schema, its annotations, and one function."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator
from mcp.types import ToolAnnotations
from pydantic import JsonValue

from sandbox.contract.shapes import ChangeKind, JsonObject
from sandbox.domain.errors import JiraError
from sandbox.operations.context import Caller, Sandbox

#: Annotations: everything here stays inside the sandbox (a closed world), and a staged
#: write destroys nothing, because nothing is applied before a person approves it.
READ = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
STAGE = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False
)
#: Takes back what was staged and not handed in: that work is gone.
DISCARD = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False
)


#: A validator's message repeats the value, which may be a whole description.
_LONGEST_COMPLAINT = 300


class ToolRefusal(Exception):  # noqa: N818  it is a refusal, the project's own word
    """Something a model should read: what happened, and what to do next."""


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What a tool says: words for the model and the same as structured content."""

    text: str
    structured: JsonObject | None = None
    #: Said after the answer, where clients expect the text to be JSON alone.
    note: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool: who asks, of what, with which arguments."""

    sandbox: Sandbox
    caller: Caller
    arguments: Mapping[str, Any]

    def text(self, name: str, default: str = "") -> str:
        """Return a text argument."""
        return str(self.arguments.get(name) or default)

    def number(self, name: str, default: int) -> int:
        """Return a whole-number argument."""
        value = self.arguments.get(name)
        return default if value is None else int(value)

    def object(self, name: str) -> JsonObject:
        """Return an object argument; absent is an empty one."""
        value = self.arguments.get(name)
        return dict(value) if isinstance(value, Mapping) else {}

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list-of-texts argument; absent is an empty one."""
        value = self.arguments.get(name) or ()
        return tuple(str(one) for one in value)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as data. ``properties`` are JSON Schema properties by argument name."""

    name: str
    title: str
    description: str
    properties: Mapping[str, JsonObject]
    required: tuple[str, ...]
    annotations: ToolAnnotations
    run: Callable[[Call], ToolAnswer]
    #: A write, or a read too long for the event loop.
    slow: bool = True
    #: Kinds of change that it stages: a token that may stage none of them is not shown it.
    stages: frozenset[ChangeKind] = frozenset()
    #: Top-level properties of its structured content, all present in every answer.
    gives: Mapping[str, JsonObject] = field(default_factory=dict)
    #: Made once: a call is checked against it.
    validator: Draft202012Validator = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make what checks arguments."""
        object.__setattr__(self, "validator", Draft202012Validator(self.input_schema))

    @property
    def input_schema(self) -> dict[str, Any]:
        """Return the closed JSON Schema of the arguments."""
        schema: dict[str, Any] = {
            "type": "object",
            "properties": dict(self.properties),
            "additionalProperties": False,
        }
        if self.required:
            schema["required"] = list(self.required)
        return schema

    @property
    def output_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the structured content."""
        return {
            "type": "object",
            "properties": dict(self.gives),
            "required": list(self.gives),
        }


def jira_words(error: JiraError) -> str:
    """Return Jira's error as one text."""
    words = [*error.messages, *(f"{name}: {text}" for name, text in error.errors.items())]
    return " ".join(words) or f"Jira refused this (HTTP {error.status})."


def given(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call's arguments without optional ones that are null: models send those."""
    return {
        name: value
        for name, value in arguments.items()
        if value is not None or name in tool.required or name not in tool.properties
    }


def check_arguments(tool: Tool, arguments: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a call's arguments, as a sentence, or None."""
    unknown = [name for name in arguments if name not in tool.properties]
    if unknown:
        return _unknown(tool, unknown[0])
    if _surely_right(tool, arguments):
        return None
    errors = tool.validator.iter_errors(dict(arguments))
    first = next(iter(sorted(errors, key=lambda error: list(map(str, error.path)))), None)
    if first is None:
        return None
    place = ".".join(str(part) for part in first.path) or "the arguments"
    message = first.message[:_LONGEST_COMPLAINT]
    return f"{place}: {message}. Nothing was changed; call {tool.name} again, corrected."


def _surely_right(tool: Tool, arguments: Mapping[str, Any]) -> bool:
    """Return whether arguments are right at first sight; the validator costs ten times more."""
    return all(name in arguments for name in tool.required) and all(
        _is_plain(value, tool.properties[name]) for name, value in arguments.items()
    )


def _is_plain(value: Any, schema: JsonObject) -> bool:
    """Return whether a value is a text or a yes or no that its schema surely allows."""
    if schema.keys() - _LOOKED_AT or type(value) is not _PLAIN.get(str(schema.get("type"))):
        return False
    choice, least = schema.get("enum"), schema.get("minLength", 0)
    return (not isinstance(choice, list) or value in choice) and (
        not least or (isinstance(value, str) and isinstance(least, int) and len(value) >= least)
    )


#: Kinds of values, and words of schemas, that are looked at without the validator.
_PLAIN = {"string": str, "boolean": bool}
_LOOKED_AT = frozenset({"type", "description", "enum", "minLength"})


def _unknown(tool: Tool, name: str) -> str:
    near = difflib.get_close_matches(name, tool.properties, n=1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    known = ", ".join(tool.properties) or "none"
    return (
        f"{tool.name} has no argument '{name}'. {hint}Its arguments: {known}. Nothing was changed."
    )


def string(description: str, **more: JsonValue) -> JsonObject:
    """Return the schema of a text argument."""
    return {"type": "string", "description": description, **more}


def integer(description: str, **more: JsonValue) -> JsonObject:
    """Return the schema of a whole-number argument."""
    return {"type": "integer", "description": description, **more}


def strings(description: str) -> JsonObject:
    """Return the schema of a list-of-texts argument."""
    return {"type": "array", "items": {"type": "string"}, "description": description}


def anything(description: str, **more: JsonValue) -> JsonObject:
    """Return the schema of an object argument."""
    return {"type": "object", "description": description, **more}


CLOUD_ID = string("Optional. This server holds one site; its id, URL or name is accepted.")
ISSUE = string("Issue key or id, e.g. PROJ-123.", minLength=1)
CONTENT_FORMAT = string(
    "Format of the text you send. Markdown by default.", enum=["markdown", "adf"]
)
DROP: JsonObject = {
    "type": "boolean",
    "description": "true: drop what my text lacks; the reviewer is told.",
}
RESPONSE_FORMAT = string("Format of texts in the answer.", enum=["markdown", "adf"])
#: Kinds of values in answers.
TEXT: JsonObject = {"type": "string"}
NUMBER: JsonObject = {"type": "integer"}
OBJECT: JsonObject = {"type": "object"}
LIST: JsonObject = {"type": "array", "items": {"type": "object"}}
ISSUE_SHAPE: Mapping[str, JsonObject] = {"id": TEXT, "key": TEXT, "url": TEXT, "fields": OBJECT}
