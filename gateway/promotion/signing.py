"""Signatures by a key that is not in the database: Ed25519. Pure.

Who can write into the database cannot approve: an approval counts only with a signature
over everything it says, and the audit's rows each carry one over the chain up to them.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.promotion.values import SiteIdentity
from sandbox.contract.digest import canonical

#: Keeps this key apart from everything else that is made of the same secret.
_PURPOSE = b"jira-airlock approvals and audit, 1"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs as this installation."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key, in hexadecimal: what others need to check a signature."""
        return _public_of(self.private)

    def sign(self, text: bytes) -> str:
        """Return the signature of a text, with the name of the key in front."""
        return f"{key_name(self.public)}.{_encoded(self.private.sign(text))}"


@lru_cache(maxsize=32)
def _public_of(private: Ed25519PrivateKey) -> str:
    return private.public_key().public_bytes_raw().hex()


@cache
def signer_of(secret: bytes) -> Signer:
    """Return the signer whose key is made of a secret."""
    seed = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(secret)
    return Signer(Ed25519PrivateKey.from_private_bytes(seed))


@lru_cache(maxsize=256)
def key_name(public: str) -> str:
    """Return the short name of a public key."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]


@lru_cache(maxsize=1024)
def is_good(signature: str, text: bytes, public: str) -> bool:
    """Return whether a signature is this key's, over this very text."""
    name, _, encoded = signature.partition(".")
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(_decoded(encoded), text)
    except (InvalidSignature, ValueError):
        return False
    return name == key_name(public)


def approval_text(
    identity: SiteIdentity, review: int, digest: str, person: str, at: int, confirmed: str
) -> bytes:
    """Return what a person's approval says: all of it is signed."""
    where = [identity.site, identity.base_url, str(identity.flavour)]
    return canonical(["airlock approval", *where, review, digest, person, at, confirmed])


def head_text(seq: int, found: str) -> bytes:
    """Return what the signature of an audit row is over: the chain up to that row."""
    return canonical(["airlock audit head", seq, found])


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
