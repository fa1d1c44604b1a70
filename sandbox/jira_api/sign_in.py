"""Who asks at the Jira door: credentials in, caller out.

At a shadow the only credential is an agent's token, as Bearer or as the Basic password
(operations keep the registry in memory, so this costs one hash); at an upstream it is what
the site file gives people.
"""

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from sandbox.contract.shapes import Flavour
from sandbox.domain.errors import UnauthorizedError
from sandbox.domain.parts import text_of
from sandbox.jira_api.accounts import Account, Accounts
from sandbox.operations import reading, tokens
from sandbox.operations.context import Caller, Door, Role, Sandbox

#: Name of the cookie, as Jira's servlet container calls it.
COOKIE = "JSESSIONID"
#: Sessions that are open at a time; the oldest ends first.
_MOST = 2048


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request says about who it comes from."""

    #: ``None``: a bearer token.
    name: str | None
    secret: str


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who was let in, and the headers that tell so."""

    caller: Caller
    headers: dict[str, str]


@dataclass(slots=True)
class SignIn:
    """What the door knows of who may come in."""

    sandbox: Sandbox
    accounts: Accounts
    #: Session id to the credentials it was opened with: revoking them ends it.
    sessions: dict[str, Credentials] = field(default_factory=dict)

    def known(self, request: HTTPConnection, door: Door, task: str) -> Known:
        """Return who asks; raise UnauthorizedError for nobody."""
        credentials = self.credentials(request)
        if credentials is None:
            raise UnauthorizedError
        client = request.headers.get("user-agent", "")[:200]
        caller = self.caller(credentials, door, task, client)
        return Known(caller, self._headers(caller))

    def caller(self, credentials: Credentials, door: Door, task: str, client: str) -> Caller:
        """Return the caller that credentials stand for."""
        if self.sandbox.role is Role.SHADOW:
            return tokens.caller_for(
                self.sandbox, credentials.secret, door=door, task=task, client=client
            )
        account = self._account(credentials)
        if account is None:
            raise UnauthorizedError
        return Caller(person=account.person, door=door, scope=account.scope, client=client)

    def credentials(self, request: HTTPConnection) -> Credentials | None:
        """Return what a request's header or session cookie says, or None."""
        given = from_header(request.headers)
        if given is not None:
            return given
        session = request.cookies.get(COOKIE)
        return self.sessions.get(session) if session else None

    def open_session(self, credentials: Credentials) -> str:
        """Return the id of a new session."""
        if len(self.sessions) >= _MOST:
            self.sessions.pop(next(iter(self.sessions)))
        session = secrets.token_hex(16).upper()
        self.sessions[session] = credentials
        return session

    def _account(self, credentials: Credentials) -> Account | None:
        if credentials.name is None:
            return self.accounts.by_token(credentials.secret)
        return self.accounts.by_password(credentials.name, credentials.secret)

    def _headers(self, caller: Caller) -> dict[str, str]:
        if self.sandbox.flavour is Flavour.CLOUD:
            return {"X-AAccountId": _in_header(caller.person)}
        user = reading.site(self.sandbox).user(caller.person) or {}
        name = text_of(user.get("name")) or caller.person
        return {"X-AUSERNAME": _in_header(name), "X-Seraph-LoginReason": "OK"}


@lru_cache(maxsize=1024)
def _in_header(name: str) -> str:
    # Headers are Latin-1; Jira percent-encodes names too.
    return quote(name, safe=":")


def refused_headers(flavour: Flavour, *, tried: bool) -> dict[str, str]:
    """Return the headers that tell a stranger what they are taken for."""
    if flavour is Flavour.CLOUD:
        return {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"} if tried else {}
    reason = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"} if tried else {}
    return {"X-AUSERNAME": "anonymous", **reason}


def from_header(headers: Headers) -> Credentials | None:
    """Return the credentials of an Authorization header, or None."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    value = value.strip()
    if not value:
        return None
    if scheme.lower() == "bearer":
        return Credentials(None, value)
    return _basic(value) if scheme.lower() == "basic" else None


def _basic(value: str) -> Credentials | None:
    try:
        name, separator, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return Credentials(name, secret) if separator else None
