"""Access tokens for the sandbox: signed by a key that is made of the installation's secret.

Only the public half ever leaves this process, over the control door and as JWKs.
"""

from dataclasses import dataclass
from functools import cache

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jwt.algorithms import OKPAlgorithm

from gateway.agents_settings import OAuth
from gateway.identity.oauth import ACCESS_SECONDS
from gateway.promotion.signing import key_name
from sandbox.contract.shapes import JsonObject, OAuthScope, TrustedIssuer

#: Claim that names the grant in the registry.
GRANT = "grant"
#: Keeps this key apart from everything else that is made of the same secret.
_PURPOSE = b"jira-airlock access tokens, 1"
_ALGORITHM = "EdDSA"
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Mint:
    """Makes access tokens."""

    private: Ed25519PrivateKey
    name: str

    @property
    def public(self) -> JsonObject:
        """The public key as a JWK."""
        found = OKPAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**found, "kid": self.name, "alg": _ALGORITHM, "use": "sig"}

    def token(
        self,
        oauth: OAuth,
        *,
        grant: str,
        site: str,
        account: str,
        client_id: str,
        scopes: tuple[OAuthScope, ...],
        name: str,
        now: int,
    ) -> str:
        """Return a token (RFC 9068) for the sandbox; ``name`` is its own, ``now`` is in µs."""
        at = now // _SECOND
        claims = {
            "iss": oauth.issuer,
            "aud": oauth.resource,
            "sub": account,
            "client_id": client_id,
            "scope": " ".join(scopes),
            "site": site,
            GRANT: grant,
            "jti": name,
            "iat": at,
            "exp": at + ACCESS_SECONDS,
        }
        head = {"typ": "at+jwt", "kid": self.name}
        return jwt.encode(claims, self.private, algorithm=_ALGORITHM, headers=head)

    def grant_in(self, token: str, oauth: OAuth) -> str | None:
        """Return the grant that a token of ours names, run out or not; None for any other."""
        try:
            claims = jwt.decode(
                token,
                self.private.public_key(),
                algorithms=[_ALGORITHM],
                audience=oauth.resource,
                issuer=oauth.issuer,
                options={"verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError:
            return None
        return str(claims.get(GRANT) or "") or None


@cache
def mint_of(secret: bytes) -> Mint:
    """Return the mint whose key is made of a secret."""
    seed = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(secret)
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return Mint(private, key_name(private.public_key().public_bytes_raw().hex()))


def own_issuer(oauth: OAuth, mint: Mint) -> TrustedIssuer:
    """Return what the sandbox is told of this gateway's tokens."""
    return TrustedIssuer(
        issuer=oauth.issuer, audience=oauth.resource, keys=[mint.public], grant_claim=GRANT
    )
