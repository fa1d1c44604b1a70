"""Looks at one review: its plan, its changes beside Jira now, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.operations import grounds
from gateway.operations.context import Gateway
from gateway.operations.grounds import Looked
from gateway.operations.seeing_stored import OPEN, Stored, settled_of, stored_of
from gateway.promotion.beside import with_more
from gateway.promotion.drift import Now
from gateway.promotion.freezing import Delay
from gateway.promotion.ground import Ground
from gateway.promotion.references import is_temporary_id
from gateway.promotion.states import OpState
from gateway.promotion.undo import is_undo
from gateway.promotion.values import Plan, SideEffect
from gateway.review.delaying import delayed
from gateway.review.dry_runs import stops
from gateway.review.field_names import field_names
from gateway.review.large import issues_in
from gateway.review.new_keys import with_keys
from gateway.review.rules import Situation, obstacles
from gateway.review.showing import Scene, Shown, show
from gateway.review.states import TURNS, State
from gateway.review.values import OperationView, ReviewView, Round
from gateway.store.outbox import Operation
from gateway.store.progress import Waits
from gateway.store.reviews import Decision, Review


@dataclass(frozen=True, slots=True)
class Sight:
    """One review, looked at."""

    review: Review
    #: What is or would be approved; None when nothing can be.
    plan: Plan | None
    shown: Shown
    situation: Situation
    operations: tuple[Operation, ...]
    decisions: dict[str, Decision]
    person_name: str
    waits: Waits
    #: What the plan is made on.
    ground: Ground
    checked_at: int | None
    #: Operation to what apps did after it was read back.
    late: dict[int, tuple[SideEffect, ...]] = field(default_factory=dict)
    #: Why it waits, or would wait once it is released.
    delay: Delay | None = None
    #: The round that this one replaces.
    before: Review | None = None
    #: Person to display name.
    names: dict[str, str] = field(default_factory=dict)
    #: Issue id to what was read of it just now; empty when Jira was not asked.
    now: Mapping[str, Now] = field(default_factory=dict)

    @property
    def decided(self) -> dict[str, str]:
        """Change id to verdict, as people decided."""
        return {name: one.verdict for name, one in self.decisions.items()}


def see(gateway: Gateway, review: Review, *, read_now: bool, viewer: str | None = None) -> Sight:
    """Return a review with everything that decisions about it stand on.

    ``viewer`` is who looks: where approvers write as themselves, the plan names them.
    """
    with gateway.database.read() as conn:
        stored = stored_of(conn, gateway, review, viewer)
    decided = {name: one.verdict for name, one in stored.decisions.items()}
    plan, troubles = _plan(review, stored, decided)
    looked = _look(gateway, review, stored, read_now=read_now)
    scene = Scene(
        change_set=review.change_set,
        identity=gateway.identity,
        site=stored.ground.site,
        policy=grounds.policy_of(gateway),
        person_name=stored.person_name,
        docs=stored.ground.docs,
        now={} if looked is None else looked.now,
        reads=review.reads,
        decided=decided,
        words={name: one.words for name, one in stored.decisions.items()},
        held=stored.held,
        settled=settled_of(stored.decisions),
        names=stored.names,
        repeats=stored.repeats,
        earlier=stored.earlier,
        watchers=stored.ground.watchers,
        around=stored.around,
    )
    shown, digest = show(scene), _digest(review, plan, stored)
    readable = looked is not None and not looked.trouble
    return Sight(
        review=review,
        plan=plan,
        shown=shown,
        situation=Situation(
            state=review.state,
            digest=digest,
            changes=shown.changes,
            flags=shown.flags,
            person_served=review.change_set.person,
            policy=scene.policy,
            readable=readable,
            troubles=troubles,
            approved_by=stored.approved_by,
            read_only=gateway.settings.read_only,
            site=review.site,
            projects=stored.projects,
            dry_run=stops(stored.dry_run, digest, gateway.clock()),
            confirmations=() if plan is None else plan.confirmations,
            stays=frozenset() if plan is None else frozenset(one.code for one in plan.stays),
            round=review.change_set.round,
            issues=0 if plan is None else issues_in(plan.operations),
        ),
        operations=stored.operations,
        decisions=stored.decisions,
        person_name=stored.person_name,
        waits=stored.waits,
        late=stored.late,
        delay=stored.delay,
        before=stored.before,
        names=stored.names,
        ground=stored.ground,
        now={} if looked is None else looked.now,
        checked_at=gateway.clock() if readable else None,
    )


def view_of(gateway: Gateway, sight: Sight) -> ReviewView:
    """Return what the page shows of a review."""
    review, change_set = sight.review, sight.review.change_set
    situation = sight.situation
    return ReviewView(
        id=review.id,
        state=review.state,
        turn=TURNS[review.state],
        task=change_set.task,
        title=change_set.title,
        reason=change_set.reason,
        request=None if is_undo(change_set.id) else change_set.request,
        agent=change_set.agent,
        person=change_set.person,
        person_name=sight.person_name,
        site_url=gateway.identity.base_url,
        demo=gateway.demo,
        round=change_set.round,
        received_at=review.received_at,
        checked_at=sight.checked_at,
        issues=with_keys(
            sight.shown.issues,
            ((one.planned, one.receipt) for one in sight.operations),
            gateway.identity.base_url,
        ),
        flags=sight.shown.flags,
        reads=review.reads or (),
        digest=sight.situation.digest,
        operations=_operation_views(sight, gateway.clock()),
        stays=() if sight.plan is None else sight.plan.stays,
        confirmations=() if sight.plan is None else sight.plan.confirmations,
        obstacles=_obstacles(sight),
        approved_by=tuple(sight.names.get(one, one) for one in sorted(sight.situation.approved_by)),
        approvals=situation.policy.approvals_for(situation.projects),
        words=review.words,
        lapsed=review.lapsed if review.state is State.REVIEW else "",
        decided_by=review.decided_by or "",
        decided_by_name=sight.names.get(review.decided_by or "", ""),
        paused=sight.waits.paused,
        delayed=delayed(sight.delay, sight.names),
        before=None if sight.before is None else _round(sight.before, sight.names),
        projects=tuple(sorted(situation.projects)),
        field_names=_field_names(sight),
    )


def _field_names(sight: Sight) -> dict[str, str]:
    receipts = [with_more(one.receipt, sight.late.get(one.id, ())) for one in sight.operations]
    return field_names(sight.ground.fields, sight.shown.changes, filter(None, receipts))


def _round(review: Review, names: Mapping[str, str]) -> Round:
    return Round(
        review_id=review.id,
        number=review.change_set.round,
        words=review.words,
        decided_by=review.decided_by or "",
        decided_by_name=names.get(review.decided_by or "", ""),
        changes=review.change_set.changes,
        request=review.change_set.request,
    )


def _plan(
    review: Review, stored: Stored, decided: dict[str, str]
) -> tuple[Plan | None, tuple[str, ...]]:
    """Return the plan, and sentences about what is wrong with it."""
    if review.refused is not None:
        return None, (review.refused,)
    if review.state not in OPEN:
        return review.approved_plan, ()
    plan, trouble = stored.made
    troubles = [trouble] if trouble else []
    if stored.refusal is not None:
        troubles.append(str(stored.refusal))
    troubles += _waiting(plan, review, stored)
    missing = {
        one.issue_key
        for one in review.change_set.changes
        if one.id not in stored.ground.docs and decided.get(one.id) != "reject"
    }
    if missing:
        troubles.append(f"Jira was never read for {', '.join(sorted(missing))}.")
    if plan is not None and not plan.operations:
        plan = None
    return plan, tuple(troubles)


def _waiting(plan: Plan | None, review: Review, stored: Stored) -> list[str]:
    """Return a sentence when issues of an earlier set have to exist first."""
    own = set(review.change_set.temporary_keys.values())
    waiting = {
        one.issue_key
        for one in (() if plan is None else plan.operations)
        if is_temporary_id(one.issue_id) and one.issue_id not in own
        if one.issue_id not in stored.real
    }
    keys = ", ".join(sorted(waiting))
    return [f"An earlier change set has to be promoted first: it creates {keys}."] if keys else []


def _look(gateway: Gateway, review: Review, stored: Stored, *, read_now: bool) -> Looked | None:
    if not read_now or review.refused is not None:
        return None
    return grounds.look(gateway.upstream, review.change_set, stored.real)


def _digest(review: Review, plan: Plan | None, stored: Stored) -> str:
    if review.state not in OPEN:
        return review.approved_digest or ""
    return "" if plan is None else stored.digest


def _obstacles(sight: Sight) -> tuple[str, ...]:
    if sight.review.state is State.REFUSED:
        return (sight.review.refused or "",)
    return obstacles(sight.situation) if sight.review.state in OPEN else ()


def _operation_views(sight: Sight, now: int) -> tuple[OperationView, ...]:
    if sight.operations:
        until = {one: now + wait for one, wait in sight.waits.until.items()}
        return tuple(
            OperationView(
                planned=one.planned,
                state=one.state,
                receipt=with_more(one.receipt, sight.late.get(one.id, ())),
                trouble=one.trouble,
                until=until.get(one.id),
                evidence=one.evidence,
            )
            for one in sight.operations
        )
    planned = () if sight.plan is None else sight.plan.operations
    return tuple(OperationView(planned=one, state=OpState.HELD) for one in planned)
