"""A Jira that costs nearly nothing: it answers issues that a sandbox made, and takes writes.

The benchmark of promotion measures our own cost on two cores; an upstream that needs a
core of its own would be measured instead. This one is a real HTTP server that keeps to the
latency and to the limit, and remembers every write, so that what was promoted can be
counted. It knows what the benchmark sends: reading an issue, a comment, an edit.
"""

import asyncio
import json
import re
import signal
import time
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from typing import Any

import httptools
import uvloop

_ISSUE = re.compile(r"/rest/api/3/issue/(\d+)(/comment)?$")
_REASONS = {200: b"OK", 201: b"Created", 204: b"No Content", 404: b"Not Found", 429: b"Slow Down"}
_ACCOUNT = {"accountId": "acc-ann", "displayName": "Ann"}
_HEAD = (
    b"X-Airlock-Sandbox: 1\r\nX-AACCOUNTID: acc-ann\r\nContent-Type: application/json\r\n"
    b"X-Seraph-LoginReason: OK\r\nCache-Control: no-cache, no-store, no-transform\r\n"
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What it allows and how long it takes."""

    latency: float
    rate: float
    burst: float


@dataclass(slots=True)
class LeanJira:
    """Its issues, and what was written."""

    issues: dict[str, Any]
    terms: Terms
    level: float = 0.0
    at: float = 0.0
    asked: int = 0
    refused: int = 0
    #: Operation (of its mark) to how often it was written.
    marks: dict[str, int] = field(default_factory=dict)
    _next: int = 500_000
    _told: dict[str, bytes] = field(default_factory=dict)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Do one request; returns status and body."""
        if path == "/told":
            told = {"marks": self.marks, "refused": self.refused, "asked": self.asked}
            return 200, json.dumps(told).encode()
        self.asked += 1
        found = _ISSUE.search(path)
        if found is None or found[1] not in self.issues:
            return 404, b'{"errorMessages":["It does not exist."],"errors":{}}'
        if method == "GET":
            return 200, self._issue(found[1])
        if not self._allowed():
            self.refused += 1
            return 429, b'{"errorMessages":["Rate limit exceeded."],"errors":{}}'
        return self._written(found[1], json.loads(body), is_comment=bool(found[2]))

    def _issue(self, name: str) -> bytes:
        if name not in self._told:
            self._told[name] = json.dumps(self.issues[name]).encode()
        return self._told[name]

    def _allowed(self) -> bool:
        now, terms = time.monotonic(), self.terms
        full = terms.burst if not self.at else self.level + (now - self.at) * terms.rate
        self.level, self.at = min(terms.burst, full), now
        if self.level < 1:
            return False
        self.level -= 1
        return True

    def _written(self, name: str, body: Any, *, is_comment: bool) -> tuple[int, bytes]:
        issue = self.issues[name]
        self._next += 1
        mark = body["properties"][0]["value"]["op"]
        self.marks[mark] = self.marks.get(mark, 0) + 1
        self._told.pop(name, None)
        if is_comment:
            made = {"id": str(self._next), "author": _ACCOUNT, "body": body["body"]}
            told = issue["fields"].setdefault("comment", {"comments": [], "total": 0})
            told["comments"].append(made)
            return 201, json.dumps(made).encode()
        items = [
            {"field": key, "fieldId": key, "fromString": issue["fields"][key], "toString": value}
            for key, value in body["fields"].items()
        ]
        issue["fields"].update(body["fields"])
        issue["properties"] = {one["key"]: one["value"] for one in body["properties"]}
        issue["changelog"]["histories"].append(
            {"id": str(self._next), "created": "2026-11-26T10:00:00.000+0000", "items": items}
            | {"author": _ACCOUNT}
        )
        return 204, b""


class _Connection(asyncio.Protocol):
    """One kept connection."""

    def __init__(self, jira: LeanJira) -> None:
        self._jira = jira
        self._body = b""
        self._path = ""
        self._parser: Any = None
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to read."""
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        """Forget the request before."""
        self._body = b""

    def on_url(self, url: bytes) -> None:
        """Take the path."""
        self._path = url.partition(b"?")[0].decode()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Answer after the latency."""
        asked = self._parser.get_method().decode(), self._path, self._body
        asyncio.get_running_loop().call_later(self._jira.terms.latency, self._answer, asked)

    def _answer(self, asked: tuple[str, str, bytes]) -> None:
        status, body = self._jira.answer(*asked)
        head = b"HTTP/1.1 %d %s\r\n%s" % (status, _REASONS[status], _HEAD)
        if status == 429:
            head += b"Retry-After: 1\r\n"
        self._transport.write(b"%sContent-Length: %d\r\n\r\n%s" % (head, len(body), body))


def serve(port: int, issues: list[Any], terms: Terms, ready: Event) -> None:
    """Answer on a port of this machine until the process is ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jira = LeanJira({str(one["id"]): one for one in issues}, terms)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(jira), "127.0.0.1", port)
        ready.set()
        await server.serve_forever()

    uvloop.run(run())
