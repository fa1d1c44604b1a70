"""How a request to the control door proves that it comes from who holds the secret.

The signature covers method, path with query, time, nonce and body, so that a captured
request cannot be altered, nor replayed after ``MAX_SKEW`` (and not within it either: the
door remembers nonces).
"""

import hashlib
import hmac

HEADER_TIME = "X-Airlock-Time"
HEADER_NONCE = "X-Airlock-Nonce"
HEADER_SIGNATURE = "X-Airlock-Signature"

#: Seconds that the two clocks may differ.
MAX_SKEW = 60


def signature(secret: bytes, method: str, target: str, time: str, nonce: str, body: bytes) -> str:
    """Return the hex HMAC-SHA256 for one request; ``target`` is path and query."""
    parts = [method.upper(), target, time, nonce, hashlib.sha256(body).hexdigest()]
    return hmac.new(secret, "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two signatures in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
