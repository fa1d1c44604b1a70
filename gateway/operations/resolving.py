"""What a person decides about one operation that the promoter could not finish.

Nobody knows better than a person who looked in Jira: it is there, send it again, or leave
it. The decision names the digest that was shown, and is audited with the evidence seen.
"""

from enum import StrEnum

from pydantic import JsonValue
from sqlalchemy import Connection

from gateway.operations import standing
from gateway.operations.context import Gateway
from gateway.operations.settling import settle
from gateway.promotion.fields import project_key
from gateway.promotion.states import OP_TRANSITIONS, OpEvent, OpState
from gateway.promotion.values import PlannedOperation, Receipt
from gateway.review.people import Person, Role, at_least
from gateway.review.refusals import RefusedError, StaleError, UnknownReviewError
from gateway.review.states import TRANSITIONS, Event, State
from gateway.store import audit, in_flight, outbox, reviews
from gateway.store.outbox import Operation
from gateway.store.reviews import Review
from gateway.upstream.errors import UpstreamError
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import ChangeKind, JsonObject


class Verdict(StrEnum):
    """What a person says about an operation."""

    THERE = "there"
    AGAIN = "again"
    LEAVE = "leave"


#: What a verdict does to an operation; the first event that its state knows.
_EVENTS = {
    Verdict.THERE: (OpEvent.FOUND,),
    Verdict.AGAIN: (OpEvent.SEND_AGAIN, OpEvent.RETRY),
    Verdict.LEAVE: (OpEvent.LEAVE,),
}
#: Only these wait for a person; others find their way by themselves.
_OPEN = frozenset(
    {OpState.NEEDS_HUMAN, OpState.CONFLICT, OpState.REJECTED, OpState.SKIPPED, OpState.LEFT}
)


def resolve(
    gateway: Gateway,
    person_id: str,
    review_id: int,
    position: int,
    verdict: Verdict,
    digest: str,
    *,
    key: str = "",
    words: str = "",
) -> None:
    """Decide about the operation at ``position``; raises RefusedError, StaleError.

    ``key`` names the new issue that a person found in Jira.
    """
    with gateway.database.read() as conn:
        review = _review(conn, gateway, review_id)
        person = _allowed(standing.human(conn, person_id, review))
        operation = _operation(conn, review, position, digest)
    event = _event(operation, verdict)
    receipt = _receipt(gateway, operation, key) if event is OpEvent.FOUND else None
    with gateway.database.write() as conn:
        if not in_flight.decide(conn, operation, event, receipt):
            raise StaleError(review_id, digest, digest, ("Somebody decided about it just now.",))
        if verdict is Verdict.AGAIN:
            _dependants_too(conn, operation)
        _reopen(conn, review_id)
        body: dict[str, JsonValue] = {"review": review_id, "operation": operation.id}
        body |= {"digest": digest, "verdict": verdict, "words": words}
        body["key"] = None if receipt is None else receipt.upstream_key
        body["evidence"] = [one.model_dump(mode="json") for one in operation.evidence]
        audit.append(
            conn,
            at=gateway.clock(),
            actor=person.person,
            kind="operation_resolved",
            body=body,
        )
        settle(conn, gateway, review_id, digest)


def _event(operation: Operation, verdict: Verdict) -> OpEvent:
    known = OP_TRANSITIONS[operation.state]
    event = next((one for one in _EVENTS[verdict] if one in known), None)
    if event is None or operation.state not in _OPEN:
        raise _refused(
            "operation_state",
            "That cannot be said about this request as it stands now.",
            "Open the promotion again to see where it stands.",
        )
    return event


def _dependants_too(conn: Connection, operation: Operation) -> None:
    """Let what was skipped because of an operation wait for it again."""
    waiting = [operation]
    while waiting:
        skipped = [
            one for one in outbox.dependants(conn, waiting.pop().id) if one.state is OpState.SKIPPED
        ]
        waiting += [one for one in skipped if in_flight.decide(conn, one, OpEvent.RETRY)]


def _reopen(conn: Connection, review_id: int) -> None:
    """Let a review that had come to an end be promoted again; ``settle`` ends it anew."""
    standing = reviews.lock(conn, review_id)
    if standing is not None and Event.RETRY in TRANSITIONS[standing.state]:
        reviews.move(conn, standing, Event.RETRY)


def _receipt(gateway: Gateway, operation: Operation, key: str) -> Receipt:
    planned = operation.planned
    shown, upstream_id = planned.issue_key, None
    if planned.kind is ChangeKind.CREATE:
        doc = _found(gateway, planned, key.strip())
        shown, upstream_id = str(doc.get("key")), str(doc.get("id"))
    return Receipt(
        status=0,
        at=gateway.clock(),
        known_by="person",
        upstream_key=shown if upstream_id else None,
        upstream_id=upstream_id,
        url=f"{gateway.identity.base_url}/browse/{shown}",
    )


def _found(gateway: Gateway, planned: PlannedOperation, key: str) -> JsonObject:
    """Return the new issue that a person found; it has to be there, in its project."""
    if not key:
        raise _refused("key", "Which issue is it?", "Write the key of the issue that you found.")
    try:
        doc = gateway.upstream.issue(key)
    except UpstreamError as error:
        raise _refused(
            "unreadable", "Jira could not be read just now.", "Try again in a while."
        ) from error
    if doc is None or project_key(doc, key) != planned.project_key:
        raise _refused(
            "key",
            "Jira shows us no issue of that key in the project.",
            "Look at the key in Jira, or have the request sent again.",
        )
    return doc


def _allowed(person: Person | None) -> Person:
    if person is None or not at_least(person.role, Role.APPROVER):
        raise _refused(
            "role",
            "Your role may look, but not do this.",
            "Ask somebody who may approve, or an admin for another role.",
        )
    return person


def _operation(conn: Connection, review: Review, position: int, digest: str) -> Operation:
    approved = review.approved_digest or ""
    if not digest or digest != approved:
        raise StaleError(review.id, digest, approved, ("This is not what was approved.",))
    every = outbox.of_review(conn, review.id, approved)
    found = next((one for one in every if one.position == position), None)
    if found is None or review.state not in _STATES:
        raise _refused(
            "operation_state",
            "That cannot be said about this request as it stands now.",
            "Open the promotion again to see where it stands.",
        )
    return found


_STATES = frozenset({State.PROMOTING, State.PARTLY_PROMOTED, State.FAILED})


def _review(conn: Connection, gateway: Gateway, review_id: int) -> Review:
    found = reviews.get(conn, review_id)
    if found is None or found.site != gateway.site:
        raise UnknownReviewError(review_id)
    return found


def _refused(code: str, sentence: str, next_step: str) -> RefusedError:
    return RefusedError(Refusal(code, sentence, next_step))
