"""Canonical JSON and the digests made from it."""

import hashlib
import json
from typing import Any

from sandbox.contract.frozen import Frozen
from sandbox.contract.shapes import ChangeSet


def members(value: object) -> dict[str, Any]:
    """Return the fields of one of our values, as its own JSON has them; raises TypeError."""
    if isinstance(value, Frozen):
        later = value.LATER
        if not later:
            return value.__dict__
        return {name: one for name, one in value.__dict__.items() if one or name not in later}
    name = type(value).__name__
    raise TypeError(f"{name} is no JSON value.")


#: JSON values are trees: nobody needs to look for circles.
_ENCODER = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
    default=members,
)


def canonical(value: Any) -> bytes:
    """Return the one byte string that equal JSON values share.

    Keys sorted, no spaces, UTF-8 without escapes; refuses NaN and infinities. One of our own
    frozen values stands for its fields.
    """
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def digest(value: Any) -> str:
    """Return the hex SHA-256 of a JSON value's canonical form."""
    return hashlib.sha256(canonical(value)).hexdigest()


def seal(change_set: ChangeSet) -> str:
    """Return the seal of a change set: the digest of everything in it but the seal."""
    return digest(change_set.model_dump(mode="json", exclude={"seal"}))
