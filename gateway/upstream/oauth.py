"""OAuth 2.0 (3LO) with Atlassian: consent, tokens, renewal, and which sites they are for."""

from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlencode

import httpx2
from pydantic import JsonValue

from gateway.upstream.credentials import OAuthApp
from gateway.upstream.errors import IdentityLostError, NotSentError, UnreadableError
from gateway.upstream.way import Way
from sandbox.contract.shapes import JsonObject

#: Seconds for one question to Atlassian's token endpoint: shorter than a renewal's lease.
PATIENCE = 20.0


class GrantLostError(IdentityLostError):
    """Atlassian does not take this consent any more: only the person can give it anew."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens that Atlassian gave."""

    access_token: str = field(repr=False)
    #: Empty: it cannot be renewed. Each renewal gives a new one.
    refresh_token: str = field(repr=False)
    #: Seconds until the access token ends.
    lasts: float
    scopes: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A site that a grant is for."""

    cloud_id: str
    url: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Atlassian:
    """The app as it speaks with Atlassian."""

    app: OAuthApp
    way: Way

    def consent_url(self, state: str) -> str:
        """Return where a person is sent to consent."""
        query = {
            "audience": "api.atlassian.com",
            "client_id": self.app.client_id,
            "scope": self.app.scope,
            "redirect_uri": self.app.redirect_uri,
            "state": state,
            "response_type": "code",
            "prompt": "consent",
        }
        return f"{self.app.auth_url}/authorize?{urlencode(query)}"

    def exchange(self, code: str) -> Grant:
        """Return the tokens for a code that came back from consenting."""
        return self._tokens(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.app.redirect_uri,
            }
        )

    def renew(self, refresh_token: str) -> Grant:
        """Return new tokens; the old refresh token is used up. Raises GrantLostError."""
        grant = self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})
        # Where Atlassian does not rotate, the old one stays good.
        kept = grant.refresh_token or refresh_token
        return Grant(grant.access_token, kept, grant.lasts, grant.scopes)

    def resources(self, access_token: str) -> tuple[Resource, ...]:
        """Return the sites that the person allowed."""
        bearer = {"Authorization": f"Bearer {access_token}"}
        url = f"{self.app.api_url}/oauth/token/accessible-resources"
        found = self._asked("GET", url, headers=bearer)
        rows = found if isinstance(found, list) else []
        return tuple(_resource(one) for one in rows if isinstance(one, dict))

    def _tokens(self, asked: dict[str, str]) -> Grant:
        body = {"client_id": self.app.client_id, "client_secret": self.app.client_secret, **asked}
        found = self._asked("POST", f"{self.app.auth_url}/oauth/token", body=body)
        if not isinstance(found, dict) or not found.get("access_token"):
            raise UnreadableError("Atlassian's answer holds no token.")
        lasts = found.get("expires_in")
        return Grant(
            str(found["access_token"]),
            str(found.get("refresh_token") or ""),
            float(lasts) if isinstance(lasts, int | float) else 3600.0,
            str(found.get("scope") or self.app.scope),
        )

    def _asked(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: dict[str, str] | None = None,
    ) -> JsonValue:
        try:
            with self.way.client(url, httpx2.Auth(), headers or {}) as http:
                answer = http.request(method, url, json=body, timeout=PATIENCE)
        except httpx2.HTTPError as error:
            raise NotSentError(
                f"Atlassian could not be reached ({type(error).__name__})."
            ) from error
        if answer.status_code in (400, 401, 403):
            raise GrantLostError(f"Atlassian no longer accepts this consent ({_why(answer)}).")
        if answer.status_code != 200:
            raise NotSentError(f"Atlassian answered {answer.status_code}.")
        try:
            return cast("JsonValue", answer.json())
        except ValueError:
            raise UnreadableError("Atlassian answered with a page instead of JSON.") from None


def _resource(row: JsonObject) -> Resource:
    scopes = row.get("scopes")
    return Resource(
        str(row.get("id") or ""),
        str(row.get("url") or "").rstrip("/"),
        tuple(map(str, scopes)) if isinstance(scopes, list) else (),
    )


def _why(answer: httpx2.Response) -> str:
    """Return Atlassian's word for it; its longer text may repeat what was sent."""
    try:
        word = answer.json().get("error")
    except (ValueError, AttributeError):
        word = None
    return word if isinstance(word, str) and word.isidentifier() else str(answer.status_code)
