import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest

from gateway.promotion.values import Request
from gateway.upstream.client import Upstream
from gateway.upstream.direct import Direct
from gateway.upstream.errors import (
    IdentityLostError,
    NotSentError,
    OurFaultError,
    OutcomeUnknownError,
    ThrottledError,
    UnreadableError,
    UpstreamError,
)
from gateway.upstream.limits import DEFAULT_WAIT, LONGEST_WAIT, Limits, Wait, wait_seconds
from gateway.upstream.steady import steady
from gateway.upstream.stranger import Expected
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import Flavour
from tests.gateway.upstream.scripted import RESET, Asked, Said, Scripted, page, scripted

WRITE = Request(method="PUT", path="/rest/api/2/issue/1", body={"fields": {"summary": "x"}})
READ = Request(method="GET", path="/rest/api/2/issue/1")
NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)

Ask = Callable[[Said, Request], Scripted]


@pytest.fixture(autouse=True, params=["usual", "direct"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take both ways to Jira: they keep the same promises."""
    monkeypatch.setattr(sys.modules[__name__], "DIRECT", request.param == "direct")


DIRECT = False


def upstream_at(url: str, *, timeout: float = 5.0) -> Upstream:
    """Return a connection that expects account acc-1."""
    http = httpx2.Client(trust_env=False, timeout=timeout)
    expected = Expected(account=frozenset({"acc-1", "bot"}))
    upstream = Upstream(http, Address(url), Flavour.SERVER, expected)
    short = Direct(url, {}, connect_timeout=timeout, timeout=timeout, keep_idle=4.0)
    return replace(upstream, direct=short) if DIRECT else upstream


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
            Said(403, {}, {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}),
            IdentityLostError,
            IdentityLostError,
        ),
        # The account is known; its token lacks a scope.
        (
            Said(401, {"code": 401, "message": "Unauthorized; scope does not match"}),
            OurFaultError,
            OurFaultError,
        ),
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


def test_behind_the_moment_by_which_it_had_to_begin_nothing_is_sent() -> None:
    with scripted(lambda _: Said(204)) as server:
        upstream = upstream_at(server.url)
        with pytest.raises(NotSentError, match="held up"):
            upstream.send(WRITE, None, steady() - 1)
        assert not server.asked
        assert upstream.send(WRITE, None, steady() + 60).status == 204
        assert len(server.asked) == 1
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


ME = Said(200, {"accountId": "acc-1"})
NOBODY = Said(200, {"accountId": "acc-2"})


@pytest.mark.parametrize(
    ("said", "myself", "wanted"),
    [
        # Through OAuth no answer names the account: a 403 gives reason to ask.
        (Said(403, {"errorMessages": ["no"]}), ME, OurFaultError),
        (Said(403, {"errorMessages": ["no"]}), NOBODY, IdentityLostError),
        (Said(403, {"errorMessages": ["no"]}), page(), IdentityLostError),
        (Said(403, {"errorMessages": ["no"]}), Said(401), IdentityLostError),
        (Said(204), ME, 204),
    ],
)
def test_where_no_answer_names_us_jira_is_asked_after_a_403(
    said: Said, myself: Said, wanted: type[Exception] | int
) -> None:
    with scripted(lambda asked: myself if asked.path.endswith("/myself") else said) as server:
        upstream = upstream_at(server.url)
        for request in (WRITE, READ):
            try:
                found: object = upstream.send(request).status
            except UpstreamError as error:
                found = type(error)
            assert found == wanted
        upstream.close()
    asked = sum(one.path.endswith("/myself") for one in server.asked)
    assert asked == (0 if wanted == 204 else 2)


def test_a_name_that_is_missing_all_of_a_sudden_is_asked_for() -> None:
    with scripted(
        lambda asked: NOBODY if asked.path.endswith("/myself") else Said(200, {})
    ) as jira:
        named = Expected(account=frozenset({"acc-1"}), named=True)
        upstream = replace(upstream_at(jira.url), expected=named)
        with pytest.raises(IdentityLostError):
            upstream.send(READ)
        with pytest.raises(OutcomeUnknownError) as raised:
            upstream.send(WRITE)
        assert raised.value.stranger
        jira.answers = lambda asked: ME if asked.path.endswith("/myself") else Said(200, {})
        assert upstream.send(WRITE).status == 200
        upstream.close()


def test_an_answer_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.upstream.wire.LARGEST_ANSWER", 1000)
    assert isinstance(outcome(Said(200, ["x" * 2000]), READ), UnreadableError)
    assert isinstance(outcome(Said(200, ["x" * 2000]), WRITE), OutcomeUnknownError)
    assert outcome(Said(200, ["x" * 900]), READ) == 200


def test_a_write_that_drips_is_given_up_in_time() -> None:
    def slow(asked: Asked) -> Said:
        if asked.method != "GET":
            time.sleep(0.7)
        return Said(200, ["slow"])

    with scripted(slow) as jira:
        upstream = replace(upstream_at(jira.url), write_within=0.5)
        with pytest.raises(OutcomeUnknownError):
            upstream.send(WRITE)
        assert upstream.send(READ).status == 200
        upstream.close()


def test_nothing_is_sent_while_the_site_rests_and_refusals_are_noted() -> None:
    noted: list[Wait] = []
    rest = [0.0]

    def told(wait: Wait) -> float:
        noted.append(wait)
        return 9.0

    limits = Limits(left=lambda: rest[0], told=told)
    burst = {"RateLimit-Reason": "jira-burst-based", "Retry-After": "2"}
    with scripted(lambda _: Said(429, None, burst)) as jira:
        upstream = replace(upstream_at(jira.url), limits=limits)
        with pytest.raises(ThrottledError) as raised:
            upstream.send(WRITE)
        assert (raised.value.seconds, raised.value.per_issue) == (9.0, False)
        rest[0] = 4.0
        with pytest.raises(ThrottledError):
            upstream.send(WRITE)
        assert len(jira.asked) == 1
        rest[0] = 0.0
        issue = {"RateLimit-Reason": "jira-per-issue-on-write", "Retry-After": "2"}
        jira.answers = lambda _: Said(429, None, issue)
        with pytest.raises(ThrottledError) as raised:
            upstream.send(WRITE)
        assert (raised.value.seconds, raised.value.per_issue) == (2.0, True)
        upstream.close()
    assert noted == [Wait(2.0, reason="too many requests in a second")]
