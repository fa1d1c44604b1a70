"""What follows for a whole set when one of its operations came to an end."""

from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.promotion.states import FAILED, SETTLED, STOPS, OpState
from gateway.review.refusals import RefusedError
from gateway.review.states import Event, State
from gateway.store import audit, outbox, reviews
from gateway.store.reviews import Standing
from sandbox.contract.scope import Refusal

#: What stands at operations that were not begun.
STOPPED = "An earlier request of this change set did not go through."
DEPENDED = "It needs another request of this change set, which did not go through."


def settle(
    conn: Connection,
    gateway: Gateway,
    review_id: int,
    digest: str,
    locked: Standing | None = None,
) -> None:
    """Skip what must not run any more, and move the review on when all is settled.

    Called in the transaction that changed an operation. The review is locked first: of
    two operations that end at once, the second one sees both. ``locked``: it already is.
    """
    review = locked or reviews.lock(conn, review_id)
    if review is None or review.state is not State.PROMOTING:
        return
    found = outbox.counts(conn, review_id, digest)
    if found.get(OpState.READY) and len(found) > 1:
        if any(found.get(state) for state in STOPS):
            outbox.skip_rest(conn, review_id, digest, STOPPED)
        if any(found.get(state) for state in FAILED):
            outbox.skip_dependants(conn, review_id, digest, DEPENDED)
            found = outbox.counts(conn, review_id, digest)
    if not all(state in SETTLED for state in found):
        return
    applied, every = found.get(OpState.APPLIED, 0), sum(found.values())
    event = Event.SOME_APPLIED if applied else Event.NONE_APPLIED
    if applied == every:
        event = Event.ALL_APPLIED
    reviews.move(conn, review, event)
    audit.append(
        conn,
        at=gateway.clock(),
        actor="gateway",
        kind="review_settled",
        body={"review": review_id, "applied": applied, "of": every},
    )


def not_open(conn: Connection, review_id: int, digest: str) -> None:
    """Refuse while a person has to say first what became of a request."""
    if outbox.counts(conn, review_id, digest).get(OpState.NEEDS_HUMAN):
        raise RefusedError(
            Refusal(
                "needs_human",
                "Nobody knows what became of one of its requests.",
                "Look in Jira and say at that request whether it is there, then go on.",
            )
        )
