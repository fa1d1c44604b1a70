"""Plays an upstream's faults in front of the Jira door; see `sandbox.domain.faults`."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import ISSUE_NOT_VISIBLE
from sandbox.domain.faults import Asked, Bucket, Fault, FaultRule, Faults, matches, strikes, taken
from sandbox.jira_api.errors import MEDIA
from sandbox.operations.context import Sandbox

#: In a request's ``extensions``: closes its connection. Servers put it there.
HANG_UP = "airlock.hang_up"
_PAGE = b"<!DOCTYPE html><html><head><title>Log in</title></head><body>Log in</body></html>"


class HungUpError(Exception):
    """The connection would be closed here, if there were one."""


class _Play:
    """The draws, counts and buckets of one description of faults."""

    def __init__(self, faults: Faults, clock: Callable[[], float]) -> None:
        self.faults = faults
        self._clock = clock
        # Faults have to be repeatable, not secret.
        self.random = random.Random(faults.seed)  # noqa: S311
        self._seen: Counter[int] = Counter()
        self._struck: Counter[int] = Counter()
        self._all: Bucket | None = None
        self._issues: dict[str, Bucket] = {}

    def fault(self, asked: Asked) -> FaultRule | None:
        """Return the rule that strikes a request, or None."""
        for number, rule in enumerate(self.faults.rules):
            if not matches(rule, asked):
                continue
            seen, struck = self._seen[number], self._struck[number]
            self._seen[number] += 1
            if strikes(rule, seen=seen, struck=struck, draw=self.random.random()):
                self._struck[number] += 1
                return rule
        return None

    def limited(self, asked: Asked) -> bool:
        """Return whether a request is over a limit; else count it."""
        faults, now = self.faults, self._clock()
        if not asked.writes:
            return False
        rate = faults.issue_writes_per_second
        if rate and asked.issue:
            one = taken(self._issues.get(asked.issue), now, rate=rate, burst=1)
            if one is None:
                return True
            self._issues[asked.issue] = one
        if faults.writes_per_second:
            left = taken(self._all, now, rate=faults.writes_per_second, burst=faults.burst)
            if left is None:
                return True
            self._all = left
        return False


class Faulty:
    """Wraps the app of an upstream; without faults it is not felt."""

    def __init__(
        self, app: ASGIApp, *, sandbox: Sandbox, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Wrap an app. ``sandbox.faults`` may be replaced at any time."""
        self._app = app
        self._sandbox = sandbox
        self._clock = clock
        self._play = _Play(sandbox.faults, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, well or badly."""
        if scope["type"] != "http" or not self._sandbox.faults.any:
            await self._app(scope, receive, send)
            return
        if self._play.faults is not self._sandbox.faults:
            self._play = _Play(self._sandbox.faults, self._clock)
        play = self._play
        asked = Asked(scope["method"], scope["path"])
        if play.faults.latency_ms:
            await asyncio.sleep(play.faults.latency_ms / 1000)
        if play.limited(asked):
            self._count("limit")
            await _throttled("1")(scope, receive, send)
            return
        rule = play.fault(asked)
        if rule is None:
            await self._app(scope, receive, send)
            return
        self._count(rule.fault)
        await self._strike(rule, asked, _Connection(scope, receive, send))

    def _count(self, what: str) -> None:
        self._sandbox.struck[what] = self._sandbox.struck.get(what, 0) + 1

    async def _strike(self, rule: FaultRule, asked: Asked, connection: "_Connection") -> None:
        said = _instead(rule, asked)
        if said is not None:
            await connection.answer(said)
            return
        body = await connection.body()
        if rule.fault is Fault.LATE:
            await connection.hang_up()
            first, last = rule.late_ms
            await asyncio.sleep(self._play.random.uniform(first, max(first, last)) / 1000)
            await connection.run(self._app, body)
            connection.stop()
            return
        done = await connection.run(self._app, body)
        if rule.fault is Fault.FAIL_AFTER:
            await connection.answer(_failed(rule))
            return
        if rule.fault is Fault.HALF_BODY:
            await connection.half(done)
        await connection.hang_up()
        connection.stop()


class _Connection:
    """One request's connection, which may be closed before it was answered."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._close = (scope.get("extensions") or {}).get(HANG_UP)

    async def answer(self, response: Response) -> None:
        """Send an answer that a fault made."""
        await response(self._scope, self._receive, self._send)

    async def body(self) -> bytes:
        """Return the whole body of the request."""
        parts = []
        while True:
            message = await self._receive()
            parts.append(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body"):
                return b"".join(parts)

    async def run(self, app: ASGIApp, body: bytes) -> list[Message]:
        """Have the request done; returns the answer, which nobody has got yet."""
        messages: list[Message] = []
        pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return pending.pop() if pending else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            messages.append(message)

        await app(self._scope, receive, send)
        return messages

    async def half(self, messages: list[Message]) -> None:
        """Send the first half of an answer."""
        body = b"".join(one.get("body", b"") for one in messages[1:])
        start = messages[0]
        if not body:
            # Nothing to halve: promise something instead.
            kept = [one for one in start["headers"] if one[0] != b"content-length"]
            start = {**start, "status": 200, "headers": [*kept, (b"content-length", b"20")]}
        await self._send(start)
        part = body[: len(body) // 2]
        await self._send({"type": "http.response.body", "body": part, "more_body": True})

    async def hang_up(self) -> None:
        """Close the connection, and wait until it is closed."""
        if self._close is not None:
            self._close()
            while (await self._receive())["type"] != "http.disconnect":
                pass

    def stop(self) -> None:
        """End a request that got no whole answer."""
        if self._close is None:
            raise HungUpError


def _instead(rule: FaultRule, asked: Asked) -> Response | None:
    """Return what is answered without anything being done, or None."""
    if rule.fault is Fault.THROTTLE:
        return _throttled(rule.retry_after)
    if rule.fault is Fault.FAIL_BEFORE:
        return _failed(rule)
    if rule.fault is Fault.PAGE:
        return Response(_PAGE, 200, media_type="text/html")
    if rule.fault is Fault.ANONYMOUS:
        return _anonymous(asked)
    return None


def _throttled(retry_after: str) -> Response:
    body = {"errorMessages": ["Rate limit exceeded."], "errors": {}}
    return Response(orjson.dumps(body), 429, _retry_after(retry_after), MEDIA)


def _failed(rule: FaultRule) -> Response:
    page = b"<html><body>The service is not available.</body></html>"
    return Response(page, rule.status, _retry_after(rule.retry_after), "text/html")


def _retry_after(text: str) -> dict[str, str]:
    if not text:
        return {}
    if text.startswith("date+"):
        text = formatdate(time.time() + float(text.removeprefix("date+")), usegmt=True)
    return {"Retry-After": text}


def _anonymous(asked: Asked) -> Response:
    """Return what Jira answers a visitor whom it shows nothing."""
    if asked.searches:
        page: JsonObject = {
            "issues": [],
            "isLast": True,
            "startAt": 0,
            "maxResults": 50,
            "total": 0,
        }
        return Response(orjson.dumps(page), 200, media_type=MEDIA)
    if asked.issue or asked.writes or "/project/" in asked.path:
        body = {"errorMessages": [ISSUE_NOT_VISIBLE], "errors": {}}
        return Response(orjson.dumps(body), 404, media_type=MEDIA)
    return Response(json.dumps([]), 200, media_type=MEDIA)
