"""Freeze windows, chosen times and stopping, on both databases: they delay and never release."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from gateway.operations import freezing, reviewing, settling, watching
from gateway.operations.freezing import Wanted
from gateway.operations.promoting import Promoter
from gateway.promotion.freezing import Schedule
from gateway.promotion.states import OpState
from gateway.promotion.steps import Step
from gateway.review.people import Person, ProjectRole, Role
from gateway.review.refusals import RefusedError, StaleError
from gateway.review.states import State
from gateway.review.values import ReviewView
from gateway.store import audit, claiming, sites, windows
from gateway.store.window_tables import FreezeWindowRow
from tests.gateway.operations.conftest import House
from tests.gateway.operations.quick import quick, standing
from tests.gateway.promotion.world import SITE, change_set, edit, site

__all__ = ["quick", "standing"]

TABLES = FreezeWindowRow.metadata.tables
HOUR = 3600 * 1_000_000


@pytest.fixture
def house(quick: House) -> House:
    """Lend a house that is emptied between tests."""
    return quick


def clock(hours: float) -> str:
    """Return a time so many hours from now, as somebody in UTC writes it down."""
    when = datetime.now(UTC) + timedelta(hours=hours)
    return when.replace(tzinfo=None).isoformat(timespec="minutes")


def freeze(house: House, begins: float = -1, ends: float = 1, project: str = "") -> int:
    wanted = Wanted(clock(begins), clock(ends), "UTC", "Release  4.2 휴식", project)
    return freezing.add(house.gateway, "ann", wanted)


def later(house: House, hours: float = 2) -> Schedule:
    found = freezing.schedule(house.gateway, "eve", clock(hours + 9), "Asia/Seoul")
    assert found is not None
    return found


def approved(house: House, number: int = 1) -> tuple[int, str]:
    here = {"issue_id": f"1000{number}", "issue_key": f"AIR-{number}"}
    changes = edit("summary", "New", **here), edit("labels", ["x"], id="c2", **here)
    review_id = house.arrive(change_set(*changes, number=number))
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.approve(house.gateway, "eve", review_id, digest)
    return review_id, digest


def view(house: House, review_id: int) -> ReviewView:
    return reviewing.view(house.gateway, review_id, read_now=False)


def states(house: House, review_id: int) -> set[OpState]:
    return {one.state for one in view(house, review_id).operations}


def kinds(house: House) -> list[str]:
    with house.gateway.database.read() as conn:
        return [one.kind for one in audit.entries(conn, after=0)]


@pytest.fixture
def released(house: House) -> tuple[int, str]:
    """Lend a set that was released while a window is on."""
    freeze(house)
    review_id, digest = approved(house)
    reviewing.promote(house.gateway, "eve", review_id, digest)
    return review_id, digest


def test_nothing_is_taken_up_while_a_window_is_on_and_it_goes_on_when_it_ends(
    house: House, released: tuple[int, str]
) -> None:
    review_id, digest = released
    house.promote_all()
    assert (states(house, review_id), house.jira.effects) == ({OpState.READY}, [])
    shown = view(house, review_id)
    assert shown.digest == digest
    assert shown.delayed is not None
    assert shown.delayed.reasons == ("Release 4.2 휴식",)
    [row] = reviewing.inbox(house.gateway)
    assert freezing.delays(house.gateway, [row])[review_id].until == shown.delayed.until
    before = watching.mark(house.gateway, review_id)
    [one] = freezing.listed(house.gateway, None)
    freezing.end(house.gateway, "ann", one.window.id)
    assert watching.mark(house.gateway, review_id) != before
    with pytest.raises(RefusedError, match="ended already"):
        freezing.end(house.gateway, "ann", one.window.id)
    house.promote_all()
    assert view(house, review_id).state is State.PROMOTED
    assert [one for one in kinds(house) if one.startswith("freeze")] == [
        "freeze_made",
        "freeze_ended",
    ]


def test_a_window_ends_by_the_databases_clock_alone(
    house: House, released: tuple[int, str]
) -> None:
    with house.gateway.database.write() as conn:
        table = TABLES["freeze_window"]
        conn.execute(update(table).values(ends=table.c.ends - 2 * HOUR))
    assert freezing.listed(house.gateway, None) == ()
    house.promote_all()
    assert view(house, released[0]).state is State.PROMOTED


def test_a_windows_end_releases_nothing_that_nobody_released(house: House) -> None:
    number = freeze(house)
    review_id, _ = approved(house)
    held = view(house, review_id).delayed
    assert held is not None
    freezing.end(house.gateway, "ann", number)
    house.promote_all()
    assert (states(house, review_id), house.jira.effects) == ({OpState.HELD}, [])
    assert view(house, review_id).state is State.APPROVED


def test_a_window_of_one_project_holds_its_sets_alone(house: House) -> None:
    projects = [{"key": "AIR", "name": "Airlock"}, {"key": "WEB", "name": "웹"}]
    with house.gateway.database.write() as conn:
        sites.put_metadata(conn, site().model_copy(update={"projects": projects}))
    elsewhere = freeze(house, project="WEB")
    review_id, digest = approved(house)
    reviewing.promote(house.gateway, "eve", review_id, digest)
    other, second = approved(house, 2)
    house.promote_all()
    assert view(house, review_id).state is State.PROMOTED
    freezing.end(house.gateway, "ann", elsewhere)
    here = freeze(house, project="AIR")
    reviewing.promote(house.gateway, "eve", other, second)
    house.promote_all()
    assert states(house, other) == {OpState.READY}
    with pytest.raises(RefusedError, match="no such project"):
        freeze(house, project="PAY")
    only = (ProjectRole(site=SITE, project="WEB", role=Role.APPROVER),)
    stranger = Person(person="w", name="W", role=Role.NONE, roles=only)
    assert freezing.listed(house.gateway, stranger) == ()
    assert [one.window.id for one in freezing.listed(house.gateway, None)] == [here]
    # How this one was released nobody knows any more: it waits all the same.
    with house.gateway.database.write() as conn:
        conn.execute(TABLES["timing"].delete())
    house.promote_all()
    assert states(house, other) == {OpState.READY}
    freezing.end(house.gateway, "ann", here)
    house.promote_all()
    assert view(house, other).state is State.PROMOTED


def test_what_has_begun_is_looked_up_and_ended_under_a_window(house: House) -> None:
    review_id, digest = approved(house)
    house.jira.faults = ["after lost"]
    reviewing.promote(house.gateway, "eve", review_id, digest)

    def on_step(step: Step) -> None:
        if step is Step.INTENT:
            freeze(house)

    Promoter(house.gateway, "test", on_step).run_once()
    assert OpState.UNKNOWN in states(house, review_id)
    house.promote_all()
    assert states(house, review_id) <= {OpState.APPLIED, OpState.READY}
    assert len(house.jira.effects) == 1


def test_a_chosen_time_is_waited_for_and_stands_in_the_history(house: House) -> None:
    review_id, digest = approved(house)
    chosen = later(house)
    reviewing.promote(house.gateway, "eve", review_id, digest, schedule=chosen)
    house.promote_all()
    assert (states(house, review_id), house.jira.effects) == ({OpState.READY}, [])
    shown = view(house, review_id)
    assert shown.digest == digest
    assert shown.delayed is not None
    assert (shown.delayed.until, shown.delayed.chosen_by) == (chosen.not_before, "Eve")
    with house.gateway.database.read() as conn:
        [row] = [one for one in audit.entries(conn, after=0) if one.kind == "review_promote"]
        due = claiming.next_due(conn, house.gateway.site)
    assert (row.body["not_before"], row.body["zone"]) == (chosen.not_before, "Asia/Seoul")
    assert due is not None
    assert due > HOUR
    with house.gateway.database.write() as conn:
        conn.execute(update(TABLES["operation"]).values(not_before=1))
        conn.execute(update(TABLES["timing"]).values(not_before=1))
    assert view(house, review_id).delayed is None
    house.promote_all()
    assert view(house, review_id).state is State.PROMOTED


def test_a_set_that_waits_is_called_back_approved_as_before(house: House) -> None:
    review_id, digest = approved(house)
    reviewing.promote(house.gateway, "eve", review_id, digest, schedule=later(house))
    with pytest.raises(StaleError):
        freezing.stop(house.gateway, "rob", review_id, "0" * 64)
    assert freezing.stop(house.gateway, "rob", review_id, digest)
    shown = view(house, review_id)
    assert (shown.state, states(house, review_id)) == (State.APPROVED, {OpState.HELD})
    assert shown.digest == digest
    house.promote_all()
    assert house.jira.effects == []
    # The same approval is released again, this time at once.
    reviewing.promote(house.gateway, "eve", review_id, digest)
    house.promote_all()
    assert view(house, review_id).state is State.PROMOTED
    with pytest.raises(RefusedError, match="not in a state"):
        freezing.stop(house.gateway, "rob", review_id, digest)
    assert kinds(house).count("review_stop") == 1


def test_stopping_finishes_what_has_begun_and_leaves_the_rest_to_be_tried_again(
    house: House,
) -> None:
    changes = [
        edit("summary", "A"),
        edit("summary", "B", id="c2", issue_id="10002", issue_key="AIR-2"),
    ]
    review_id = house.arrive(change_set(*changes))
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.approve(house.gateway, "eve", review_id, digest)
    reviewing.promote(house.gateway, "eve", review_id, digest)
    assert Promoter(house.gateway, "test").run_once()
    assert not freezing.stop(house.gateway, "rob", review_id, digest)
    shown = view(house, review_id)
    assert [one.state for one in shown.operations] == [OpState.APPLIED, OpState.SKIPPED]
    assert shown.operations[1].trouble == freezing.STOPPED
    assert shown.state is State.PARTLY_PROMOTED
    house.promote_all()
    assert len(house.jira.effects) == 1
    reviewing.promote(house.gateway, "eve", review_id, digest)
    house.promote_all()
    assert view(house, review_id).state is State.PROMOTED


@pytest.mark.parametrize("step", [Step.CLAIMED, Step.INTENT, Step.SENT])
def test_stopping_while_a_promoter_works_waits_for_nobody_and_loses_nothing(
    house: House, step: Step
) -> None:
    review_id, digest = approved(house)
    reviewing.promote(house.gateway, "eve", review_id, digest)
    stopped: list[bool] = []

    def on_step(now: Step) -> None:
        if now is step and not stopped:
            stopped.append(freezing.stop(house.gateway, "rob", review_id, digest))

    house.promote_all(on_step)
    assert stopped == [False]
    assert view(house, review_id).state in {State.PROMOTED, State.PARTLY_PROMOTED}
    assert len(house.jira.effects) == 1
    assert settling.STOPPED not in [one.trouble for one in view(house, review_id).operations]


BAD: dict[str, tuple[Callable[[], Wanted], str]] = {
    "no reason": (lambda: Wanted(clock(1), clock(2), "UTC", " "), "needs a reason"),
    "zone": (lambda: Wanted(clock(1), clock(2), "Seoul", "x"), "no time zone"),
    "path": (lambda: Wanted(clock(1), clock(2), "../UTC", "x"), "no time zone"),
    "turned": (lambda: Wanted(clock(2), clock(1), "UTC", "x"), "has to end after"),
    "long": (lambda: Wanted(clock(1), clock(9000), "UTC", "x"), "a year at most"),
    "offset": (lambda: Wanted(clock(1) + "+09:00", clock(2), "UTC", "x"), "no date and time"),
    "words": (lambda: Wanted("soon", "later", "UTC", "x"), "no date and time"),
    "week": (lambda: Wanted("Fri", "Mon", "UTC", "x", weekly=True), "from a weekday"),
    "whole week": (
        lambda: Wanted("Fri 18:00", "Fri 18:00", "UTC", "x", weekly=True),
        "has to end after",
    ),
}


def test_what_is_no_window_or_no_time_is_refused_with_what_to_do(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for make, says in BAD.values():
        with pytest.raises(RefusedError, match=says):
            freezing.add(house.gateway, "ann", make())
    for moment, zone, says in (
        (clock(-1), "UTC", "over already"),
        (clock(24 * 91), "UTC", "90 days"),
        ("x", "UTC", "no date"),
        (clock(1), "Mars/Base", "no time zone"),
    ):
        with pytest.raises(RefusedError, match=says):
            freezing.schedule(house.gateway, "eve", moment, zone)
    assert freezing.schedule(house.gateway, "eve", "  ", "") is None
    monkeypatch.setattr(freezing, "_MOST", 0)
    with pytest.raises(RefusedError, match="as many windows"):
        freeze(house)


def test_a_claim_asks_for_windows_only_where_there_are_some(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    shut = windows.shut

    def counted(conn: Connection, here: str, now: int) -> windows.Shut:
        asked.append(here)
        return shut(conn, here, now)

    monkeypatch.setattr(windows, "shut", counted)
    for number in (1, 2):
        review_id, digest = approved(house, number)
        reviewing.promote(house.gateway, "eve", review_id, digest)
        house.promote_all()
        assert bool(asked) is (number == 2)
        assert view(house, review_id).state is State.PROMOTED
        # One that is still to come holds nothing, but has to be looked at.
        freeze(house, 1, 2)
