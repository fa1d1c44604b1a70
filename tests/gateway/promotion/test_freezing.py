"""Freeze windows by the clock on the wall, over both changes of the clocks, and chosen times."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.promotion.freezing import (
    Delay,
    Schedule,
    Window,
    delay,
    holds,
    instant,
    shut_projects,
    week_minute,
    week_moment,
)

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")
HOUR = 3600 * 1_000_000


def at(text: str, zone: ZoneInfo | None = None) -> int:
    """Return the moment of a local time; without a zone of UTC."""
    wall = datetime.fromisoformat(text).replace(tzinfo=zone or UTC)
    return round(wall.timestamp()) * 1_000_000


def weekly(
    begins: str, ends: str, zone: ZoneInfo = SEOUL, project: str = "", number: int = 1
) -> Window:
    start, stop = week_minute(begins), week_minute(ends)
    assert start is not None
    assert stop is not None
    return Window(
        number, project, zone, zone.key, weekly=True, begins=start, ends=stop, reason="쉼"
    )


def once(begins: str, ends: str, project: str = "", number: int = 9) -> Window:
    return Window(
        number,
        project,
        SEOUL,
        "Asia/Seoul",
        weekly=False,
        begins=at(begins),
        ends=at(ends),
        reason="x",
    )


WEEKEND = weekly("Fri 18:00", "Mon 08:00")


@pytest.mark.parametrize(
    ("moment", "on"),
    [
        ("2026-11-27T17:59:59", False),
        ("2026-11-27T18:00", True),
        ("2026-11-29T12:00", True),
        ("2026-11-30T07:59:59", True),
        ("2026-11-30T08:00", False),
        ("2026-12-02T12:00", False),
    ],
)
def test_a_weekly_window_goes_over_the_end_of_the_week_and_by_its_own_clock(
    moment: str, on: bool
) -> None:
    now = at(moment, SEOUL)
    assert holds(WEEKEND, now) is on
    found = delay((WEEKEND,), None, (), now)
    assert (found is not None) is on
    if found is not None:
        assert found == Delay(at("2026-11-30T08:00", SEOUL), "Asia/Seoul", (WEEKEND,))


@pytest.mark.parametrize(
    ("begins", "ends", "hours"),
    # Clocks go forward on 29 March, and back on 25 October, both in the night to Sunday.
    [("2026-03-28T12:00", "2026-03-30T12:00", 47), ("2026-10-24T12:00", "2026-10-26T12:00", 49)],
)
def test_a_window_is_an_hour_shorter_or_longer_when_the_clocks_are_set(
    begins: str, ends: str, hours: int
) -> None:
    window = weekly("Sat 12:00", "Mon 12:00", BERLIN)
    start, stop = at(begins, BERLIN), at(ends, BERLIN)
    assert (stop - start) // HOUR == hours
    assert [holds(window, one) for one in (start - 1, start, stop - 1, stop)] == [0, 1, 1, 0]


def test_a_time_that_is_shown_twice_or_never_makes_the_window_longer_not_shorter() -> None:
    twice = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 - what a clock on the wall shows
    assert instant(twice, BERLIN, late=True) - instant(twice, BERLIN) == HOUR
    never = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001 - as above
    assert instant(never, BERLIN, late=True) - instant(never, BERLIN) == HOUR
    window = weekly("Sun 02:30", "Sun 04:00", BERLIN)
    assert holds(window, at("2026-10-25T00:30"))
    assert holds(window, at("2026-03-29T00:30"))


@pytest.mark.parametrize("day", [0, 77, 84, 287, 294])
def test_each_week_has_exactly_its_hours(day: int) -> None:
    """By counting: each minute of a week in a zone that sets its clocks."""
    start = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=day)
    step = timedelta(minutes=30)
    moments = [round((start + step * one).timestamp()) * 1_000_000 for one in range(7 * 48)]
    window = weekly("Tue 06:00", "Wed 09:30", BERLIN)
    on = [holds(window, one) for one in moments]
    walls = [datetime.fromtimestamp(one / 1_000_000, BERLIN) for one in moments]
    expected = [
        (wall.weekday() == 1 and wall.hour >= 6)
        or (wall.weekday() == 2 and wall.hour * 60 + wall.minute < 9 * 60 + 30)
        for wall in walls
    ]
    assert on == expected


def test_windows_that_follow_one_another_are_one_wait_with_every_reason() -> None:
    holiday = once("2026-11-29T20:00", "2026-12-01T00:00")
    now = at("2026-11-28T00:00", SEOUL)
    found = delay((WEEKEND, holiday), None, (), now)
    assert found == Delay(at("2026-12-01T00:00"), "Asia/Seoul", (WEEKEND, holiday))


def test_windows_without_a_gap_have_no_end_in_sight() -> None:
    two = (weekly("Mon 00:00", "Thu 00:00"), weekly("Thu 00:00", "Mon 00:00", number=2))
    found = delay(two, None, (), at("2026-11-28T00:00"))
    assert found is not None
    assert found.until is None
    assert {one.id for one in found.windows} == {1, 2}


def test_a_zone_that_the_machine_does_not_know_opens_nothing() -> None:
    lost = Window(1, "", None, "Mars/Base", weekly=True, begins=0, ends=60, reason="x")
    assert holds(lost, at("2026-11-28T00:00"))
    found = delay((lost,), None, ("AIR",), at("2026-11-28T00:00"))
    assert found == Delay(None, "Mars/Base", (lost,))


def test_a_set_waits_for_the_windows_of_each_of_its_projects_and_of_no_other() -> None:
    pay = weekly("Fri 18:00", "Mon 08:00", project="PAY")
    now = at("2026-11-28T12:00", SEOUL)
    assert delay((pay,), None, ("AIR", "PAY"), now) is not None
    assert delay((pay,), None, ("AIR",), now) is None
    assert shut_projects((pay,), now) == {"PAY"}
    assert shut_projects((pay, WEEKEND), now) == {"PAY", ""}
    assert shut_projects((pay, WEEKEND), at("2026-12-01T12:00", SEOUL)) == frozenset()


def test_a_chosen_time_that_falls_into_a_window_waits_for_its_end() -> None:
    chosen = Schedule(at("2026-11-28T03:00", SEOUL), "Asia/Seoul", "eve")
    now = at("2026-11-27T09:00", SEOUL)
    assert delay((), chosen, ("AIR",), now) == Delay(chosen.not_before, "Asia/Seoul", (), chosen)
    both = delay((WEEKEND,), chosen, ("AIR",), now)
    assert both == Delay(at("2026-11-30T08:00", SEOUL), "Asia/Seoul", (WEEKEND,), chosen)
    assert delay((), chosen, ("AIR",), chosen.not_before) is None
    assert delay((), None, (), now) is None


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("Mon 00:00", 0),
        ("fri 18:00", 4 * 1440 + 1080),
        ("Friday 8:05", 4 * 1440 + 485),
        ("Sun 24:00", 0),
        ("Sun 24:01", None),
        ("Fri 18", None),
        ("Fry 18:00", None),
        ("Fri 18:60", None),
        ("", None),
    ],
)
def test_a_minute_of_the_week_is_written_with_its_day(text: str, minute: int | None) -> None:
    assert week_minute(text) == minute
    if minute is not None:
        assert week_minute(week_moment(minute)) == minute
