import base64
import re
from pathlib import Path

import pytest

from gateway.settings import SettingsError
from gateway.upstream.client import Upstream
from gateway.upstream.credentials import Credentials, is_loopback
from gateway.upstream.errors import (
    IdentityLostError,
    OurFaultError,
    ThrottledError,
    WrongUpstreamError,
)
from gateway.upstream.limits import Limits
from gateway.upstream.way import Way
from sandbox.contract.shapes import Flavour
from tests.gateway.upstream.scripted import MYSELF, Answers, Asked, Said, page, scripted

SANDBOX = {"X-Airlock-Sandbox": "demo"}


def jira(deployment: str = "Cloud", headers: dict[str, str] | None = None) -> Answers:
    """Return answers of a small Jira."""

    def answers(asked: Asked) -> Said:
        if asked.path.endswith("/serverInfo"):
            return Said(200, {"deploymentType": deployment}, headers or {})
        if asked.path.endswith("/myself"):
            return Said(200, MYSELF, headers or {})
        return Said(404, {"errorMessages": ["No."]}, headers or {})

    return answers


def test_the_flavour_is_what_the_site_says() -> None:
    for deployment, flavour in (("Cloud", Flavour.CLOUD), ("Server", Flavour.SERVER)):
        with scripted(jira(deployment)) as server:
            upstream = Upstream.connect(Credentials(server.url, "me", "token"))
            upstream.close()
        assert upstream.flavour is flavour
        assert upstream.expected.account == {"acc-1", "bot"}


@pytest.mark.parametrize(
    ("is_sandbox", "demo", "test_upstream", "accepted"),
    [
        (False, False, None, True),
        (True, False, None, False),
        (True, True, None, True),
        (False, True, None, False),
        (True, False, "this", True),
        (True, False, "http://127.0.0.1:1", False),
        # Named as a test upstream, it has to be a sandbox.
        (False, False, "this", False),
    ],
)
def test_a_sandbox_and_a_jira_are_never_confused(
    is_sandbox: bool, demo: bool, test_upstream: str | None, accepted: bool
) -> None:
    with scripted(jira(headers=SANDBOX if is_sandbox else {})) as server:
        named = server.url if test_upstream == "this" else test_upstream
        credentials = Credentials(server.url, "me", "token")
        if accepted:
            Upstream.connect(credentials, demo=demo, test_upstream=named).close()
            return
        with pytest.raises(WrongUpstreamError):
            Upstream.connect(credentials, demo=demo, test_upstream=named)


def test_a_sandbox_that_appears_later_is_refused_too() -> None:
    with scripted(jira()) as server:
        upstream = Upstream.connect(Credentials(server.url, "me", "token"))
        server.answers = jira(headers=SANDBOX)
        with pytest.raises(WrongUpstreamError):
            upstream.myself()
        upstream.close()


def test_a_test_upstream_has_to_be_on_this_machine() -> None:
    with pytest.raises(SettingsError):
        Upstream.connect(
            Credentials("http://jira.example.com"), test_upstream="http://jira.example.com"
        )


def test_an_account_that_changes_stops_everything() -> None:
    with scripted(jira()) as server:
        upstream = Upstream.connect(Credentials(server.url, "me", "token"))
        server.answers = jira(headers={"X-AAccountId": "somebody-else"})
        with pytest.raises(IdentityLostError):
            upstream.myself()
        upstream.close()


def test_a_missing_issue_is_told_from_a_missing_jira() -> None:
    with scripted(jira()) as server:
        upstream = Upstream.connect(Credentials(server.url, "me", "token"))
        assert upstream.issue("10001") is None
        server.answers = lambda _: page("<html>Not found</html>", status=404)
        with pytest.raises(OurFaultError):
            upstream.issue("10001")
        upstream.close()


def test_an_id_cannot_lead_to_another_endpoint() -> None:
    with scripted(jira()) as server:
        upstream = Upstream.connect(Credentials(server.url, "me", "token"))
        upstream.issue("../../user?username=x")
        upstream.close()
    assert server.asked[-1].path.startswith("/rest/api/3/issue/..%2F..%2Fuser%3Fusername%3Dx?")


def test_a_patient_reader_waits_and_a_promoter_does_not() -> None:
    with scripted(jira()) as server:
        upstream = Upstream.connect(Credentials(server.url, "me", "token"))
        calm = jira()
        refused = iter([Said(429, None, {"Retry-After": "2"})] * 2)
        server.answers = lambda asked: next(refused, None) or calm(asked)
        with pytest.raises(ThrottledError):
            upstream.myself()
        waited: list[float] = []
        patient = Upstream(
            upstream.http, upstream.address, upstream.flavour, patience=10, sleep=waited.append
        )
        assert patient.myself() == MYSELF
        upstream.close()
    assert waited == [2.0]


def test_basic_and_bearer_are_what_was_set() -> None:
    with scripted(jira()) as server:
        Upstream.connect(Credentials(server.url, "me@example.com", "t0ken")).close()
        basic = "Basic " + base64.b64encode(b"me@example.com:t0ken").decode()
        assert {asked.headers["Authorization"] for asked in server.asked} == {basic}
        server.asked.clear()
        Upstream.connect(Credentials(server.url, personal_token="p4t")).close()
        assert {asked.headers["Authorization"] for asked in server.asked} == {"Bearer p4t"}


def test_credentials_are_read_from_names_and_files(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("from-file\n")
    found = Credentials.from_env(
        {
            "JIRA_URL": "https://jira.example.com/jira/",
            "JIRA_EMAIL": "me@example.com",
            "JIRA_API_TOKEN_FILE": str(secret),
            "JIRA_CUSTOM_HEADERS": "X-One=1, X-Two=a=b,c",
            "JIRA_TIMEOUT": "9",
            "JIRA_SSL_VERIFY": "false",
        }
    )
    assert found == Credentials(
        "https://jira.example.com/jira",
        "me@example.com",
        "from-file",
        way=Way(headers=(("X-One", "1"), ("X-Two", "a=b,c")), timeout=9.0, verify=False),
        site_url="https://jira.example.com/jira",
    )


def test_credentials_are_never_printed() -> None:
    found = Credentials(
        "https://jira.example.com", "me@example.com", "t0ken", "p4t", way=Way(proxy="http://u:pw@x")
    )
    assert not {"me@example.com", "t0ken", "p4t", "pw"} & set(re.split(r"[^\w@.]", repr(found)))


@pytest.mark.parametrize(
    "url", ["", "jira.example.com", "ftp://x", "https://me:pw@jira.example.com"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        Credentials.from_env({"JIRA_URL": url})


def test_loopback_is_this_machine_only() -> None:
    urls = [
        "http://127.0.0.1:1",
        "http://localhost/x",
        "http://[::1]:5",
        "http://127.0.0.1.nip.io",
        "http://10.0.0.1",
    ]
    assert [is_loopback(url) for url in urls] == [True, True, True, False, False]


def test_a_gateway_starts_while_its_site_rests() -> None:
    with scripted(jira()) as server:
        limits = Limits(left=lambda: 99.0)
        upstream = Upstream.connect(Credentials(server.url, "me", "token"), limits=limits)
        with pytest.raises(ThrottledError):
            upstream.myself()
        upstream.close()
