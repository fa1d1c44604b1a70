"""Whether an approval still stands in the moment in which its operations are released."""

from sqlalchemy import Connection

from gateway.operations import auditing, grounds
from gateway.operations.context import Gateway
from gateway.review.refusals import RefusedError
from gateway.store import audit, reviews
from sandbox.contract.scope import Refusal


def still_approved(conn: Connection, gateway: Gateway, review_id: int, digest: str) -> None:
    """Ask the approvals again as they stand in this moment, and whether the audit agrees."""
    given = reviews.approvals(conn, review_id, digest)
    if len(set(given)) < grounds.policy_of(gateway).approvals:
        raise RefusedError(
            Refusal("approvals", "An approval of this digest is missing.", "Approve it again.")
        )
    row = audit.find(conn, "review_approve", review=review_id, digest=digest)
    altered = (
        "The audit knows nothing of this approval."
        if row is None
        else auditing.trouble_since(conn, gateway, row)
    )
    if altered:
        raise RefusedError(
            Refusal(
                "audit",
                altered,
                "Somebody changed the database by hand. Find out who before anything is written.",
            )
        )
