"""The bell: whoever sleeps wakes, and nobody is woken for nothing."""

import threading
import time

import pytest

from gateway.store import bell as bell_module
from gateway.store.bell import Bell


def test_a_ring_for_one_that_nobody_slept_through_is_owed_to_one_who_comes() -> None:
    bell, stop = Bell(), threading.Event()
    first, second = bell.heard(), bell.heard()
    bell.ring(everybody=False)
    bell.wait(first, 60, stop)  # returns at once: the look is owed
    woken = threading.Event()

    def sleep() -> None:
        bell.wait(second, 60, stop)
        woken.set()

    sleeper = threading.Thread(target=sleep)
    sleeper.start()
    assert not woken.wait(0.05), "one look was owed, not two"
    bell.ring()
    assert woken.wait(10)
    sleeper.join()


def test_a_ring_for_everybody_is_not_missed_by_one_who_was_looking() -> None:
    bell, stop = Bell(), threading.Event()
    heard = bell.heard()
    bell.ring()
    bell.wait(heard, 60, stop)


def test_of_many_who_wait_one_looks_out_for_what_becomes_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bell_module, "_SLICE", 60.0)
    monkeypatch.setattr(bell_module, "_LONG_SLICE", 60.0)
    bell, stop = Bell(), threading.Event()
    heard = bell.heard()
    waits = [60.0, 0.01, 0.01, 0.01]
    threads = [threading.Thread(target=bell.wait, args=(heard, one, stop)) for one in waits]
    for number, thread in enumerate(threads, start=1):
        thread.start()
        while bell._sleepers < number:  # one after the other: the first one looks out
            time.sleep(0.001)
    for thread in threads:
        thread.join(0.1)
        assert thread.is_alive(), "somebody woke who had nothing to look out for"
    bell.ring()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_somebody_else_looks_out_when_nobody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell_module, "_LONG_SLICE", 0.01)
    bell, stop = Bell(), threading.Event()
    heard = bell.heard()
    threads = [threading.Thread(target=bell.wait, args=(heard, 0.01, stop)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)  # each takes the place of the one who went before
    assert not any(thread.is_alive() for thread in threads)


def test_whoever_waits_goes_when_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell_module, "_SLICE", 0.01)
    monkeypatch.setattr(bell_module, "_LONG_SLICE", 60.0)
    bell, stop = Bell(), threading.Event()
    heard = bell.heard()
    threads = [threading.Thread(target=bell.wait, args=(heard, 60.0, stop)) for _ in range(3)]
    for thread in threads:
        thread.start()
    stop.set()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
