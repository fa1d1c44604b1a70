"""JSON values as keys of what is remembered about them.

A page compares, renders and counts the same long texts many times, and again at the next look.
"""

import json
import marshal
from typing import Any

from pydantic import JsonValue

from sandbox.contract.digest import canonical

#: Marshal's last format without references: the same value has the same bytes.
_FORMAT = 2


def alike(value: Any) -> bytes:
    """Return bytes that only a value written in the same way has.

    Made much sooner than canonical JSON, and never stored or sent anywhere: the same object
    with its keys in another order has other bytes.
    """
    try:
        return marshal.dumps(value, _FORMAT)
    except ValueError:
        # A text or number of a class of its own, such as an enumeration's.
        return marshal.dumps(json.loads(canonical(value)), _FORMAT)


class Same:
    """A value as a key: the same as every other that is written alike. Nobody may change it."""

    __slots__ = ("mark", "value")

    def __init__(self, value: JsonValue) -> None:
        """Take the value."""
        self.value = value
        self.mark = alike(value)

    def __hash__(self) -> int:
        """Return the hash of what it is known by."""
        return hash(self.mark)

    def __eq__(self, other: object) -> bool:
        """Return whether the other is the same value."""
        return isinstance(other, Same) and self.mark == other.mark
