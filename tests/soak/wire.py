"""The wire between a gateway and a fake Jira in the same process: faults, hooks and witness."""

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from sandbox.domain.faults import Asked
from tests.soak.model import Model, shape

_ISSUE = re.compile(r"/issue/(\d+)")
_HEADERS = {"X-Airlock-Sandbox": "upstream", "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Shares:
    """How often a request goes wrong, and how."""

    refuse: float = 0.02
    throttle: float = 0.02
    fail_after: float = 0.04
    lose: float = 0.06
    #: Bob edits between our read and our write.
    meddle: float = 0.05


class Wire(httpx2.BaseTransport):
    """Passes requests on to a Jira in this process."""

    def __init__(
        self,
        inner: httpx2.Client,
        model: Model,
        draw: random.Random,
        meddle: Callable[[str], None],
        real: Callable[[], Mapping[str, str]],
    ) -> None:
        """Take the Jira, the model, and what Bob does to an issue."""
        self._inner = inner
        self._model = model
        self._draw = draw
        self._meddle = meddle
        self._real = real
        self.shares: Shares | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request of the gateway."""
        body = request.read()
        asked = Asked(request.method, request.url.path)
        fault = self._fault(asked)
        if fault == "throttle":
            return httpx2.Response(429, headers={**_HEADERS, "Retry-After": "0"}, json={})
        if fault == "refuse":
            return httpx2.Response(503, headers=_HEADERS, content=b"no")
        answer = self._passed(request, body, asked)
        if fault == "lose":
            raise httpx2.ReadError("lost", request=request)
        if fault == "fail_after":
            return httpx2.Response(500, headers=_HEADERS, content=b"no")
        return answer

    def _fault(self, asked: Asked) -> str:
        shares, draw = self.shares, self._draw.random()
        if shares is None:
            return ""
        if asked.writes and asked.issue and self._draw.random() < shares.meddle:
            self._meddle(asked.issue)
        for name in ("refuse", "throttle", "fail_after", "lose"):
            share = getattr(shares, name) if asked.writes else getattr(shares, name) / 10
            if draw < share:
                return name
            draw -= share
        return ""

    def _passed(self, request: httpx2.Request, body: bytes, asked: Asked) -> httpx2.Response:
        before = self._fields(asked) if asked.writes else {}
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in ("host", "content-length")
        }
        found = self._inner.request(
            request.method, request.url.raw_path.decode(), content=body, headers=headers
        )
        if asked.writes and found.is_success:
            self._model.effect(self._shown(request, body), before)
        return httpx2.Response(found.status_code, headers=_kept(found), content=found.content)

    def _fields(self, asked: Asked) -> Any:
        found = _ISSUE.search(asked.path)
        if found is None:
            return {}
        answer = self._inner.get(f"/rest/api/3/issue/{found[1]}")
        return answer.json().get("fields", {}) if answer.is_success else {}

    def _shown(self, request: httpx2.Request, body: bytes) -> str:
        """Return what was sent, with temporary names in place of real ones, as approved."""
        path, said = request.url.path, body.decode() or "null"
        temporary = {real: temporary for temporary, real in self._real().items()}
        for name in sorted(temporary, key=len, reverse=True):
            said = re.sub(rf'"{re.escape(name)}"', f'"{temporary[name]}"', said)
            path = re.sub(rf"/{re.escape(name)}(?=/|$)", f"/{temporary[name]}", path)
        return shape(request.method, path, dict(request.url.params), json.loads(said))


def _kept(found: httpx2.Response) -> dict[str, str]:
    dropped = ("content-length", "content-encoding", "transfer-encoding")
    return {name: value for name, value in found.headers.items() if name.lower() not in dropped}
