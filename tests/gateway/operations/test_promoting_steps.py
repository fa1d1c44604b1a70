"""A promoter dies at each point at which it can die, with each kind of operation.

After the database was opened again there is exactly one effect, and every promise holds.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.operations import reviewing
from gateway.operations.promoting import Promoter
from gateway.promotion.steps import Step
from gateway.review.states import State
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.databases import postgres
from tests.gateway.operations.conftest import House
from tests.gateway.operations.quick import (
    OLD_COMMENT,
    StoppedError,
    dying_at,
    finish,
    quick,
    reopened,
    standing,
)
from tests.gateway.promotion.world import BOB, change, change_set, create, edit, text
from tests.invariants import assert_sound, check_again

__all__ = ["postgres", "quick", "standing"]

ENDS = {
    "inwardIssue": {"id": "10001", "key": "AIR-1"},
    "outwardIssue": {"id": "10002", "key": "AIR-2"},
}
DOING = {"status": {"id": "3", "name": "In Progress"}, "transition": {"id": "11"}}
#: A worklog goes out as its owner only: killed with a real upstream in test_promoting_killed.py.
KINDS: dict[str, Change] = {
    "edit": edit("summary", "New"),
    "create": create(),
    "transition": change(ChangeKind.TRANSITION, DOING),
    "comment": change(ChangeKind.COMMENT, {"id": "9", "body": text("Hello")}),
    "comment_edit": change(ChangeKind.COMMENT_EDIT, {"id": OLD_COMMENT, "body": text("New")}),
    "link": change(ChangeKind.LINK, {"type": {"id": "1"}, **ENDS}),
    "remote_link": change(
        ChangeKind.REMOTE_LINK, {"object": {"url": "https://docs.example/1", "title": "One"}}
    ),
    "watcher": change(ChangeKind.WATCHER, {"add": BOB}),
}
#: What else must have gone wrong for a point to be reached.
FAULTS = {Step.PROBED: ["after lost"]}
#: Kinds of which something is read before the intent.
READ_FIRST = frozenset({"create"})


def cases() -> Iterator[Any]:
    """Yield every kind with every point that it passes."""
    for kind in KINDS:
        for step in Step:
            if step is not Step.KEY_READ or kind in READ_FIRST:
                yield pytest.param(kind, step, id=f"{kind}-{step}")


def test_every_point_has_a_test() -> None:
    assert {case.values[1] for case in cases()} == set(Step)


@pytest.mark.parametrize(("kind", "step"), [*cases()])
def test_dying_there_leaves_exactly_one_effect(quick: House, kind: str, step: Step) -> None:
    review_id = quick.arrive(change_set(KINDS[kind]))
    digest = reviewing.view(quick.gateway, review_id).digest
    reviewing.approve(quick.gateway, "eve", review_id, digest)
    reviewing.promote(quick.gateway, "eve", review_id, digest)
    quick.jira.faults = list(FAULTS.get(step, []))
    promoter = Promoter(quick.gateway, "first", dying_at(step))
    if step is Step.PROBED:
        assert promoter.run_once()
    with pytest.raises(StoppedError):
        promoter.run_once()
    reopened(quick)
    finish(quick)
    view = reviewing.view(quick.gateway, review_id, read_now=False)
    assert view.state is State.PROMOTED, view.operations
    assert len(quick.jira.journal) == 1
    assert_sound(quick.gateway.database, quick.jira.journal)
    check_again(quick.gateway, lambda: quick.jira.journal)
