"""The clock by which a request has to begin."""

import time

import pytest

from gateway.upstream import steady


def test_it_goes_by_the_clock_that_counts_sleep_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def told(clock: int) -> float:
        asked.append(clock)
        return 7.0

    monkeypatch.setattr(steady, "_CLOCK", 4711)
    monkeypatch.setattr(time, "clock_gettime", told)
    assert (steady.steady(), asked) == (7.0, [4711])


def test_elsewhere_it_is_the_process_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steady, "_CLOCK", None)
    before = time.monotonic()
    assert before <= steady.steady() <= time.monotonic()
