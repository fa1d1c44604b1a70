"""One request to Jira, and what its answer means.

Nothing here knows which endpoint is asked. Redirects are never followed: a write must
not land anywhere but at the address that was approved, and a read that is redirected
was redirected to a login page.
"""

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast
from urllib.parse import unquote, urlencode

import httpx2
from pydantic import JsonValue

from gateway.upstream.direct import Asking, Direct, LostError, Raw, UnsentError
from gateway.upstream.errors import (
    IdentityLostError,
    NotSentError,
    OurFaultError,
    OutcomeUnknownError,
    ThrottledError,
    UnreadableError,
    UpstreamError,
    reasons,
)
from gateway.upstream.limits import wait_of
from gateway.upstream.steady import steady
from gateway.upstream.stranger import Expected, is_named, stranger
from sandbox.contract.addresses import Address

#: The largest answer that is read, in bytes after decompression: a page of a hundred
#: issues with long histories stays far below.
LARGEST_ANSWER = 64 * 1024 * 1024
#: Whole seconds that one exchange may take, unless told otherwise.
LONGEST_EXCHANGE = 300.0

#: Jira may have begun to work on a request that it answers so.
_MAYBE_DONE = frozenset({408, 425})


@dataclass(frozen=True, slots=True)
class Answer:
    """What Jira answered, accepted as its own."""

    status: int
    body: JsonValue
    #: By name in lower case.
    headers: Mapping[str, str]

    @property
    def named(self) -> bool:
        """Whether the answer says for which account it was made."""
        return is_named(self.headers)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: path and query below the base URL."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: JsonValue = None
    #: True when it changes nothing, whatever its method.
    reads: bool = False
    #: A file as name, media type and bytes; then there is no body.
    file: tuple[str, str, bytes] | None = None
    #: Behind this moment of ``steady`` nothing is sent any more.
    begin_by: float = math.inf


@dataclass(frozen=True, slots=True)
class Wire:
    """A connection to one Jira."""

    http: httpx2.Client
    address: Address
    expected: Expected
    #: Where people open issues; what Jira tells of ``address`` is told of this instead.
    site: Address | None = None
    #: Whole seconds that a write may take; the quarantine has to be longer.
    write_within: float = LONGEST_EXCHANGE
    #: The short way, where there is one: for all but files.
    direct: Direct | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def as_account(self, names: frozenset[str]) -> "Wire":
        """Return a wire that insists on being answered as this account."""
        return replace(self, expected=replace(self.expected, account=names))

    def send(self, ask: Ask) -> Answer:
        """Send one request; returns 2xx answers, raises an UpstreamError for all else."""
        raw = self._exchange(ask)
        trouble = stranger(raw.headers, self.expected)
        if trouble is not None:
            raise _not_ours(trouble, ask, raw)
        return self._answer(ask, raw)

    def _exchange(self, ask: Ask) -> Raw:
        path = checked_path(ask.path)
        content = None if ask.body is None else json.dumps(ask.body, ensure_ascii=False).encode()
        headers = {"Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        until = time.monotonic() + (LONGEST_EXCHANGE if ask.reads else self.write_within)
        if self.direct is None or ask.file is not None:
            return self._usual(ask, path, content, headers, until)
        query = f"?{urlencode(ask.query)}" if ask.query else ""
        target, largest, begin_by = path + query, LARGEST_ANSWER, ask.begin_by
        asking = Asking(ask.method, target, headers, content, until, largest, begin_by)
        try:
            return self.direct.exchange(asking)
        except UnsentError as error:
            raise NotSentError(str(error)) from error
        except LostError as error:
            raise _lost(ask, str(error)) from error

    def _usual(
        self, ask: Ask, path: str, content: bytes | None, headers: dict[str, str], until: float
    ) -> Raw:
        """Send a request by the client that can do everything."""
        files = None if ask.file is None else {"file": _as_part(ask.file)}
        if files is not None:
            # Jira takes forms only from those who say that they are no web page.
            headers["X-Atlassian-Token"] = "no-check"
        if steady() > ask.begin_by:
            raise NotSentError("The gateway was held up, so nothing was sent.")
        try:
            with self.http.stream(
                ask.method,
                self.address.url + path,
                params=dict(ask.query) or None,
                content=content,
                files=files,
                headers=headers,
                follow_redirects=False,
            ) as response:
                names = {name.lower(): value for name, value in response.headers.items()}
                return Raw(response.status_code, names, _whole(ask, response, until))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise NotSentError(f"Jira could not be reached ({type(error).__name__}).") from error
        except (httpx2.ProxyError, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError) as error:
            raise NotSentError(f"The way to Jira is closed ({type(error).__name__}).") from error
        except httpx2.HTTPError as error:
            raise _lost(ask, f"Jira's answer did not arrive ({type(error).__name__}).") from error

    def _answer(self, ask: Ask, raw: Raw) -> Answer:
        status = raw.status
        if status in (429, 503) and (status == 429 or ask.reads):
            wait = wait_of(raw.headers, self.now())
            raise ThrottledError(wait.seconds, wait.reason, per_issue=wait.per_issue)
        if status == 401:
            raise _unauthorized(raw)
        if 300 <= status < 400:
            raise _redirected(ask, status)
        if status >= 500 or status in _MAYBE_DONE or status < 200:
            raise _lost(ask, f"Jira answered {status}.")
        if status >= 400:
            raise OurFaultError(status, *reasons(_json(raw.content)))
        return Answer(status, self._body(ask, raw), raw.headers)

    def _body(self, ask: Ask, raw: Raw) -> JsonValue:
        if not raw.content:
            return None
        body = _json(self._as_site(raw.content))
        if body is None and raw.content.strip() != b"null":
            sentence = "Jira answered with a page instead of JSON: a login page or a proxy."
            if ask.reads:
                raise IdentityLostError(sentence)
            raise OutcomeUnknownError(sentence, stranger=True)
        return body

    def _as_site(self, content: bytes) -> bytes:
        """Return an answer with its own links below the site's address."""
        if self.site is None or self.site == self.address:
            return content
        here, site = (f'"{one.url}/'.encode() for one in (self.address, self.site))
        return content.replace(here, site)


def _as_part(file: tuple[str, str, bytes]) -> tuple[str, bytes, str]:
    name, media_type, content = file
    return name, content, media_type


def checked_path(path: str) -> str:
    """Return a path below the base URL; refuses what could lead elsewhere."""
    parts = path.split("/")
    if not path.startswith("/rest/") or {"", "."} & set(parts[1:]) or ".." in parts:
        raise NotSentError("A request was refused because its path leaves Jira's REST API.")
    if any(sign in path for sign in "?#\\@") or unquote(path) != unquote(path).strip():
        raise NotSentError("A request was refused because its path leaves Jira's REST API.")
    return path


def _whole(ask: Ask, response: httpx2.Response, until: float) -> bytes:
    """Return an answer's body; gives up on one that is endless or endlessly slow."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > LARGEST_ANSWER:
            raise _lost(ask, f"Jira's answer is larger than {LARGEST_ANSWER} bytes.")
        if time.monotonic() > until:
            raise _lost(ask, "Jira's answer did not end in time.")
        parts.append(part)
    return b"".join(parts)


def _json(content: bytes) -> JsonValue:
    """Return the JSON of an answer, or None when it is something else."""
    try:
        return cast("JsonValue", json.loads(content))
    except (ValueError, RecursionError):
        return None


def _unauthorized(raw: Raw) -> UpstreamError:
    messages, errors = reasons(_json(raw.content))
    if "scope does not match" in " ".join(messages).casefold():
        # The account is known; its token may not do this.
        return OurFaultError(401, messages, errors)
    return IdentityLostError("Jira no longer accepts our credentials (401).")


def _not_ours(trouble: IdentityLostError, ask: Ask, raw: Raw) -> UpstreamError:
    # A write that was answered 2xx may have happened, whoever it was that answered.
    if ask.reads or raw.status >= 400:
        return trouble
    return OutcomeUnknownError(trouble.sentence, stranger=True)


def _redirected(ask: Ask, status: int) -> UpstreamError:
    sentence = f"Jira's address redirects elsewhere ({status}); that is never followed."
    if ask.reads:
        return IdentityLostError(f"{sentence} Is it a login page? Check JIRA_URL.")
    return OutcomeUnknownError(sentence, stranger=True)


def _lost(ask: Ask, sentence: str) -> UpstreamError:
    return UnreadableError(sentence) if ask.reads else OutcomeUnknownError(sentence)
