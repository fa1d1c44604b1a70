"""Stored tokens in use: opened, renewed in time by one process alone, shown to Jira.

Atlassian's refresh tokens rotate: renewed twice at once, the second renewal would end
the connection. So whoever needs a new token takes the lease of the stored row first;
everybody else waits for what that one brings.
"""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import httpx2

from gateway.store import connections
from gateway.store.connections import Connected, NewTokens
from gateway.store.database import Database
from gateway.upstream.errors import IdentityLostError, NotSentError, UpstreamError
from gateway.upstream.oauth import PATIENCE, Atlassian, Grant, GrantLostError
from gateway.upstream.sealing import opened, sealed

#: Seconds before its end from which an access token is renewed.
_EARLY = 60.0
#: Seconds for which a renewal holds the lease; a dead process's is then free.
_LEASE = PATIENCE + 10.0
#: Seconds between two looks at what another process brings.
_LOOK = 0.05


def secret_of(secret_key: bytes, grant: Grant, cloud_id: str) -> NewTokens:
    """Return a grant as it is stored."""
    values = {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "cloud_id": cloud_id,
    }
    return NewTokens(sealed(secret_key, values), grant.lasts, grant.scopes)


@dataclass(frozen=True, slots=True)
class Stored:
    """One connection's access token, whenever it is needed."""

    database: Database
    site: str
    owner: str
    secret_key: bytes = field(repr=False)
    atlassian: Atlassian | None
    sleep: Callable[[float], None] = time.sleep
    #: Called with the lease in hand, before Atlassian is asked; for tests.
    on_renewal: Callable[[], None] = lambda: None

    def token(self, refused: str = "") -> str:
        """Return an access token that is good, and is not the one Jira just refused."""
        until = time.monotonic() + _LEASE
        while True:
            known = self._known()
            values = opened(self.secret_key, known.secret)
            access = values.get("access_token", "")
            left = known.seconds_left
            if access != refused and (left is None or left > _EARLY):
                return access
            renewed = self._renew(known, values)
            if renewed is not None:
                return renewed
            if time.monotonic() > until:
                raise NotSentError("Another process is renewing this Jira token for too long.")
            self.sleep(_LOOK)

    def _known(self) -> Connected:
        with self.database.read() as conn:
            known = connections.get(conn, self.site, self.owner)
        if known is None:
            raise IdentityLostError("This Jira account is not connected any more.")
        return known

    def _renew(self, known: Connected, values: dict[str, str]) -> str | None:
        """Renew the tokens; None when another process is at it."""
        if self.atlassian is None or not values.get("refresh_token"):
            raise GrantLostError("This Jira token has ended. Connect the account again.")
        with self.database.write() as conn:
            if not connections.begin_renewal(conn, known, _LEASE):
                return None
        try:
            self.on_renewal()
            grant = self.atlassian.renew(values["refresh_token"])
        except UpstreamError as error:
            lost = isinstance(error, GrantLostError)
            self._end(known, None, error.sentence if lost else "")
            raise
        self._end(known, secret_of(self.secret_key, grant, values.get("cloud_id", "")), "")
        return grant.access_token

    def _end(self, known: Connected, tokens: NewTokens | None, trouble: str) -> None:
        with self.database.write() as conn:
            connections.end_renewal(conn, known, tokens, trouble)


class StoredAuth(httpx2.Auth):
    """Shows the stored token; when Jira refuses it, a renewed one, once.

    A refused request was not begun, so sending it again is no blind retry. Jira also
    answers 401 when a scope is missing: a new token does not help there, so there is at
    most one renewal a minute.
    """

    def __init__(self, stored: Stored) -> None:
        """Take the connection whose token is shown."""
        self._stored = stored
        self._renewed_at = float("-inf")

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Add the token to one request."""
        token = self._stored.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401 and time.monotonic() - self._renewed_at > _EARLY:
            self._renewed_at = time.monotonic()
            request.headers["Authorization"] = f"Bearer {self._stored.token(refused=token)}"
            yield request
