"""Connections to Jira as the people who connected their accounts.

Opened when an operation is to be written as them, and kept while the connection stands.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.settings import SettingsError
from gateway.store import connections
from gateway.store.connections import SERVICE, Connected
from gateway.store.database import Database
from gateway.upstream.client import Upstream
from gateway.upstream.credentials import Credentials, through_api
from gateway.upstream.errors import IdentityLostError, NotSentError
from gateway.upstream.oauth import Atlassian
from gateway.upstream.sealing import opened
from gateway.upstream.tokens import Stored, StoredAuth

#: How an account is connected: by consent at Atlassian, or with a token of the person's.
OAUTH, TOKEN = "oauth", "token"


class NotConnectedError(NotSentError):
    """The account that should write is not connected (any more); nothing was sent."""


@dataclass(slots=True)
class Accounts:
    """Opens and keeps connections as connected accounts."""

    database: Database
    site: str
    #: The way to this Jira; its proof of identity is never used here.
    credentials: Credentials
    #: Connects with credentials as this gateway does: right kind of Jira, limits.
    connect: Callable[[Credentials], Upstream]
    secret_key: bytes = field(repr=False)
    #: None: no app is set, so nobody can consent.
    atlassian: Atlassian | None = None
    _kept: dict[str, tuple[int, Upstream]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def as_account(self, account: str) -> Upstream:
        """Return a connection as this account; raises NotConnectedError."""
        with self.database.read() as conn:
            known = connections.get(conn, self.site, account)
        if known is None:
            raise NotConnectedError(f"The Jira account {account} is not connected any more.")
        with self._lock:
            kept = self._kept.get(account)
            if kept is None or kept[0] != known.created_at:
                if kept is not None:
                    kept[1].close()
                self._kept[account] = kept = (known.created_at, self._open(known))
            return kept[1]

    def service(self) -> Credentials:
        """Return the credentials of the gateway's own connection; raises SettingsError."""
        with self.database.read() as conn:
            known = connections.get(conn, self.site, SERVICE)
        if known is None:
            raise SettingsError(
                "JIRA_USERNAME",
                "or another credential is not set. Set one, or run: airlock jira connect --service",
            )
        return self.proof_of(known)

    def proof_of(self, known: Connected) -> Credentials:
        """Return the credentials that a stored connection stands for."""
        values = opened(self.secret_key, known.secret)
        if known.kind == TOKEN:
            return self.with_token(values["token"], values.get("username", ""))
        stored = Stored(self.database, self.site, known.owner, self.secret_key, self.atlassian)
        return self.through(values["cloud_id"], StoredAuth(stored))

    def with_token(self, token: str, username: str) -> Credentials:
        """Return the credentials of a person's own token; with a user it is Cloud's."""
        if username:
            return self.credentials.as_somebody(username=username, api_token=token)
        return self.credentials.as_somebody(personal_token=token)

    def through(self, cloud_id: str, auth: StoredAuth | None) -> Credentials:
        """Return the credentials of a consent, which lead through Atlassian's API."""
        if self.atlassian is None:
            raise IdentityLostError(
                "ATLASSIAN_OAUTH_CLIENT_ID is not set any more, so consents cannot be used."
            )
        url = through_api(self.atlassian.app.api_url, cloud_id)
        return self.credentials.as_somebody(auth=auth, url=url)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for _, upstream in self._kept.values():
                upstream.close()
            self._kept.clear()

    def _open(self, known: Connected) -> Upstream:
        upstream = self.connect(self.proof_of(known))
        if upstream.account.id != known.account:
            upstream.close()
            raise IdentityLostError(
                f"Jira takes the connection of {known.account_name} for another account."
            )
        return upstream
