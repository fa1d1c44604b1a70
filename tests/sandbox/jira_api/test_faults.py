"""An upstream that misbehaves, over real sockets: what clients see, and what was done."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from sandbox.contract.shapes import Flavour
from seed_data.loading import ControlDoor
from tests.sandboxes import BOT_EMAIL, BOT_TOKEN, SECRET, upstream_sandbox

LOST = (httpx2.RemoteProtocolError, httpx2.ReadError)


@dataclass
class Jira:
    """A running upstream and the two who talk to it."""

    http: httpx2.Client
    door: ControlDoor
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def misbehave(self, *rules: Any, **faults: Any) -> None:
        """Misbehave from now on."""
        self.door.call("PUT", "/faults", {"rules": rules, **faults})

    def comment(self) -> httpx2.Response:
        """Write something."""
        text = [{"type": "text", "text": f"number {next(self.numbers)}"}]
        body = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": text}]}
        return self.http.post("/rest/api/3/issue/AIR-1/comment", json={"body": body})

    def comments(self) -> int:
        """Count what was written."""
        self.door.call("PUT", "/faults", {})
        found = self.http.get("/rest/api/3/issue/AIR-1/comment").json()
        return int(found["total"])

    def make(self, summary: str = "one") -> httpx2.Response:
        """Make an issue."""
        fields = {"project": {"key": "AIR"}, "issuetype": {"name": "Task"}, "summary": summary}
        return self.http.post("/rest/api/3/issue", json={"fields": fields})

    def found(self) -> list[str]:
        """Search for everything."""
        body = {"jql": "project = AIR ORDER BY key", "fields": ["summary"]}
        page = self.http.post("/rest/api/3/search/jql", json=body).json()
        return [one["fields"]["summary"] for one in page["issues"]]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jira]:
    folder = tmp_path_factory.mktemp("faulty")
    projects = [{"key": "AIR", "name": "Airlock"}]
    with (
        upstream_sandbox(folder, "demo", Flavour.CLOUD, projects=projects) as upstream,
        httpx2.Client(
            base_url=upstream.url, auth=(BOT_EMAIL, BOT_TOKEN), timeout=10, trust_env=False
        ) as http,
    ):
        jira = Jira(http, ControlDoor(f"http://{upstream.control}", SECRET))
        assert jira.make().status_code == 201
        yield jira
        jira.door.close()


@pytest.fixture
def jira(running: Jira) -> Iterator[Jira]:
    running.misbehave()
    yield running
    running.misbehave()


def test_throttled_nothing_is_done(jira: Jira) -> None:
    before = jira.comments()
    jira.misbehave({"fault": "throttle", "on": "writes", "times": 1, "retry_after": "7"})
    refused, done = jira.comment(), jira.comment()

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert done.status_code == 201
    assert jira.comments() == before + 1


def test_retry_after_can_be_a_date_or_missing(jira: Jira) -> None:
    jira.misbehave({"fault": "throttle", "times": 1, "retry_after": "date+60"})
    assert jira.comment().headers["Retry-After"].endswith("GMT")
    jira.misbehave({"fault": "throttle", "times": 1})
    assert "Retry-After" not in jira.comment().headers


@pytest.mark.parametrize(("fault", "done"), [("fail_before", 0), ("fail_after", 1)])
def test_a_failure_before_or_after_looks_the_same(jira: Jira, fault: str, done: int) -> None:
    before = jira.comments()
    jira.misbehave({"fault": fault, "on": "writes", "status": 502})

    assert jira.comment().status_code == 502
    assert jira.comments() == before + done


@pytest.mark.parametrize("fault", ["lose_reply", "half_body"])
def test_a_lost_answer_is_of_something_done(jira: Jira, fault: str) -> None:
    before = jira.comments()
    jira.misbehave({"fault": fault, "on": "writes"})
    with pytest.raises(LOST):
        jira.comment()

    assert jira.comments() == before + 1


def test_a_late_commit_comes_after_the_client_has_left(jira: Jira) -> None:
    before = jira.comments()
    jira.misbehave({"fault": "late", "on": "writes", "late_ms": [200, 200]})
    with pytest.raises(LOST):
        jira.comment()

    seen = [jira.comments()]
    deadline = time.monotonic() + 10
    while seen[-1] == before and time.monotonic() < deadline:
        time.sleep(0.02)
        seen.append(jira.comments())
    assert (seen[0], seen[-1]) == (before, before + 1)


def test_a_page_or_an_anonymous_answer_does_nothing(jira: Jira) -> None:
    before = jira.comments()
    jira.misbehave({"fault": "page"})
    page = jira.comment()
    jira.misbehave({"fault": "anonymous"})
    nobody = jira.comment()

    assert (page.status_code, page.headers["Content-Type"][:9]) == (200, "text/html")
    assert nobody.status_code == 404
    assert jira.found() == []
    assert jira.comments() == before


def test_writes_have_a_rate_and_issues_one_of_their_own(jira: Jira) -> None:
    jira.misbehave(writes_per_second=0.001, burst=2)
    assert [jira.comment().status_code for _ in range(3)] == [201, 201, 429]
    jira.misbehave(issue_writes_per_second=0.001)
    assert [jira.comment().status_code for _ in range(2)] == [201, 429]
    assert jira.make("two").status_code == 201


def test_searches_lag_behind_and_reads_do_not(jira: Jira) -> None:
    jira.misbehave(search_lag_ms=60_000)
    before = jira.found()
    made = jira.make("not in the index yet").json()

    assert jira.found() == before
    assert jira.http.get(f"/rest/api/3/issue/{made['key']}").status_code == 200
    jira.misbehave()
    assert "not in the index yet" in jira.found()


def test_every_answer_takes_its_time(jira: Jira) -> None:
    jira.misbehave(latency_ms=150)
    began = time.monotonic()
    jira.found()
    assert time.monotonic() - began >= 0.15


def test_what_was_played_is_counted(jira: Jira) -> None:
    jira.misbehave({"fault": "throttle", "on": "writes", "share": 0.5}, seed=5)
    codes = [jira.comment().status_code for _ in range(20)]
    told = jira.door.call("GET", "/faults")

    assert told["struck"] == {"throttle": codes.count(429)}
    assert 0 < codes.count(429) < 20
    jira.misbehave({"fault": "throttle", "on": "writes", "share": 0.5}, seed=5)
    assert [jira.comment().status_code for _ in range(20)] == codes
