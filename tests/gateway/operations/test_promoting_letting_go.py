"""What a promoter holds when something goes wrong in a process that lives on.

Its lease is given back at once: nobody waits a minute for a thread that is not there any
more. And case 17: a database that only reads, or fails over, between intent and effect.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from gateway.operations.background import Work, repeat
from gateway.operations.heart import Heart
from gateway.operations.promoting import Promoter
from gateway.promotion.states import OpState
from gateway.promotion.steps import Step
from gateway.store import claiming, outbox
from gateway.store.outbox import Operation
from tests.databases import postgres
from tests.gateway.operations.conftest import House
from tests.gateway.operations.quick import StoppedError, dying_at, finish, quick, reopened, standing
from tests.gateway.operations.test_promoting_together import on, released, states
from tests.gateway.promotion.world import edit
from tests.invariants import assert_sound

__all__ = ["postgres", "quick", "standing"]


def only(house: House) -> Operation:
    """Return the only operation there is."""
    with house.gateway.database.read() as conn:
        found = outbox.get(conn, int(conn.execute(text("SELECT id FROM operation")).scalar_one()))
    assert found is not None
    return found


def due(house: House) -> int:
    """Return in how many µs there is something to do, by the database's clock."""
    with house.gateway.database.read() as conn:
        return claiming.next_due(conn, house.gateway.site) or 0


def exactly_once(house: House) -> None:
    finish(house)
    assert only(house).state is OpState.APPLIED
    assert len(house.jira.journal) == 1
    assert_sound(house.gateway.database, house.jira.journal)


def careful(house: House) -> House:
    """Return the same house with a lease and a quarantine that nobody here could wait for."""
    settings = replace(house.gateway.settings, quarantine_seconds=300.0, lease_seconds=900.0)
    return House(replace(house.gateway, settings=settings), house.jira, house.door)


@pytest.mark.parametrize(
    ("step", "state", "rest", "effects"),
    [
        # Nothing was sent: somebody tries again in a second.
        (Step.CHECKED, OpState.READY, 1, 0),
        # It may have been sent: its quarantine is as long as ever.
        (Step.INTENT, OpState.UNKNOWN, 300, 0),
        (Step.SENT, OpState.UNKNOWN, 300, 1),
        (Step.RECORDING, OpState.UNKNOWN, 300, 1),
    ],
)
def test_what_goes_wrong_in_a_promoter_is_let_go_of_at_once(
    quick: House, step: Step, state: OpState, rest: int, effects: int
) -> None:
    released(quick, edit("summary", "New"))
    promoter = Promoter(careful(quick).gateway, "unlucky", dying_at(step))
    with pytest.raises(StoppedError):
        promoter.run(threading.Event())
    found = only(quick)
    assert (found.state, found.lease_until) == (state, 0)
    assert (rest - 1) * 1_000_000 < due(quick) <= rest * 1_000_000
    assert len(quick.jira.journal) == effects
    exactly_once(quick)


def test_a_thread_that_ends_gives_its_lease_back(quick: House) -> None:
    released(quick, edit("summary", "New"))
    gateway = careful(quick).gateway
    heart = Heart(gateway)

    def end(step: Step) -> None:
        if step is Step.SENT:
            raise SystemExit  # past everything that catches errors

    promoter = Promoter(gateway, "doomed", end, heart)
    stop = threading.Event()
    work = Work("promote", lambda: promoter.run(stop), 0.0)

    def doomed() -> None:
        with pytest.raises(SystemExit):
            repeat(work, stop)

    thread = threading.Thread(target=doomed)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert heart.beat() == 0
    found = only(quick)
    assert (found.state, found.lease_until) == (OpState.UNKNOWN, 0)
    assert 290_000_000 < due(quick) <= 300_000_000
    exactly_once(quick)


def test_the_next_operation_is_claimed_with_the_result_of_the_one_before(quick: House) -> None:
    review = released(quick, on(1, "a"), on(2, "b"), on(1, "c"), carry_on=True)
    stop, done = threading.Event(), []
    transactions = [0]

    def seen(step: Step) -> None:
        done.append(step)
        if done.count(Step.FINISHED) == 3:
            stop.set()

    def begun(_conn: object) -> None:
        transactions[0] += 1

    engine = quick.gateway.database.engine
    event.listen(engine, "begin", begun)
    try:
        Promoter(quick.gateway, "one", seen).run(stop)
    finally:
        event.remove(engine, "begin", begun)
    assert states(quick, review) == [OpState.APPLIED] * 3
    assert done.count(Step.CLAIMED) == 3
    # One to begin with; then what it stands on, the intent, the result with the next claim.
    assert transactions[0] <= 1 + 3 * 3 + 1


def test_who_is_told_to_stop_claims_nothing_more(quick: House) -> None:
    review = released(quick, on(1, "a"), on(2, "b"), carry_on=True)
    stop = threading.Event()

    def stopping(step: Step) -> None:
        if step is Step.SENT:
            stop.set()

    work = Work("promote", lambda: Promoter(quick.gateway, "one", stopping).run(stop), 0.0)
    repeat(work, stop)
    assert sorted(states(quick, review)) == [OpState.APPLIED, OpState.READY]
    with quick.gateway.database.read() as conn:
        assert conn.execute(text("SELECT max(lease_until) FROM operation")).scalar() == 0


@contextmanager
def only_reading(house: House) -> Iterator[Callable[[], None]]:
    """Lend what makes the database refuse every write, as a standby does; ends with the block."""
    database = house.gateway.database
    postgresql = database.dialect_name == "postgresql"
    name = database.engine.url.database
    reading = [False]

    def refuse(connection: sqlite3.Connection, _record: object) -> None:
        if not postgresql:
            connection.execute(f"PRAGMA query_only = {int(reading[0])}")

    def switch(value: bool) -> None:
        reading[0] = value
        if postgresql:
            with outside(house) as conn:
                mode = "on" if value else "off"
                conn.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {mode}")
        database.dispose()

    event.listen(database.engine, "connect", refuse)
    try:
        yield lambda: switch(True)
    finally:
        switch(False)
        event.remove(database.engine, "connect", refuse)


@contextmanager
def outside(house: House) -> Iterator[psycopg.Connection]:
    """Lend an administrator's own connection to the server, on another of its databases."""
    url = house.gateway.database.engine.url.set(drivername="postgresql", database="postgres")
    address = url.render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as conn:
        yield conn


@pytest.mark.parametrize(("step", "sent"), [(Step.CHECKED, 0), (Step.INTENT, 1), (Step.SENT, 1)])
def test_17_a_database_that_only_reads_lets_nothing_be_sent_without_an_intent(
    quick: House, step: Step, sent: int
) -> None:
    released(quick, edit("summary", "New"))
    with only_reading(quick) as begin:
        promoter = Promoter(quick.gateway, "first", lambda now: begin() if now is step else None)
        with pytest.raises(DBAPIError):
            promoter.run(threading.Event())
        assert len(quick.jira.journal) == sent
    reopened(quick)
    exactly_once(quick)


@pytest.mark.parametrize("standing", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    "step", [Step.CLAIMED, Step.CHECKED, Step.INTENT, Step.SENT, Step.READ_BACK]
)
def test_17_a_database_that_fails_over_has_exactly_one_effect(quick: House, step: Step) -> None:
    released(quick, edit("summary", "New"))
    name = quick.gateway.database.engine.url.database
    over: list[Step] = []

    def fail_over(now: Step) -> None:
        if now is step and not over:
            over.append(now)
            query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            with outside(quick) as conn:
                conn.execute(query, [name])

    lost: list[DBAPIError] = []
    try:
        Promoter(quick.gateway, "first", fail_over).run_once()
    except DBAPIError as error:
        lost.append(error)
    assert over
    assert all(one.connection_invalidated for one in lost)
    reopened(quick)
    exactly_once(quick)
