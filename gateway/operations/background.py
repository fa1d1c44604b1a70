"""The gateway's threads: fetch, register, promote, tell. None of them dies silently.

A failure is logged as an event name with the error's class, never with what was read,
and tried again after a pause that grows.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.operations import intake, receiving, registering, telling
from gateway.operations.context import Gateway
from gateway.operations.promoting import Promoter
from gateway.store import sites
from gateway.upstream.errors import UpstreamError

LOG = logging.getLogger(__name__)

#: Seconds between two rounds of each thread.
FETCH_EVERY = 1.0
REGISTRY_EVERY = 20.0
TELL_EVERY = 1.0
RESUME_EVERY = 30.0
#: The pause after a failure doubles up to this many seconds.
LONGEST_PAUSE = 60.0


@dataclass(slots=True)
class Background:
    """All threads of one gateway, started and stopped together."""

    gateway: Gateway
    #: Distinguishes this process's promoter from another's.
    name: str = "main"
    stopping: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start every thread."""
        gateway, promoter = self.gateway, Promoter(self.gateway, self.name)
        works: dict[str, tuple[Callable[[], object], float]] = {
            "fetch": (lambda: receiving.fetch(gateway), FETCH_EVERY),
            "registry": (lambda: registering.push_registry(gateway), REGISTRY_EVERY),
            "tell": (lambda: telling.tell(gateway), TELL_EVERY),
            "resume": (lambda: resume(gateway), RESUME_EVERY),
            "poll": (lambda: intake.take_in(gateway), gateway.settings.poll_seconds),
            "promote": (lambda: promoter.run(self.stopping), 0.0),
        }
        for name, (work, every) in works.items():
            thread = threading.Thread(
                target=repeat, args=(name, work, every, self.stopping), name=f"airlock-{name}"
            )
            self.threads.append(thread)
            thread.start()

    def stop(self, patience: float = 30.0) -> None:
        """Stop all threads and wait for them; a write that was begun is finished."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(patience)

    def alive(self) -> bool:
        """Return whether every thread still runs."""
        return bool(self.threads) and all(thread.is_alive() for thread in self.threads)


def repeat(name: str, work: Callable[[], object], every: float, stop: threading.Event) -> None:
    """Do the same work again and again until ``stop``, whatever goes wrong."""
    pause = 1.0
    while not stop.is_set():
        try:
            work()
        except Exception as error:
            LOG.warning("background_failed work=%s error=%s", name, type(error).__name__)
            LOG.debug("background_trace work=%s", name, exc_info=error)
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            pause = 1.0
            stop.wait(every)


def resume(gateway: Gateway) -> bool:
    """Let a paused site go on as soon as Jira knows us again; returns whether it does."""
    with gateway.database.read() as conn:
        stored = sites.get(conn, gateway.site)
    if stored is None or stored.paused is None:
        return False
    try:
        gateway.upstream.myself()
    except UpstreamError:
        return False
    with gateway.database.write() as conn:
        sites.pause(conn, gateway.site, None)
    return True
