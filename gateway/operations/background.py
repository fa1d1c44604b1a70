"""The gateway's threads: fetch, register, promote, tell, poll. None of them dies silently.

A failure is logged as an event name with the error's class, never with what was read,
and tried again after a pause that grows.
"""

import logging
import os
import platform
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.operations import (
    following,
    listing,
    receiving,
    registering,
    remarking,
    restoring,
    telling,
)
from gateway.operations.context import Gateway
from gateway.operations.delivering import Deliverer
from gateway.operations.duplicates import look_for_duplicates
from gateway.operations.heart import Heart
from gateway.operations.lapsing import Lapsing
from gateway.operations.pacing import Pace
from gateway.operations.polling import Poller
from gateway.operations.promoting import Promoter
from gateway.store import sites
from gateway.upstream.errors import UpstreamError

LOG = logging.getLogger(__name__)

#: Seconds between two rounds of each thread.
FETCH_EVERY = 1.0
REGISTRY_EVERY = 20.0
TELL_EVERY = 1.0
REMARKS_EVERY = 2.0
RESUME_EVERY = 30.0
DUPLICATES_EVERY = 20.0
HINTS_EVERY = 2.0
WANTED_EVERY = 2.0
REMEMBER_EVERY = 5.0
SEAL_EVERY = 30.0
NOTIFY_EVERY = 2.0
LINES_EVERY = 10.0
LAPSE_EVERY = 2.0
#: The pause after a failure doubles up to this many seconds.
LONGEST_PAUSE = 15.0
#: Reading Jira costs it something: a poll that goes on failing is tried this seldom.
LONGEST_POLL_PAUSE = 900.0


@dataclass(frozen=True, slots=True)
class Work:
    """What one thread does, how often, and how long it waits at most after failures."""

    name: str
    once: Callable[[], object]
    every: float
    longest: float = LONGEST_PAUSE


def process_name() -> str:
    """Return a name that no other process has, on this machine or another."""
    return f"{platform.node() or 'gateway'}-{os.getpid()}-{secrets.token_hex(2)}"


@dataclass(slots=True)
class Background:
    """All threads of one gateway, started and stopped together."""

    gateway: Gateway
    #: Distinguishes this process's promoters from another's.
    name: str = field(default_factory=process_name)
    stopping: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)
    #: Sends notifications; None: nobody is told.
    deliverer: Deliverer | None = None

    def start(self) -> None:
        """Start every thread."""
        for work in self.works():
            thread = threading.Thread(
                target=repeat, args=(work, self.stopping), name=f"airlock-{work.name}"
            )
            self.threads.append(thread)
            thread.start()

    def works(self) -> tuple[Work, ...]:
        """Return what there is to do."""
        gateway = self.gateway
        poller, heart, pace = Poller(gateway), Heart(gateway), Pace()
        wanting = following.Wanting(gateway)
        lapsing = Lapsing(gateway)
        return (
            Work("fetch", lambda: receiving.fetch(gateway), FETCH_EVERY),
            # The sandbox takes a registry for valid for a minute: no long pause here.
            Work("registry", lambda: registering.push_registry(gateway), REGISTRY_EVERY, 5.0),
            Work("tell", lambda: telling.tell(gateway), TELL_EVERY),
            Work("remarks", lambda: remarking.carry(gateway), REMARKS_EVERY),
            *self._notifying(),
            Work("seal", lambda: receiving.seal_idle(gateway), SEAL_EVERY),
            # A long inbox takes its time once: no visitor shall wait for that.
            Work("lines", lambda: listing.rows(gateway), LINES_EVERY),
            Work("remember", lambda: restoring.remember(gateway), REMEMBER_EVERY),
            Work("resume", lambda: resume(gateway), RESUME_EVERY),
            Work("poll", poller.run_once, gateway.settings.poll_seconds, LONGEST_POLL_PAUSE),
            Work(
                "open",
                lambda: following.refresh_open(gateway),
                gateway.settings.open_seconds,
                LONGEST_POLL_PAUSE,
            ),
            Work("hints", lambda: following.follow_hints(gateway), HINTS_EVERY, LONGEST_POLL_PAUSE),
            Work("wanted", wanting.run_once, WANTED_EVERY, LONGEST_POLL_PAUSE),
            Work("lapse", lapsing.run_once, LAPSE_EVERY, LONGEST_POLL_PAUSE),
            Work("duplicates", lambda: look_for_duplicates(gateway), DUPLICATES_EVERY, 300.0),
            Work("listen", self._listen, 1.0, 5.0),
            Work("heartbeat", heart.beat, heart.every, heart.every),
            *(
                self._promoter(number, heart, pace)
                for number in range(1, gateway.settings.promoters + 1)
            ),
        )

    def _notifying(self) -> tuple[Work, ...]:
        """Return the thread of its own in which slow receivers hold up nothing else."""
        if self.deliverer is None:
            return ()
        return (Work("notify", self.deliverer.run_once, NOTIFY_EVERY),)

    def _promoter(self, number: int, heart: Heart, pace: Pace) -> Work:
        promoter = Promoter(self.gateway, f"{self.name}-{number}", heart=heart, pace=pace)
        return Work("promote", lambda: promoter.run(self.stopping), 0.0)

    def _listen(self) -> None:
        """Hear what other processes ring; without any there is nothing to hear."""
        self.gateway.database.listen(self.stopping)
        self.stopping.wait(60.0)

    def stop(self, patience: float = 30.0) -> None:
        """Stop all threads and wait for them; a write that was begun is finished."""
        self.stopping.set()
        self.gateway.database.bell.ring()
        for thread in self.threads:
            thread.join(patience)

    def alive(self) -> bool:
        """Return whether every thread still runs."""
        return bool(self.threads) and all(thread.is_alive() for thread in self.threads)


def repeat(work: Work, stop: threading.Event) -> None:
    """Do the same work again and again until ``stop``, whatever goes wrong."""
    pause = min(1.0, work.longest)
    try:
        while not stop.is_set():
            if _succeeds(work):
                pause = min(1.0, work.longest)
                stop.wait(work.every)
            else:
                stop.wait(pause)
                pause = min(pause * 2, work.longest)
    finally:
        if not stop.is_set():
            LOG.critical("background_ended work=%s", work.name)


def _succeeds(work: Work) -> bool:
    try:
        work.once()
    except Exception as error:
        LOG.warning("background_failed work=%s error=%s", work.name, type(error).__name__)
        LOG.debug("background_trace work=%s", work.name, exc_info=error)
        return False
    return True


def resume(gateway: Gateway) -> bool:
    """Let a paused site go on as soon as Jira knows us again; returns whether it does."""
    with gateway.database.read() as conn:
        stored = sites.get(conn, gateway.site)
    if stored is None or stored.paused is None or stored.paused_kind != sites.IDENTITY:
        return False
    try:
        gateway.upstream.confirm()
        gateway.writing().upstream.confirm()
    except UpstreamError:
        return False
    with gateway.database.write() as conn:
        sites.pause(conn, gateway.site, None)
    return True
