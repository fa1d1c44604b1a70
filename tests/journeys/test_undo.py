"""Promoted, then undone by a person: Jira is as before, but for what nobody can take back."""

from typing import Any

import pytest

from gateway.operations import reviewing, undoing
from gateway.review.refusals import ReviewError
from gateway.review.states import State
from sandbox.contract.compare import Three
from tests.house import House
from tests.journeys.staging import (
    MINA,
    Task,
    approve_and_promote,
    changed,
    fresh,
    paragraph,
    start,
    upstream,
)


def work(built: House, name: str, key: str) -> tuple[Task, int]:
    """Let an agent edit, label, move and comment on one issue; promote it all."""
    task = start(built, name)
    fields = {
        "summary": "로그인이 느림: 새 제목",
        "description": paragraph("새 설명 🌱"),
        "labels": ["kept", "새라벨"],
        "duedate": "2026-12-24",
    }
    task.send("PUT", f"issue/{key}", {"fields": fields})
    offered = task.read(f"issue/{key}/transitions")["transitions"]
    task.send("POST", f"issue/{key}/transitions", {"transition": {"id": offered[0]["id"]}})
    task.send("POST", f"issue/{key}/comment", {"body": paragraph("확인했습니다")})
    return task, task.promote().id


def issue_with_labels(built: House) -> str:
    return fresh(
        built, labels=["kept", "old"], description=paragraph("옛 설명"), duedate="2026-12-01"
    )


def test_edits_labels_and_status_go_back_and_the_comment_is_said_to_stay(built: House) -> None:
    key = issue_with_labels(built)
    before = built.snapshot()
    _, review = work(built, "undo-all", key)
    written = {"summary", "description", "labels", "duedate", "status", "comment"}
    assert changed(before, built.snapshot()) == {key: written}

    made = undoing.propose(built.gateway, MINA, review)
    assert changed(before, built.snapshot()) == {key: written}
    view = reviewing.view(built.gateway, made.review_id)
    assert view.agent == f"undo of CS-{review}"
    assert f"{key}: A comment is not deleted by an undo." in view.reason
    view = approve_and_promote(built, made.review_id)
    assert view.state is State.PROMOTED, [one.trouble for one in view.operations]

    after = built.snapshot()
    assert changed(before, after) == {key: {"comment"}}
    assert labels(after, key) == ["kept", "old"]
    with pytest.raises(ReviewError, match="Nothing of it can be undone"):
        undoing.propose(built.gateway, MINA, review)
    assert changed(before, built.snapshot()) == {key: {"comment"}}


def test_a_colleagues_later_edit_is_a_conflict_and_survives_the_undo(built: House) -> None:
    key = issue_with_labels(built)
    _, review = work(built, "undo-later", key)
    theirs = {"summary": "동료의 제목", "labels": ["kept", "새라벨", "동료"]}
    upstream(built, "PUT", f"issue/{key}", {"fields": theirs})
    made = undoing.propose(built.gateway, MINA, review)
    view = reviewing.view(built.gateway, made.review_id)
    threes = {one.change.field: one for one in view.issues[0].changes}
    assert threes["summary"].three is Three.CONFLICT
    assert [threes["summary"].base, threes["summary"].now] == [
        "로그인이 느림: 새 제목",
        "동료의 제목",
    ]
    with pytest.raises(ReviewError):
        reviewing.approve(built.gateway, MINA, made.review_id, view.digest)
    reviewing.decide(
        built.gateway,
        MINA,
        made.review_id,
        threes["summary"].change.id,
        "reject",
        "동료의 제목은 그대로",
        view.digest,
    )
    assert approve_and_promote(built, made.review_id).state is State.PROMOTED
    after = built.snapshot()
    assert after[key]["fields"]["summary"] == "동료의 제목"
    assert labels(after, key) == ["kept", "old", "동료"]
    assert after[key]["fields"]["duedate"] == "2026-12-01"


def test_an_undo_of_an_undo_is_the_agents_work_again(built: House) -> None:
    key = issue_with_labels(built)
    _, review = work(built, "undo-undo", key)
    wanted = built.snapshot()
    first = undoing.propose(built.gateway, MINA, review)
    approve_and_promote(built, first.review_id)
    second = undoing.propose(built.gateway, MINA, first.review_id)
    view = approve_and_promote(built, second.review_id)
    assert view.state is State.PROMOTED, [one.trouble for one in view.operations]
    assert changed(wanted, built.snapshot()) == {}


def test_the_agents_shadow_follows_an_undo(built: House) -> None:
    key = issue_with_labels(built)
    task, review = work(built, "undo-shadow", key)
    made = undoing.propose(built.gateway, MINA, review)
    approve_and_promote(built, made.review_id)
    assert task.read(f"issue/{key}")["fields"]["summary"] == "새 일"


def labels(snapshot: dict[str, Any], key: str) -> list[str]:
    return sorted(snapshot[key]["fields"]["labels"])
