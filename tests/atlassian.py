"""A stand-in for Atlassian's edge: consent, rotating tokens, and the API before a site.

It is strict where Atlassian is: a refresh token that is used twice ends the whole grant.
"""

import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.fronts import Call, Reply, Send

CLIENT_ID, CLIENT_SECRET = "app-id", "app-secret"
CLOUD_ID = "11223344-a1b2-3b33-c444-def123456789"


@dataclass
class _Family:
    """One person's grant: only its newest refresh token is good."""

    jira_token: str
    access: str = ""
    refresh: str = ""
    ended: bool = False
    until: float = 0.0


@dataclass
class Edge:
    """Atlassian before one site; give ``answer`` to a front."""

    site_url: str
    #: Seconds that an access token lasts.
    lasts: float = 3600.0
    #: Code to the Jira token of the person who consented.
    codes: dict[str, str] = field(default_factory=dict)
    families: list[_Family] = field(default_factory=list)
    renewals: int = 0
    #: Seconds that a renewal takes.
    slow: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def consent(self, url: str, jira_token: str) -> tuple[str, str]:
        """Do what a person does in the browser; returns the state and the code."""
        query = parse_qs(urlsplit(url).query)
        assert urlsplit(url).path == "/authorize"
        assert query["client_id"] == [CLIENT_ID]
        assert "offline_access" in query["scope"][0]
        code = secrets.token_urlsafe(8)
        self.codes[code] = jira_token
        return query["state"][0], code

    def expire(self) -> None:
        """Let every access token end now."""
        for family in self.families:
            family.until = 0.0

    def withdraw(self) -> None:
        """Let every person take their consent back."""
        for family in self.families:
            family.ended, family.until = True, 0.0

    def answer(self, call: Call, send: Send) -> Reply:
        """Answer one request as Atlassian does."""
        if call.path == "/oauth/token":
            return self._token(json.loads(call.body))
        family = self._of(call.headers.get("Authorization", ""))
        if family is None:
            return _json(401, {"code": 401, "message": "Unauthorized"})
        if call.path == "/oauth/token/accessible-resources":
            scopes = ["read:jira-work", "write:jira-work"]
            return _json(200, [{"id": CLOUD_ID, "url": self.site_url, "scopes": scopes}])
        prefix = f"/ex/jira/{CLOUD_ID}"
        if not call.path.startswith(prefix):
            return _json(404, {"code": 404, "message": "Not Found"})
        headers = {**call.headers, "Authorization": f"Bearer {family.jira_token}"}
        said = send(Call(call.method, call.path.removeprefix(prefix), headers, call.body))
        said.headers = {k: v for k, v in said.headers.items() if k.lower() != "x-aaccountid"}
        return said

    def _token(self, asked: dict[str, str]) -> Reply:
        if (asked["client_id"], asked["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return _json(401, {"error": "invalid_client"})
        if asked["grant_type"] == "authorization_code":
            jira_token = self.codes.pop(asked["code"], None)
            if jira_token is None:
                return _json(403, {"error": "invalid_grant"})
            family = _Family(jira_token)
            self.families.append(family)
            return self._given(family)
        time.sleep(self.slow)
        with self._lock:
            return self._renewed(asked["refresh_token"])

    def _renewed(self, refresh: str) -> Reply:
        for family in self.families:
            if family.refresh == refresh and not family.ended:
                self.renewals += 1
                return self._given(family)
        for family in self.families:
            # Used twice: somebody may have stolen it.
            family.ended |= refresh.startswith(f"{id(family)}.")
        return _json(403, {"error": "invalid_grant", "error_description": refresh})

    def _given(self, family: _Family) -> Reply:
        family.access = secrets.token_urlsafe(16)
        family.refresh = f"{id(family)}.{secrets.token_urlsafe(16)}"
        family.until = time.monotonic() + self.lasts
        return _json(
            200,
            {
                "access_token": family.access,
                "refresh_token": family.refresh,
                "expires_in": self.lasts,
                "scope": "read:jira-work write:jira-work offline_access",
                "token_type": "Bearer",
            },
        )

    def _of(self, authorization: str) -> _Family | None:
        token = authorization.removeprefix("Bearer ")
        now = time.monotonic()
        alive = (one for one in self.families if not one.ended and one.until > now)
        return next((one for one in alive if one.access == token), None)


def _json(status: int, body: object) -> Reply:
    return Reply(status, {"Content-Type": "application/json"}, json.dumps(body).encode())
