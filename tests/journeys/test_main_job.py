"""The main job: an agent edits a shadow, a person approves, Jira changes, exactly so."""

import json
from contextlib import suppress
from typing import Any

import pytest

from gateway.operations import reviewing
from gateway.review.refusals import ReviewError
from gateway.review.states import State
from sandbox.contract.compare import Three
from tests.house import House, as_json
from tests.journeys.agents import Agent, Told, work

MINA = "mina"
#: Fields that Jira changes by itself whenever an issue changes.
CLOCKS = {"updated", "statuscategorychangedate"}


def person(built: House) -> str:
    assert built.world is not None
    return built.world.cast.person.account_id


def mine(built: House, number: int) -> str:
    """Return the key of an open issue of the person, each number another one."""
    account = person(built)
    keys = [
        key
        for key, issue in sorted(built.snapshot().items())
        if (issue["fields"]["assignee"] or {}).get("accountId") == account
        and issue["fields"]["status"]["statusCategory"]["key"] == "new"
    ]
    return keys[number]


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, set[str]]:
    """Return which fields of which issues differ; new issues as ``{"+"}``."""
    found: dict[str, set[str]] = {}
    for key, issue in after.items():
        if key not in before:
            found[key] = {"+"}
            continue
        old, new = before[key]["fields"], issue["fields"]
        names = {name for name in {*old, *new} if as_json(old.get(name)) != as_json(new.get(name))}
        if names - CLOCKS:
            found[key] = names - CLOCKS
    return found


async def edit_and_submit(agent: Agent, key: str, fields: dict[str, Any]) -> Told:
    await agent.must("getJiraIssue", issueIdOrKey=key)
    await agent.must("editJiraIssue", issueIdOrKey=key, fields=fields)
    return await agent.must("submitForReview", reason="because it was asked for", title=key)


def submit(built: House, task: str, key: str, fields: dict[str, Any]) -> int:
    """Let an agent edit one issue and hand it in; returns the review's number."""
    token = built.token(f"agent-{task}", person(built))
    work(built.shadow.url, token, lambda agent: edit_and_submit(agent, key, fields), task=task)
    [review] = built.fetch()
    return review


def approve_and_promote(built: House, review: int) -> None:
    digest = reviewing.view(built.gateway, review).digest
    reviewing.approve(built.gateway, MINA, review, digest)
    reviewing.promote(built.gateway, MINA, review, digest)
    built.promote_until_ended(review)


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_edit_comment_transition_and_create_arrive_exactly_as_approved(
    built: House, era: Any
) -> None:
    key = mine(built, 0)
    before = built.snapshot()
    token = built.token(f"whole-{era}", person(built))

    async def job(agent: Agent) -> None:
        await agent.must("getJiraIssue", issueIdOrKey=key, fields=["*all"])
        summary = f"로그인 {era}: summary with 한글"
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"summary": summary})
        await agent.must("addCommentToJiraIssue", issueIdOrKey=key, commentBody=f"**{era}** 확인")
        told = await agent.must("getTransitionsForJiraIssue", issueIdOrKey=key)
        move = told.structured["transitions"][0]["id"]
        await agent.must("transitionJiraIssue", issueIdOrKey=key, transition={"id": move})
        await agent.must(
            "createJiraIssue",
            projectKey="WEB",
            issueTypeName="Task",
            summary=f"새 이슈 {era}",
            description="with a [link](https://example.com)",
        )
        await agent.must("submitForReview", reason="the whole job", title=f"whole {era}")

    work(built.shadow.url, token, job, task=f"whole-{era}", era=era)
    assert changed(before, built.snapshot()) == {}
    [review] = built.fetch()
    assert changed(before, built.snapshot()) == {}
    approve_and_promote(built, review)

    after = built.snapshot()
    [new] = [name for name in after if name not in before]
    assert changed(before, after) == {key: {"summary", "comment", "status"}, new: {"+"}}
    assert after[key]["fields"]["summary"] == f"로그인 {era}: summary with 한글"
    assert after[new]["fields"]["summary"] == f"새 이슈 {era}"
    assert reviewing.view(built.gateway, review).state is State.PROMOTED


def test_nothing_changes_upstream_while_nothing_is_approved(built: House) -> None:
    key = mine(built, 0)
    before = built.snapshot()
    review = submit(built, "waiting", key, {"priority": {"name": "Lowest"}})
    built.promote_all()
    assert changed(before, built.snapshot()) == {}
    digest = reviewing.view(built.gateway, review).digest
    with pytest.raises(ReviewError):
        reviewing.promote(built.gateway, MINA, review, digest)
    built.promote_all()
    assert changed(before, built.snapshot()) == {}


def test_a_digest_that_is_not_the_one_shown_approves_nothing(built: House) -> None:
    key = mine(built, 1)
    before = built.snapshot()
    review = submit(built, "digest", key, {"labels": ["one", "two"]})
    shown = reviewing.view(built.gateway, review).digest
    for wrong in ("", "0" * 64, shown[:-1] + ("0" if shown[-1] != "0" else "1")):
        with pytest.raises(ReviewError):
            reviewing.approve(built.gateway, MINA, review, wrong)
    built.promote_all()
    assert changed(before, built.snapshot()) == {}


def test_a_field_that_moved_upstream_is_a_conflict_and_is_not_overwritten(built: House) -> None:
    key = mine(built, 1)
    review = submit(built, "conflict", key, {"priority": {"name": "Low"}})
    with built.jira() as http:
        fields = {"fields": {"priority": {"name": "Highest"}}}
        http.put(f"/rest/api/3/issue/{key}", json=fields).raise_for_status()
    before = built.snapshot()
    view = reviewing.view(built.gateway, review)
    [change] = view.issues[0].changes
    assert change.three is Three.CONFLICT
    names = [value["name"] for value in (change.base, change.now, change.wants)]  # type: ignore[index,call-overload]  # options are objects
    assert names[1:] == ["Highest", "Low"]
    assert names[0] not in ("Highest", "Low")
    with pytest.raises(ReviewError):
        reviewing.approve(built.gateway, MINA, review, view.digest or "0" * 64)
    built.promote_all()
    assert changed(before, built.snapshot()) == {}


def test_a_field_that_moves_between_approval_and_write_is_not_overwritten(built: House) -> None:
    key = mine(built, 1)
    review = submit(built, "late", key, {"duedate": "2026-12-24"})
    digest = reviewing.view(built.gateway, review).digest
    reviewing.approve(built.gateway, MINA, review, digest)
    with built.jira() as http:
        fields = {"fields": {"duedate": "2027-01-31"}}
        http.put(f"/rest/api/3/issue/{key}", json=fields).raise_for_status()
    before = built.snapshot()
    with pytest.raises(ReviewError):
        reviewing.promote(built.gateway, MINA, review, "0" * 64)
    # Refusing at the click is as good as refusing before the write.
    with suppress(ReviewError):
        reviewing.promote(built.gateway, MINA, review, digest)
    built.promote_all()
    assert changed(before, built.snapshot()) == {}


def test_later_edits_never_enter_a_sealed_set(built: House) -> None:
    key = mine(built, 0)
    before = built.snapshot()
    token = built.token("stacker", person(built))

    async def first(agent: Agent) -> None:
        await edit_and_submit(agent, key, {"labels": ["sealed"]})
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"labels": ["later"]})
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"duedate": "2026-12-12"})

    work(built.shadow.url, token, first, task="stack")
    [review] = built.fetch()
    digest = reviewing.view(built.gateway, review).digest
    work(
        built.shadow.url,
        token,
        lambda agent: agent.must("editJiraIssue", issueIdOrKey=key, fields={"labels": ["last"]}),
        task="stack",
    )
    assert reviewing.view(built.gateway, review).digest == digest
    approve_and_promote(built, review)
    after = built.snapshot()
    assert changed(before, after) == {key: {"labels"}}
    assert after[key]["fields"]["labels"] == ["sealed"]

    def see(told: Told) -> Any:
        return json.loads(told.text.splitlines()[-1])["fields"]

    shadow = work(
        built.shadow.url,
        token,
        lambda agent: agent.must("getJiraIssue", issueIdOrKey=key, fields=["labels", "duedate"]),
        task="stack",
    )
    assert see(shadow) == {"labels": ["last"], "duedate": "2026-12-12"}


def test_rejected_values_leave_the_shadow_and_the_agent_reads_why(built: House) -> None:
    key = mine(built, 0)
    before = built.snapshot()
    review = submit(built, "rejected", key, {"priority": {"name": "Lowest"}})
    view = reviewing.view(built.gateway, review)
    reviewing.reject(built.gateway, MINA, review, view.digest, "우선순위는 그대로 둡니다")
    built.promote_all()
    token = built.token("agent-rejected", person(built))
    outcome = work(
        built.shadow.url, token, lambda agent: agent.must("getReviewOutcome"), task="rejected"
    )
    assert "우선순위는 그대로 둡니다" in outcome.text
    shadow = work(
        built.shadow.url,
        token,
        lambda agent: agent.must("getJiraIssue", issueIdOrKey=key),
        task="rejected",
    )
    shown = json.loads(shadow.text.splitlines()[-1])["fields"]["priority"]["name"]
    assert shown == before[key]["fields"]["priority"]["name"]
    assert changed(before, built.snapshot()) == {}
