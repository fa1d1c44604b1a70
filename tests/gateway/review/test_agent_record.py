"""What people's decisions about an agent's sets come to."""

from gateway.review.agent_record import Fate, record_of
from gateway.review.states import State


def test_shares_and_the_median_wait() -> None:
    assert record_of([]) is None
    found = record_of(
        [
            Fate(State.PROMOTED, 10, edited=True),
            Fate(State.APPROVED, 20, edited=False),
            Fate(State.REJECTED, 90, edited=True),
            Fate(State.REPLACED, 30, edited=False),
        ]
    )
    assert found is not None
    assert (found.decided, found.approved, found.edited) == (4, 50, 50)
    assert (found.rejected, found.waited) == (25, 25)
    sent_back = record_of([Fate(State.CHANGES_REQUESTED, 5, edited=True)])
    assert sent_back is not None
    assert (sent_back.approved, sent_back.edited) == (0, 0)
