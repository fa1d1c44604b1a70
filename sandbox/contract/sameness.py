"""JSON values as keys of what is remembered about them.

A page compares, renders and counts the same long texts many times, and again at the next look.
"""

from typing import Any

import orjson

from sandbox.contract.digest import canonical, members


def alike(value: Any) -> bytes:
    """Return bytes that only a value written in the same way has.

    Made much sooner than canonical JSON, and never stored or sent anywhere: the same object
    with its keys in another order has other bytes.
    """
    try:
        return orjson.dumps(value, default=members)
    except TypeError:
        # Half a surrogate pair, or a number of more than 64 bits.
        return canonical(value)


class Same:
    """A value as a key: the same as every other that is written alike. Nobody may change it."""

    __slots__ = ("mark", "value")

    def __init__(self, value: Any) -> None:
        """Take a JSON value, or one of our own frozen ones."""
        self.value = value
        self.mark = alike(value)

    def __hash__(self) -> int:
        """Return the hash of what it is known by."""
        return hash(self.mark)

    def __eq__(self, other: object) -> bool:
        """Return whether the other is the same value."""
        return isinstance(other, Same) and self.mark == other.mark
