"""What the database knows of one review: all that a look at it stands on, besides Jira."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from gateway.operations import grounds, vouching
from gateway.operations.context import Gateway
from gateway.operations.fetching import attached
from gateway.operations.looking_around import around_of
from gateway.operations.looking_earlier import earlier_of
from gateway.operations.looking_later import late_of
from gateway.promotion.drafts import UnplannableError
from gateway.promotion.freezing import Delay
from gateway.promotion.ground import Ground
from gateway.promotion.plan import KEEP, make_plan
from gateway.promotion.references import temporary_names
from gateway.promotion.settled import Settled, settle
from gateway.promotion.values import Plan, SideEffect
from gateway.review.around import Around
from gateway.review.dry_runs import DryRun
from gateway.review.earlier import Earlier
from gateway.review.repeats import repeats
from gateway.review.states import TURNS, State, Turn
from gateway.store import dry_runs, files, outbox, people, progress, refused, reviews, windows
from gateway.store.outbox import Operation
from gateway.store.progress import Waits
from gateway.store.reviews import Decision, Review
from sandbox.contract.scope import Refusal

#: States in which a plan is still made anew from decisions and baselines.
OPEN = frozenset({State.REVIEW, State.CHANGES_REQUESTED})
#: States in which nothing is written any more: what followed can be told.
_ENDED = frozenset({State.PROMOTED, State.PARTLY_PROMOTED, State.FAILED})


@dataclass(frozen=True, slots=True)
class Stored:
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


def stored_of(conn: Connection, gateway: Gateway, review: Review, viewer: str | None) -> Stored:
    """Return what is stored of a review; ``viewer`` is who looks, as whom it may be written."""
    digest = review.approved_digest
    decisions = reviews.decisions(conn, review.id)
    operations = () if digest is None else outbox.of_review(conn, review.id, digest)
    ground = grounds.ground(conn, gateway, review.change_set, viewer, quiet=review.quiet)
    # An open review's plan is made anew, once for each look.
    made = review.approved_plan, ""
    if made[0] is None or review.state in OPEN:
        made = _try(review, ground, decisions)
    keys = grounds.projects(conn, review.change_set)
    # Over every leaf of a plan it takes a while: once for each look, too.
    whole = "" if made[0] is None else made[0].digest()
    return Stored(
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
