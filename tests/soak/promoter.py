"""One gateway process of the soak: it promotes until it is told to stop, or killed."""

import logging
import signal
import threading
from dataclasses import replace
from multiprocessing.synchronize import Event

from gateway.operations.background import Background, repeat
from tests.soak.world import Place, gateway_at

#: What a gateway process does for promotion; a soak has no shadow, nobody polls and tells.
_NEEDED = frozenset({"promote", "heartbeat", "listen"})
#: Seconds; a database that was killed is soon back.
_LONGEST_PAUSE = 0.5


def promote(place: Place, name: str, log: str, ready: Event | None = None) -> None:
    """Carry operations until SIGTERM; ``ready`` is set as soon as all threads run."""
    form = f"%(asctime)s {name} %(name)s %(message)s"
    logging.basicConfig(filename=log, level=logging.WARNING, format=form, force=True)
    running = Background(gateway_at(place), name)
    signal.signal(signal.SIGTERM, lambda _number, _frame: running.stopping.set())
    threads = [
        threading.Thread(
            target=repeat, args=(replace(work, longest=_LONGEST_PAUSE), running.stopping)
        )
        for work in running.works()
        if work.name in _NEEDED
    ]
    for thread in threads:
        thread.start()
    if ready is not None:
        ready.set()
    for thread in threads:
        while thread.is_alive():
            # Waiting without end would keep the signal from being heard.
            thread.join(0.2)
