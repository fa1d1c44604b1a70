"""What became of an operation, ready to be recorded."""

from dataclasses import dataclass, replace

from gateway.promotion.states import OpEvent
from gateway.promotion.values import Look, Receipt
from gateway.upstream.errors import (
    IdentityLostError,
    OurFaultError,
    ThrottledError,
    UpstreamError,
    WrongUpstreamError,
)

SECOND = 1_000_000
MAYBE_BEFORE = "It may have been written before. Please look at it in Jira."
#: Wait after a failure that certainly changed nothing.
_BACKOFF = 5 * SECOND


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an operation, ready to be recorded."""

    event: OpEvent
    receipt: Receipt | None = None
    trouble: str = ""
    #: Microseconds until the next try.
    wait: int = 0
    #: True when the attempt does not count: Jira did nothing.
    forgive: bool = False
    #: True when it has to be looked up before it is sent again, although nothing counts.
    wary: bool = False
    #: A sentence when the whole site has to stop until somebody acts.
    pause: str = ""
    #: Why Jira wants this issue left alone for ``wait``; empty when it does not.
    hold: str = ""
    #: What was looked at before it was said.
    looks: tuple[Look, ...] = ()


def nothing_sent(error: UpstreamError, *, sent_before: bool = False) -> Result:
    """Return the result of a failure before anything could have changed.

    ``sent_before``: an earlier request may have come through, and could not be looked for.
    """
    if isinstance(error, (IdentityLostError, WrongUpstreamError)):
        return Result(OpEvent.PUT_BACK, trouble=error.sentence, forgive=True, pause=error.sentence)
    if isinstance(error, ThrottledError):
        wait = round(error.seconds * SECOND)
        hold = error.reason if error.per_issue else ""
        return Result(OpEvent.PUT_BACK, trouble=error.sentence, wait=wait, forgive=True, hold=hold)
    if isinstance(error, OurFaultError):
        if sent_before:
            return Result(OpEvent.CANNOT_TELL, trouble=f"{error.sentence} {MAYBE_BEFORE}")
        return Result(OpEvent.REFUSED, trouble=error.sentence)
    return Result(OpEvent.PUT_BACK, trouble=error.sentence, wait=_BACKOFF, forgive=True)


def turned_away(error: UpstreamError) -> Result:
    """Return the result of a write that was answered as to somebody else.

    Whoever answered may have let it through, so it is looked for before it is sent again.
    """
    return replace(nothing_sent(error), wary=True)
