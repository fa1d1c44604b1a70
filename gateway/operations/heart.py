"""Keeps the leases of a living process: as long as it beats, nobody takes over its work.

A request may take longer than a lease. Only a process that is dead, or stopped, lets a
lease run out; what it had begun is then looked up by another one. A promoter that fails in
a living process gives its lease back by itself.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.operations.context import Gateway
from gateway.promotion.states import OpEvent, OpState
from gateway.store import in_flight, outbox
from gateway.store.outbox import Operation
from gateway.upstream.steady import steady

_SECOND = 1_000_000
#: Seconds: a third of a lease that is shorter is no time to send anything.
_SHORTEST = 1.0


class Heart:
    """One process's heart, shared by its promoters."""

    def __init__(self, gateway: Gateway) -> None:
        """Start with nothing to keep."""
        self._gateway = gateway
        self._lease = round(gateway.settings.lease_seconds * _SECOND)
        self._carried: dict[int, Operation] = {}
        self._lock = threading.Lock()

    @property
    def every(self) -> float:
        """Seconds between two beats: three fall into a lease."""
        return self._gateway.settings.lease_seconds / 3

    @contextmanager
    def beating_for(self, operation: Operation) -> Iterator[None]:
        """Keep the lease of an operation while it is being carried."""
        with self._lock:
            self._carried[operation.id] = operation
        try:
            yield
        finally:
            with self._lock:
                self._carried.pop(operation.id, None)

    def beat(self) -> int:
        """Prolong every lease once; returns how many are still ours."""
        with self._lock:
            carried = tuple(self._carried.values())
        if not carried:
            return 0
        with self._gateway.database.write() as conn:
            return sum(in_flight.prolong(conn, one, self._lease) for one in carried)


def let_go(gateway: Gateway, operation: Operation) -> None:
    """Give an operation up that nobody carries any more, without waiting for its lease.

    Without an intent nothing was sent; with one it is looked up after a whole quarantine.
    """
    with gateway.database.write() as conn:
        known = outbox.get(conn, operation.id)
        if known is None or known.state is not operation.state:
            return
        quarantine = round(gateway.settings.quarantine_seconds * _SECOND)
        if operation.state is OpState.UNKNOWN:
            in_flight.wait_more(conn, operation, _SECOND)
        elif known.intent_at is None:
            in_flight.finish(conn, operation, OpEvent.PUT_BACK, wait=_SECOND, forgive=True)
        else:
            in_flight.finish(conn, operation, OpEvent.NO_ANSWER, wait=quarantine)


@dataclass(slots=True)
class Begun:
    """When an intent was begun: who sleeps behind it must not send when it wakes.

    Others look for the write when the lease is over and then send it themselves.
    """

    #: Seconds of a lease: a third of it after the intent the request has to be on its way.
    lease: float
    #: By ``steady``.
    _at: float = 0.0

    def now(self) -> bool:
        """Begin; always True."""
        self._at = steady()
        return True

    def by(self) -> float:
        """Return until when, by ``steady``, something may be sent."""
        return self._at + max(self.lease / 3, _SHORTEST)
