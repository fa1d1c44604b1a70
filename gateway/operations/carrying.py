"""Carries one claimed operation upstream: check, write with marker, read back.

The intent is committed between the check and the write. Whatever goes wrong is turned
into what is known: nothing was sent, Jira refused, or nobody can tell.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from pydantic import JsonValue

from gateway.operations import carrying_words as words
from gateway.operations.context import Gateway
from gateway.operations.looking_back import twin
from gateway.operations.looking_beside import beside
from gateway.operations.looking_up import is_hidden, is_marked, look_up, now_of
from gateway.operations.results import SECOND, Result, nothing_sent, turned_away
from gateway.promotion import markers
from gateway.promotion.believing import NAMELESS, UNSHOWN, doubt, nameless
from gateway.promotion.drift import Now, compare
from gateway.promotion.fields import Fields, part
from gateway.promotion.history import traced
from gateway.promotion.naming import with_approver
from gateway.promotion.probing import Finding, hands_of, newest_id, said_with
from gateway.promotion.readback import (
    at_risk,
    effects_of,
    hit_by,
    overwrote,
    replaced,
    side_effects,
)
from gateway.promotion.service import AGENT, INTERNAL, NOT_INTERNAL
from gateway.promotion.shown import shows_otherwise
from gateway.promotion.states import OpEvent
from gateway.promotion.steps import Step
from gateway.promotion.values import PlannedOperation, Receipt, Request, SideEffect
from gateway.store import files
from gateway.store.outbox import Operation
from gateway.upstream.errors import (
    IdentityLostError,
    NotSentError,
    OurFaultError,
    OutcomeUnknownError,
    ThrottledError,
    UpstreamError,
    WrongUpstreamError,
)
from gateway.upstream.wire import Answer
from sandbox.contract.compare import equal
from sandbox.contract.shapes import ChangeKind, JsonObject

#: Seconds of throttling that are waited out with the operation in hand, before the write …
_PATIENCE = 4.0
#: … and behind it, where giving up means not to know.
_READ_BACK_PATIENCE = 30.0
#: A wait of nothing must not become a busy loop.
_SHORTEST = 0.1
#: Tries before Jira's 409 (a concurrent change) counts as a refusal.
_COLLISIONS = 4


@dataclass(frozen=True, slots=True)
class Job:
    """One operation with all that is needed to carry it."""

    gateway: Gateway
    operation: Operation
    #: The planned operation with real ids in place of temporary ones.
    planned: PlannedOperation
    #: Id of the change set, for the marker, and who is named there.
    change_set: str
    agent: str
    approver: str
    fields: Fields
    #: What followed from earlier requests of the same set on this issue.
    followed: Callable[[], tuple[SideEffect, ...]]
    #: What followed on this issue from requests of the same set about other ones.
    followed_beside: Callable[[], tuple[SideEffect, ...]]
    on_step: Callable[[Step], None]
    #: Commits the intent to send; False when somebody else took over, or nobody may.
    intend: Callable[[], bool] = lambda: False
    #: Until when, by ``steady``, something may be sent by that intent.
    begin_by: Callable[[], float] = lambda: math.inf
    #: Takes note of too many requests; returns the seconds until it is this one's turn again.
    throttled: Callable[[ThrottledError], float] = lambda _error: 0.0
    #: Takes note that Jira took the write.
    taken: Callable[[], None] = lambda: None


def carry(job: Job) -> Result | None:
    """Return what became of the operation; None when it is no longer ours to record."""
    left = _PATIENCE
    while True:
        try:
            return _try(job)
        except ThrottledError as error:
            # Jira did nothing. A short wait is waited out here; what follows reads anew.
            wait, turn = max(error.seconds, _SHORTEST), job.throttled(error)
            if error.per_issue or wait > left:
                return nothing_sent(error)
            left -= wait
            job.gateway.upstream.sleep(max(wait, turn))


def _try(job: Job) -> Result | None:
    """Check and write once; raises ThrottledError when Jira did nothing but refuse."""
    try:
        before = now_of(job.gateway.upstream, job.planned)
        settled = _settled(job, before)
        request = None if settled else _request(job, before)
    except ThrottledError:
        raise
    except UpstreamError as error:
        return nothing_sent(error, sent_before=job.operation.attempts > 0 or job.operation.wary)
    job.on_step(Step.CHECKED)
    if settled is not None:
        return settled
    if request is None:
        return _conflict("Jira offers no transition to the approved status any more.")
    if not job.intend():
        return None
    job.on_step(Step.INTENT)
    return _write(job, before, request)


def found(job: Job, finding: Finding, *, status: int = 0) -> Result:
    """Return the result of what a probe found in Jira."""
    receipt = _receipt(job, status, "probe", finding.upstream_id, finding.upstream_key)
    said = receipt.saying(finding.comment_id)
    was = finding.replaced
    known = {"overwrote": finding.overwrote, "replaced": was.values, "traced": was.told}
    told = said.model_copy(update=known)
    return Result(OpEvent.FOUND, told, finding.sentence, looks=finding.looks)


def _settled(job: Job, before: Now) -> Result | None:
    """Return the result when there is nothing to send, or no right to."""
    waiting = _looked_again(job) or _drifted(job, before) or _without_file(job)
    return waiting or _only_public(job)


def _drifted(job: Job, before: Now) -> Result | None:
    drift = compare(job.planned, before, job.fields)
    if drift.lost:
        return _conflict(drift.lost)
    risky = at_risk(job.planned, drift)
    hit = hit_by(risky, job.followed()) if risky else ()
    if not hit and drift.conflicts:
        hit = hit_by(risky, job.followed_beside())
    if hit:
        return Result(OpEvent.CANNOT_TELL, trouble=words.hit(job.fields, hit))
    if drift.conflicts:
        return _conflict(words.conflict(job.fields, drift))
    if drift.already_there:
        return found(job, Finding(OpEvent.FOUND, "Jira had it already; nothing was written."))
    return None


def _without_file(job: Job) -> Result | None:
    if job.planned.request.upload is None or _content(job) is not None:
        return None
    sentence = "The gateway no longer holds the file that was approved. Nothing was written."
    return Result(OpEvent.REFUSED, trouble=sentence)


def _only_public(job: Job) -> Result | None:
    """Return the refusal of a comment that cannot be internal; None where nobody can tell."""
    if INTERNAL not in job.planned.wants:
        return None
    place = {"issueId": job.planned.issue_id}
    try:
        told = job.gateway.upstream.permissions_at(place, (AGENT,))
    except OurFaultError:
        return None  # this Jira does not know the permission: it is read back all the same
    public = part(told, AGENT, "havePermission") is False
    return Result(OpEvent.REFUSED, trouble=NOT_INTERNAL) if public else None


def _looked_again(job: Job) -> Result | None:
    """Look again, in this very moment, for what was or may have been sent before."""
    operation = job.operation
    first = operation.attempts == 0
    if first and not operation.wary:
        return None
    finding = look_up(job.gateway, operation, job.planned, job.fields)
    if finding.event is OpEvent.FOUND:
        return found(job, finding)
    if finding.event is OpEvent.CANNOT_TELL:
        return Result(OpEvent.CANNOT_TELL, trouble=finding.sentence, looks=finding.looks)
    there = twin(job.gateway, job.planned, job.change_set) if first else ""
    return Result(OpEvent.CANNOT_TELL, trouble=there) if there else None


def _write(job: Job, before: Now, request: Request) -> Result:
    content = _content(job)
    try:
        answer = job.gateway.upstream.send(request, content, job.begin_by())
    except ThrottledError:
        raise
    except NotSentError as error:
        return nothing_sent(error)
    except (IdentityLostError, WrongUpstreamError) as error:
        return turned_away(error)
    except OurFaultError as error:
        return _refused(job, error)
    except UpstreamError as error:
        lost = _unknown(job, error.sentence)
        # Somebody else may have answered: nothing more may be sent until we know.
        stranger = isinstance(error, OutcomeUnknownError) and error.stranger
        return replace(lost, pause=error.sentence) if stranger else lost
    job.taken()
    job.on_step(Step.SENT)
    return _answered(job, before, answer)


def _answered(job: Job, before: Now, answer: Answer) -> Result:
    """Read back what was answered, and believe only what is there."""
    new_id, new_key = _names(job, answer)
    job.on_step(Step.ANSWERED)
    if nameless(job.planned, new_id):
        return _unknown(job, NAMELESS)
    try:
        after = _read_back(job, _created(job, new_id))
    except UpstreamError as error:
        return _unknown(job, f"Jira took it, but could not be read back. {error.sentence}")
    job.on_step(Step.READ_BACK)
    doubted = doubt(
        job.planned, before, after, job.fields, marked=is_marked(job.gateway, job.operation, after)
    )
    if doubted is OpEvent.NO_ANSWER:
        return _unknown(job, UNSHOWN)
    if doubted is not None:
        return Result(doubted, trouble=f"{UNSHOWN} Please look at it in Jira.")
    return _applied(job, before, after, answer, (new_id, new_key))


def _read_back(job: Job, planned: PlannedOperation) -> Now:
    """Read what was just written, however short of requests Jira lets us be for a while."""
    upstream, left = job.gateway.upstream, _READ_BACK_PATIENCE
    while True:
        try:
            return now_of(upstream, planned)
        except ThrottledError as error:
            wait = max(error.seconds, _SHORTEST)
            if wait > left:
                raise
            left -= wait
            upstream.sleep(wait)


def _content(job: Job) -> bytes | None:
    """Return the approved bytes of an upload, and no others."""
    upload, gateway = job.planned.request.upload, job.gateway
    if upload is None:
        return None
    with gateway.database.read() as conn:
        found = files.get(conn, gateway.site, upload.sha256)
    return found if found is not None and len(found) == upload.size else None


def _refused(job: Job, error: OurFaultError) -> Result:
    if error.status == 409 and job.operation.attempts < _COLLISIONS:
        # Two transitions of one issue at once: Jira did neither of ours, try again.
        return Result(OpEvent.PUT_BACK, trouble=error.sentence, wait=SECOND)
    # What stands before Jira, or a rule of its site, may say no to what was done.
    try:
        finding = look_up(job.gateway, job.operation, job.planned, job.fields, glance=True)
    except UpstreamError:
        return _unknown(job, error.sentence)
    if finding.event is OpEvent.FOUND:
        return found(job, finding, status=error.status)
    if finding.event is OpEvent.CANNOT_TELL and error.status != 404:
        return _unknown(job, error.sentence)
    return Result(OpEvent.REFUSED, trouble=error.sentence, looks=finding.looks)


def _applied(
    job: Job, before: Now, after: Now, answer: Answer, names: tuple[str | None, str | None]
) -> Result:
    lines = effects_of(job.planned, before.doc, after.doc, job.fields)
    raced = before.doc is not None and overwrote(job.planned, lines)
    # What fell in between was not read by us: only the history tells what it was.
    told = traced(job.planned, lines, hands_of(job.planned, after)) if raced else {}
    followed, unseen = beside(job.gateway.upstream, job.planned, lines, after)
    receipt = _receipt(job, answer.status, "answer", *names).model_copy(
        update={
            "replaced": {**replaced(job.planned, before, after, job.fields), **told},
            "traced": tuple(told),
            "side_effects": (*side_effects(job.planned, lines, after.account), *followed),
            "unseen": unseen,
            "overwrote": raced,
            "answer": _short(answer.body),
        }
    )
    said = said_with(job.planned, after, newest_id(before.comments or []))
    return _told(job, after, receipt.saying(str(said[-1].get("id")) if said else None))


def _told(job: Job, after: Now, receipt: Receipt) -> Result:
    """Return the result, loud where customers can read what nobody meant for them."""
    if INTERNAL in job.planned.wants and receipt.upstream_id is not None:
        try:
            hidden = is_hidden(job.gateway.upstream, job.planned, receipt.upstream_id)
        except UpstreamError as error:
            return Result(OpEvent.CANNOT_TELL, receipt, f"{words.MAYBE_PUBLIC} {error.sentence}")
        if not hidden:
            return Result(OpEvent.CANNOT_TELL, receipt, words.PUBLIC)
    return Result(OpEvent.ANSWERED, receipt, _otherwise(job, after, receipt))


def _otherwise(job: Job, after: Now, receipt: Receipt) -> str:
    planned = job.planned
    made = receipt.upstream_id if planned.said is None else receipt.comment_id
    return shows_otherwise(planned, after, job.fields, made)


def _request(job: Job, before: Now) -> Request | None:
    """Return the exact request to send; None when no transition leads to the status."""
    secret = job.gateway.settings.secret_key
    operation = job.operation
    whose = operation.marker, job.change_set, operation.digest
    value = markers.marker(secret, *whose, agent=job.agent, by=job.approver)
    request = job.planned.request
    body = markers.with_marker(request.body, value)
    body = with_approver(body, job.approver, own=not job.planned.change_ids)
    if job.planned.kind is ChangeKind.TRANSITION and before.doc is not None:
        transition = _transition(job)
        if transition is None:
            return None
        body = {**(body if isinstance(body, dict) else {}), "transition": {"id": transition}}
    return request.model_copy(update={"body": body})


def _transition(job: Job) -> str | None:
    """Return the id of a transition to the approved status, as Jira offers it now."""
    wanted = job.planned.wants.get("status")
    asked = str(part(job.planned.request.body, "transition", "id"))
    offered = [
        str(one.get("id"))
        for one in job.gateway.upstream.transitions(job.planned.issue_id)
        if equal(_status(one.get("to")), _status(wanted))
    ]
    if asked in offered:
        return asked
    return offered[0] if offered else None


def _status(status: JsonValue) -> JsonValue:
    return part(status, "id") or part(status, "name")


def _created(job: Job, new_id: str | None) -> PlannedOperation:
    """Return an operation that reads what this one made or changed."""
    if job.planned.kind is not ChangeKind.CREATE or new_id is None:
        return job.planned
    return job.planned.model_copy(update={"issue_id": new_id, "kind": ChangeKind.EDIT})


def _names(job: Job, answer: Answer) -> tuple[str | None, str | None]:
    """Return the id and key of what was made."""
    body = answer.body
    if isinstance(body, list):
        # Attachments are answered as a list of those that were made.
        body = body[0] if body else None
    new_id, key = part(body, "id"), part(body, "key")
    if job.planned.kind in (ChangeKind.EDIT, ChangeKind.TRANSITION):
        return job.planned.issue_id, job.planned.issue_key
    return (None if new_id is None else str(new_id)), (None if key is None else str(key))


def _receipt(job: Job, status: int, known_by: str, new_id: str | None, key: str | None) -> Receipt:
    shown = key or job.planned.issue_key
    url = f"{job.gateway.identity.base_url}/browse/{shown}"
    if job.planned.kind is ChangeKind.COMMENT and new_id:
        url += f"?focusedCommentId={new_id}"
    return Receipt(
        status=status,
        at=job.gateway.clock(),
        known_by=known_by,
        upstream_key=key,
        upstream_id=new_id,
        url=url,
    )


def _conflict(sentence: str) -> Result:
    return Result(OpEvent.DRIFTED, trouble=sentence)


def _unknown(job: Job, sentence: str) -> Result:
    wait = round(job.gateway.settings.quarantine_seconds * SECOND)
    return Result(OpEvent.NO_ANSWER, trouble=sentence, wait=wait)


def _short(body: JsonValue) -> JsonObject:
    names = ("id", "key", "self")
    return {name: body[name] for name in names if name in body} if isinstance(body, dict) else {}
