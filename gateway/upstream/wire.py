"""One request to Jira, and what its answer means.

Nothing here knows which endpoint is asked. Redirects are never followed: a write must
not land anywhere but at the address that was approved, and a read that is redirected
was redirected to a login page.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import cast
from urllib.parse import unquote

import httpx2
from pydantic import JsonValue

from gateway.upstream.errors import (
    IdentityLostError,
    NotSentError,
    OurFaultError,
    OutcomeUnknownError,
    ThrottledError,
    UnreadableError,
    UpstreamError,
    WrongUpstreamError,
    reasons,
)
from sandbox.contract.addresses import Address

#: Every answer of a sandbox carries this header; no Jira does.
SANDBOX_HEADER = "X-Airlock-Sandbox"

#: Seconds to wait when Jira throttles us without saying for how long.
DEFAULT_WAIT = 5.0
#: A site that asks for more than this is read by a person, not waited for.
LONGEST_WAIT = 3600.0

#: Jira may have begun to work on a request that it answers so.
_MAYBE_DONE = frozenset({408, 425})


@dataclass(frozen=True, slots=True)
class Answer:
    """What Jira answered, accepted as its own."""

    status: int
    body: JsonValue
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: path and query below the base URL."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: JsonValue = None
    #: True when it changes nothing, whatever its method.
    reads: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """Who must be answering, and as whom."""

    #: True: a sandbox and nothing else. False: anything but a sandbox.
    sandbox: bool = False
    #: Names of the account we connected with; empty before that is known.
    account: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wire:
    """A connection to one Jira."""

    http: httpx2.Client
    address: Address
    expected: Expected
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def as_account(self, names: frozenset[str]) -> "Wire":
        """Return a wire that insists on being answered as this account."""
        return replace(self, expected=replace(self.expected, account=names))

    def send(self, ask: Ask) -> Answer:
        """Send one request; returns 2xx answers, raises an UpstreamError for all else."""
        response = self._exchange(ask)
        trouble = self._stranger(response)
        if trouble is not None:
            raise _not_ours(trouble, ask, response)
        return self._answer(ask, response)

    def _exchange(self, ask: Ask) -> httpx2.Response:
        url = self.address.url + checked_path(ask.path)
        content = None if ask.body is None else json.dumps(ask.body, ensure_ascii=False).encode()
        headers = {"Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            return self.http.request(
                ask.method,
                url,
                params=dict(ask.query) or None,
                content=content,
                headers=headers,
                follow_redirects=False,
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise NotSentError(f"Jira could not be reached ({type(error).__name__}).") from error
        except (httpx2.ProxyError, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError) as error:
            raise NotSentError(f"The way to Jira is closed ({type(error).__name__}).") from error
        except httpx2.HTTPError as error:
            raise _lost(ask, f"Jira's answer did not arrive ({type(error).__name__}).") from error

    def _stranger(self, response: httpx2.Response) -> IdentityLostError | None:
        """Return why this answer is not Jira's to our account, or None."""
        if (SANDBOX_HEADER in response.headers) != self.expected.sandbox:
            return wrong_upstream(wanted_sandbox=self.expected.sandbox)
        login = response.headers.get("X-Seraph-LoginReason", "OK")
        if "OK" not in login.upper().replace(" ", "").split(","):
            return IdentityLostError("Jira did not accept our login. Check the credentials.")
        if "X-Authentication-Denied-Reason" in response.headers:
            return IdentityLostError("Jira wants a CAPTCHA solved. Sign in there once by hand.")
        return _other_account(response.headers, self.expected.account)

    def _answer(self, ask: Ask, response: httpx2.Response) -> Answer:
        status = response.status_code
        if status in (429, 503) and (status == 429 or ask.reads):
            raise ThrottledError(wait_seconds(response.headers.get("Retry-After"), self.now()))
        if status == 401:
            raise IdentityLostError("Jira no longer accepts our credentials (401).")
        if 300 <= status < 400:
            raise _redirected(ask, status)
        if status >= 500 or status in _MAYBE_DONE or status < 200:
            raise _lost(ask, f"Jira answered {status}.")
        if status >= 400:
            raise OurFaultError(status, *reasons(_json(response)))
        return Answer(status, self._body(ask, response), dict(response.headers))

    def _body(self, ask: Ask, response: httpx2.Response) -> JsonValue:
        if not response.content:
            return None
        body = _json(response)
        if body is None and response.content.strip() != b"null":
            sentence = "Jira answered with a page instead of JSON: a login page or a proxy."
            raise IdentityLostError(sentence) if ask.reads else OutcomeUnknownError(sentence)
        return body


def checked_path(path: str) -> str:
    """Return a path below the base URL; refuses what could lead elsewhere."""
    parts = path.split("/")
    if not path.startswith("/rest/") or {"", "."} & set(parts[1:]) or ".." in parts:
        raise NotSentError("A request was refused because its path leaves Jira's REST API.")
    if any(sign in path for sign in "?#\\@") or unquote(path) != unquote(path).strip():
        raise NotSentError("A request was refused because its path leaves Jira's REST API.")
    return path


def wait_seconds(retry_after: str | None, now: datetime) -> float:
    """Return how long a Retry-After header asks to wait: seconds or an HTTP date."""
    if not retry_after:
        return DEFAULT_WAIT
    try:
        seconds = float(retry_after)
    except ValueError:
        seconds = _until(retry_after, now)
    return min(max(seconds, 0.0), LONGEST_WAIT) if isfinite(seconds) else DEFAULT_WAIT


def wrong_upstream(*, wanted_sandbox: bool) -> WrongUpstreamError:
    """Return the error for a sandbox where Jira should be, or the other way round."""
    if wanted_sandbox:
        return WrongUpstreamError("A demo needs a sandbox as its upstream; this is not one.")
    return WrongUpstreamError(
        "This address is answered by a sandbox, not by Jira. Check JIRA_URL; for a test set "
        "AIRLOCK_TEST_UPSTREAM to its loopback URL in the process environment."
    )


def _until(date: str, now: datetime) -> float:
    try:
        then = parsedate_to_datetime(date)
    except ValueError:
        return DEFAULT_WAIT
    return ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds()


def _json(response: httpx2.Response) -> JsonValue:
    """Return the JSON of an answer, or None when it is something else."""
    try:
        return cast("JsonValue", json.loads(response.content))
    except ValueError:
        return None


def _other_account(headers: httpx2.Headers, account: frozenset[str]) -> IdentityLostError | None:
    named = headers.get("X-AAccountId") or unquote(headers.get("X-AUSERNAME", ""))
    if named.casefold() == "anonymous":
        return IdentityLostError("Jira answered as to an anonymous visitor.")
    if account and named and unquote(named).casefold() not in account:
        return IdentityLostError("Jira answered as to another account than at the start.")
    return None


def _not_ours(trouble: IdentityLostError, ask: Ask, response: httpx2.Response) -> UpstreamError:
    # A write that was answered 2xx may have happened, whoever it was that answered.
    if ask.reads or response.status_code >= 400:
        return trouble
    return OutcomeUnknownError(trouble.sentence)


def _redirected(ask: Ask, status: int) -> UpstreamError:
    sentence = f"Jira's address redirects elsewhere ({status}); that is never followed."
    if ask.reads:
        return IdentityLostError(f"{sentence} Is it a login page? Check JIRA_URL.")
    return OutcomeUnknownError(sentence)


def _lost(ask: Ask, sentence: str) -> UpstreamError:
    return UnreadableError(sentence) if ask.reads else OutcomeUnknownError(sentence)
