"""Tells the sandbox what became of its change sets, so that the agent can read it there.

Told again until the sandbox took it: ``told`` is only set for the very edition that was
told, so a decision in between is not lost.
"""

import json
import logging

from sqlalchemy import Connection

from gateway.operations import intake
from gateway.operations.context import Gateway
from gateway.promotion.plan import KEEP, effective
from gateway.promotion.settled import Pick
from gateway.promotion.states import OpState
from gateway.promotion.undo import is_undo
from gateway.promotion.undone import Place, place, undone_of
from gateway.review.states import State
from gateway.sandbox_link import NotThereError, SandboxLinkError
from gateway.store import outbox, reviews
from gateway.store.outbox import Operation
from gateway.store.reviews import Decision, Review
from gateway.upstream.errors import UpstreamError
from sandbox.contract.shapes import Change, ChangeKind, ChangeOutcome, Outcome, Verdict

LOG = logging.getLogger(__name__)

#: States whose news an agent waits for.
NEWS = (
    State.CHANGES_REQUESTED,
    State.PROMOTED,
    State.PARTLY_PROMOTED,
    State.FAILED,
    State.REJECTED,
    State.REFUSED,
)
_WHOLE = {
    State.REJECTED: Verdict.REJECTED,
    State.REFUSED: Verdict.REJECTED,
    State.CHANGES_REQUESTED: Verdict.SENT_BACK,
}
_GATEWAY = "gateway"


def tell(gateway: Gateway) -> int:
    """Tell everything that is not told yet; returns how many sets that were."""
    with gateway.database.read() as conn:
        waiting = reviews.untold(conn, gateway.site, NEWS)
    failed: Exception | None = None
    for review in waiting:
        try:
            tell_one(gateway, review)
        except (UpstreamError, SandboxLinkError) as error:
            # One set that cannot be told now must not keep the others waiting.
            failed = error
    if failed is not None:
        raise failed
    return len(waiting)


def tell_one(gateway: Gateway, review: Review) -> None:
    """Refresh what was written, then tell the outcome of one review."""
    with gateway.database.read() as conn:
        decisions = reviews.decisions(conn, review.id)
        digest = review.approved_digest
        operations = () if digest is None else outbox.of_review(conn, review.id, digest)
    touched = _touched(gateway, operations)
    if touched:
        # First the new baselines: the shadows must not fall back to the old values.
        intake.refresh(gateway, touched)
    if not is_undo(review.change_set.id):
        told = outcome(review, decisions, operations, gateway.clock())
        with gateway.database.read() as conn:
            told = _with_undone(conn, review, told)
        _put(gateway, told, review.id)
    with gateway.database.write() as conn:
        reviews.mark_told(conn, review.id, review.edition)
        undone = None if (of := undone_of(review.change_set.id)) is None else reviews.get(conn, of)
        if undone is not None:
            # What it took back is news for the agent whose change it was.
            reviews.tell_again(conn, undone.id)


def _touched(gateway: Gateway, operations: tuple[Operation, ...]) -> list[str]:
    """Return the issues that were written, and known ones that it set something off on."""
    done = [one for one in operations if one.state is OpState.APPLIED]
    receipts = [one.receipt for one in done if one.receipt is not None]
    beside = {effect.issue_id for one in receipts for effect in one.side_effects}
    known = intake.known_of(gateway, sorted(beside - {""})) if beside - {""} else ()
    return sorted({one.issue_id for one in done} | set(known))


def _put(gateway: Gateway, told: Outcome, review_id: int) -> None:
    try:
        gateway.sandbox.put_outcome(told)
    except NotThereError:
        # It lost the set, or gave out one that it never had: there is nobody to tell.
        LOG.warning("outcome_not_known_there review=%s", review_id)


def outcome(
    review: Review, decisions: dict[str, Decision], operations: tuple[Operation, ...], now: int
) -> Outcome:
    """Return what became of a change set, change by change."""
    whole = _WHOLE.get(review.state)
    words = review.refused or review.words
    if whole is not None:
        changes = tuple(
            ChangeOutcome(
                change_id=one.id, verdict=whole, words=_words(decisions.get(one.id)) or words
            )
            for one in review.change_set.changes
        )
    else:
        changes = tuple(_each(review, decisions, operations))
    return Outcome(
        change_set=review.change_set.id,
        state=review.state,
        decided_by=review.decided_by or _GATEWAY,
        decided_at=review.decided_at or now,
        words=words,
        changes=changes,
    )


def _each(
    review: Review, decisions: dict[str, Decision], operations: tuple[Operation, ...]
) -> list[ChangeOutcome]:
    """Return outcomes of the changes that are settled; others are still to come."""
    plan = review.approved_plan
    decided = {name: one.verdict for name, one in decisions.items()}
    verdicts = effective(review.change_set, decided) if plan is None else plan.decisions
    found: list[ChangeOutcome] = []
    for change in review.change_set.changes:
        words = _words(decisions.get(change.id))
        if verdicts.get(change.id) != KEEP:
            found.append(ChangeOutcome(change_id=change.id, verdict=Verdict.REJECTED, words=words))
            continue
        carried = [one for one in operations if change.id in one.planned.change_ids]
        if all(one.state is OpState.APPLIED for one in carried):
            found.append(_promoted(change, carried, words))
        else:
            found += _unwritten(change.id, carried)
    return found


def _unwritten(change_id: str, carried: list[Operation]) -> list[ChangeOutcome]:
    """Return why an approved change was not written; nothing while it still may be."""
    for one in carried:
        verdict = _UNWRITTEN.get(one.state)
        if verdict is not None:
            return [ChangeOutcome(change_id=change_id, verdict=verdict, words=one.trouble)]
    return []


#: States in which an operation stays until a person does something.
_UNWRITTEN = {
    OpState.CONFLICT: Verdict.CONFLICT,
    OpState.REJECTED: Verdict.FAILED,
    OpState.SKIPPED: Verdict.FAILED,
    OpState.NEEDS_HUMAN: Verdict.FAILED,
}


def _with_undone(conn: Connection, review: Review, told: Outcome) -> Outcome:
    """Return the outcome with what was taken back later, and by whom."""
    taken_back = _taken_back(conn, review.id)
    by_id = {one.id: one for one in review.change_set.changes}
    return told.model_copy(
        update={
            "changes": tuple(
                _undone(one, taken_back.get(place(by_id[one.change_id]))) for one in told.changes
            )
        }
    )


def _taken_back(conn: Connection, review_id: int) -> dict[Place, Review]:
    """Return what undos of a review put back, without what was put forward again since."""
    found: dict[Place, Review] = {}
    for undo in reviews.undos(conn, review_id):
        written = outbox.of_review(conn, undo.id, undo.approved_digest or "")
        applied = {
            name
            for one in written
            if one.state is OpState.APPLIED
            for name in one.planned.change_ids
        }
        again = _taken_back(conn, undo.id) if applied else {}
        for change in undo.change_set.changes:
            if change.id in applied and place(change) not in again:
                found[place(change)] = undo
    return found


def _undone(one: ChangeOutcome, undo: Review | None) -> ChangeOutcome:
    if undo is None or one.verdict is not Verdict.PROMOTED:
        return one
    return one.model_copy(
        update={
            "verdict": Verdict.UNDONE,
            "words": undo.words or f"CS-{undo.id}",
            "by": undo.decided_by or _GATEWAY,
        }
    )


def _promoted(change: Change, carried: list[Operation], words: str) -> ChangeOutcome:
    named = [one for one in carried if one.planned.kind in _NAMED and one.receipt is not None]
    receipt = named[-1].receipt if named else None
    along = [one.receipt for one in carried if one.planned.said is not None and one.receipt]
    if change.kind is ChangeKind.COMMENT and along:
        comment = along[-1].comment_id
        return ChangeOutcome(
            change_id=change.id, verdict=Verdict.PROMOTED, words=words, upstream_id=comment
        )
    return ChangeOutcome(
        change_id=change.id,
        verdict=Verdict.PROMOTED,
        words=words,
        upstream_key=None if receipt is None else receipt.upstream_key,
        upstream_id=None if receipt is None else receipt.upstream_id,
    )


#: Kinds that make something with an id of its own.
_NAMED = frozenset(
    {ChangeKind.CREATE, ChangeKind.COMMENT, ChangeKind.WORKLOG, ChangeKind.ATTACHMENT}
)


def _words(decision: Decision | None) -> str:
    """Return a person's words, and that the value is not the agent's where it is not."""
    if decision is None:
        return ""
    if decision.settled is None or decision.settled.pick is Pick.TAKE:
        return decision.words
    said = json.dumps(decision.settled.value, ensure_ascii=False)
    changed = f"{_CHANGED[decision.settled.pick]} {said[:_LONGEST]}"
    return f"{decision.words}\n{changed}".strip()


#: What the agent is told of a value that is not its own.
_CHANGED = {
    Pick.EDIT: "The reviewer wrote another value:",
    Pick.COMBINE: "The reviewer combined your value with what Jira had:",
    Pick.BLOCKS: "The reviewer kept only parts of your text:",
}
_LONGEST = 4000
