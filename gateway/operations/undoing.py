"""Undo: a person asks for what was promoted to be put back, as a change set of its own.

Nothing is written here. What comes out is a review like any other: the same page, the
same approval, today's scope, policy and flags.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.operations import grounds, intake, standing, undo_authority
from gateway.operations.context import Gateway
from gateway.promotion.lasting import Lasting
from gateway.promotion.references import names_of, with_real
from gateway.promotion.states import OpState
from gateway.promotion.undo import DOOR, Done, Known, Undo, set_id, undo, workspace
from gateway.promotion.undone import place
from gateway.review.people import Person, Role, at_least
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.review.states import COMING, State
from gateway.sandbox_link import SandboxLinkError
from gateway.store import audit, baselines, outbox, reviews
from gateway.store.outbox import Operation
from gateway.store.reviews import Review
from gateway.upstream.errors import UpstreamError
from sandbox.contract.digest import seal
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import (
    Change,
    ChangeKind,
    ChangeSet,
    IssueBaseline,
    JsonObject,
    Read,
)

#: How far back the gateway's own baselines of one issue are looked through.
_MOST_BASELINES = 200
#: States in which something may have been written and nothing is being written.
_CAN_UNDO = frozenset({State.PROMOTED, State.PARTLY_PROMOTED})
#: How the promoter says that it had nothing to send (``gateway.operations.carrying``).
_HAD_IT = "Jira had it already"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A new review that would undo another one."""

    review_id: int
    #: What stays in Jira all the same.
    stays: tuple[Lasting, ...]


def propose(
    gateway: Gateway, person_id: str, review_id: int, position: int | None = None
) -> Proposed:
    """Make the review that undoes a promotion, or one operation of it; raises RefusedError."""
    review, person, made = _asked(gateway, person_id, review_id, position)
    with gateway.database.write() as conn:
        new_id = _store(conn, gateway, person, review, made)
    return Proposed(new_id, made.stays)


def foresee(gateway: Gateway, person_id: str, review_id: int, position: int | None = None) -> Undo:
    """Return what an undo would put back and what it would leave; raises RefusedError."""
    _review_found, _person, made = _asked(gateway, person_id, review_id, position)
    return made


def undone_by(gateway: Gateway, review_id: int) -> tuple[int, ...]:
    """Return the reviews that undo this one, or parts of it, and were not rejected."""
    with gateway.database.read() as conn:
        review = reviews.get(conn, review_id)
        others = [] if review is None else reviews.undos(conn, review.id)
    return tuple(one.id for one in others if one.state in COMING | _CAN_UNDO)


def _asked(
    gateway: Gateway, person_id: str, review_id: int, position: int | None
) -> tuple[Review, Person, Undo]:
    """Ask who may, read Jira again and turn the operations back."""
    review = _review(gateway, review_id)
    with gateway.database.read() as conn:
        person = _allowed(standing.human(conn, person_id, review))
        operations = _applied(conn, review, position)
    made = _turned(gateway, operations)
    if not made.changes:
        raise _refused("nothing", _nothing(made.stays), "Look at the issues in Jira.")
    return review, person, made


def _allowed(person: Person | None) -> Person:
    if person is None or not at_least(person.role, Role.REVIEWER):
        raise _refused(
            "role", "Only a person who may review can ask for an undo.", "Ask a reviewer."
        )
    return person


def _applied(conn: Connection, review: Review, position: int | None) -> tuple[Operation, ...]:
    """Return the operations to undo; refuses what is not, or not yet, written."""
    if review.state is State.PROMOTING:
        raise _refused(
            "promoting", "It is still being promoted.", "Wait until the promotion is finished."
        )
    if review.state not in _CAN_UNDO or review.approved_digest is None:
        raise _refused("unwritten", "Nothing of it was written to Jira.", "There is nothing to do.")
    every = outbox.of_review(conn, review.id, review.approved_digest)
    found = tuple(
        one for one in every if one.state is OpState.APPLIED and position in (None, one.position)
    )
    if not found:
        raise _refused(
            "operation", "That request was not written to Jira.", "Choose one that was written."
        )
    return found


def _turned(gateway: Gateway, operations: Sequence[Operation]) -> Undo:
    """Read the issues again and return how to put them back."""
    issue_ids = tuple(dict.fromkeys(one.issue_id for one in operations))
    try:
        _refresh(gateway, issue_ids)
        offered = {
            one.issue_id: tuple(gateway.upstream.transitions(one.issue_id))
            for one in operations
            if one.planned.kind is ChangeKind.TRANSITION
        }
    except UpstreamError as error:
        raise _refused(
            "unreadable", "Jira could not be read just now.", "Try again in a while."
        ) from error
    with gateway.database.read() as conn:
        known = Known(
            site=grounds.site_of(conn, gateway.identity),
            baselines={one: _baselines(conn, gateway.site, one) for one in issue_ids},
            offered=offered,
            now=gateway.clock(),
            account=gateway.writing().upstream.expected.account,
            deletes=grounds.policy_of(gateway).deletes,
        )
        names = {name for one in operations for name in names_of(one.planned)}
        real = outbox.resolved(conn, gateway.site, names)
    return undo([_done(one, real) for one in operations], known)


def _refresh(gateway: Gateway, issue_ids: Sequence[str]) -> None:
    try:
        intake.refresh(gateway, issue_ids, anew=True)
    except SandboxLinkError:
        # The baselines are stored; the next intake pushes them to the sandbox.
        return


def _done(operation: Operation, real: dict[str, str]) -> Done:
    if operation.receipt is None:
        raise _refused("receipt", "It has no receipt of what was written.", "Undo it by hand.")
    planned = with_real(operation.planned, real)
    planned = planned.model_copy(update={"issue_id": operation.issue_id})
    return Done(planned, operation.receipt, not operation.trouble.startswith(_HAD_IT))


def _baselines(conn: Connection, site: str, issue_id: str) -> tuple[IssueBaseline, ...]:
    """Return an issue's baselines, newest first."""
    found: list[IssueBaseline] = []
    one = baselines.latest(conn, site, issue_id)
    while one is not None and len(found) < _MOST_BASELINES:
        found.append(one)
        one = baselines.at(conn, site, issue_id, one.revision - 1)
    return tuple(found)


def _store(conn: Connection, gateway: Gateway, person: Person, review: Review, made: Undo) -> int:
    """Store the new review with its audit row, unless somebody else did so just now."""
    if not reviews.touch(conn, review):
        raise _refused(
            "moved", "Somebody did something with it just now.", "Look at it again, then decide."
        )
    _not_twice(conn, review, made.changes)
    now = gateway.clock()
    change_set = _sealed(conn, person, review, made, now)
    keys = dict.fromkeys(one.issue_key for one in made.changes)
    reads = tuple(Read(issue_key=key, at=now, door=DOOR) for key in keys)
    new_id = reviews.add(
        conn, change_set, site=gateway.site, reads=reads, refused=None, received_at=now
    )
    body: JsonObject = {"review": new_id, "of": review.id}
    body |= {"set": change_set.id, "seal": change_set.seal}
    audit.append(conn, at=now, actor=person.person, kind=undo_authority.MADE, body=body)
    return new_id


def _not_twice(conn: Connection, review: Review, changes: tuple[Change, ...]) -> None:
    wanted = {place(one) for one in changes}
    for other in reviews.undos(conn, review.id):
        if other.state in COMING and wanted & {place(one) for one in other.change_set.changes}:
            raise _refused(
                "twice", f"CS-{other.id} undoes it already.", f"Decide about CS-{other.id} first."
            )


def _sealed(conn: Connection, person: Person, review: Review, made: Undo, now: int) -> ChangeSet:
    number = len(reviews.undos(conn, review.id)) + 1
    old = review.change_set
    change_set = ChangeSet(
        id=set_id(review.id, number),
        site=review.site,
        agent=f"undo of CS-{review.id}",
        # The same person is served as by what is undone: the same rules hold for approval.
        person=old.person,
        workspace=workspace(review.id),
        task="",
        number=number,
        title=f"Undo of CS-{review.id}: {old.title}",
        reason=_reason(person, review, made),
        sealed_at=now,
        changes=made.changes,
    )
    return change_set.model_copy(update={"seal": seal(change_set)})


def _reason(person: Person, review: Review, made: Undo) -> str:
    lines = [f"{person.name} asks to undo CS-{review.id} of '{review.change_set.agent}'."]
    if made.stays:
        lines += ["Cannot be undone:", *(f"- {one}" for one in made.stays)]
    return "\n".join(lines)


def _nothing(stays: tuple[Lasting, ...]) -> str:
    said = " ".join(str(one) for one in stays)
    return f"Nothing of it can be undone. {said}" if said else "It is undone already."


def _review(gateway: Gateway, review_id: int) -> Review:
    with gateway.database.read() as conn:
        found = reviews.get(conn, review_id)
    if found is None or found.site != gateway.site:
        raise UnknownReviewError(review_id)
    return found


def _refused(code: str, sentence: str, next_step: str) -> RefusedError:
    return RefusedError(Refusal(code, sentence, next_step))
