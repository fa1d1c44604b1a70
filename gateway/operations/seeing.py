"""Looks at one review: its plan, its changes beside Jira now, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from gateway.operations import grounds, vouching
from gateway.operations.context import Gateway
from gateway.operations.fetching import attached
from gateway.operations.grounds import Looked
from gateway.operations.looking_around import around_of
from gateway.operations.looking_earlier import earlier_of
from gateway.operations.looking_later import late_of
from gateway.promotion.beside import with_more
from gateway.promotion.drafts import UnplannableError
from gateway.promotion.freezing import Delay
from gateway.promotion.ground import Ground
from gateway.promotion.plan import KEEP, make_plan
from gateway.promotion.references import is_temporary_id, temporary_names
from gateway.promotion.settled import Settled, settle
from gateway.promotion.states import OpState
from gateway.promotion.undo import is_undo
from gateway.promotion.values import Plan, SideEffect
from gateway.review.around import Around
from gateway.review.delaying import delayed
from gateway.review.dry_runs import DryRun, stops
from gateway.review.earlier import Earlier
from gateway.review.field_names import field_names
from gateway.review.large import issues_in
from gateway.review.new_keys import with_keys
from gateway.review.repeats import repeats
from gateway.review.rules import Situation, obstacles
from gateway.review.showing import Scene, Shown, show
from gateway.review.states import TURNS, State, Turn
from gateway.review.values import OperationView, ReviewView, Round
from gateway.store import (
    dry_runs,
    files,
    outbox,
    people,
    progress,
    refused,
    reviews,
    windows,
)
from gateway.store.outbox import Operation
from gateway.store.progress import Waits
from gateway.store.reviews import Decision, Review
from sandbox.contract.scope import Refusal

#: States in which a plan is still made anew from decisions and baselines.
_OPEN = frozenset({State.REVIEW, State.CHANGES_REQUESTED})
#: States in which nothing is written any more: what followed can be told.
_ENDED = frozenset({State.PROMOTED, State.PARTLY_PROMOTED, State.FAILED})


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

    @property
    def decided(self) -> dict[str, str]:
        """Change id to verdict, as people decided."""
        return {name: one.verdict for name, one in self.decisions.items()}


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the database knows of a review."""

    ground: Ground
    #: The plan as it would be approved now, or why there is none.
    made: tuple[Plan | None, str]
    #: Its digest; empty when there is none.
    digest: str
    decisions: dict[str, Decision]
    refusal: Refusal | None
    operations: tuple[Operation, ...]
    approved_by: frozenset[str]
    person_name: str
    real: dict[str, str]
    waits: Waits
    #: Digests of the attached files that are here.
    held: frozenset[str]
    #: Person to display name.
    names: dict[str, str]
    #: The round that this one replaces.
    before: Review | None
    #: Keys of the projects that the set is about.
    projects: frozenset[str]
    #: Change id to the review in which people refused the very same.
    repeats: dict[str, int]
    earlier: dict[str, Earlier]
    around: Around
    #: The newest dry run, whatever it was of.
    dry_run: DryRun | None
    #: Operation to what apps did after it was read back.
    late: dict[int, tuple[SideEffect, ...]]
    delay: Delay | None


def see(gateway: Gateway, review: Review, *, read_now: bool, viewer: str | None = None) -> Sight:
    """Return a review with everything that decisions about it stand on.

    ``viewer`` is who looks: where approvers write as themselves, the plan names them.
    """
    with gateway.database.read() as conn:
        stored = _stored(conn, gateway, review, viewer)
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


def _stored(conn: Connection, gateway: Gateway, review: Review, viewer: str | None) -> _Stored:
    digest = review.approved_digest
    decisions = reviews.decisions(conn, review.id)
    operations = () if digest is None else outbox.of_review(conn, review.id, digest)
    ground = grounds.ground(conn, gateway, review.change_set, viewer, quiet=review.quiet)
    # An open review's plan is made anew, once for each look.
    made = review.approved_plan, ""
    if made[0] is None or review.state in _OPEN:
        made = _try(review, ground, decisions)
    keys = grounds.projects(conn, review.change_set)
    # Over every leaf of a plan it takes a while: once for each look, too.
    whole = "" if made[0] is None else made[0].digest()
    return _Stored(
        made=made,
        digest=whole,
        ground=ground,
        decisions=decisions,
        refusal=grounds.authority(conn, settle(review.change_set, {}, settled_of(decisions))[0]),
        operations=operations,
        approved_by=frozenset(vouching.approvers(conn, gateway, review.id, whole)),
        person_name=grounds.person_name(conn, review.site, review.change_set.person),
        real=outbox.resolved(conn, review.site, _new_names(review)),
        waits=progress.waits(conn, review.site, review.id),
        held=files.held(conn, review.site, attached(review.change_set)),
        names={one.person: one.name for one in people.listed(conn)},
        before=_before(conn, review),
        projects=keys,
        repeats=repeats(review.change_set.changes, refused.before(conn, review)),
        earlier=earlier_of(conn, review.change_set),
        around=around_of(conn, gateway, review, ground.docs),
        dry_run=dry_runs.newest(conn, review.id),
        late=late_of(conn, gateway, operations) if review.state in _ENDED else {},
        delay=_delay(conn, review, keys),
    )


def _delay(conn: Connection, review: Review, projects: frozenset[str]) -> Delay | None:
    if TURNS[review.state] is Turn.NOBODY:
        return None
    return windows.delays(conn, review.site, {review.id: projects}).get(review.id)


def _new_names(review: Review) -> set[str]:
    return temporary_names([[one.issue_id, one.after] for one in review.change_set.changes])


def _before(conn: Connection, review: Review) -> Review | None:
    """Return the round before, if it was here and is of the same workspace."""
    replaced = review.change_set.replaces
    found = None if replaced is None else reviews.by_change_set(conn, replaced)
    mine = found is not None and found.change_set.workspace == review.change_set.workspace
    return found if mine else None


def _try(review: Review, ground: Ground, decisions: dict[str, Decision]) -> tuple[Plan | None, str]:
    """Make the plan as it would be approved now, or say why there is none."""
    decided = {name: one.verdict for name, one in decisions.items()}
    settled = _standing(decisions)
    change_set, docs = settle(review.change_set, ground.docs, settled)
    try:
        plan = make_plan(change_set, decided, replace(ground, docs=docs))
    except UnplannableError as error:
        return None, str(error)
    return plan.model_copy(update={"settled": settled}), ""


def settled_of(decisions: Mapping[str, Decision]) -> dict[str, Settled]:
    """Return change id to what a person put in place of the agent's value."""
    return {name: one.settled for name, one in decisions.items() if one.settled is not None}


def _standing(decisions: Mapping[str, Decision]) -> dict[str, Settled]:
    """Return the settled values of changes that are kept."""
    kept = {name: one for name, one in decisions.items() if one.verdict == KEEP}
    return settled_of(kept)


def _plan(
    review: Review, stored: _Stored, decided: dict[str, str]
) -> tuple[Plan | None, tuple[str, ...]]:
    """Return the plan, and sentences about what is wrong with it."""
    if review.refused is not None:
        return None, (review.refused,)
    if review.state not in _OPEN:
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


def _waiting(plan: Plan | None, review: Review, stored: _Stored) -> list[str]:
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


def _look(gateway: Gateway, review: Review, stored: _Stored, *, read_now: bool) -> Looked | None:
    if not read_now or review.refused is not None:
        return None
    return grounds.look(gateway.upstream, review.change_set, stored.real)


def _digest(review: Review, plan: Plan | None, stored: _Stored) -> str:
    if review.state not in _OPEN:
        return review.approved_digest or ""
    return "" if plan is None else stored.digest


def _obstacles(sight: Sight) -> tuple[str, ...]:
    if sight.review.state is State.REFUSED:
        return (sight.review.refused or "",)
    return obstacles(sight.situation) if sight.review.state in _OPEN else ()


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
