"""What a consent page asked, carried by its own form: nobody else can make or change it. Pure."""

import base64
import binascii
import hashlib
import hmac
import json

from pydantic import ValidationError

from gateway.identity.oauth import PAGE_SECONDS, Asked

_PURPOSE = b"airlock oauth consent"


def sealed(asked: Asked, person: str, now: int, key: bytes) -> str:
    """Return a form's value: what is asked, of whom, for ten minutes (``now`` in µs)."""
    until = now + PAGE_SECONDS * 1_000_000
    body = json.dumps([asked.model_dump(mode="json"), person, until]).encode()
    text = base64.urlsafe_b64encode(body).decode()
    return f"{text}.{_seal(text, key)}"


def opened(value: str, person: str, now: int, key: bytes) -> Asked | None:
    """Return what was asked of this person; None when it is not ours, theirs or in time."""
    text, _, seal = value.partition(".")
    if not text or not hmac.compare_digest(seal.encode(), _seal(text, key).encode()):
        return None
    try:
        asked, whom, until = json.loads(base64.urlsafe_b64decode(text))
        return Asked.model_validate(asked) if whom == person and until > now else None
    except (ValueError, binascii.Error, ValidationError):
        return None


def _seal(text: str, key: bytes) -> str:
    own = hmac.digest(key, _PURPOSE, "sha256")
    return hmac.new(own, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
