"""Whether an approval still stands in the moment in which its operations are released."""

from collections.abc import Iterable

from sqlalchemy import Connection

from gateway.operations import auditing, grounds, vouching
from gateway.operations.context import Gateway
from gateway.review.people import Role, at_least, role_in
from gateway.review.refusals import RefusedError
from gateway.review.rules import Act
from gateway.review.states import State
from gateway.store import audit, people, reviews
from gateway.store.reviews import Review
from sandbox.contract.scope import Refusal

#: Audited facts after which an earlier approval is no longer one.
_TAKEN_BACK = tuple(
    f"review_{act}" for act in (Act.WITHDRAW, Act.DECIDE, Act.REJECT, Act.SEND_BACK)
)


def still_approved(conn: Connection, gateway: Gateway, review_id: int, digest: str) -> None:
    """Ask the approvals again as they stand in this moment, and whether the audit agrees."""
    review = reviews.get(conn, review_id)
    given = _counting(conn, review, vouching.approvers(conn, gateway, review_id, digest))
    wanted = 1 if review is None else grounds.approvals_wanted(conn, gateway, review.change_set)
    if len(set(given)) < wanted:
        raise RefusedError(
            Refusal("approvals", "An approval of this digest is missing.", "Approve it again.")
        )
    row = audit.find(conn, "review_approve", review=review_id, digest=digest)
    if row is None:
        altered: str | None = "The audit knows nothing of this approval."
    elif any(_since(conn, kind, review_id, row) for kind in _TAKEN_BACK):
        altered = "The audit says that this approval was taken back."
    else:
        altered = auditing.trouble_since(conn, gateway, row)
    if altered:
        raise RefusedError(
            Refusal(
                "audit",
                altered,
                "Somebody changed the database by hand. Find out who before anything is written.",
            )
        )


def _counting(conn: Connection, review: Review | None, given: Iterable[str]) -> tuple[str, ...]:
    """Return whose approvals count before anything was released: who may still approve.

    What has begun is not held up by somebody who left since.
    """
    if review is None or review.state is not State.APPROVED:
        return tuple(given)
    projects = grounds.projects(conn, review.change_set)
    found = {one: people.get(conn, one) for one in given}
    return tuple(
        name
        for name, one in found.items()
        if one is not None and at_least(role_in(one, review.site, projects), Role.APPROVER)
    )


def _since(conn: Connection, kind: str, review_id: int, row: int) -> bool:
    newest = audit.find(conn, kind, review=review_id)
    return newest is not None and newest > row
