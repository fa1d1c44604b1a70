"""The failure cases of promotion.md 1.4: which test shows which, and those shown here.

A case that does not depend on the kind of operation is shown with one kind.
"""

from dataclasses import replace
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

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
from gateway.store.database import migration_config
from sandbox.contract.shapes import Change
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
from tests.gateway.operations.test_promoting_steps import KINDS
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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["after lost", "after 500", "after 504", "lost", "503"])
def test_2_3_4_what_was_not_answered_is_asked_for_after_its_quarantine(
    quick: House, kind: str, fault: str
) -> None:
    house = quick
    review_id = released(house, KINDS[kind])
    patient = replace(house.gateway.settings, quarantine_seconds=60.0)
    gateway = replace(house.gateway, settings=patient)
    house.jira.faults = [fault]
    assert Promoter(gateway, "first").run_once()
    assert operations(house, review_id)[0].state is OpState.UNKNOWN
    # It may still be travelling: nobody looks yet.
    assert not Promoter(gateway, "second").run_once()
    finish(house)
    assert state(house, review_id) is State.PROMOTED
    assert len(house.jira.journal) == 1
    sound(house)


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


@pytest.mark.parametrize("hours", [-1, 1])
def test_16_no_clock_but_the_databases_decides(quick: House, hours: int) -> None:
    off = 1_700_000_000_000_000 + hours * 3_600_000_000
    gateway = replace(quick.gateway, clock=lambda: off)
    review_id = released(quick, KINDS["edit"])
    with pytest.raises(StoppedError):
        Promoter(gateway, "first", dying_at(Step.SENT)).run_once()
    assert not Promoter(gateway, "second").run_once()  # its lease has not run out
    reopened(quick)
    finish(quick)
    assert state(quick, review_id) is State.PROMOTED
    sound(quick)


def break_it(house: House, table: str, event: str) -> None:
    """Let the database refuse a kind of write, as when it is full."""
    with house.gateway.database.write() as conn:
        if house.gateway.database.dialect_name == "postgresql":
            conn.exec_driver_sql(
                "CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$"
            )
            conn.exec_driver_sql(
                f"CREATE TRIGGER full_up BEFORE {event} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION full_up()"
            )
        else:
            conn.exec_driver_sql(
                f"CREATE TRIGGER full_up BEFORE {event} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )


def mend(house: House) -> None:
    """Let it write again."""
    with house.gateway.database.write() as conn:
        if house.gateway.database.dialect_name == "postgresql":
            conn.exec_driver_sql("DROP FUNCTION full_up() CASCADE")
        else:
            conn.exec_driver_sql("DROP TRIGGER full_up")


@pytest.mark.parametrize("kind", ["edit", "create", "comment", "transition"])
@pytest.mark.parametrize(
    ("table", "event", "sent"),
    [("operation", "UPDATE OF attempts", 0), ("audit", "INSERT", 1)],
    ids=["intent", "record"],
)
def test_17_a_database_that_is_full_sends_nothing_without_an_intent(
    quick: House, kind: str, table: str, event: str, sent: int
) -> None:
    review_id = released(quick, KINDS[kind])
    break_it(quick, table, event)
    with pytest.raises(DBAPIError):
        Promoter(quick.gateway, "first").run_once()
    assert len(quick.jira.journal) == sent
    mend(quick)
    reopened(quick)
    finish(quick)
    assert state(quick, review_id) is State.PROMOTED
    assert len(quick.jira.journal) == 1
    sound(quick)


def _back_to_old_tables(quick: House) -> None:
    """Give the database the form of an older program."""
    with quick.gateway.database.engine.connect() as conn:
        sqlite = conn.dialect.name == "sqlite"
        raw = conn.connection.dbapi_connection
        assert raw is not None
        if sqlite:  # tables are made anew there; within a transaction this would do nothing
            raw.cursor().execute("PRAGMA foreign_keys=OFF")
        command.downgrade(migration_config(conn), "0005")
        conn.commit()
        if sqlite:
            raw.cursor().execute("PRAGMA foreign_keys=ON")


@pytest.mark.parametrize("step", [None, Step.CLAIMED, Step.INTENT, Step.SENT])
def test_18_an_upgrade_finishes_what_the_old_program_had_begun(
    quick: House, step: Step | None
) -> None:
    on_new = KINDS["comment"].model_copy(
        update={"id": "say", "issue_id": create().issue_id, "issue_key": create().issue_key}
    )
    review_id = released(quick, create(), on_new)
    if step is not None:
        with pytest.raises(StoppedError):
            Promoter(quick.gateway, "old", dying_at(step)).run_once()
    with quick.gateway.database.write() as conn:
        signed = conn.exec_driver_sql("SELECT signature FROM approval").scalar_one()
        chain = conn.exec_driver_sql("SELECT seq, signature FROM audit").all()
    _back_to_old_tables(quick)
    quick.gateway.database.migrate()
    # The old program signed as the new one does: only the tables' form is older.
    with quick.gateway.database.write() as conn:
        conn.execute(text("UPDATE approval SET signature = :was"), {"was": signed})
        for seq, was in chain:
            again = text("UPDATE audit SET signature = :was WHERE seq = :seq")
            conn.execute(again, {"was": was, "seq": seq})
    reopened(quick)
    finish(quick)
    assert state(quick, review_id) is State.PROMOTED, operations(quick, review_id)
    assert len(quick.jira.journal) == 2
    sound(quick)


def test_18_what_was_approved_before_approvals_were_signed_is_not_sent(quick: House) -> None:
    released(quick, create())
    _back_to_old_tables(quick)
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
