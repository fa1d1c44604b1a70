"""Answers of an upstream spoilt in every way: cut, mistyped, a page, huge, late, anonymous.

Whatever comes back, nothing may be recorded that did not happen, and nothing may be taken
out of the shadow that is still there.
"""

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeAlias

import httpx2

Way: TypeAlias = Callable[[httpx2.Response, random.Random], httpx2.Response]

_SANDBOX = {"X-Airlock-Sandbox": "upstream"}
_PAGE = b"<!DOCTYPE html><html><body>Log in</body></html>"
_HUGE = 200_000
#: What a search finds for somebody who may see nothing.
_EMPTY: Any = {"issues": [], "isLast": True, "startAt": 0, "maxResults": 50, "total": 0}
#: What a value may become.
_OTHERS: tuple[Any, ...] = (None, True, -1, 1e308, "", "x" * 50, [], {}, [[]], {"id": None})


def mistyped(value: Any, draw: random.Random) -> Any:
    """Return JSON with one value somewhere in it changed, dropped or doubled."""
    if isinstance(value, dict) and value and draw.random() < 0.9:
        name = draw.choice(sorted(value))
        if draw.random() < 0.15:
            return {key: one for key, one in value.items() if key != name}
        return {**value, name: mistyped(value[name], draw)}
    if isinstance(value, list) and value and draw.random() < 0.9:
        at = draw.randrange(len(value))
        how = draw.random()
        if how < 0.1:
            return value[:at] + value[at + 1 :]
        if how < 0.2:
            return [*value, value[at]]
        return [*value[:at], mistyped(value[at], draw), *value[at + 1 :]]
    return draw.choice(_OTHERS)


def _cut(answer: httpx2.Response, draw: random.Random) -> httpx2.Response:
    kept = answer.content[: draw.randrange(len(answer.content) + 1)]
    return httpx2.Response(answer.status_code, headers=_kind(answer), content=kept)


def _mistyped(answer: httpx2.Response, draw: random.Random) -> httpx2.Response:
    try:
        body = mistyped(json.loads(answer.content or b"null"), draw)
    except ValueError:
        body = None
    content = json.dumps(body).encode()
    return httpx2.Response(answer.status_code, headers=_kind(answer), content=content)


def _page(_answer: httpx2.Response, _draw: random.Random) -> httpx2.Response:
    return httpx2.Response(200, headers={**_SANDBOX, "Content-Type": "text/html"}, content=_PAGE)


def _huge(answer: httpx2.Response, draw: random.Random) -> httpx2.Response:
    deep = b"[" * _HUGE if draw.random() < 0.5 else b'{"a":' + b"9" * _HUGE + b"}"
    return httpx2.Response(answer.status_code, headers=_kind(answer), content=deep)


def _late(answer: httpx2.Response, _draw: random.Random) -> httpx2.Response:
    raise httpx2.ReadTimeout(f"no answer within the time ({answer.status_code} was on its way)")


def _anonymous(answer: httpx2.Response, draw: random.Random) -> httpx2.Response:
    """Return what a visitor is shown, without a word about who asked."""
    words = {"errorMessages": ["Issue does not exist or you do not have permission"], "errors": {}}
    status, body = draw.choice([(200, _EMPTY), (200, []), (404, words), (200, {})])
    return httpx2.Response(status, headers=_kind(answer), json=body)


def nobody_asked(answer: httpx2.Response, _draw: random.Random) -> httpx2.Response:
    """Return a search that found nothing, without a word about who asked."""
    return httpx2.Response(200, headers=_kind(answer), json=_EMPTY)


def _status(answer: httpx2.Response, draw: random.Random) -> httpx2.Response:
    status = draw.choice([200, 201, 204, 302, 400, 401, 403, 404, 409, 418, 500, 502])
    return httpx2.Response(status, headers=_kind(answer), content=answer.content)


def _kind(answer: httpx2.Response) -> dict[str, str]:
    return {**_SANDBOX, "Content-Type": answer.headers.get("Content-Type", "application/json")}


WAYS: tuple[Way, ...] = (
    _cut,
    _mistyped,
    _mistyped,
    _mistyped,
    _page,
    _huge,
    _late,
    _anonymous,
    nobody_asked,
    _status,
)


class Spoiling(httpx2.BaseTransport):
    """Spoils some of the answers that another transport gives."""

    def __init__(self, inner: httpx2.BaseTransport, draw: random.Random, share: float) -> None:
        """Wrap a transport; ``share`` of its answers are spoilt."""
        self._inner = inner
        self._draw = draw
        self.share = share
        #: Only answers to addresses that contain this are spoilt.
        self.path = ""
        #: How: each may also raise what a client meets instead of an answer.
        self.ways: tuple[Way, ...] = WAYS
        self.counts: Counter[str] = Counter()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer, perhaps badly."""
        answer = self._inner.handle_request(request)
        if self.path not in request.url.path or self._draw.random() >= self.share:
            return answer
        self.counts[request.method] += 1
        return self._draw.choice(self.ways)(answer, self._draw)
