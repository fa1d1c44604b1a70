"""The failure cases of promotion.md 1.4: which test shows which, and those shown here.

A case that does not depend on the kind of operation is shown with one kind.
"""

from typing import Any

import pytest

from gateway.operations import resolving, reviewing
from gateway.operations.duplicates import look_for_duplicates
from gateway.operations.promoting import Promoter
from gateway.operations.resolving import Verdict
from gateway.promotion.states import OpState
from gateway.promotion.steps import Step
from gateway.review.refusals import RefusedError
from gateway.review.states import State
from gateway.review.values import OperationView
from gateway.store import audit
from sandbox.contract.shapes import Change
from tests.gateway.databases import postgres
from tests.gateway.operations.breaking import back_to_old_tables
from tests.gateway.operations.conftest import House
from tests.gateway.operations.few import KINDS
from tests.gateway.operations.quick import (
    finish,
    quick,
    reopened,
    standing,
)
from tests.gateway.promotion.world import change_set, create, edit
from tests.invariants import assert_sound

__all__ = ["postgres", "quick", "standing"]


def released(house: House, *changes: Change, number: int = 1) -> int:
    review_id = house.arrive(change_set(*changes, number=number))
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.approve(house.gateway, "eve", review_id, digest)
    reviewing.promote(house.gateway, "eve", review_id, digest)
    return review_id


def operations(house: House, review_id: int) -> tuple[OperationView, ...]:
    return reviewing.view(house.gateway, review_id, read_now=False).operations


def state(house: House, review_id: int) -> State:
    return reviewing.view(house.gateway, review_id, read_now=False).state


def sound(house: House) -> None:
    assert_sound(house.gateway.database, house.jira.journal)


@pytest.mark.parametrize("kind", ["create", "comment"])
def test_6_what_is_in_jira_twice_is_an_alarm(quick: House, kind: str) -> None:
    review_id = released(quick, KINDS[kind])
    done: list[Step] = []

    def stopped(step: Step) -> None:
        if step is Step.INTENT and not done:
            done.append(step)  # as if stopped for longer than lease and quarantine together
            reopened(quick)
            finish(quick)

    Promoter(quick.gateway, "slow", stopped).run_once()
    assert len(quick.jira.journal) == 2
    with quick.gateway.database.read() as conn:
        assert audit.has(conn, "operation_late")
    assert look_for_duplicates(quick.gateway) == 1
    assert "more than once" in operations(quick, review_id)[0].trouble
    with quick.gateway.database.read() as conn:
        assert audit.has(conn, "duplicate_found", review=review_id)
    assert look_for_duplicates(quick.gateway) == 0


def test_10_two_new_issues_alike_are_two(quick: House) -> None:
    other = create().model_copy(
        update={"id": "new2", "issue_id": "9000000005", "issue_key": "AIR-9000000006"}
    )
    review_id = released(quick, create(), other)
    quick.jira.faults = ["after lost", "after lost"]
    finish(quick)
    assert state(quick, review_id) is State.PROMOTED
    assert len(quick.jira.journal) == 2
    sound(quick)


def never_found(house: House) -> int:
    """Let a new issue be sent twice and be found nowhere."""
    review_id = released(house, create())
    house.jira.faults = ["lost", "lost"]
    finish(house)
    assert operations(house, review_id)[0].state is OpState.NEEDS_HUMAN
    return review_id


def test_10_a_new_issue_that_is_never_found_is_for_a_person_with_the_evidence(
    quick: House,
) -> None:
    review_id = never_found(quick)
    found = operations(quick, review_id)[0]
    places = {(one.place.value, one.marked) for one in found.evidence}
    assert places == {("keys", ()), ("search", ())}
    digest = reviewing.view(quick.gateway, review_id).digest
    with pytest.raises(RefusedError, match="Nobody knows"):
        reviewing.promote(quick.gateway, "eve", review_id, digest)
    sound(quick)


VERDICTS: dict[Verdict, tuple[OpState, State]] = {
    Verdict.AGAIN: (OpState.APPLIED, State.PROMOTED),
    Verdict.THERE: (OpState.APPLIED, State.PROMOTED),
    Verdict.LEAVE: (OpState.LEFT, State.FAILED),
}


@pytest.mark.parametrize("verdict", Verdict)
def test_10_a_person_decides_what_nobody_can_tell(quick: House, verdict: Verdict) -> None:
    review_id = never_found(quick)
    digest = reviewing.view(quick.gateway, review_id).digest
    with pytest.raises(RefusedError):
        resolving.resolve(quick.gateway, "rob", review_id, 1, verdict, digest)
    if verdict is Verdict.THERE:
        with pytest.raises(RefusedError, match="Which issue"):
            resolving.resolve(quick.gateway, "eve", review_id, 1, verdict, digest)
    resolving.resolve(quick.gateway, "eve", review_id, 1, verdict, digest, key="AIR-2")
    finish(quick)
    found = operations(quick, review_id)[0]
    assert (found.state, state(quick, review_id)) == VERDICTS[verdict]
    assert len(quick.jira.journal) == (1 if verdict is Verdict.AGAIN else 0)
    if verdict is Verdict.THERE:
        assert found.receipt is not None
        assert (found.receipt.known_by, found.receipt.upstream_key) == ("person", "AIR-2")
    with quick.gateway.database.read() as conn:
        assert audit.has(conn, "operation_resolved", review=review_id, verdict=verdict.value)


STEPS: dict[str, tuple[dict[str, Any], OpState]] = {
    "gone": ({}, OpState.CONFLICT),
    "renamed": ({"99": {"id": "3", "name": "In Progress"}}, OpState.APPLIED),
}


@pytest.mark.parametrize("how", STEPS)
def test_11_a_transition_is_planned_again_by_its_target(quick: House, how: str) -> None:
    review_id = released(quick, KINDS["transition"])
    quick.jira.steps["1"], after = STEPS[how]
    finish(quick)
    assert operations(quick, review_id)[0].state is after
    sound(quick)


def test_18_what_was_approved_before_approvals_were_signed_is_not_sent(quick: House) -> None:
    released(quick, create())
    back_to_old_tables(quick)
    quick.gateway.database.migrate()
    reopened(quick)
    finish(quick)
    assert quick.jira.journal == []


def test_22_a_cut_audit_refuses_the_promotion(quick: House) -> None:
    review_id = quick.arrive(change_set(edit("summary", "New")))
    digest = reviewing.view(quick.gateway, review_id).digest
    reviewing.approve(quick.gateway, "eve", review_id, digest)
    with quick.gateway.database.write() as conn:
        conn.exec_driver_sql("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
        assert audit.verify(conn) is not None
    with pytest.raises(RefusedError):
        reviewing.promote(quick.gateway, "eve", review_id, digest)
    finish(quick)
    assert quick.jira.journal == []


def test_22_an_operation_turned_to_another_issue_is_not_written(quick: House) -> None:
    review_id = released(quick, edit("summary", "New"))
    with quick.gateway.database.write() as conn:
        conn.exec_driver_sql("UPDATE operation SET issue_id = '10002'")
    finish(quick)
    assert operations(quick, review_id)[0].state is OpState.REJECTED
    assert quick.jira.journal == []
