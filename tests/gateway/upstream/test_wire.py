import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx2
import pytest

from gateway.promotion.values import Request
from gateway.upstream.client import Upstream
from gateway.upstream.errors import (
    IdentityLostError,
    NotSentError,
    OurFaultError,
    OutcomeUnknownError,
    ThrottledError,
    UnreadableError,
    UpstreamError,
)
from gateway.upstream.limits import DEFAULT_WAIT, LONGEST_WAIT, wait_seconds
from gateway.upstream.stranger import Expected
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import Flavour
from tests.gateway.upstream.scripted import RESET, Asked, Said, Scripted, page, scripted

WRITE = Request(method="PUT", path="/rest/api/2/issue/1", body={"fields": {"summary": "x"}})
READ = Request(method="GET", path="/rest/api/2/issue/1")
NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)

Ask = Callable[[Said, Request], Scripted]


def upstream_at(url: str, *, timeout: float = 5.0) -> Upstream:
    """Return a connection that expects account acc-1."""
    http = httpx2.Client(trust_env=False, timeout=timeout)
    expected = Expected(account=frozenset({"acc-1", "bot"}))
    return Upstream(http, Address(url), Flavour.SERVER, expected)


def outcome(said: Said, request: Request, *, timeout: float = 5.0) -> UpstreamError | int:
    """Return the error that an answer comes to, or its status."""
    with scripted(lambda _: said) as server:
        upstream = upstream_at(server.url, timeout=timeout)
        try:
            return upstream.send(request).status
        except UpstreamError as error:
            return error
        finally:
            upstream.close()


@pytest.mark.parametrize(
    ("said", "write", "read"),
    [
        (Said(204), 204, 204),
        (Said(200, {"id": "1"}), 200, 200),
        (Said(400, {"errorMessages": ["no"], "errors": {}}), OurFaultError, OurFaultError),
        (Said(403, {"errorMessages": ["no"]}), OurFaultError, OurFaultError),
        (Said(409, {"errorMessages": ["busy"]}), OurFaultError, OurFaultError),
        (Said(401, {"message": "no"}), IdentityLostError, IdentityLostError),
        (Said(302, None, {"Location": "/login"}), OutcomeUnknownError, IdentityLostError),
        (
            Said(308, None, {"Location": "https://x.invalid/"}),
            OutcomeUnknownError,
            IdentityLostError,
        ),
        (page(), OutcomeUnknownError, IdentityLostError),
        (Said(200, "{half"), OutcomeUnknownError, IdentityLostError),
        (Said(500, {"errorMessages": ["oops"]}), OutcomeUnknownError, UnreadableError),
        (Said(502, "<html>"), OutcomeUnknownError, UnreadableError),
        (Said(504), OutcomeUnknownError, UnreadableError),
        (Said(408), OutcomeUnknownError, UnreadableError),
        (Said(503, None, {"Retry-After": "3"}), OutcomeUnknownError, ThrottledError),
        (Said(429, None, {"Retry-After": "3"}), ThrottledError, ThrottledError),
        (RESET, OutcomeUnknownError, UnreadableError),
        (Said(200, {}, {"X-AUSERNAME": "anonymous"}), OutcomeUnknownError, IdentityLostError),
        (Said(404, {}, {"X-AUSERNAME": "anonymous"}), IdentityLostError, IdentityLostError),
        (Said(200, {}, {"X-AAccountId": "acc-2"}), OutcomeUnknownError, IdentityLostError),
        (Said(200, {}, {"X-AAccountId": "acc-1"}), 200, 200),
        (Said(200, {}, {"X-AUSERNAME": "Bot"}), 200, 200),
        (
            Said(200, {}, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}),
            OutcomeUnknownError,
            IdentityLostError,
        ),
        (Said(200, {}, {"X-Seraph-LoginReason": "OK"}), 200, 200),
        (
            Said(403, {}, {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=x"}),
            IdentityLostError,
            IdentityLostError,
        ),
        (Said(200, {}, {"X-Airlock-Sandbox": "1"}), OutcomeUnknownError, IdentityLostError),
    ],
)
def test_every_answer_says_whose_fault_it_is(
    said: Said, write: type[Exception] | int, read: type[Exception] | int
) -> None:
    for request, wanted in ((WRITE, write), (READ, read)):
        found = outcome(said, request)
        if isinstance(wanted, int):
            assert found == wanted
        else:
            assert isinstance(found, wanted), found


def test_a_write_that_is_not_answered_in_time_may_have_happened() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        upstream = upstream_at(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
        with pytest.raises(OutcomeUnknownError):
            upstream.send(WRITE)
        with pytest.raises(UnreadableError):
            upstream.send(READ)
        upstream.close()


def test_a_refused_connection_was_certainly_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    upstream = upstream_at(f"http://127.0.0.1:{port}")
    for request in (WRITE, READ):
        with pytest.raises(NotSentError):
            upstream.send(request)
    upstream.close()


def test_a_redirect_is_never_followed() -> None:
    with scripted(lambda _: Said()) as elsewhere:
        location = {"Location": f"{elsewhere.url}/rest/api/2/issue/1"}
        for status in (301, 302, 303, 307, 308):
            for request in (WRITE, READ):
                found = outcome(Said(status, None, location), request)
                assert isinstance(found, UpstreamError)
        assert elsewhere.asked == []


@pytest.fixture
def quiet() -> Iterator[Scripted]:
    with scripted(lambda _: Said(204)) as server:
        yield server


@pytest.mark.parametrize(
    "path",
    [
        "rest/api/2/issue/1",
        "/plugins/servlet/x",
        "/rest/api/2/../../x",
        "/rest//issue",
        "/rest/api/2/issue/1?x=1",
        "/rest/api/2/issue/1#x",
        "/rest/@evil.invalid/",
        "https://evil.invalid/rest/",
        "/rest/api/./issue",
        "/rest/api\\issue",
    ],
)
def test_a_path_that_leaves_the_rest_api_is_refused(quiet: Scripted, path: str) -> None:
    upstream = upstream_at(quiet.url)
    with pytest.raises(NotSentError):
        upstream.send(Request(method="PUT", path=path))
    upstream.close()
    assert quiet.asked == []


def test_query_and_body_arrive_as_they_were_planned(quiet: Scripted) -> None:
    upstream = upstream_at(f"{quiet.url}/jira")
    body = {"fields": {"summary": "할 일 & more"}}
    upstream.send(
        Request(method="PUT", path="/rest/api/2/issue/1", query={"notifyUsers": "true"}, body=body)
    )
    upstream.close()
    found: Asked = quiet.asked[0]
    assert (found.method, found.path) == ("PUT", "/jira/rest/api/2/issue/1?notifyUsers=true")
    assert found.body == body


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, DEFAULT_WAIT),
        ("", DEFAULT_WAIT),
        ("7", 7.0),
        ("0", 0.0),
        ("-3", 0.0),
        ("nan", DEFAULT_WAIT),
        ("inf", DEFAULT_WAIT),
        ("999999999", LONGEST_WAIT),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", DEFAULT_WAIT),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float) -> None:
    assert wait_seconds(header, NOW) == seconds


def test_jiras_own_words_reach_the_error() -> None:
    said = Said(400, {"errorMessages": ["One."], "errors": {"summary": "Two."}})
    found = outcome(said, WRITE)
    assert isinstance(found, OurFaultError)
    assert (found.status, found.messages, found.errors) == (400, ("One.",), {"summary": "Two."})
    assert found.sentence == "Jira answered 400: One. summary: Two."
