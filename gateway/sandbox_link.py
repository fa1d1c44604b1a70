"""The sandbox's control door, from the gateway's side: the only code that knocks there.

Whatever comes out of it is a claim and is checked by whoever asked; here it only has to
have the contract's shape.
"""

import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import httpx2
from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from sandbox.contract.door import HEADER_NONCE, HEADER_SIGNATURE, HEADER_TIME, signature
from sandbox.contract.shapes import (
    Answer,
    ChangeSet,
    IssueBaseline,
    JsonObject,
    Outcome,
    Read,
    Registry,
    Shadow,
    SiteBaseline,
    Told,
    Wanted,
)

_ROOT = "/_sandbox"
_TIMEOUT = 60.0
#: Bytes of an answer that are read at most: no set of changes comes near it.
LARGEST = 64 * 1024 * 1024
#: Issues that are pushed in one request: a few megabytes at most.
BATCH = 50
_Shape = TypeVar("_Shape")


class SandboxLinkError(Exception):
    """The sandbox did not do what the gateway asked."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence."""
        super().__init__(sentence)
        self.sentence = sentence


class SandboxAwayError(SandboxLinkError):
    """The sandbox cannot be reached."""


class NotThereError(SandboxLinkError):
    """The sandbox does not know what it was asked about."""


class _Fetched(BaseModel):
    """One sealed set as it is handed out."""

    position: int
    change_set: ChangeSet


_FETCHED = TypeAdapter(list[_Fetched])
_READS = TypeAdapter(list[Read] | None)
_IDS = TypeAdapter(list[str])
_ANSWERS = TypeAdapter(list[Answer])
_WANTED = TypeAdapter(list[Wanted])
_SHADOWS = TypeAdapter(list[Shadow])
_SHADOW = TypeAdapter(Shadow | None)


class SandboxLink:
    """A signed connection to one sandbox's control door."""

    def __init__(
        self,
        url_or_socket: str,
        secret: bytes,
        *,
        http: httpx2.Client | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take host:port, a URL, or ``unix:/path`` for a socket; nothing connects yet."""
        #: Held while baselines are pushed: revisions must arrive in their order.
        self.pushing = threading.Lock()
        self._secret = secret
        self._clock = clock
        self._url = _url(url_or_socket)
        self._http = http or _client(url_or_socket)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def health(self) -> JsonObject:
        """Return the sandbox's site, role, flavour and version."""
        return self._ask("GET", "/health")

    def put_site(self, baseline: SiteBaseline) -> None:
        """Push a site's metadata, in placeholder form."""
        self._ask("PUT", "/site", _dumped(baseline))

    def put_issues(self, issues: Iterable[IssueBaseline]) -> None:
        """Push issues, in placeholder form."""
        waiting: list[JsonValue] = [_dumped(issue) for issue in issues]
        for start in range(0, len(waiting), BATCH):
            self._ask("POST", "/issues", {"issues": waiting[start : start + BATCH]})

    def remove_issues(self, issue_ids: Iterable[str]) -> None:
        """Say which issues are no longer in scope upstream."""
        gone: list[JsonValue] = [*issue_ids]
        if gone:
            self._ask("POST", "/issues/remove", {"issue_ids": gone})

    def put_registry(self, registry: Registry) -> None:
        """Push all grants; what is missing is revoked."""
        self._ask("PUT", "/registry", _dumped(registry))

    def change_sets(self, after: int) -> list[tuple[int, ChangeSet]]:
        """Return sealed sets behind a position, in placeholder form and unverified."""
        found = self._ask("GET", "/change-sets", after=str(after)).get("change_sets")
        return [(one.position, one.change_set) for one in _shaped(_FETCHED, found)]

    def reads(self, change_set_id: str) -> list[Read] | None:
        """Return what the agent read for a set; None when the sandbox cannot tell."""
        found = self._ask("GET", f"/change-sets/{quote(change_set_id, safe='')}/reads")
        return _shaped(_READS, found.get("reads"))

    def file(self, attachment_id: str, largest: int) -> bytes:
        """Return the bytes of a staged file, unverified; refuses more than ``largest``."""
        path = f"/attachments/{quote(attachment_id, safe='')}"
        return self._told("GET", path, largest=largest)

    def put_outcome(self, outcome: Outcome) -> None:
        """Tell what became of a set."""
        self._ask("POST", "/outcomes", _dumped(outcome))

    def put_remarks(self, change_set_id: str, thread: Sequence[Told]) -> None:
        """Tell the sandbox what was said about a set's changes."""
        body: JsonObject = {"remarks": [_dumped(one) for one in thread]}
        self._ask("PUT", f"/change-sets/{quote(change_set_id, safe='')}/remarks", body)

    def answers(self, after: int) -> list[Answer]:
        """Return what agents answered to people, behind a position."""
        found = self._ask("GET", "/answers", after=str(after)).get("answers")
        return _shaped(_ANSWERS, found)

    def open_issues(self) -> list[str]:
        """Return the ids of issues that agents have shadows of."""
        return _shaped(_IDS, self._ask("GET", "/open-issues").get("issue_ids"))

    def take_wanted(self) -> list[Wanted]:
        """Take what agents asked for in vain; it is handed out once."""
        return _shaped(_WANTED, self._ask("POST", "/wanted/take", {}).get("wanted"))

    def workspaces(self) -> list[JsonObject]:
        """Return all workspaces."""
        found = self._ask("GET", "/workspaces").get("workspaces")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def shadows(self) -> list[Shadow]:
        """Return which issues have shadows, with what a card shows; unverified."""
        return _shaped(_SHADOWS, self._ask("GET", "/shadows").get("shadows"))

    def shadow(self, workspace: str, issue_id: str) -> Shadow | None:
        """Return an issue as a workspace has it, or None where it is as in Jira; unverified."""
        path = f"/workspaces/{quote(workspace, safe='')}/shadows/{quote(issue_id, safe='')}"
        return _shaped(_SHADOW, self._ask("GET", path).get("shadow"))

    def play(self, person: str, issue_id: str, fields: JsonObject, comment: str = "") -> None:
        """Edit an issue as somebody would, at a sandbox that plays the real Jira."""
        body: JsonObject = {
            "person": person,
            "issue_id": issue_id,
            "fields": fields,
            "comment": comment,
        }
        self._ask("POST", "/play", body)

    def fork(self, workspace: str, task: str) -> JsonObject:
        """Open a copy of a workspace under another task name."""
        return self._of(workspace, "fork", {"task": task})

    def reset(self, workspace: str) -> JsonObject:
        """Throw away everything that is not sealed in a workspace."""
        return self._of(workspace, "reset")

    def discard(self, workspace: str) -> JsonObject:
        """Close a workspace and throw away its shadows."""
        return self._of(workspace, "discard")

    def seal_idle(self, seconds: int) -> list[str]:
        """Seal what agents left unsealed for so long; returns the new sets' ids."""
        found = self._ask("POST", "/idle/seal", {"seconds": seconds}).get("sealed")
        return [str(one) for one in found] if isinstance(found, list) else []

    def seal(self, workspace: str, title: str, reason: str) -> JsonObject:
        """Seal what a workspace has staged."""
        return self._of(workspace, "seal", {"title": title, "reason": reason})

    def _of(self, workspace: str, verb: str, body: JsonObject | None = None) -> JsonObject:
        return self._ask("POST", f"/workspaces/{quote(workspace, safe='')}/{verb}", body or {})

    def _ask(
        self, method: str, path: str, body: JsonObject | None = None, **query: str
    ) -> JsonObject:
        target = path + (f"?{urlencode(query)}" if query else "")
        return _answer(self._told(method, target, body), f"{method} {path}")

    def _told(
        self, method: str, path: str, body: JsonObject | None = None, largest: int = LARGEST
    ) -> bytes:
        """Return the bytes of an answer; raises for everything but success."""
        target = _ROOT + path
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = self._signed(method, target, content)
        try:
            with self._http.stream(
                method, self._url + target, content=content, headers=headers
            ) as response:
                said = _read(response, largest)
        except httpx2.HTTPError as error:
            raise SandboxAwayError(
                f"The sandbox cannot be reached ({type(error).__name__}). Is it running?"
            ) from error
        status = response.status_code
        if not 200 <= status < 300:
            kind = NotThereError if status == 404 else SandboxLinkError
            asked = f"{method} {path.partition('?')[0]}"
            raise kind(f"The sandbox answered {status} to {asked}.{_reason(status, said)}")
        return said

    def _signed(self, method: str, target: str, content: bytes) -> dict[str, str]:
        at, nonce = str(int(self._clock())), secrets.token_hex(16)
        return {
            "Content-Type": "application/json",
            HEADER_TIME: at,
            HEADER_NONCE: nonce,
            HEADER_SIGNATURE: signature(self._secret, method, target, at, nonce, content),
        }


def _is_socket(where: str) -> bool:
    return where.startswith(("unix:", "/"))


def _url(where: str) -> str:
    if _is_socket(where):
        return "http://sandbox"
    return (where if "://" in where else f"http://{where}").rstrip("/")


def _client(where: str) -> httpx2.Client:
    # The control door is beside the gateway: never through a proxy.
    if _is_socket(where):
        transport = httpx2.HTTPTransport(uds="/" + where.removeprefix("unix:").lstrip("/"))
        return httpx2.Client(transport=transport, timeout=_TIMEOUT)
    if _url(where).startswith("https:"):
        return httpx2.Client(trust_env=False, timeout=_TIMEOUT)
    # Plain HTTP: this context trusts nobody, and the machine's certificates take long to load.
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx2.Client(trust_env=False, timeout=_TIMEOUT, verify=nobody)


def _read(response: httpx2.Response, largest: int) -> bytes:
    """Return the body, or refuse it as soon as it is larger than any honest one."""
    found = bytearray()
    for part in response.iter_bytes():
        found += part
        if len(found) > largest:
            raise SandboxLinkError("The sandbox's answer is too large to be an honest one.")
    return bytes(found)


def _answer(said: bytes, asked: str) -> JsonObject:
    if not said:
        return {}
    try:
        body: Any = json.loads(said)
    except (ValueError, RecursionError):
        raise SandboxLinkError(f"The sandbox's answer to {asked} is not JSON.") from None
    if not isinstance(body, dict):
        raise SandboxLinkError(f"The sandbox's answer to {asked} is not an object.")
    return body


def _reason(status: int, said: bytes) -> str:
    if status in (401, 403):
        return " Do both sides hold the same control secret, and do their clocks agree?"
    # The sandbox's own words, shortened: they are a claim and may be long.
    words = said[:1200].decode("utf-8", "replace")[:300]
    return f" It says: {words}" if words else ""


def _shaped(adapter: TypeAdapter[_Shape], found: JsonValue) -> _Shape:
    try:
        return adapter.validate_python(found)
    except ValidationError as error:
        raise SandboxLinkError(
            f"The sandbox handed out something that breaks the contract in "
            f"{error.error_count()} places."
        ) from error


def _dumped(shape: BaseModel) -> JsonObject:
    return shape.model_dump(mode="json")
