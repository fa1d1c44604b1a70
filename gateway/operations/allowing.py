"""May this stored operation be written? Asked of everything, right before each write.

The outbox is only a queue, and a database can be written to by hand: what counts is what
was approved, who approved it, and what today's rules say.
"""

import json
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection

from gateway.operations import grounds, vouching
from gateway.operations.context import Gateway
from gateway.promotion.confirming import missing
from gateway.promotion.plan import needed_by
from gateway.promotion.references import unresolved
from gateway.promotion.undo import is_undo
from gateway.promotion.values import PlannedOperation
from gateway.review.rules import READ_ONLY
from gateway.review.states import State
from gateway.store import outbox, reviews
from gateway.store.outbox import Operation
from gateway.store.reviews import Approval, Review
from sandbox.contract.digest import canonical
from sandbox.contract.digest import digest as digest_of
from sandbox.contract.shapes import Change, ChangeKind, ChangeSet


@dataclass(frozen=True, slots=True)
class Vouched:
    """What stands behind an operation: its review, and the approvals that we signed."""

    review: Review | None
    approvals: tuple[Approval, ...]


def vouched(conn: Connection, gateway: Gateway, operation: Operation) -> Vouched:
    """Read what stands behind an operation, anew from the database."""
    given = vouching.genuine(conn, gateway, operation.review_id, operation.digest)
    return Vouched(reviews.get(conn, operation.review_id), given)


def why_not_write(
    conn: Connection, gateway: Gateway, operation: Operation, behind: Vouched
) -> str | None:
    """Return why this stored operation must not be written, or None.

    The outbox is only a queue: what may be written is what was approved, so the
    operation is held against the approved plan, the plan against the approval.
    """
    if gateway.settings.read_only:
        return READ_ONLY
    review = behind.review
    if review is None or review.state is not State.PROMOTING:
        return "Its change set is not being promoted."
    real = outbox.resolved(conn, gateway.site, operation.names)
    wanted = grounds.approvals_wanted(conn, gateway, review.change_set)
    enough = len({one.person for one in behind.approvals}) >= wanted
    if not enough or not _is_as_approved(gateway, operation, review, behind.approvals, real):
        return "It is not what was approved: somebody altered it in the database."
    return _why_not_now(conn, gateway, operation, review, real)


def _why_not_now(
    conn: Connection,
    gateway: Gateway,
    operation: Operation,
    review: Review,
    real: dict[str, str],
) -> str | None:
    planned = operation.planned
    if outbox.unmet(conn, operation, planned.depends_on):
        return "It needs another request of this change set, which was not written."
    refused = _no_right(conn, gateway, operation, review)
    if refused is not None:
        return refused
    if operation.names and _names_what_is_not_there(conn, review, operation, real):
        return "It names a new issue that does not exist in Jira yet."
    return None


def _no_right(
    conn: Connection, gateway: Gateway, operation: Operation, review: Review
) -> str | None:
    """Return why today's rules do not allow it any more, or None."""
    if operation.planned.kind is ChangeKind.DELETE and not grounds.policy_of(gateway).deletes:
        return "Deleting was switched off after it was approved."
    refusal = grounds.authority(conn, carried(review.change_set, operation.planned))
    return None if refusal is None else str(refusal)


def _names_what_is_not_there(
    conn: Connection, review: Review, operation: Operation, real: dict[str, str]
) -> bool:
    temporary = grounds.temporary_keys(conn, review.site, review.change_set.workspace)
    # A key is named, but what counts is whether its issue is there.
    ids = [temporary[name] for name in operation.names if name in temporary]
    known = {**real, **outbox.resolved(conn, review.site, ids)}
    return bool(unresolved(operation.planned.request, temporary, known))


def _is_as_approved(
    gateway: Gateway,
    operation: Operation,
    review: Review,
    given: tuple[Approval, ...],
    real: dict[str, str],
) -> bool:
    plan, text = review.approved_plan, review.approved_text
    own = operation.planned.issue_id
    if operation.issue_id != real.get(own, own):
        return False
    if plan is None or text is None or plan.identity != gateway.identity:
        return False
    if any(missing(plan.confirmations, one.confirmations) for one in given):
        return False
    digest, bodies = _as_stored(text)
    if not review.approved_digest == operation.digest == digest:
        return False
    return bodies.get(operation.position) == operation.body


@lru_cache(maxsize=256)
def _as_stored(plan: str) -> tuple[str, dict[int, str]]:
    """Return a stored plan's digest and its operations' bodies by position.

    Of the text itself, not of what this version of the program reads in it: an approval
    must outlive an upgrade.
    """
    whole = json.loads(plan)
    bodies = {int(one["position"]): one for one in whole["operations"]}
    texts = {
        position: canonical(one).decode("utf-8", "surrogatepass")
        for position, one in bodies.items()
    }
    return digest_of(whole), texts


def carried(change_set: ChangeSet, planned: PlannedOperation) -> ChangeSet:
    """Return a set cut down to what one operation carries, and the new issues it needs."""
    if is_undo(change_set.id) or not planned.change_ids:
        return change_set  # the audit vouches for the whole; our own comment stands for it
    known = {one.id: one for one in change_set.changes}
    wanted: dict[str, Change] = {}
    waiting = [known[name] for name in planned.change_ids if name in known]
    while waiting:
        one = waiting.pop()
        if one.id not in wanted:
            wanted[one.id] = one
            waiting += [known[name] for name in needed_by(one, change_set) if name in known]
    changes = tuple(one for one in change_set.changes if one.id in wanted)
    return change_set.model_copy(update={"changes": changes})
