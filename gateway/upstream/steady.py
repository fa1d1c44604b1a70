"""A clock that nobody sets, and that goes on while the machine sleeps where there is one.

Linux's ``CLOCK_MONOTONIC``, which is Python's, stands still while a machine is suspended; what
was approved to be sent before that must not be sent behind it by a clock that slept as well.
"""

import time

#: ``CLOCK_BOOTTIME`` is Linux's alone (clock_gettime(2)).
_CLOCK: int | None = getattr(time, "CLOCK_BOOTTIME", None)


def steady() -> float:
    """Return seconds since some moment in the past."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)
