"""The life of a review, as one table.

Everything that moves a review from one state to another is in TRANSITIONS. Who may do
it, and when, is in ``rules.py``. The diagram in ARCHITECTURE.md is drawn from this
table; a test keeps the two equal.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a review stands."""

    REVIEW = "review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    PROMOTING = "promoting"
    PROMOTED = "promoted"
    PARTLY_PROMOTED = "partly_promoted"
    FAILED = "failed"
    REJECTED = "rejected"
    REPLACED = "replaced"
    REFUSED = "refused"


class Event(StrEnum):
    """What can happen to a review."""

    APPROVE = "approve"
    WITHDRAW_APPROVAL = "withdraw approval"
    REJECT = "reject"
    SEND_BACK = "send back"
    NEXT_ROUND = "next round"
    PROMOTE = "promote"
    ALL_APPLIED = "all applied"
    SOME_APPLIED = "some applied"
    NONE_APPLIED = "none applied"
    RETRY = "retry"
    CALL_BACK = "call back"
    LAPSE = "lapse"


class Turn(StrEnum):
    """Whose turn it is."""

    REVIEWER = "reviewer"
    AGENT = "agent"
    GATEWAY = "gateway"
    NOBODY = "nobody"


#: States in which a set may still change Jira.
COMING = frozenset({State.REVIEW, State.APPROVED, State.PROMOTING})

TRANSITIONS: dict[State, dict[Event, State]] = {
    State.REVIEW: {
        Event.APPROVE: State.APPROVED,
        Event.REJECT: State.REJECTED,
        Event.SEND_BACK: State.CHANGES_REQUESTED,
        Event.NEXT_ROUND: State.REPLACED,
    },
    State.CHANGES_REQUESTED: {Event.NEXT_ROUND: State.REPLACED},
    State.APPROVED: {
        Event.PROMOTE: State.PROMOTING,
        Event.WITHDRAW_APPROVAL: State.REVIEW,
        Event.LAPSE: State.REVIEW,
        Event.REJECT: State.REJECTED,
        Event.SEND_BACK: State.CHANGES_REQUESTED,
    },
    State.PROMOTING: {
        Event.ALL_APPLIED: State.PROMOTED,
        Event.SOME_APPLIED: State.PARTLY_PROMOTED,
        Event.NONE_APPLIED: State.FAILED,
        Event.CALL_BACK: State.APPROVED,
    },
    State.PROMOTED: {},
    State.PARTLY_PROMOTED: {Event.RETRY: State.PROMOTING},
    State.FAILED: {Event.RETRY: State.PROMOTING},
    State.REJECTED: {},
    State.REPLACED: {},
    State.REFUSED: {},
}

TURNS: dict[State, Turn] = {
    State.REVIEW: Turn.REVIEWER,
    State.CHANGES_REQUESTED: Turn.AGENT,
    State.APPROVED: Turn.REVIEWER,
    State.PROMOTING: Turn.GATEWAY,
    State.PROMOTED: Turn.NOBODY,
    State.PARTLY_PROMOTED: Turn.REVIEWER,
    State.FAILED: Turn.REVIEWER,
    State.REJECTED: Turn.NOBODY,
    State.REPLACED: Turn.NOBODY,
    State.REFUSED: Turn.NOBODY,
}


class IllegalTransitionError(Exception):
    """This event cannot happen in this state."""

    def __init__(self, state: State, event: Event) -> None:
        """Say which event met which state."""
        super().__init__(f"cannot {event} a review that is {state}")


def next_state(state: State, event: Event) -> State:
    """Return the state that follows, or raise IllegalTransitionError."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise IllegalTransitionError(state, event) from None


def diagram() -> str:
    """Return the table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.REVIEW}", f"    [*] --> {State.REFUSED}"]
    for state, events in TRANSITIONS.items():
        lines += [f"    {state} --> {after}: {event}" for event, after in events.items()]
        if not events:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines)
