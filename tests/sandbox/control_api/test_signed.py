"""The control door opens to a fresh, signed, unrepeated request, and to nothing else."""

import asyncio

import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from sandbox.contract.door import HEADER_NONCE, HEADER_SIGNATURE, HEADER_TIME, signature
from sandbox.control_api.signed import Signed

SECRET = b"0123456789abcdef"
NOW = 1_793_610_000


class _Clock:
    def __init__(self) -> None:
        self.seconds = NOW

    def __call__(self) -> int:
        return self.seconds * 1_000_000


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def door(clock: _Clock) -> TestClient:
    return TestClient(Signed(_echo, SECRET, clock))


def _headers(
    method: str = "POST",
    target: str = "/_sandbox/issues?a=1",
    time: int | str = NOW,
    nonce: str = "n1",
    body: bytes = b"{}",
    secret: bytes = SECRET,
) -> dict[str, str]:
    signed = signature(secret, method, target, str(time), nonce, body)
    return {HEADER_TIME: str(time), HEADER_NONCE: nonce, HEADER_SIGNATURE: signed}


def _knock(door: TestClient, headers: dict[str, str]) -> tuple[int, bytes]:
    found = door.post("/_sandbox/issues?a=1", content=b"{}", headers=headers)
    return found.status_code, found.content


def test_a_signed_request_comes_in_with_its_body(door: TestClient) -> None:
    assert _knock(door, _headers()) == (200, b"{}")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        _headers(secret=b"another secret!!"),
        _headers(method="GET"),
        _headers(target="/_sandbox/issues"),
        _headers(target="/_sandbox/site?a=1"),
        _headers(body=b"{ }"),
        _headers(time=NOW - 61),
        _headers(time=NOW + 61),
        _headers(time="soon"),
        _headers(time=""),
        _headers(nonce=""),
        _headers(nonce="x" * 129),
        {**_headers(), HEADER_SIGNATURE: ""},
        {**_headers(), HEADER_NONCE: "n2"},
    ],
)
def test_anything_else_gets_a_bare_401(door: TestClient, headers: dict[str, str]) -> None:
    assert _knock(door, headers) == (401, b"")


@pytest.mark.parametrize("seconds", [-60, 60])
def test_clocks_may_differ_by_a_minute(door: TestClient, seconds: int) -> None:
    assert _knock(door, _headers(time=NOW + seconds))[0] == 200


def test_a_captured_request_cannot_be_used_again(door: TestClient, clock: _Clock) -> None:
    assert _knock(door, _headers())[0] == 200
    assert _knock(door, _headers())[0] == 401
    # Later the nonce is forgotten, but by then the time is too old.
    clock.seconds += 300
    assert _knock(door, _headers(time=NOW + 300, nonce="n9"))[0] == 200
    assert _knock(door, _headers())[0] == 401


def test_nonces_are_forgotten_once_their_time_is_over(clock: _Clock) -> None:
    signed = Signed(_echo, SECRET, clock)
    door = TestClient(signed)
    for number in range(5):
        assert _knock(door, _headers(time=clock.seconds, nonce=f"n{number}"))[0] == 200
        clock.seconds += 60
    assert len(signed._nonces) <= 4


def test_an_unsigned_request_leaves_nothing_in_memory(clock: _Clock) -> None:
    signed = Signed(_echo, SECRET, clock)
    _knock(TestClient(signed), {**_headers(), HEADER_SIGNATURE: "0" * 64})
    assert signed._nonces == {}


def test_only_http_is_answered(clock: _Clock) -> None:
    async def nobody() -> None:
        raise AssertionError

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(_message: object) -> None:
        await nobody()

    scope: Scope = {"type": "websocket", "path": "/_sandbox/health", "headers": []}
    asyncio.run(Signed(_echo, SECRET, clock)(scope, receive, send))
