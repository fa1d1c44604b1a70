"""The short way to Jira: what its answers look like on the wire, and what it keeps open."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from gateway.upstream.credentials import Credentials
from gateway.upstream.direct import Asking, Direct, LostError, Raw, UnsentError

BODY = b'{"summary": "\xed\x95\xa0 \xec\x9d\xbc"}'
PACKED = gzip.compress(BODY, mtime=0)
CHUNKS = b"7\r\n" + BODY[:7] + b"\r\n%x\r\n" % len(BODY[7:]) + BODY[7:] + b"\r\n0\r\n\r\n"


@contextmanager
def speaking(*answers: bytes, close: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """Run a server that says these very bytes, one for each request, and notes what came.

    Each string in the list is what came over one connection.
    """
    waiting, heard = list(answers), list[bytes]()
    server = socket.create_server(("127.0.0.1", 0))

    def talk(conn: socket.socket, place: int) -> None:
        with conn:
            while came := conn.recv(65536):
                heard[place] += came
                if not heard[place].endswith(b"\r\n\r\n"):
                    continue
                conn.sendall(waiting.pop(0))
                if close:
                    return

    def accept() -> None:
        while True:
            try:
                conn, _ = server.accept()
            except OSError:
                return
            heard.append(b"")
            threading.Thread(target=talk, args=(conn, len(heard) - 1), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/jira", heard
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def direct(url: str, *, keep: float = 4.0) -> Direct:
    return Direct(url, {"Authorization": "x"}, connect_timeout=5, timeout=2, keep_idle=keep)


def asking(**more: object) -> Asking:
    whole: dict[str, object] = {
        "method": "GET",
        "target": "/rest/x?a=1",
        "headers": {"Accept": "application/json"},
        "content": None,
        "until": time.monotonic() + 30,
        "largest": 1000,
    }
    return Asking(**{**whole, **more})  # type: ignore[arg-type]


def said(body: bytes, *headers: str, length: int | None = None) -> bytes:
    """Return an answer as it goes over the wire."""
    lines = [*headers, f"Content-Length: {len(body) if length is None else length}"]
    return ("HTTP/1.1 200 OK\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + body


def once(answer: bytes, **more: object) -> Raw:
    with speaking(answer, close=True) as (url, _):
        way = direct(url)
        try:
            return way.exchange(asking(**more))
        finally:
            way.close()


@pytest.mark.parametrize(
    "answer",
    [
        said(BODY),
        said(PACKED, "Content-Encoding: gzip"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
        b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
        b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
        b"HTTP/1.1 100 Continue\r\n\r\n" + said(BODY),
        said(BODY) + b"and more",
    ],
)
def test_an_answer_is_read_whole_however_it_is_sent(answer: bytes) -> None:
    found = once(answer)
    assert (found.status, found.content) == (200, BODY)


@pytest.mark.parametrize(
    "answer",
    [
        said(BODY, length=len(BODY) + 1),
        said(PACKED[:-9], "Content-Encoding: gzip"),
        said(BODY, "Content-Encoding: gzip"),
        said(BODY, "Content-Encoding: br"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS[:-12],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
        b"HTTP/1.1 two OK\r\n\r\n",
        b"junk",
        b"",
        said(gzip.compress(b" " * 1001, mtime=0), "Content-Encoding: gzip"),
        said(b" " * 1001),
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 200_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_half_an_answer_is_none(answer: bytes) -> None:
    with pytest.raises(LostError):
        once(answer)


def test_an_answer_that_does_not_end_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with speaking(said(BODY)) as (url, heard):
        clock = SimpleNamespace(monotonic=lambda: 100.0 if any(heard) else 0.0)
        monkeypatch.setattr("gateway.upstream.direct.time", clock)
        with pytest.raises(LostError, match="in time"):
            direct(url).exchange(asking(until=50.0))


def test_a_request_whose_time_is_over_is_not_sent() -> None:
    with speaking(said(BODY)) as (url, heard):
        with pytest.raises(UnsentError, match="nothing was sent"):
            direct(url).exchange(asking(until=time.monotonic() - 1))
        assert not any(heard)


def test_headers_that_come_twice_are_both_heard() -> None:
    found = once(said(b"", "X-Seraph-LoginReason: OK", "x-seraph-loginreason: OUT"))
    assert found.headers["x-seraph-loginreason"] == "OK, OUT"


def test_a_connection_is_kept_and_the_path_stays_below_the_base() -> None:
    with speaking(said(b"1"), said(b"2")) as (url, heard):
        way = direct(url)
        assert [way.exchange(asking()).content for _ in range(2)] == [b"1", b"2"]
        way.close()
    assert len(heard) == 1
    assert heard[0].count(b"GET /jira/rest/x?a=1 HTTP/1.1\r\n") == 2
    assert heard[0].count(b"Authorization: x\r\n") == 2


@pytest.mark.parametrize(
    ("method", "content", "length"), [("GET", None, None), ("POST", None, "0"), ("PUT", b"{}", "2")]
)
def test_a_request_says_how_long_it_is(
    method: str, content: bytes | None, length: str | None
) -> None:
    way = direct("https://[::1]:8443/jira")
    head, _, body = way._request(asking(method=method, content=content)).partition(b"\r\n\r\n")
    lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert (lines.get("Content-Length"), lines["Host"]) == (length, "[::1]:8443")
    assert body == (content or b"")


@pytest.mark.parametrize("why", ["closed by the server", "idle for too long", "told to"])
def test_a_connection_that_may_be_closed_is_not_used_again(why: str) -> None:
    first = said(b"1", "Connection: close") if why == "told to" else said(b"1")
    with speaking(first, said(b"2"), close=why.startswith("closed")) as (url, heard):
        way = direct(url, keep=0.0 if why.startswith("idle") else 4.0)
        assert way.exchange(asking()).content == b"1"
        for _ in range(200):
            if why != "closed by the server" or _end_arrived(way):
                break
            time.sleep(0.01)
        assert way.exchange(asking()).content == b"2"
        way.close()
    assert len(heard) == 2


def _end_arrived(way: Direct) -> bool:
    (kept,) = way._idle  # what a kept connection got to hear can be seen nowhere else
    kept.socket.setblocking(False)
    try:
        return kept.socket.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    finally:
        kept.socket.settimeout(2)


@pytest.mark.parametrize(
    "more",
    [
        {"target": "/rest/x y"},
        {"target": "/rest/x\r\nHost: evil"},
        {"headers": {"X": "a\r\nb: c"}},
        {"headers": {"X": "할"}},
    ],
)
def test_what_no_request_may_hold_is_never_sent(more: dict[str, object]) -> None:
    with speaking(said(b"")) as (url, heard):
        way = direct(url)
        with pytest.raises(UnsentError):
            way.exchange(asking(**more))
        way.close()
    assert not any(heard)


@pytest.mark.parametrize(
    ("settings", "there"),
    [
        ({"JIRA_URL": "https://jira.example.com", "JIRA_PERSONAL_TOKEN": "t"}, True),
        ({"JIRA_URL": "https://jira.example.com", "JIRA_HTTPS_PROXY": "http://p:1"}, False),
        (
            {
                "JIRA_URL": "https://jira.example.com",
                "JIRA_HTTPS_PROXY": "http://p:1",
                "JIRA_NO_PROXY": "*.example.com",
            },
            True,
        ),
    ],
)
def test_the_short_way_is_there_where_no_proxy_is(settings: dict[str, str], there: bool) -> None:
    assert (Credentials.from_env(settings, process={}).direct() is not None) == there


def test_the_proof_stands_in_no_repr() -> None:
    names = {"JIRA_URL": "https://jira.example.com", "JIRA_USERNAME": "a", "JIRA_API_TOKEN": "b"}
    found = Credentials.from_env(names, process={}).direct()
    assert found is not None
    assert found.headers["Authorization"] == "Basic YTpi"
    assert "YTpi" not in repr(found)
