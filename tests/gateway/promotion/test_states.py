"""The table of operations: every pair that is not in it is refused."""

import itertools

import pytest

from gateway.promotion.states import (
    OP_TRANSITIONS,
    SETTLED,
    IllegalOpTransitionError,
    OpEvent,
    OpState,
    next_op_state,
    op_diagram,
)


def test_every_state_has_a_row() -> None:
    assert set(OP_TRANSITIONS) == set(OpState)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(OpState, OpEvent)))
def test_only_pairs_in_the_table_are_legal(state: OpState, event: OpEvent) -> None:
    if event in OP_TRANSITIONS[state]:
        assert next_op_state(state, event) is OP_TRANSITIONS[state][event]
    else:
        with pytest.raises(IllegalOpTransitionError, match=f"cannot {event}"):
            next_op_state(state, event)


def test_an_unknown_outcome_is_never_sent_again_without_a_probe() -> None:
    assert set(OP_TRANSITIONS[OpState.UNKNOWN]) == {
        OpEvent.FOUND,
        OpEvent.NOT_FOUND,
        OpEvent.CANNOT_TELL,
    }


def test_what_is_applied_stays_applied() -> None:
    assert OP_TRANSITIONS[OpState.APPLIED] == {}
    assert OpState.APPLIED in SETTLED


def test_the_diagram_shows_every_transition() -> None:
    drawn = op_diagram()
    for state, events in OP_TRANSITIONS.items():
        for event, after in events.items():
            assert f"{state} --> {after}: {event}" in drawn
