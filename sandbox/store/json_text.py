"""JSON as TEXT columns hold it: fast for all usual values, right for the odd ones.

orjson knows neither integers above 64 bits nor lone surrogates; both stand in real
Jira answers now and then, so the standard library takes over for them.
"""

import json
from typing import Any

import orjson


def dump(value: Any) -> str:
    """Return a value as compact JSON text."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)


def load(text: str) -> Any:
    """Return the value of a JSON text."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def storable(text: str) -> str:
    """Return text without what no database column takes: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
