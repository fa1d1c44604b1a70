"""The bell: whoever sleeps wakes, and nobody is woken for nothing."""

import threading

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
