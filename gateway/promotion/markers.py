"""The marker that a write leaves in Jira, so that a lost answer can be looked up.

Anybody who may edit an issue may also write its properties, so a marker counts only with
our HMAC over the operation and the digest that was approved.
"""

import hashlib
import hmac

from pydantic import JsonValue

from gateway.promotion.values import MARKER_KEY
from sandbox.contract.digest import digest as digest_of
from sandbox.contract.shapes import JsonObject

#: What the plan shows where the marker will be: its value is known at sending only.
PLACEHOLDER: JsonObject = {"key": MARKER_KEY, "value": None}


def operation_id(review_id: int, edition: int, digest: str, position: int) -> str:
    """Return the id that one approved operation carries in its marker.

    The edition keeps an approval, its withdrawal and the same approval again apart.
    """
    return digest_of(["operation", review_id, edition, digest, position])[:32]


def marker(
    secret: bytes, operation: str, change_set: str, digest: str, *, agent: str = "", by: str = ""
) -> JsonObject:
    """Return the marker's value for one operation; it names the agent and the approver."""
    named: JsonObject = {"agent": agent, "by": by} if agent or by else {}
    return {"op": operation, "set": change_set, **named, "mac": _mac(secret, operation, digest)}


def is_ours(found: JsonValue, secret: bytes, operation: str, digest: str) -> bool:
    """Return whether a property's value is the marker of this very operation."""
    if not isinstance(found, dict) or found.get("op") != operation:
        return False
    mac = found.get("mac")
    return isinstance(mac, str) and hmac.compare_digest(
        mac.encode(), _mac(secret, operation, digest).encode()
    )


def with_marker(body: JsonValue, value: JsonObject) -> JsonValue:
    """Return a request's body with the placeholder filled in."""
    if not isinstance(body, dict) or not isinstance(body.get("properties"), list):
        return body
    properties = body["properties"]
    filled: list[JsonValue] = [
        {"key": MARKER_KEY, "value": value} if one == PLACEHOLDER else one
        for one in (properties if isinstance(properties, list) else [])
    ]
    return {**body, "properties": filled}


def _mac(secret: bytes, operation: str, digest: str) -> str:
    text = f"{operation}\n{digest}".encode()
    return hmac.new(secret, text, hashlib.sha256).hexdigest()
