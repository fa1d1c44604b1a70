"""From submitting to the reviewer's words, as the agent sees it."""

import json
from typing import Any

import pytest

from gateway.operations import reviewing, telling
from gateway.review.sources import Proof
from tests.house import House
from tests.journeys.agents import Agent, Told, work

MINA = "mina"


def submit(built: House, token: str, task: str, key: str, **fields: Any) -> tuple[Told, int]:
    """Edit, submit and let the gateway fetch; returns the answer and the review's number."""

    async def job(agent: Agent) -> Told:
        await agent.must("getJiraIssue", issueIdOrKey=key)
        await agent.must("editJiraIssue", issueIdOrKey=key, fields=fields)
        return await agent.must("submitForReview", reason="asked for", title="기한 정하기")

    told = work(built.shadow.url, token, job, task=task)
    [review] = built.fetch()
    return told, review


def outcome(built: House, token: str, task: str, **arguments: Any) -> Told:
    return work(
        built.shadow.url,
        token,
        lambda agent: agent.ask("getReviewOutcome", **arguments),
        task=task,
    )


def test_before_anything_was_submitted_the_tools_say_what_to_do(built: House, secret: str) -> None:
    told = outcome(built, secret, "empty")
    assert "submitForReview" in told.text
    assert told.structured["submissions"] == []
    pending = work(
        built.shadow.url, secret, lambda agent: agent.must("showMyPendingChanges"), task="empty"
    )
    assert "Nothing is staged" in pending.text
    nothing = work(
        built.shadow.url, secret, lambda agent: agent.ask("submitForReview", reason="x"),
        task="empty",
    )  # fmt: skip
    assert nothing.refused


def test_pending_changes_show_before_and_after(built: House, secret: str, key: str) -> None:
    async def job(agent: Agent) -> Told:
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"labels": ["운영"]})
        return await agent.must("showMyPendingChanges")

    told = work(built.shadow.url, secret, job, task="pending")
    [change] = told.structured["changes"]
    assert (change["issue"], change["kind"], change["field"]) == (key, "edit", "labels")
    lines = told.text.splitlines()
    assert lines[0].startswith("Staged, not submitted, not applied.")
    assert [f"=== {key}", "- Labels: customer-report", "+ Labels: 운영"] == lines[-3:]
    assert told.structured["diff"] == "\n".join(lines[-3:])


def test_a_submission_waits_until_a_person_decides(built: House, secret: str, key: str) -> None:
    told, _ = submit(built, secret, "waits", key, duedate="2026-12-24")
    assert told.text.startswith("Submitted for review: 1 changes as ")
    known = told.structured["changeSet"]
    waiting = outcome(built, secret, "waits", changeSet=known)
    assert "waiting for a person" in waiting.text
    assert "기한 정하기" in waiting.text
    other = outcome(built, secret, "waits", changeSet="ws-000000000000.1")
    assert other.refused
    assert known in other.text


@pytest.mark.parametrize("profile", ["", "mcp-atlassian"])
def test_the_request_is_quoted_and_sources_are_named_at_both_doors(
    built: House, secret: str, key: str, profile: str
) -> None:
    read, edit, submit_it = (
        ("jira_get_issue", "jira_update_issue", "submit_for_review")
        if profile
        else ("getJiraIssue", "editJiraIssue", "submitForReview")
    )
    named = "issue_key" if profile else "issueIdOrKey"
    fields: Any = {"labels": ["인용"], "duedate": "2026-12-24"}
    here = f"{built.shadow.url}/browse/{key}"

    async def job(agent: Agent) -> tuple[Told, Told]:
        await agent.must(read, **{named: key})
        given = json.dumps(fields) if profile else fields
        await agent.must(edit, **{named: key, "fields": given})
        said = {"reason": "asked for", "request": f"<b>{here}</b>의 기한을\u202e 정해 줘"}
        wrong = await agent.ask(submit_it, **said, sources={f"{key}.summary": [key]})
        sources = {f"{key.lower()}.Labels": [key, "NOWHERE-1#77"], f"{key}.duedate": f"{key}#8"}
        return wrong, await agent.must(submit_it, **said, sources=sources)

    wrong, _ = work(built.shadow.url, secret, job, task=f"quote{profile}", tools=profile)
    assert wrong.refused
    assert f"which is: {key}.labels, {key}.duedate" in wrong.text
    [number] = built.fetch()
    view = reviewing.view(built.gateway, number)
    jira = built.gateway.identity.base_url
    assert view.request == f"<b>{jira}/browse/{key}</b>의 기한을\u202e 정해 줘"
    found = {one.change.field: one.sources for issue in view.issues for one in issue.changes}
    own, away = found["labels"]
    assert (own.proof, own.url) == (Proof.READ, f"{jira}/browse/{key}")
    assert (away.issue_key, away.proof, away.url) == ("NOWHERE-1", Proof.NEVER, "")
    [comment] = found["duedate"]
    assert (comment.comment_id, comment.proof) == ("8", Proof.NO_COMMENT)
    flags = [flag.id for issue in view.issues for one in issue.changes for flag in one.flags]
    assert flags.count("unread_source") == 2


def test_what_names_no_source_is_refused_and_stays_staged(
    built: House, secret: str, key: str
) -> None:
    async def job(agent: Agent) -> tuple[Told, Told]:
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"labels": ["x"]})
        sources = {key: ["the meeting"]}
        wrong = await agent.ask("submitForReview", reason="why", sources=sources)
        return wrong, await agent.must("showMyPendingChanges")

    wrong, pending = work(built.shadow.url, secret, job, task="nosource")
    assert wrong.refused
    assert 'Write {"AIR-7.description": ["AIR-3#10234: fails since 4.2"]}' in wrong.text
    assert len(pending.structured["changes"]) == 1
    assert not built.fetch()


def test_a_rejection_arrives_with_the_reviewers_words(built: House, secret: str, key: str) -> None:
    _, review = submit(built, secret, "rejected", key, duedate="2026-12-25")
    digest = reviewing.view(built.gateway, review).digest
    reviewing.reject(built.gateway, MINA, review, digest, "성탄절에는 배포하지 않습니다.")
    telling.tell(built.gateway)
    told = outcome(built, secret, "rejected")
    assert "rejected" in told.text
    assert "성탄절에는 배포하지 않습니다." in told.text
    [one] = told.structured["submissions"]
    assert one["state"] == "rejected"
    assert one["words"] == "성탄절에는 배포하지 않습니다."
    read = work(
        built.shadow.url, secret, lambda agent: agent.must("getJiraIssue", issueIdOrKey=key),
        task="rejected",
    )  # fmt: skip
    assert f"{key} duedate: rejected" in read.text.splitlines()[0]
    assert read.structured["fields"].get("duedate") != "2026-12-25"


def test_what_people_refused_is_not_handed_in_again(built: House, secret: str, key: str) -> None:
    _, review = submit(built, secret, "again", key, duedate="2027-01-01")
    digest = reviewing.view(built.gateway, review).digest
    reviewing.reject(built.gateway, MINA, review, digest, "설날까지 기다립니다.")
    telling.tell(built.gateway)

    async def job(agent: Agent) -> tuple[Told, Told, Told]:
        await agent.must(
            "editJiraIssue", issueIdOrKey=key, fields={"duedate": "2027-01-01", "labels": ["ok"]}
        )
        refused = await agent.ask("submitForReview", reason="once more")
        staged = await agent.must("showMyPendingChanges")
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"duedate": None})
        return refused, staged, await agent.must("submitForReview", reason="the rest")

    refused, staged, rest = work(built.shadow.url, secret, job, task="again")
    assert refused.refused
    assert f"{key} duedate: rejected by {MINA} (“설날까지 기다립니다.”)" in refused.text
    assert "discardMyChanges" in refused.text
    assert len(staged.structured["changes"]) == 2
    [change] = rest.structured["changes"]
    assert change["field"] == "labels"
    built.fetch()


def test_a_promotion_is_told_change_by_change(built: House, secret: str, key: str) -> None:
    _, review = submit(built, secret, "promoted", key, duedate="2026-12-28", labels=["one"])
    digest = reviewing.view(built.gateway, review).digest
    [issue] = reviewing.view(built.gateway, review).issues
    labels = next(one.change.id for one in issue.changes if one.change.field == "labels")
    reviewing.decide(built.gateway, MINA, review, labels, "reject", "Not this label.", digest)
    digest = reviewing.view(built.gateway, review).digest
    reviewing.approve(built.gateway, MINA, review, digest)
    reviewing.promote(built.gateway, MINA, review, digest)
    built.promote_all()
    told = outcome(built, secret, "promoted")
    assert f"{key} duedate: promoted" in told.text
    assert f"{key} labels: rejected" in told.text
    assert "Not this label." in told.text
