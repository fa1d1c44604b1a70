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

from gateway.operations import grounds, restoring
from gateway.operations.allowing import Vouched, vouched, why_not_write
from gateway.operations.carrying import Job, carry, found
from gateway.operations.context import Gateway
from gateway.operations.heart import Begun, Heart, let_go
from gateway.operations.looking_up import look_up, newest_before
from gateway.operations.looks import looked
from gateway.operations.pacing import Pace
from gateway.operations.results import SECOND, Result
from gateway.operations.settling import settle
from gateway.promotion.authors import AuthorKind
from gateway.promotion.fields import Fields
from gateway.promotion.naming import with_approver
from gateway.promotion.probing import look_behind
from gateway.promotion.references import with_real
from gateway.promotion.states import OpEvent, OpState
from gateway.promotion.steps import Step
from gateway.promotion.values import Look, Place, SideEffect
from gateway.store import audit, claiming, in_flight, outbox, reviews, sites, waits
from gateway.store.claiming import Claimed
from gateway.store.outbox import Operation
from gateway.upstream.errors import IdentityLostError, UpstreamError
from sandbox.contract.shapes import ChangeKind, JsonObject

LOG = logging.getLogger(__name__)

#: Seconds between two looks into an empty outbox when nobody rings.
IDLE = 2.0
#: A lost create is looked for this many quarantines long: Jira's search lags by minutes.
_CREATE_PATIENCE = 7
#: A create that was sent this often and never found is for a person to look at.
_CREATE_TRIES = 2
#: Seconds of throttling that are waited out within a look, which may take a hundred reads.
_PATIENCE = 30.0
#: Until then nobody looks whether a person has connected their account again.
_RECONNECT = 30 * SECOND
#: Anything else that was sent this often and never arrived is, too.
_TRIES = 6


def nothing(_step: Step) -> None:
    """Do nothing at a step."""


class Promoter:
    """Carries one operation after the other."""

    def __init__(
        self,
        gateway: Gateway,
        name: str,
        on_step: Callable[[Step], None] = nothing,
        heart: Heart | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Take the gateway, a name of its own, a hook for tests, its process's heart and pace."""
        self._gateway = gateway
        self._name = name
        self._on_step = on_step
        self._heart = heart or Heart(gateway)
        self._pace = pace or Pace()
        self._stop = threading.Event()
        #: Whether the last look for something to do found nothing.
        self._in_vain = False
        self._lease = round(gateway.settings.lease_seconds * SECOND)
        self._quarantine = round(gateway.settings.quarantine_seconds * SECOND)

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set."""
        bell, self._stop = self._gateway.database.bell, stop
        operation: Operation | None = None
        while not stop.is_set():
            heard, full, self._in_vain = bell.heard(), self._pace.full(), False
            if operation is not None:
                # The next one is claimed with the result of this one: one commit less.
                operation = self._settled(operation, more=self._wants_more)
            else:
                operation = None if full else self._claim()
                self._in_vain = operation is None
            if self._in_vain:
                bell.wait(heard, full or self._until_due(), stop)
        if operation is not None:
            let_go(self._gateway, operation)

    def _wants_more(self) -> bool:
        return not self._stop.is_set() and not self._pace.full()

    def run_once(self) -> bool:
        """Take one operation and do what can be done; False when there was none."""
        operation = self._claim()
        if operation is None:
            return False
        self._do(operation)
        return True

    def _claim(self) -> Operation | None:
        with self._gateway.database.write() as conn:
            claimed = self._next(conn)
        return None if claimed is None else self._announced(claimed)

    def _next(self, conn: Connection) -> Claimed | None:
        return claiming.claim(
            conn, self._gateway.site, self._name, lease=self._lease, quarantine=self._quarantine
        )

    def _announced(self, claimed: Claimed) -> Operation:
        """Wake somebody when there is more: whoever wakes looks, and wakes the next."""
        if claimed.more and not self._pace.full():
            self._gateway.database.bell.ring(everybody=False)
        self._on_step(Step.CLAIMED)
        return claimed.operation

    def _settled(self, operation: Operation, more: Callable[[], bool]) -> Operation | None:
        """Do what can be done; returns the next one, claimed. Lets go of what went wrong."""
        try:
            return self._do(operation, more)
        except BaseException:
            # Also when the thread itself is to end: its process goes on living.
            let_go(self._gateway, operation)
            raise

    def _do(
        self, operation: Operation, more: Callable[[], bool] = lambda: False
    ) -> Operation | None:
        """Carry or look up an operation, and record what became of it."""
        probing = operation.state is OpState.UNKNOWN
        with self._heart.beating_for(operation):
            if not probing and self._stop.wait(self._pace.turn()):
                let_go(self._gateway, operation)
                return None
            result = self._probe(operation) if probing else self._carry(operation)
        if result is None:
            return None
        following = self._record(operation, _of_author(operation, result), more)
        self._on_step(Step.FINISHED)
        return None if following is None else self._announced(following)

    def _until_due(self) -> float:
        """Return the seconds until there is something to do without anybody ringing."""
        if self._gateway.database.bell.watched:
            return IDLE  # another one looks out for that
        with self._gateway.database.read() as conn:
            due = claiming.next_due(conn, self._gateway.site)
        return IDLE if due is None else min(IDLE, due / SECOND)

    def _carry(self, operation: Operation) -> Result | None:
        gateway = self._gateway
        with gateway.database.read() as conn:
            behind = vouched(conn, gateway, operation)
            trouble = why_not_write(conn, gateway, operation, behind)
            job = self._job(conn, operation, behind)
            memory = restoring.memory_of(conn, gateway, operation)
        if trouble is not None:
            return Result(OpEvent.REFUSED, trouble=trouble)
        try:
            job = replace(job, gateway=gateway.writing_as(job.planned.author))
        except UpstreamError as error:
            return _later(error)
        # A backup restored later must be seen to lack this write.
        restoring.keep(gateway, memory)
        probe_from = operation.probe_from
        if probe_from is None or job.planned.kind is ChangeKind.CREATE:
            try:
                newest = newest_before(job.gateway, job.planned)
            except UpstreamError as error:
                return _later(error)
            if newest is not None:
                self._on_step(Step.KEY_READ)
            probe_from = look_behind(probe_from, newest)
        begun = Begun(self._lease / SECOND)
        job = replace(
            job,
            operation=replace(operation, probe_from=probe_from),
            intend=lambda: begun.now() and self._intend(operation, probe_from),
            begin_by=begun.by,
            throttled=self._pace.again,
            taken=self._pace.written,
        )
        return carry(job)

    def _probe(self, operation: Operation) -> Result | None:
        """Look up what became of a write; None when it stays unknown for now."""
        gateway = self._gateway
        with gateway.database.read() as conn:
            job = self._job(conn, operation, vouched(conn, gateway, operation))
            # A look takes its time: it says nothing of what came while it was being taken.
            waited = in_flight.since_intent(conn, operation)
        patient = replace(job.gateway, upstream=job.gateway.upstream.patient(_PATIENCE))
        try:
            finding = look_up(patient, operation, job.planned, job.fields)
        except UpstreamError as error:
            looks = (looked(gateway, Place.NOWHERE, 0),)
            self._look_again(operation, looks)
            if isinstance(error, IdentityLostError):
                self._pause(error.sentence)
            return None
        self._on_step(Step.PROBED)
        if finding.event is OpEvent.FOUND:
            return found(job, finding)
        if finding.event is OpEvent.NOT_FOUND:
            return self._lost(operation, waited, job.planned.kind, finding.looks)
        return Result(finding.event, trouble=finding.sentence, looks=finding.looks)

    def _lost(
        self, operation: Operation, waited: int, kind: ChangeKind, looks: tuple[Look, ...]
    ) -> Result | None:
        """Return what to do about a write that is nowhere; new issues are waited for longer.

        ``waited``: µs from its intent to the look.
        """
        creating = kind is ChangeKind.CREATE
        if creating and waited < self._quarantine * _CREATE_PATIENCE:
            self._look_again(operation, looks)
            return None
        if creating and operation.attempts >= _CREATE_TRIES:
            sentence = "It was sent twice and cannot be found. Please look for it in Jira."
            return Result(OpEvent.CANNOT_TELL, trouble=sentence, looks=looks)
        if operation.attempts >= _TRIES:
            sentence = "It was sent again and again and never arrived. Please look at it in Jira."
            return Result(OpEvent.CANNOT_TELL, trouble=sentence, looks=looks)
        return Result(OpEvent.NOT_FOUND, looks=looks)

    def _look_again(self, operation: Operation, looks: tuple[Look, ...]) -> None:
        with self._gateway.database.write() as conn:
            if in_flight.wait_more(conn, operation, max(self._quarantine // 2, SECOND // 10)):
                outbox.add_looks(conn, operation, looks)

    def _job(self, conn: Connection, operation: Operation, behind: Vouched) -> Job:
        gateway = self._gateway.writing()
        real = outbox.resolved(conn, gateway.site, operation.names)
        planned = with_real(operation.planned, real)
        review, approver = behind.review, _approvers(behind)
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
            followed=lambda: _followed(gateway, operation),
            followed_beside=lambda: _followed_beside(gateway, operation),
            fields=Fields.of(grounds.site_of(conn, gateway.identity)),
            on_step=self._on_step,
        )

    def _intend(self, operation: Operation, probe_from: int | None) -> bool:
        with self._gateway.database.at_once() as conn:
            return in_flight.intend(conn, operation, self._lease, probe_from)

    def _record(
        self, operation: Operation, result: Result, more: Callable[[], bool]
    ) -> Claimed | None:
        """Store what happened, and what follows for the whole set, in one transaction.

        With ``more`` the same transaction claims the next operation, and it is returned.
        """
        gateway = self._gateway
        with gateway.database.write() as conn:
            done = in_flight.finish(
                conn,
                operation,
                result.event,
                receipt=result.receipt,
                trouble=result.trouble,
                wait=result.wait,
                forgive=result.forgive,
                wary=result.wary,
            )
            if not done:
                self._too_late(conn, operation, result)
                return None
            outbox.add_looks(conn, operation, result.looks)
            if result.receipt is not None and self._sent_twice(operation):
                outbox.recheck(conn, operation, self._quarantine * _CREATE_PATIENCE)
            locked = reviews.lock(conn, operation.review_id)
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
            settle(conn, gateway, operation.review_id, operation.digest, locked)
            self._on_step(Step.RECORDING)
            # Last: who holds another set's operation must wait for nobody's lock.
            if not more():
                return None
            following = self._next(conn)
            self._in_vain = following is None
            return following

    @staticmethod
    def _sent_twice(operation: Operation) -> bool:
        """Return whether an earlier request of it may still turn up."""
        return operation.attempts > (1 if operation.state is OpState.UNKNOWN else 0)

    def _too_late(self, conn: Connection, operation: Operation, result: Result) -> None:
        """Keep what one who was overtaken knows: it may be in Jira twice."""
        LOG.warning("operation_taken_over id=%s", operation.id)
        if result.event is not OpEvent.ANSWERED:
            return
        outbox.recheck(conn, operation, 0)
        receipt = result.receipt
        audit.append(
            conn,
            at=self._gateway.clock(),
            actor=f"promoter:{self._name}",
            kind="operation_late",
            body={
                "operation": operation.id,
                "review": operation.review_id,
                "receipt": None if receipt is None else receipt.url,
            },
        )

    def _pause(self, sentence: str) -> None:
        with self._gateway.database.write() as conn:
            sites.pause(conn, self._gateway.site, sentence)


def _approvers(behind: Vouched) -> str:
    """Return the names of who approved this operation."""
    given = behind.approvals
    known = [one.name for one in given if one.name]
    return ", ".join(known or [one.person for one in given])


def _followed(gateway: Gateway, operation: Operation) -> tuple[SideEffect, ...]:
    """Return what earlier requests of the same set set off on the same issue."""
    with gateway.database.read() as conn:
        before = outbox.receipts_before(conn, operation)
    every = (effect for one in before for effect in one.side_effects)
    return tuple(one for one in every if one.issue_id in ("", operation.issue_id))


def _followed_beside(gateway: Gateway, operation: Operation) -> tuple[SideEffect, ...]:
    """Return what requests of the same set about other issues set off on this one."""
    with gateway.database.read() as conn:
        receipts = outbox.receipts_about(conn, operation)
    every = (effect for one in receipts for effect in one.side_effects)
    return tuple(one for one in every if one.issue_id == operation.issue_id)


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
