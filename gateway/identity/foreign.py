"""An identity provider in place of our own authorization server: its public keys, kept fresh.

The sandbox can ask nobody, so the gateway fetches the keys and pushes them.
"""

import logging
import threading
from dataclasses import dataclass, field

from pydantic import JsonValue

from gateway.agents_settings import ForeignIssuer
from gateway.identity.issuer import Issuer
from gateway.identity.oidc import SignInError
from gateway.people_settings import Oidc
from sandbox.contract.digest import digest
from sandbox.contract.shapes import JsonObject, TrustedIssuer

LOG = logging.getLogger("airlock.issuer")

_SECOND = 1_000_000
#: Keys are fetched again after so many seconds, and forgotten when that failed for so many.
FETCH_EVERY = 60
KEPT_FOR = 3600
#: What is public of a key: nothing else travels.
_PUBLIC = ("kty", "kid", "alg", "use", "n", "e", "crv", "x", "y")


@dataclass(slots=True)
class IssuerKeys:
    """The keys of one identity provider, as they were last fetched."""

    _keys: list[JsonObject] = field(default_factory=list)
    _fetched_at: int = 0
    _tried_at: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, foreign: ForeignIssuer, now: int) -> list[JsonObject]:
        """Return the keys; none while the provider was away for too long."""
        with self._lock:
            if not self._tried_at or now - self._tried_at >= FETCH_EVERY * _SECOND:
                self._tried_at = now
                try:
                    self._keys, self._fetched_at = _fetched(foreign), now
                except SignInError as error:
                    LOG.warning("issuer_keys_not_fetched error=%s", error)
            if now - self._fetched_at > KEPT_FOR * _SECOND:
                self._keys = []
            return self._keys


def grant_key(foreign: ForeignIssuer, client_id: str) -> str:
    """Return what the registry calls the grant of a provider's client."""
    scope = [foreign.issuer, foreign.audience, client_id]
    return f"idp:{digest(scope)[:32]}"


def foreign_issuer(foreign: ForeignIssuer, keys: list[JsonObject]) -> TrustedIssuer:
    """Return what the sandbox is told of a provider's tokens."""
    return TrustedIssuer(
        issuer=foreign.issuer,
        audience=foreign.audience,
        keys=keys,
        person_claim=foreign.person_claim,
        email_verified=foreign.email_verified,
        clients={client: grant_key(foreign, client) for client, _ in foreign.clients},
        scopes=dict(foreign.scopes),
    )


def _fetched(foreign: ForeignIssuer) -> list[JsonObject]:
    issuer = Issuer(Oidc(foreign.issuer, "", ""))
    return [_public(one) for one in issuer.key_set() if _signs(one)]


def _signs(key: JsonObject) -> bool:
    return key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"


def _public(key: JsonObject) -> JsonObject:
    found: dict[str, JsonValue] = {name: key[name] for name in _PUBLIC if name in key}
    return found
