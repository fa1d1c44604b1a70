"""Issues that agents asked for and that are not here, remembered until the gateway asks.

In memory: nothing in an agent's answer depends on it, and an agent that still wants an
issue asks again. Absent, out of scope and not here yet are noted alike.
"""

import re
import threading
from dataclasses import dataclass, field

from sandbox.contract.shapes import Scope, Wanted
from sandbox.domain.issue import is_temporary

#: Keys that wait for one agent, and in all: more are forgotten, not queued.
MOST_OF_ONE = 50
MOST = 1_000
_KEY = re.compile(r"([A-Z][A-Z0-9_]{1,254})-([1-9][0-9]{0,17})")


@dataclass(slots=True)
class WantedKeys:
    """What agents asked for in vain since it was last taken."""

    #: Insertion-ordered: the oldest is taken first.
    _waiting: dict[Wanted, None] = field(default_factory=dict)
    #: Keys that were asked for lately, whether taken or not.
    _lately: dict[str, None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, agent: str, person: str, scope: Scope, ref: str) -> None:
        """Remember a key of the agent's own projects; ids and temporary keys are not asked for."""
        found = _KEY.fullmatch(ref.upper())
        if found is None or found[1] not in scope.projects or is_temporary(found[2]):
            return
        one = Wanted(key=found[0], agent=agent, person=person)
        with self._lock:
            own = sum(other.agent == agent for other in self._waiting)
            if own < MOST_OF_ONE and len(self._waiting) < MOST:
                self._waiting[one] = None
                self._lately.pop(one.key, None)
                self._lately[one.key] = None
                while len(self._lately) > MOST:
                    del self._lately[next(iter(self._lately))]

    def asked_for(self, key: str) -> bool:
        """Return whether some agent lately asked for a key in vain."""
        return key in self._lately

    def take(self) -> list[Wanted]:
        """Return what is waiting, and forget it."""
        with self._lock:
            found = list(self._waiting)
            self._waiting.clear()
        return found
