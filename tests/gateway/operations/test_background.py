"""The gateway's threads outlive what goes wrong, and ask Jira for no more than they need."""

import logging
import threading
import time
from collections.abc import Callable

import pytest

from gateway.operations import background, reviewing
from gateway.operations.background import Background, Work, repeat
from gateway.operations.intake import take_changes
from gateway.operations.polling import SWEEP_AT_MOST, Poller
from gateway.store import sites
from tests.gateway.operations.conftest import House
from tests.gateway.operations.test_intake import airlock, edit
from tests.gateway.promotion.world import change_set
from tests.gateway.promotion.world import edit as edit_of
from tests.recorded import BY_NAME, load


def test_a_failing_thread_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[int] = []
    stop = threading.Event()

    def once() -> None:
        seen.append(1)
        if len(seen) < 3:
            raise RuntimeError("a secret that was read")
        stop.set()

    with caplog.at_level(logging.INFO):
        repeat(Work("test", once, 0.0, longest=0.01), stop)
    assert len(seen) == 3
    assert caplog.messages == ["background_failed work=test error=RuntimeError"] * 2


def test_a_thread_that_ends_for_good_says_so(caplog: pytest.LogCaptureFixture) -> None:
    def once() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        repeat(Work("test", once, 0.0), threading.Event())
    assert caplog.messages == ["background_ended work=test"]


def test_each_work_comes_round_as_often_as_it_must(house: House) -> None:
    found = {work.name: work for work in Background(house.gateway).works()}
    own = {"fetch", "registry", "tell", "resume", "poll", "open", "hints", "wanted"}
    own |= {"remember", "seal", "lines", "lapse"}
    assert set(found) == {*own, "promote", "heartbeat", "listen", "duplicates", "remarks"}
    assert found["open"].every == house.gateway.settings.open_seconds
    assert (found["fetch"].every, found["registry"].every) == (1.0, 20.0)
    # Even after failures the sandbox hears of the agents before its registry is too old.
    assert found["registry"].every + found["registry"].longest < 60
    assert found["poll"].every == house.gateway.settings.poll_seconds


def test_a_status_without_transitions_does_not_ask_for_everything_each_minute() -> None:
    with airlock(load(BY_NAME["jirametrics"])) as (gateway, upstream, _):
        poller = Poller(gateway)
        assert poller.run_once().issues == 4
        with gateway.database.write() as conn:
            known = sites.metadata(conn, gateway.site)
            assert known is not None
            sites.put_metadata(conn, known.model_copy(update={"transitions": []}))
        edit(upstream, "10017", {"summary": "Changed upstream"})
        assert take_changes(gateway, 5) is None
        # The first window begins before the newest change that was read, and has that one too.
        assert [poller.run_once().issues for _ in range(2)] == [2, 1]
        now = gateway.clock
        gateway.clock = lambda: now() + SWEEP_AT_MOST + 1
        assert poller.run_once().issues == 4


def test_the_background_promotes_and_tells_by_itself(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FETCH_EVERY", "TELL_EVERY"):
        monkeypatch.setattr(background, name, 0.02)
    house.door.sealed.append(change_set(edit_of("summary", "New")))
    running = Background(house.gateway, "test")
    running.start()
    try:
        _until(lambda: len(reviewing.inbox(house.gateway)) == 1)
        digest = reviewing.view(house.gateway, 1).digest
        reviewing.approve(house.gateway, "eve", 1, digest)
        reviewing.promote(house.gateway, "eve", 1, digest)
        _until(lambda: len(house.door.outcomes) == 1)
        assert running.alive()
    finally:
        running.stop()
    assert not running.alive()
    assert house.jira.field("10001", "summary") == "New"


def _until(true: Callable[[], bool], patience: float = 20.0) -> None:
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
