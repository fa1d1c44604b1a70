"""A dry run against a real upstream: it changes nothing, and what it prints is what is sent."""

import json
import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest

from gateway.operations import preflight, reviewing
from gateway.promotion.naming import APPROVER
from gateway.promotion.preflight import OperationReport, Preflight, Verdict
from gateway.promotion.values import MARKER_KEY
from gateway.review.refusals import RefusedError
from gateway.review.states import State
from gateway.upstream.direct import Asking, Direct, Raw
from tests.gateway.cli.running import airlock
from tests.house import House
from tests.journeys.metadata import built_versions, version_gone
from tests.journeys.staging import approve_and_promote, changed, fresh, paragraph, start, upstream


def journal(built: House) -> list[Any]:
    """Return everything that was ever written at the fake Jira."""
    with closing(sqlite3.connect(built.folder / "upstream.db")) as conn:
        return [
            conn.execute(f"SELECT * FROM {one}").fetchall() for one in ("journal", "issue_version")
        ]


def staged(built: House, name: str) -> tuple[str, int]:
    """Have an agent edit, comment, move and link an issue, and make one with a sub-issue."""
    key, other, task = fresh(built), fresh(built), start(built, name)
    task.send("PUT", f"issue/{key}", {"fields": {"summary": "새 제목", "labels": ["a", "b"]}})
    task.send("POST", f"issue/{key}/comment", {"body": paragraph("확인")})
    [move, *_] = task.read(f"issue/{key}/transitions")["transitions"]
    task.send("POST", f"issue/{key}/transitions", {"transition": {"id": move["id"]}})
    ends = {"inwardIssue": {"key": key}, "outwardIssue": {"key": other}}
    task.send("POST", "issueLink", {"type": {"name": "Blocks"}, **ends})
    fields = {"project": {"key": "WEB"}, "issuetype": {"name": "Task"}, "summary": "새 이슈"}
    made = task.send("POST", "issue", {"fields": fields})
    task.send("PUT", f"issue/{key}", {"fields": {"summary": f"앞의 일: {made['key']}"}})
    return key, task.submit()


def test_what_is_printed_is_what_is_sent_and_nothing_else_was(
    built: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, review = staged(built, "dry-run")
    before, written = built.snapshot(), journal(built)
    report = preflight.dry_run(built.gateway, review)
    assert [one for one in report.operations if one.verdict is not Verdict.OK] == [], report
    assert report.author == built.gateway.upstream.myself()["displayName"]
    assert changed(before, built.snapshot()) == {}
    assert journal(built) == written

    sent: list[Asking] = []
    exchange = Direct.exchange

    def noted(self: Direct, asking: Asking) -> Raw:
        sent.append(asking)
        return exchange(self, asking)

    monkeypatch.setattr(Direct, "exchange", noted)
    view = approve_and_promote(built, review)
    until = time.monotonic() + 60
    while view.state is State.PROMOTING and time.monotonic() < until:
        # On a busy machine a lease of a second may end before the request is sent.
        built.promote_all()
        view = reviewing.view(built.gateway, review, read_now=False)
    assert view.state is State.PROMOTED, [one.trouble for one in view.operations]
    writes = [one for one in sent if one.method != "GET" and not one.target.endswith("/jql")]
    assert len(writes) == len(report.operations) >= 5
    real = real_names(view) | {APPROVER: "mina"}
    for shown, request in zip(report.operations, writes, strict=True):
        assert request.method == shown.request.method
        url = f"{built.gateway.upstream.address.url}{request.target}"
        assert url == filled(shown.request.url, shown, real)
        wanted = json.loads(filled(shown.request.body, shown, real))
        assert without_mark(json.loads(request.content or b"")) == without_mark(wanted)


def real_names(view: Any) -> dict[str, str]:
    """Return temporary id and key to the real ones."""
    found: dict[str, str] = {}
    for one in view.operations:
        if one.planned.kind == "create":
            found[one.planned.issue_id] = one.receipt.upstream_id
            found[one.planned.issue_key] = one.receipt.upstream_key
    return found


def filled(text: str, shown: OperationReport, real: dict[str, str]) -> str:
    """Fill in what the report said would be filled in later, and only that."""
    for later in shown.request.later:
        text = text.replace(later.shown, real.get(later.shown, later.shown))
    return text


def without_mark(body: Any) -> Any:
    marks = body.pop("properties", [])
    assert all(one["key"] == MARKER_KEY for one in marks)
    return body


def test_what_jira_would_refuse_is_blocked_before_anything_is_written(built: House) -> None:
    keys, task = [fresh(built), fresh(built)], start(built, "dry-run-blocked")
    newest = built_versions(built)[-1]
    task.send("PUT", f"issue/{keys[0]}", {"fields": {"duedate": "2027-02-01"}})
    task.send("PUT", f"issue/{keys[1]}", {"fields": {"versions": [{"id": newest["id"]}]}})
    review = task.submit()
    digest = reviewing.view(built.gateway, review).digest
    reviewing.approve(built.gateway, "mina", review, digest)
    before = built.snapshot()
    with version_gone(built):
        report = preflight.dry_run(built.gateway, review)
        with pytest.raises(RefusedError, match="does not offer"):
            reviewing.promote(built.gateway, "mina", review, digest)
    verdicts = [one.verdict for one in report.operations]
    assert verdicts == [Verdict.OK, Verdict.BLOCKED]
    [trouble] = report.troubles
    assert trouble.code == "option"
    assert changed(before, built.snapshot()) == {}
    assert preflight.dry_run(built.gateway, review).verdict is Verdict.OK
    reviewing.promote(built.gateway, "mina", review, digest)
    built.promote_until_ended(review)
    assert set(changed(before, built.snapshot())) == set(keys)


def test_the_command_prints_it_and_its_exit_code_says_whether_it_is_blocked(built: House) -> None:
    key, review = staged(built, "dry-run-command")
    said = airlock("changes", "dry-run", f"CS-{review}", env=built.env, folder=built.folder)
    assert said.returncode == 0, said.stderr
    assert f"CS-{review}: ok. Nothing was written." in said.stdout
    assert f"PUT {built.upstream.url}/rest/api/3/issue/" in said.stdout
    assert "the key of the issue that request 1 creates" in said.stdout
    upstream(built, "PUT", f"issue/{key}", {"fields": {"summary": "동료가 고침"}})
    told = airlock("changes", "dry-run", str(review), "--json", env=built.env, folder=built.folder)
    assert told.returncode == 3
    assert Preflight.model_validate_json(told.stdout).troubles
