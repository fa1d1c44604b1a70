"""The promoter: takes approved operations from the outbox and carries them upstream.

Several promoters may run, in one process or many. Each step is recorded before the next
begins, so that a process killed anywhere leaves either nothing or something that can be
looked up; ``on_step`` names the steps for those who test just that.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from sqlalchemy import Connection

from gateway.operations import grounds
from gateway.operations.carrying import SECOND, Job, Result, carry, found
from gateway.operations.context import Gateway
from gateway.operations.looking_up import look_up, newest_before
from gateway.promotion.authors import AuthorKind
from gateway.promotion.confirming import missing
from gateway.promotion.fields import Fields
from gateway.promotion.naming import with_approver
from gateway.promotion.references import unresolved, with_real
from gateway.promotion.states import SETTLED, OpEvent, OpState
from gateway.promotion.steps import Step
from gateway.promotion.values import PlannedOperation, SideEffect
from gateway.review.rules import READ_ONLY
from gateway.review.states import Event, State
from gateway.store import audit, outbox, people, reviews, sites, waits
from gateway.store.outbox import Operation
from gateway.store.reviews import Review
from gateway.upstream.errors import IdentityLostError, UpstreamError
from sandbox.contract.digest import canonical
from sandbox.contract.shapes import ChangeKind, JsonObject

LOG = logging.getLogger(__name__)

#: Seconds between two looks into an empty outbox.
IDLE = 0.5
#: A lost create is looked for this many quarantines long: Jira's search lags by minutes.
_CREATE_PATIENCE = 7
#: A create that was sent this often and never found is for a person to look at.
_CREATE_TRIES = 2
#: Until then nobody looks whether a person has connected their account again.
_RECONNECT = 30 * SECOND
_STOPS = frozenset({OpState.CONFLICT, OpState.REJECTED, OpState.NEEDS_HUMAN})


def nothing(_step: Step) -> None:
    """Do nothing at a step."""


class Promoter:
    """Carries one operation after the other."""

    def __init__(
        self, gateway: Gateway, name: str, on_step: Callable[[Step], None] = nothing
    ) -> None:
        """Take the gateway, a name that no other promoter has, and a hook for tests."""
        self._gateway = gateway
        self._name = name
        self._on_step = on_step
        self._lease = round(gateway.settings.lease_seconds * SECOND)
        self._quarantine = round(gateway.settings.quarantine_seconds * SECOND)

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set."""
        while not stop.is_set():
            if not self.run_once():
                stop.wait(IDLE)

    def run_once(self) -> bool:
        """Take one operation and do what can be done; False when there was none."""
        with self._gateway.database.write() as conn:
            operation = outbox.claim(
                conn,
                self._gateway.site,
                self._name,
                lease=self._lease,
                quarantine=self._quarantine,
            )
        if operation is None:
            return False
        self._on_step(Step.CLAIMED)
        probing = operation.state is OpState.UNKNOWN
        result = self._probe(operation) if probing else self._carry(operation)
        if result is not None:
            self._record(operation, _of_author(operation, result))
            self._on_step(Step.FINISHED)
        return True

    def _carry(self, operation: Operation) -> Result | None:
        gateway = self._gateway
        with gateway.database.read() as conn:
            trouble = why_not_write(conn, gateway, operation)
            job = self._job(conn, operation)
        if trouble is not None:
            return Result(OpEvent.REFUSED, trouble=trouble)
        try:
            job = replace(job, gateway=gateway.writing_as(job.planned.author))
        except UpstreamError as error:
            return _later(error)
        # A second try looks behind the same point as the first: what was lost may still come.
        probe_from = operation.probe_from
        if probe_from is None or job.planned.kind is ChangeKind.CREATE:
            try:
                probe_from = newest_before(job.gateway.upstream, job.planned)
            except UpstreamError as error:
                return _later(error)
            if probe_from is not None:
                self._on_step(Step.KEY_READ)
        with gateway.database.write() as conn:
            if not outbox.intend(conn, operation, probe_from):
                return None
        self._on_step(Step.INTENT)
        return carry(job)

    def _probe(self, operation: Operation) -> Result | None:
        """Look up what became of a write; None when it stays unknown for now."""
        gateway = self._gateway
        with gateway.database.read() as conn:
            job = self._job(conn, operation)
        try:
            finding = look_up(job.gateway, operation, job.planned, job.fields)
        except UpstreamError as error:
            self._look_again(operation)
            if isinstance(error, IdentityLostError):
                self._pause(error.sentence)
            return None
        self._on_step(Step.PROBED)
        if finding.event is OpEvent.FOUND:
            return found(job, finding)
        if finding.event is OpEvent.NOT_FOUND and job.planned.kind is ChangeKind.CREATE:
            return self._lost_create(operation)
        return Result(finding.event, trouble=finding.sentence)

    def _lost_create(self, operation: Operation) -> Result | None:
        """Wait for a new issue that is nowhere yet, longer than for anything else."""
        with self._gateway.database.read() as conn:
            waited = outbox.since_intent(conn, operation)
        if waited < self._quarantine * _CREATE_PATIENCE:
            self._look_again(operation)
            return None
        if operation.attempts >= _CREATE_TRIES:
            sentence = "It was sent twice and cannot be found. Please look for it in Jira."
            return Result(OpEvent.CANNOT_TELL, trouble=sentence)
        return Result(OpEvent.NOT_FOUND)

    def _look_again(self, operation: Operation) -> None:
        with self._gateway.database.write() as conn:
            outbox.wait_more(conn, operation, max(self._quarantine // 2, SECOND // 10))

    def _job(self, conn: Connection, operation: Operation) -> Job:
        gateway = self._gateway.writing()
        real = outbox.resolved(conn, gateway.site)
        planned = with_real(operation.planned, real)
        review = reviews.get(conn, operation.review_id)
        approver = _approvers(conn, operation)
        if not planned.change_ids:
            # The gateway's own comment reads back with the name in it.
            wants = cast("JsonObject", with_approver(planned.wants, approver, own=True))
            planned = planned.model_copy(update={"wants": wants})
        return Job(
            gateway=gateway,
            operation=operation,
            planned=planned.model_copy(update={"issue_id": operation.issue_id}),
            change_set="" if review is None else review.change_set.id,
            agent="" if review is None else review.change_set.agent,
            approver=approver,
            followed=_followed(conn, operation),
            fields=Fields.of(grounds.site_of(conn, gateway.identity)),
            on_step=self._on_step,
            still_ours=lambda: self._still_ours(operation),
        )

    def _still_ours(self, operation: Operation) -> bool:
        with self._gateway.database.write() as conn:
            return outbox.renew(conn, operation, self._lease)

    def _record(self, operation: Operation, result: Result) -> None:
        """Store what happened, and what follows for the whole set, in one transaction."""
        gateway = self._gateway
        with gateway.database.write() as conn:
            done = outbox.finish(
                conn,
                operation,
                result.event,
                receipt=result.receipt,
                trouble=result.trouble,
                wait=result.wait,
                forgive=result.forgive,
            )
            if not done:
                LOG.warning("operation_taken_over id=%s", operation.id)
                return
            if result.pause:
                sites.pause(conn, gateway.site, result.pause)
            if result.hold:
                waits.told(
                    conn, gateway.site, operation.issue_id, result.wait / SECOND, result.hold
                )
            audit.append(
                conn,
                at=gateway.clock(),
                actor=f"promoter:{self._name}",
                kind=f"operation_{result.event.replace(' ', '_')}",
                body={
                    "operation": operation.id,
                    "review": operation.review_id,
                    "digest": operation.digest,
                    "receipt": None if result.receipt is None else result.receipt.url,
                },
            )
            settle(conn, gateway, operation)
            self._on_step(Step.RECORDING)

    def _pause(self, sentence: str) -> None:
        with self._gateway.database.write() as conn:
            sites.pause(conn, self._gateway.site, sentence)


def _approvers(conn: Connection, operation: Operation) -> str:
    """Return the names of who approved this operation."""
    given = reviews.approvals(conn, operation.review_id, operation.digest)
    found = [people.get(conn, one) for one in given]
    return ", ".join(one.name for one in found if one is not None) or ", ".join(given)


def _followed(conn: Connection, operation: Operation) -> tuple[SideEffect, ...]:
    """Return what earlier requests of the same set set off on the same issue."""
    every = outbox.of_review(conn, operation.review_id, operation.digest)
    return tuple(
        effect
        for one in every
        if one.position < operation.position and one.issue_id == operation.issue_id
        if one.receipt is not None
        for effect in one.receipt.side_effects
    )


def why_not_write(conn: Connection, gateway: Gateway, operation: Operation) -> str | None:
    """Return why this stored operation must not be written, or None.

    The outbox is only a queue: what may be written is what was approved, so the
    operation is held against the approved plan, the plan against the approval.
    """
    if gateway.settings.read_only:
        return READ_ONLY
    review = reviews.get(conn, operation.review_id)
    if review is None or review.state is not State.PROMOTING:
        return "Its change set is not being promoted."
    if not _is_as_approved(conn, gateway, operation, review):
        return "It is not what was approved: somebody altered it in the database."
    refused = _no_right(conn, gateway, operation, review)
    if refused is not None:
        return refused
    real = outbox.resolved(conn, gateway.site)
    temporary = grounds.temporary_keys(conn, review.site, review.change_set.workspace)
    if unresolved(operation.planned.request, temporary, real):
        return "It names a new issue that does not exist in Jira yet."
    return None


def _no_right(
    conn: Connection, gateway: Gateway, operation: Operation, review: Review
) -> str | None:
    """Return why today's rules do not allow it any more, or None."""
    if operation.planned.kind is ChangeKind.DELETE and not grounds.policy_of(gateway).deletes:
        return "Deleting was switched off after it was approved."
    refusal = grounds.authority(conn, review.change_set)
    return None if refusal is None else str(refusal)


def _is_as_approved(
    conn: Connection, gateway: Gateway, operation: Operation, review: Review
) -> bool:
    plan = review.approved_plan
    if plan is None or plan.identity != gateway.identity:
        return False
    given = reviews.approvals(conn, review.id, operation.digest)
    confirmed = reviews.confirmations(conn, review.id, operation.digest)
    if any(missing(plan.confirmations, one) for one in confirmed):
        return False
    approved = len(set(given)) >= grounds.policy_of(gateway).approvals
    if not approved or not review.approved_digest == operation.digest == plan.digest():
        return False
    known = {one.position: one for one in plan.operations}
    return operation.position in known and _body(known[operation.position]) == operation.body


def _body(planned: PlannedOperation) -> str:
    return canonical(planned.model_dump(mode="json")).decode("utf-8", "surrogatepass")


def settle(conn: Connection, gateway: Gateway, operation: Operation) -> None:
    """Stop a set at its first failure, and move its review on when all is settled."""
    review = reviews.get(conn, operation.review_id)
    if review is None or review.state is not State.PROMOTING:
        return
    every = outbox.of_review(conn, review.id, operation.digest)
    if any(one.state in _STOPS for one in every):
        sentence = "An earlier request of this change set did not go through."
        outbox.happen(conn, review.id, operation.digest, OpEvent.DEPENDENCY_FAILED, sentence)
        every = outbox.of_review(conn, review.id, operation.digest)
    if not all(one.state in SETTLED for one in every):
        return
    applied = sum(one.state is OpState.APPLIED for one in every)
    event = Event.SOME_APPLIED if applied else Event.NONE_APPLIED
    if applied == len(every):
        event = Event.ALL_APPLIED
    reviews.move(conn, review, event)
    audit.append(
        conn,
        at=gateway.clock(),
        actor="gateway",
        kind="review_settled",
        body={"review": review.id, "applied": applied, "of": len(every)},
    )


def _of_author(operation: Operation, result: Result) -> Result:
    """Return a result whose trouble with one person's account does not stop the site."""
    if not result.pause or operation.planned.author.kind is AuthorKind.SERVICE:
        return result
    return replace(result, pause="", wait=max(result.wait, _RECONNECT))


def _later(error: UpstreamError) -> Result:
    """Return the result when Jira could not even be asked before the intent."""
    pause = error.sentence if isinstance(error, IdentityLostError) else ""
    return Result(
        OpEvent.PUT_BACK, trouble=error.sentence, wait=5 * SECOND, forgive=True, pause=pause
    )
