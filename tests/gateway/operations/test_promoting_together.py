"""Many promoters, in one process and in several: they share the work and never collide."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from gateway.operations import reviewing
from gateway.operations.background import Background, process_name
from gateway.operations.heart import Heart
from gateway.operations.promoting import Promoter
from gateway.promotion.states import OpState
from gateway.promotion.steps import Step
from gateway.review.states import State
from gateway.store import audit, claiming, outbox
from gateway.store.database import Database
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import NEW_ID, NEW_KEY, change, change_set, create, edit, text
from tests.invariants import assert_sound

ISSUES = ("10001", "10002")


def on(issue: int, name: str) -> Change:
    """Return a comment on AIR-1 or AIR-2."""
    body = {"id": "9", "body": text(name)}
    here = {"issue_id": ISSUES[issue - 1], "issue_key": f"AIR-{issue}"}
    return change(ChangeKind.COMMENT, body, id=name, **here)


def released(house: House, *changes: Change, number: int = 1, carry_on: bool = False) -> int:
    review_id = house.arrive(change_set(*changes, number=number))
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.approve(house.gateway, "eve", review_id, digest)
    reviewing.promote(house.gateway, "eve", review_id, digest, carry_on=carry_on)
    return review_id


def states(house: House, review_id: int) -> list[OpState]:
    view = reviewing.view(house.gateway, review_id, read_now=False)
    return [one.state for one in view.operations]


@contextmanager
def another(house: House) -> Iterator[House]:
    """Lend what another process would have: the same database and Jira, nothing else."""
    database = Database(house.gateway.database.engine.url.render_as_string(hide_password=False))
    yield House(replace(house.gateway, database=database), house.jira, house.door)
    database.dispose()


def test_four_processes_share_the_work_and_write_one_at_a_time_per_issue(house: House) -> None:
    reviews = [
        released(house, on(1, f"a{number}"), on(2, f"b{number}"), number=number, carry_on=True)
        for number in range(1, 5)
    ]
    busy: Counter[str] = Counter()
    most: Counter[str] = Counter()
    owners: set[str] = set()
    guard, met = threading.Lock(), threading.Event()

    def before() -> None:
        with guard:
            busy["all"] += 1
            most["all"] = max(most["all"], busy["all"])
            if busy["all"] > 1:
                met.set()
        # The first one stays until a second one comes along on the other issue.
        met.wait(20)

    def after() -> None:
        with guard:
            busy["all"] -= 1

    house.jira.before_write, house.jira.after_write = before, after

    def work(name: str) -> None:
        with another(house) as own:
            promoter = Promoter(own.gateway, name)
            until = time.monotonic() + 60
            while time.monotonic() < until and not done():
                if promoter.run_once():
                    owners.add(name)

    def done() -> bool:
        return all(
            reviewing.view(house.gateway, one, read_now=False).state is State.PROMOTED
            for one in reviews
        )

    threads = [threading.Thread(target=work, args=(f"p{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert done()
    assert len(owners) > 1
    # Two issues: never three writes at once, and two at least once.
    assert most["all"] == 2
    assert len(house.jira.journal) == 8
    assert_sound(house.gateway.database, house.jira.journal)


def test_a_set_that_stops_goes_in_order_even_with_many_promoters(house: House) -> None:
    released(house, on(1, "a"), on(2, "b"))
    taken: list[bool] = []

    def other(step: Step) -> None:
        if step is Step.CHECKED and not taken:
            taken.append(Promoter(house.gateway, "other").run_once())

    house.promote_all(other)
    assert taken == [False]
    assert [one.issue_id for one in house.jira.journal] == list(ISSUES)


def test_a_set_that_carries_on_travels_on_several_issues_at_once(house: House) -> None:
    released(house, on(1, "a"), on(2, "b"), carry_on=True)
    taken: list[bool] = []

    def other(step: Step) -> None:
        if step is Step.CHECKED and not taken:
            taken.append(Promoter(house.gateway, "other").run_once())

    house.promote_all(other)
    assert taken == [True]
    assert [one.issue_id for one in house.jira.journal] == ["10002", "10001"]


STOPPED = [OpState.APPLIED, OpState.REJECTED, OpState.SKIPPED]
WENT_ON = [OpState.APPLIED, OpState.REJECTED, OpState.APPLIED]


@pytest.mark.parametrize(("carry_on", "after"), [(False, STOPPED), (True, WENT_ON)])
def test_a_failure_stops_the_set_or_only_itself(
    house: House, carry_on: bool, after: list[OpState]
) -> None:
    review_id = released(house, on(1, "a"), on(1, "b"), on(2, "c"), carry_on=carry_on)
    house.jira.faults = ["", "400"]
    house.promote_all()
    assert states(house, review_id) == after
    state = reviewing.view(house.gateway, review_id, read_now=False).state
    assert state is State.PARTLY_PROMOTED
    assert_sound(house.gateway.database, house.jira.journal)


@pytest.mark.parametrize("carry_on", [False, True])
def test_what_depends_on_a_failure_never_runs(house: House, carry_on: bool) -> None:
    on_new = change(
        ChangeKind.COMMENT,
        {"id": "8", "body": text("First")},
        id="first",
        issue_id=NEW_ID,
        issue_key=NEW_KEY,
    )
    about = change(ChangeKind.COMMENT, {"id": "7", "body": text(f"See {NEW_KEY}")}, id="about")
    review_id = released(house, create(), about, on_new, on(2, "apart"), carry_on=carry_on)
    house.jira.faults = ["400"]
    house.promote_all()
    view = reviewing.view(house.gateway, review_id, read_now=False)
    found = {one.planned.change_ids[0]: one.state for one in view.operations}
    apart = OpState.APPLIED if carry_on else OpState.SKIPPED
    skipped = dict.fromkeys(("first", "about"), OpState.SKIPPED)
    assert found == {"new": OpState.REJECTED, **skipped, "apart": apart}
    # Promoted again, they run: what failed may go through now.
    reviewing.promote(house.gateway, "eve", review_id, view.digest, carry_on=carry_on)
    house.promote_all()
    assert set(states(house, review_id)) == {OpState.APPLIED}
    assert_sound(house.gateway.database, house.jira.journal)


def test_promoting_wakes_the_promoters_of_every_process(house: House) -> None:
    review_id = house.arrive(change_set(edit("summary", "New")))
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.approve(house.gateway, "eve", review_id, digest)
    postgres = house.gateway.database.dialect_name == "postgresql"
    stop, woken = threading.Event(), threading.Event()
    with another(house) as far:
        # On SQLite there is only one process: its own bell has to ring.
        database = far.gateway.database if postgres else house.gateway.database
        listening = threading.Thread(target=database.listen, args=(stop,))
        listening.start()
        if postgres:
            _until(lambda: database.bell.heard() > 0)  # it listens by now
        heard = database.bell.heard()

        def sleep() -> None:
            database.bell.wait(heard, 60, stop)
            woken.set()

        sleeper = threading.Thread(target=sleep)
        sleeper.start()
        assert not woken.wait(0.05)
        reviewing.promote(house.gateway, "eve", review_id, digest)
        assert woken.wait(10)
        assert database.bell.heard() > heard
        stop.set()
        listening.join(10)
        sleeper.join(10)


def test_nobody_is_woken_by_what_was_rolled_back(house: House) -> None:
    class UndoneError(Exception):
        pass

    database = house.gateway.database
    heard = database.bell.heard()
    with pytest.raises(UndoneError):
        _rung_and_undone(database, UndoneError())
    assert database.bell.heard() == heard


def _rung_and_undone(database: Database, error: Exception) -> None:
    with database.write() as conn:
        outbox.release(conn, 1, "none", carry_on=False)
        raise error


def test_a_beating_heart_keeps_its_operation_from_others(house: House) -> None:
    released(house, edit("summary", "New"))
    heart = Heart(house.gateway)
    seen: list[tuple[int, bool]] = []

    def slow(step: Step) -> None:
        if step is Step.INTENT:
            with house.gateway.database.write() as conn:
                # Nearly run out, as after a request of almost a lease's length.
                conn.exec_driver_sql("UPDATE operation SET lease_until = lease_until - 29000000")
            beats = heart.beat()
            time.sleep(1.1)
            seen.append((beats, Promoter(house.gateway, "other").run_once()))

    Promoter(house.gateway, "slow", slow, heart).run_once()
    assert seen == [(1, False)]
    assert heart.beat() == 0
    assert len(house.jira.journal) == 1
    with house.gateway.database.read() as conn:
        assert not audit.has(conn, "operation_late")


def test_a_promoter_knows_when_something_is_due(house: House) -> None:
    released(house, edit("summary", "New"))
    site = house.gateway.site
    with house.gateway.database.read() as conn:
        assert claiming.next_due(conn, site) is None
    house.jira.faults = ["unreachable"]
    assert Promoter(house.gateway, "p").run_once()
    with house.gateway.database.read() as conn:
        due = claiming.next_due(conn, site)
    assert due is not None
    assert 0 < due <= 5_000_000


def test_no_two_processes_have_the_same_name(house: House) -> None:
    assert process_name() != process_name()
    names = {Background(house.gateway).name for _ in range(3)}
    assert len(names) == 3


def test_the_cost_of_names_does_not_grow_with_history(house: House) -> None:
    released(house, create())
    house.promote_all()
    with house.gateway.database.read() as conn:
        found = outbox.resolved(conn, house.gateway.site, [NEW_ID, NEW_KEY, "AIR-1"])
        everything = outbox.resolved(conn, house.gateway.site)
        none = outbox.resolved(conn, house.gateway.site, ["10001", "AIR-2"])
    assert found == everything
    assert set(found) == {NEW_ID, NEW_KEY}
    assert none == {}


def _until(true: object, patience: float = 20.0) -> None:
    deadline = time.monotonic() + patience
    while not true():  # type: ignore[operator]  # a function
        assert time.monotonic() < deadline
        time.sleep(0.01)
