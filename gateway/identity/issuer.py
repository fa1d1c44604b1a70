"""Asks an OpenID Connect issuer: its addresses, its keys, and what a code stands for.

Answers of the issuer are taken only from its own https address (or this machine), no
redirect is followed, and only asymmetric signatures count.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

import httpx2
import jwt

from gateway.identity.oidc import CALLBACK, Attempt, SignInError, object_of
from gateway.people_settings import Oidc
from sandbox.contract.shapes import JsonObject

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
_TIMEOUT_S = 10.0
#: Clocks may differ by so many seconds.
_LEEWAY_S = 60
_AWAY = "The identity provider cannot be reached. Try again in a minute."
_WRONG = "The identity provider's answer cannot be trusted, so nobody was signed in."


@dataclass(slots=True)
class Issuer:
    """One issuer, with what it told of itself."""

    oidc: Oidc
    _told: JsonObject | None = None
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def authorization_endpoint(self) -> str:
        """Return where people sign in; raises SignInError."""
        return self._endpoint("authorization_endpoint")

    def key_set(self) -> list[JsonObject]:
        """Return the issuer's keys as it publishes them; raises SignInError."""
        found = self._get(self._endpoint("jwks_uri")).get("keys")
        if not isinstance(found, list):
            raise SignInError(_WRONG)
        return [one for one in found if isinstance(one, dict)]

    def claims(self, code: str, attempt: Attempt, public_url: str) -> JsonObject:
        """Return what the issuer vouches for about the person behind a code."""
        answer = self._post(
            self._endpoint("token_endpoint"),
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": public_url + CALLBACK,
                "code_verifier": attempt.verifier,
                "client_id": self.oidc.client_id,
            },
        )
        claims = self._verified(str(answer.get("id_token") or ""), attempt)
        if self.oidc.groups_claim in claims or "userinfo_endpoint" not in self._document():
            return claims
        more = self._get(self._endpoint("userinfo_endpoint"), str(answer.get("access_token") or ""))
        if more.get("sub") != claims["sub"]:
            raise SignInError(_WRONG)
        return {**more, **claims}

    def _verified(self, token: str, attempt: Attempt) -> JsonObject:
        try:
            head = jwt.get_unverified_header(token)
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(str(head.get("kid") or "")),
                algorithms=list(_ALGORITHMS),
                audience=self.oidc.client_id,
                issuer=str(self._document()["issuer"]),
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            raise SignInError(_WRONG) from error
        party = claims.get("azp", self.oidc.client_id)
        if claims.get("nonce") != attempt.nonce or party != self.oidc.client_id:
            raise SignInError(_WRONG)
        return object_of(claims)

    def _key(self, name: str) -> jwt.PyJWK:
        """Return a signing key; an unknown one is looked for again, keys are rotated.

        A token need not name its key where the issuer has one alone.
        """
        with self._lock:
            if name not in self._keys:
                listed = self._get(self._endpoint("jwks_uri"))
                try:
                    found = jwt.PyJWKSet.from_dict(dict(listed)).keys
                except jwt.PyJWTError as error:
                    raise SignInError(_WRONG) from error
                self._keys = {key.key_id or "": key for key in found}
                if len(found) == 1:
                    self._keys[""] = found[0]
            key = self._keys.get(name)
        if key is None:
            raise SignInError(_WRONG)
        return key

    def _document(self) -> JsonObject:
        if self._told is None:
            url = self.oidc.issuer.rstrip("/") + "/.well-known/openid-configuration"
            told = self._get(url)
            if str(told.get("issuer", "")).rstrip("/") != self.oidc.issuer.rstrip("/"):
                raise SignInError(_WRONG)
            self._told = told
        return self._told

    def _endpoint(self, name: str) -> str:
        found = self._document().get(name)
        secure = self.oidc.issuer.startswith("https:")
        if not isinstance(found, str) or (secure and not found.startswith("https:")):
            raise SignInError(_WRONG)
        return found

    def _get(self, url: str, token: str = "") -> JsonObject:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._ask("GET", url, headers=headers)

    def _post(self, url: str, form: dict[str, str]) -> JsonObject:
        secret = self.oidc.client_secret
        auth = httpx2.BasicAuth(self.oidc.client_id, secret) if secret else None
        return self._ask("POST", url, data=form, auth=auth)

    def _ask(self, method: str, url: str, **words: Any) -> JsonObject:
        try:
            with httpx2.Client(timeout=_TIMEOUT_S, follow_redirects=False) as client:
                answer = client.request(method, url, **words)
        except httpx2.HTTPError as error:
            raise SignInError(_AWAY) from error
        if answer.status_code >= 500:
            raise SignInError(_AWAY)
        if answer.status_code != 200:
            raise SignInError(_WRONG)
        try:
            return object_of(answer.json())
        except ValueError as error:
            raise SignInError(_WRONG) from error
