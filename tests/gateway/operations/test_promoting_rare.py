"""Sprints, files and deletions under faults: one effect, whatever was lost or killed when."""

import hashlib
from dataclasses import replace

import pytest

from gateway.operations import reviewing, telling, undoing
from gateway.operations.promoting import Promoter
from gateway.promotion.steps import Step
from gateway.review.states import State
from gateway.store import files
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.databases import postgres
from tests.gateway.operations.conftest import House
from tests.gateway.operations.quick import (
    StoppedError,
    dying_at,
    finish,
    quick,
    reopened,
    standing,
)
from tests.gateway.operations.small_jira import GATE
from tests.gateway.operations.test_promoting_cases import released, sound, state
from tests.gateway.promotion.world import change, text
from tests.invariants import check_again

__all__ = ["postgres", "quick", "standing"]

CONTENT = "첨부".encode()
FILE = {
    "filename": "log.txt",
    "size": len(CONTENT),
    "sha256": hashlib.sha256(CONTENT).hexdigest(),
    "mimeType": "text/plain",
}
RARE: dict[str, Change] = {
    "sprint": change(ChangeKind.SPRINT, {"id": 3}),
    "attachment": change(ChangeKind.ATTACHMENT, FILE),
    # What is deleted is a comment that was promoted before: only an undo deletes.
    "delete": change(ChangeKind.COMMENT, {"id": "9", "body": text("To be taken back")}),
}


@pytest.fixture
def known(quick: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Lend a house that knows its own account, holds the file and may delete."""
    upstream = quick.gateway.upstream
    account = frozenset({str(GATE["accountId"])})
    monkeypatch.setattr(
        quick.gateway,
        "upstream",
        replace(upstream, expected=replace(upstream.expected, account=account)),
    )
    settings = replace(quick.gateway.settings, deletes=True)
    monkeypatch.setattr(quick.gateway, "settings", settings)
    with quick.gateway.database.write() as conn:
        files.put(conn, quick.gateway.site, CONTENT, 1)
    return quick


def begun(house: House, kind: str) -> int:
    """Release what a kind stands for; returns its review."""
    review_id = released(house, RARE[kind])
    if kind != "delete":
        return review_id
    finish(house)
    telling.tell(house.gateway)
    house.jira.journal.clear()
    made = undoing.propose(house.gateway, "rob", review_id).review_id
    digest = reviewing.view(house.gateway, made).digest
    reviewing.approve(house.gateway, "eve", made, digest, ["delete"])
    reviewing.promote(house.gateway, "eve", made, digest)
    return made


def ended(house: House, review_id: int, kind: str) -> None:
    assert state(house, review_id) is State.PROMOTED
    assert [one.kind for one in house.jira.journal] == [ChangeKind(kind)]
    if kind != "delete":  # the comment's own effect was taken out of the journal
        sound(house)
    check_again(house.gateway, lambda: house.jira.journal)


@pytest.mark.parametrize("kind", RARE)
def test_what_was_not_answered_is_looked_up(known: House, kind: str) -> None:
    review_id = begun(known, kind)
    known.jira.faults = ["after lost"]
    finish(known)
    ended(known, review_id, kind)


@pytest.mark.parametrize("kind", RARE)
@pytest.mark.parametrize("step", [Step.INTENT, Step.SENT])
def test_dying_there_leaves_one_effect(known: House, kind: str, step: Step) -> None:
    review_id = begun(known, kind)
    with pytest.raises(StoppedError):
        Promoter(known.gateway, "first", dying_at(step)).run_once()
    reopened(known)
    finish(known)
    ended(known, review_id, kind)
