"""Encryption of the tokens that people entrust to the gateway.

The key is derived from ``AIRLOCK_SECRET_KEY``: who has the database alone reads nothing.
"""

import base64
import json

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.upstream.errors import IdentityLostError

#: Keeps this key apart from every other that is derived from the same secret.
_PURPOSE = b"jira-airlock connected accounts 1"


class SealedError(IdentityLostError):
    """The stored tokens cannot be read with today's secret key."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "The stored Jira tokens were encrypted with another AIRLOCK_SECRET_KEY. "
            "Connect the account again."
        )


def sealed(secret_key: bytes, values: dict[str, str]) -> str:
    """Return values encrypted and authenticated."""
    return _fernet(secret_key).encrypt(json.dumps(values).encode()).decode("ascii")


def opened(secret_key: bytes, text: str) -> dict[str, str]:
    """Return the values again; raises SealedError with another key or altered text."""
    try:
        found = json.loads(_fernet(secret_key).decrypt(text.encode("ascii")))
    except (InvalidToken, ValueError) as error:
        raise SealedError from error
    return {str(name): str(value) for name, value in found.items()}


def _fernet(secret_key: bytes) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret_key)
    return Fernet(base64.urlsafe_b64encode(key))
