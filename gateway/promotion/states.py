"""The life of one operation (one upstream request), as one table.

``inflight`` begins when the intent is committed, before a socket is opened. From
``inflight`` a process that died, or an answer that never came, leads to ``unknown``;
from there only a probe leads on: never a blind retry.
"""

from enum import StrEnum


class OpState(StrEnum):
    """Where an operation stands."""

    HELD = "held"
    READY = "ready"
    INFLIGHT = "inflight"
    UNKNOWN = "unknown"
    APPLIED = "applied"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    SKIPPED = "skipped"
    NEEDS_HUMAN = "needs_human"
    LEFT = "left"
    SUPERSEDED = "superseded"


class OpEvent(StrEnum):
    """What can happen to an operation."""

    RELEASE = "release"
    CLAIM = "claim"
    WITHDRAW = "withdraw"
    ANSWERED = "answered"
    PUT_BACK = "put back"
    NO_ANSWER = "no answer"
    FOUND = "found"
    NOT_FOUND = "not found"
    CANNOT_TELL = "cannot tell"
    DRIFTED = "drifted"
    REFUSED = "refused"
    DEPENDENCY_FAILED = "dependency failed"
    RETRY = "retry"
    SEND_AGAIN = "send again"
    LEAVE = "leave"
    CALL_BACK = "call back"
    STOP = "stop"


OP_TRANSITIONS: dict[OpState, dict[OpEvent, OpState]] = {
    OpState.HELD: {
        OpEvent.RELEASE: OpState.READY,
        OpEvent.WITHDRAW: OpState.SUPERSEDED,
    },
    OpState.READY: {
        OpEvent.CLAIM: OpState.INFLIGHT,
        OpEvent.DEPENDENCY_FAILED: OpState.SKIPPED,
        OpEvent.CALL_BACK: OpState.HELD,
        OpEvent.STOP: OpState.SKIPPED,
    },
    OpState.INFLIGHT: {
        OpEvent.ANSWERED: OpState.APPLIED,
        OpEvent.FOUND: OpState.APPLIED,
        OpEvent.PUT_BACK: OpState.READY,
        OpEvent.NO_ANSWER: OpState.UNKNOWN,
        OpEvent.DRIFTED: OpState.CONFLICT,
        OpEvent.REFUSED: OpState.REJECTED,
        OpEvent.CANNOT_TELL: OpState.NEEDS_HUMAN,
    },
    OpState.UNKNOWN: {
        OpEvent.FOUND: OpState.APPLIED,
        OpEvent.NOT_FOUND: OpState.READY,
        OpEvent.CANNOT_TELL: OpState.NEEDS_HUMAN,
    },
    OpState.APPLIED: {},
    OpState.CONFLICT: {OpEvent.RETRY: OpState.READY, OpEvent.LEAVE: OpState.LEFT},
    OpState.REJECTED: {OpEvent.RETRY: OpState.READY, OpEvent.LEAVE: OpState.LEFT},
    OpState.SKIPPED: {OpEvent.RETRY: OpState.READY, OpEvent.LEAVE: OpState.LEFT},
    # Not by RETRY: promoting again must not send what may have happened already.
    OpState.NEEDS_HUMAN: {
        OpEvent.FOUND: OpState.APPLIED,
        OpEvent.SEND_AGAIN: OpState.READY,
        OpEvent.LEAVE: OpState.LEFT,
    },
    OpState.LEFT: {OpEvent.SEND_AGAIN: OpState.READY},
    OpState.SUPERSEDED: {},
}

#: States in which nothing more will happen by itself.
SETTLED = frozenset(
    {
        OpState.APPLIED,
        OpState.CONFLICT,
        OpState.REJECTED,
        OpState.SKIPPED,
        OpState.NEEDS_HUMAN,
        OpState.LEFT,
        OpState.SUPERSEDED,
    }
)
#: States that stop a set which stops at its first failure.
STOPS = frozenset({OpState.CONFLICT, OpState.REJECTED, OpState.NEEDS_HUMAN})
#: States after which nothing that depends on an operation may run.
FAILED = STOPS | {OpState.SKIPPED, OpState.LEFT}


class IllegalOpTransitionError(Exception):
    """This event cannot happen to an operation in this state."""

    def __init__(self, state: OpState, event: OpEvent) -> None:
        """Say which event met which state."""
        super().__init__(f"cannot {event} an operation that is {state}")


def next_op_state(state: OpState, event: OpEvent) -> OpState:
    """Return the state that follows, or raise IllegalOpTransitionError."""
    try:
        return OP_TRANSITIONS[state][event]
    except KeyError:
        raise IllegalOpTransitionError(state, event) from None


def op_diagram() -> str:
    """Return the table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {OpState.HELD}"]
    for state, events in OP_TRANSITIONS.items():
        lines += [f"    {state} --> {after}: {event}" for event, after in events.items()]
        if not events:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines)
