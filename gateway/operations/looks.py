"""What a probe looked at, and whether what it saw is ours."""

from pydantic import JsonValue

from gateway.operations.context import Gateway
from gateway.promotion.markers import is_ours
from gateway.promotion.values import Look, Place
from gateway.store.outbox import Operation


def looked(
    gateway: Gateway,
    place: Place,
    seen: int,
    *,
    marked: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
) -> Look:
    """Return one piece of evidence, of now."""
    return Look(at=gateway.clock(), place=place, seen=seen, marked=marked, missing=missing)


def carries_mark(gateway: Gateway, operation: Operation, found: JsonValue) -> bool:
    """Return whether a property's value is the mark of this very operation."""
    return is_ours(found, gateway.settings.secret_key, operation.marker, operation.digest)
