"""Webhooks: signed, only a hint, never a flood."""

import hashlib
import hmac
import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.operations.hints import Bucket, issue_ids_of
from gateway.store import reading
from gateway.web.access_log import WithoutSecrets
from sandbox.contract.shapes import JsonObject
from tests.gateway.promotion.world import SITE
from tests.gateway.web.conftest import Visit
from tests.shared import SHARED, shared

SECRET = b"between Jira and us"
RECORDED = sorted(
    () if SHARED is None else (SHARED / "data/recorded").glob("mattermost*webhook-*.json")
)


def signed(visit: Visit, body: bytes, secret: bytes = SECRET) -> httpx2.Response:
    digest = hmac.new(secret, body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature": f"sha256={digest}"}
    return visit.http.post("/hooks/jira", content=body, headers=headers)


def waiting(visit: Visit) -> list[str]:
    with visit.house.gateway.database.read() as conn:
        return reading.hints(conn, SITE)


@pytest.fixture
def open_hook(visit: Visit) -> Visit:
    gateway = visit.house.gateway
    gateway.settings = replace(gateway.settings, hook_secret=SECRET)
    return visit


def event(issue_id: Any = "10001", **more: Any) -> bytes:
    return json.dumps(
        {"webhookEvent": "jira:issue_updated", "issue": {"id": issue_id}, **more}
    ).encode()


def test_a_signed_event_queues_its_issue_and_nothing_else(open_hook: Visit) -> None:
    asked = len(open_hook.house.jira.asked)
    assert signed(open_hook, event(fields={"summary": "believe me"})).status_code == 202
    assert waiting(open_hook) == ["10001"]
    assert len(open_hook.house.jira.asked) == asked


def test_an_older_data_center_calls_an_address_that_holds_the_secret(open_hook: Visit) -> None:
    path = "/hooks/jira/between%20Jira%20and%20us"
    assert open_hook.http.post(path, content=event()).status_code == 202
    assert waiting(open_hook) == ["10001"]


def test_what_is_not_signed_is_refused_alike(open_hook: Visit) -> None:
    answers = [
        open_hook.http.post("/hooks/jira", content=event()),
        signed(open_hook, event(), b"another secret"),
        open_hook.http.post("/hooks/jira/guessed", content=event()),
        open_hook.http.post("/hooks/jira", content=event(), headers={"X-Hub-Signature": "sha256="}),
        signed(open_hook, b"not JSON", b"another secret"),
    ]
    assert {(one.status_code, one.content) for one in answers} == {(401, b"")}
    assert waiting(open_hook) == []


def test_without_a_secret_there_is_no_such_address(visit: Visit) -> None:
    assert signed(visit, event(), b"").status_code == 404
    assert visit.http.post("/hooks/jira/", content=event()).status_code in (404, 307)


def test_a_large_issue_is_taken_and_a_huge_one_is_not(open_hook: Visit) -> None:
    assert signed(open_hook, event(text="x" * 900_000)).status_code == 202
    assert signed(open_hook, event(text="x" * 1_100_000)).status_code == 413
    assert signed(open_hook, b"[" * 100_000).status_code == 400


def test_a_flood_is_told_to_wait(open_hook: Visit) -> None:
    open_hook.house.gateway.clock = lambda: 5
    found = [signed(open_hook, event()).status_code for _ in range(201)]
    assert (found[199], found[200]) == (202, 429)


def test_the_bucket_fills_again_with_time() -> None:
    bucket = Bucket(left=1, at=0)
    assert [bucket.take(0), bucket.take(0), bucket.take(50_000)] == [True, False, True]
    assert not Bucket(left=0, at=10).take(5), "a clock that goes back fills nothing"


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem.partition("webhook-")[2])
def test_recorded_events_name_their_issue(path: Path) -> None:
    found = json.loads(path.read_text(encoding="utf-8"))
    expected = found["issue"]["id"] if "issue" in found else _inside(found["comment"]["self"])
    assert issue_ids_of(found) == (str(expected),)


def _inside(address: str) -> str:
    return address.split("/issue/")[1].split("/", maxsplit=1)[0]


def test_the_recorded_events_are_there() -> None:
    shared("data/recorded")
    assert len(RECORDED) > 20


@pytest.mark.parametrize(
    "strange",
    [None, [], "x", {"issue": None}, {"issue": {"id": "../../x"}}, {"issue": {"id": True}},
     {"issue": {"id": ["1"]}}, {"comment": {"self": 5}}, {"comment": {"self": "/issue/1"}},
     {"issue": {"id": "1" * 40}}],
)  # fmt: skip
def test_anything_may_stand_in_an_event(strange: Any) -> None:
    assert issue_ids_of(strange) == ()


def test_links_and_worklogs_name_their_issues() -> None:
    link: JsonObject = {"issueLink": {"sourceIssueId": 1, "destinationIssueId": 2}}
    assert issue_ids_of({**link, "worklog": {"issueId": "3"}}) == ("3", "1", "2")


def test_the_secret_in_an_address_is_not_logged() -> None:
    target = "/hooks/jira/between%20Jira%20and%20us?x=1"
    record = logging.LogRecord("uvicorn.access", 20, "", 0, "%s", (target,), None)
    WithoutSecrets().filter(record)
    assert record.args == ("/hooks/jira/",)
