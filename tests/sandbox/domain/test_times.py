import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.domain.times import (
    jira_time,
    parse_day,
    parse_duration,
    parse_moment,
    written_duration,
    written_moment,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1w 2d 3h 30m", 214_200),
        ("3h30m", 12_600),
        ("90", 5_400),
        ("1.5h", 5_400),
        ("  2D ", 57_600),
        ("0m", 0),
        ("", None),
        ("1y", None),
        ("h", None),
        ("1h soon", None),
        ("-1h", None),
    ],
)
def test_durations_are_read_as_jira_reads_them(text: str, seconds: int | None) -> None:
    assert parse_duration(text) == seconds


@given(st.integers(0, 10**6))
def test_whole_minutes_survive_writing_and_reading(minutes: int) -> None:
    assert parse_duration(written_duration(minutes * 60)) == minutes * 60


def test_now_is_written_as_jira_writes_it() -> None:
    assert jira_time(1_790_623_933_094_000) == "2026-09-28T19:32:13.094+0000"
    assert jira_time(0) == "1970-01-01T00:00:00.000+0000"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-09-28T19:32:13.094+0500", "2026-09-28T19:32:13.094+0500"),
        ("2026-09-28T19:32:13.094Z", "2026-09-28T19:32:13.094+0000"),
        ("2026-09-28T19:32+09:00", "2026-09-28T19:32:00.000+0900"),
        ("2026-13-28T19:32:13.094Z", None),
        ("2026-09-28", None),
        ("now", None),
    ],
)
def test_moments_are_read_with_their_offset(text: str, expected: str | None) -> None:
    found = parse_moment(text)
    assert (written_moment(found) if found else None) == expected


@pytest.mark.parametrize("text", ["2026-02-30", "2026-2-3", "20260203", ""])
def test_what_is_no_day_is_no_day(text: str) -> None:
    assert parse_day(text) is None
