"""Wakes whoever waits for work: within the process at once, on PostgreSQL everywhere.

``ring`` belongs to the transaction that makes the work: nobody hears it before the
commit, and nobody hears of what was rolled back. Whoever misses it finds the work at the
next slow look all the same.
"""

import selectors
import threading
import time
from typing import LiteralString

import psycopg
from sqlalchemy import Connection, Engine, text

_CHANNEL: LiteralString = "airlock_outbox"
_RUNG = "airlock_rung"
#: Seconds between two looks at whether to stop, of the one who looks out for what is due.
_SLICE = 0.5
#: The same of all others, who are told by that one: each look is a switch between threads.
_LONG_SLICE = 4 * _SLICE


class Bell:
    """One process's bell."""

    def __init__(self) -> None:
        """Start silent."""
        self._changed = threading.Condition()
        self._rung = 0
        self._sleepers = 0
        #: One sleeper wakes by itself when something is due; the others only when it rings.
        self._watched = False
        #: One more look is owed, because nobody slept when it rang for one.
        self._owed = False

    @property
    def watched(self) -> bool:
        """Whether one of those who wait looks out for what becomes due."""
        return self._watched

    def heard(self) -> int:
        """Return how often it rang: read before looking for work, given to ``wait``."""
        return self._rung

    def ring(self, *, everybody: bool = True) -> None:
        """Wake all who wait, or one of them."""
        with self._changed:
            if everybody:
                self._rung += 1
                self._changed.notify_all()
            elif self._sleepers:
                self._changed.notify()
            else:
                self._owed = True

    def wait(self, heard: int, seconds: float, stop: threading.Event) -> None:
        """Wait until it rings, ``seconds`` are over or ``stop`` is set.

        Of many who wait, one looks out for what becomes due; when it finds something, it
        rings, and another one takes its place.
        """
        until = time.monotonic() + seconds
        with self._changed:
            if self._rung != heard or self._owed:
                self._owed = False
                return
            watches, self._watched = not self._watched, True
            self._sleepers += 1
            try:
                while not stop.is_set() and (not watches or until > time.monotonic()):
                    left = min(until - time.monotonic(), _SLICE) if watches else _LONG_SLICE
                    if self._changed.wait(left):
                        return
                    if not watches and not self._watched:
                        # Who did is looking just now, or went away for another reason.
                        watches = self._watched = True
                        until = time.monotonic() + seconds
            finally:
                if stop.is_set():
                    self._changed.notify_all()
                self._sleepers -= 1
                if watches:
                    self._watched = False


def ring(conn: Connection, *, far: bool = True) -> None:
    """Ring when this transaction commits; ``far``: in every process on this database."""
    everybody = far or bool(conn.info.get(_RUNG))
    conn.info[_RUNG] = everybody
    if far and conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_notify(:channel, '')"), {"channel": _CHANNEL})


def forget(conn: Connection) -> None:
    """Forget what a transaction before this one may have left behind."""
    conn.info.pop(_RUNG, None)


def pass_on(conn: Connection, bell: Bell) -> None:
    """Ring the process's own bell for what was just committed."""
    everybody = conn.info.pop(_RUNG, None)
    if everybody is not None:
        bell.ring(everybody=everybody)


def listen(engine: Engine, bell: Bell, stop: threading.Event) -> None:
    """Pass on what other processes ring, until ``stop``; PostgreSQL only.

    Raises when the connection is lost; whoever calls again rings once, for what was missed.
    """
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as conn, selectors.DefaultSelector() as waiting:
        waiting.register(conn.fileno(), selectors.EVENT_READ)
        conn.execute(f"LISTEN {_CHANNEL}")
        bell.ring()
        while not stop.is_set():
            # The driver itself would look ten times a second.
            waiting.select(_SLICE)
            if any(True for _ in conn.notifies(timeout=0)):
                bell.ring()
