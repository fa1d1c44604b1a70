"""What people do to a review: look, decide, approve, reject, send back, promote.

Every verb that decides names the digest that was shown; the rules are asked in one place
(``gateway.review.rules``) whatever the door.
"""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace

from pydantic import JsonValue
from sqlalchemy import Connection

from gateway.operations import grounds, lapsing, restoring, vouching
from gateway.operations.approvals import still_approved
from gateway.operations.context import Gateway
from gateway.operations.differences import differences
from gateway.operations.judging import judged_as, rights_of, seen_by
from gateway.operations.listing import rows
from gateway.operations.seeing import Sight, see, view_of
from gateway.operations.settling import not_open, settle
from gateway.operations.wishes import decision_of, still_shown
from gateway.promotion.freezing import Schedule
from gateway.promotion.plan import KEEP, REJECT
from gateway.promotion.states import OpEvent
from gateway.promotion.values import Plan
from gateway.review.lines import Lines
from gateway.review.people import Person
from gateway.review.refusals import RefusedError, StaleError, UnknownReviewError
from gateway.review.rules import STALE, UNSEEN, Act, event_of, may
from gateway.review.settling import Wish
from gateway.review.values import ReviewView
from gateway.store import audit, outbox, people, reviews, verdicts, windows
from gateway.store.reviews import Decision, Review
from sandbox.contract.scope import Refusal

VERDICTS = frozenset({KEEP, REJECT})


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks what of which review, and what they were shown."""

    act: Act
    person: Person
    review: Review
    sight: Sight
    shown: str


@dataclass(frozen=True, slots=True)
class _How:
    """How something is approved or promoted."""

    confirmed: Collection[str] = ()
    together: bool = False
    typed: str = ""


def inbox(gateway: Gateway) -> Lines:
    """Return all reviews, newest first, without reading Jira."""
    return rows(gateway)


def view(
    gateway: Gateway, review_id: int, *, read_now: bool = True, viewer: str | None = None
) -> ReviewView:
    """Return a review as the page shows it to a person; raises UnknownReviewError.

    An approval of what Jira contradicts by now lapses by being looked at.
    """
    review = _review(gateway, review_id)
    sight = see(gateway, review, read_now=read_now, viewer=viewer)
    if lapsing.lapse(gateway, sight):
        sight = see(gateway, _review(gateway, review_id), read_now=read_now, viewer=viewer)
    found = view_of(gateway, sight)
    return found if viewer is None else seen_by(gateway, viewer, sight, found)


def look(gateway: Gateway, review_id: int, *, read_now: bool = True) -> Sight:
    """Return a review with all that decisions stand on; raises UnknownReviewError."""
    return see(gateway, _review(gateway, review_id), read_now=read_now)


def decide(  # noqa: PLR0917 - a decision is no less than these seven
    gateway: Gateway,
    person: str,
    review_id: int,
    change_id: str,
    verdict: str,
    words: str,
    digest: str,
) -> None:
    """Keep one change or leave it out; raises RefusedError, StaleError."""
    asked = ask(gateway, Act.DECIDE, person, review_id, digest, words, read_now=False)
    known = {one.id for one in asked.review.change_set.changes}
    if change_id not in known:
        raise UnknownReviewError(review_id, change_id)
    if verdict not in VERDICTS:
        raise RefusedError(
            Refusal("verdict", "A change can be kept or left out.", "Choose one of the two.")
        )
    before = asked.sight.decisions.get(change_id)
    decision = Decision(
        change_id,
        verdict,
        words,
        asked.person.person,
        gateway.clock(),
        None if before is None else before.settled,
    )

    def store(conn: Connection) -> bool:
        if not reviews.touch(conn, asked.review):
            return False
        # Approvals were of another digest; a later approver starts anew.
        reviews.drop_approvals(conn, review_id)
        verdicts.set_decision(conn, review_id, decision)
        return True

    commit(gateway, asked, store, {"change": change_id, "verdict": verdict, "words": words})


def put_value(
    gateway: Gateway, person: str, review_id: int, change_id: str, wish: Wish, digest: str
) -> None:
    """Put a person's value in place of an agent's, or Jira's; raises RefusedError, StaleError.

    Checked like an agent's value: the field's type, what Jira requires and offers, scope.
    """
    asked = ask(gateway, Act.DECIDE, person, review_id, digest, wish.words)
    views = {one.change.id: one for one in asked.sight.shown.changes}
    if change_id not in views:
        raise UnknownReviewError(review_id, change_id)
    view = views[change_id]
    still_shown(asked.sight, asked.shown, view, wish)
    decision = decision_of(gateway, asked.sight, asked.person.person, view, wish)

    def store(conn: Connection) -> bool:
        if not reviews.touch(conn, asked.review):
            return False
        reviews.drop_approvals(conn, review_id)
        verdicts.set_decision(conn, review_id, decision)
        return True

    body: dict[str, JsonValue] = {"change": change_id, "verdict": wish.choice, "words": wish.words}
    if decision.settled is not None:
        body |= {"value": decision.settled.value, "over": decision.settled.over}
    commit(gateway, asked, store, body)


def approve(
    gateway: Gateway,
    person: str,
    review_id: int,
    digest: str,
    confirmed: Collection[str] = (),
    *,
    together: bool = False,
) -> None:
    """Approve exactly what ``digest`` covers; raises RefusedError, StaleError.

    ``confirmed`` are the codes of ``gateway.promotion.confirming`` that the person
    confirmed separately; ``together`` approves it as one of several.
    """
    asked = ask(gateway, Act.APPROVE, person, review_id, digest, how=_How(confirmed, together))
    plan = asked.sight.plan
    if plan is None:  # the rules refuse this before: without a plan there is no digest
        raise RefusedError(Refusal("plan", "There is nothing to approve.", "Reject the set."))
    wanted = grounds.policy_of(gateway).approvals_for(asked.sight.situation.projects)
    codes = sorted({one.code for one in plan.confirmations})

    def store(conn: Connection) -> bool:
        given = vouching.approvers(conn, gateway, review_id, digest)
        done = len({*given, asked.person.person}) >= wanted
        moved = _approved(conn, gateway, asked, plan) if done else reviews.touch(conn, asked.review)
        if moved:
            vouching.add_approval(conn, gateway, review_id, digest, asked.person.person, codes)
        return moved

    body: dict[str, JsonValue] = {"digest": digest, "operations": len(plan.operations)}
    if together:
        body["together"] = True
    commit(gateway, asked, store, body | ({"confirmed": [*codes]} if codes else {}))


def would_approve(gateway: Gateway, person: str, review_id: int, digest: str) -> ReviewView:
    """Return what an approval together with others would approve; raises as that one does."""
    asked = ask(gateway, Act.APPROVE, person, review_id, digest, how=_How(together=True))
    return view_of(gateway, asked.sight)


def reject(gateway: Gateway, person: str, review_id: int, digest: str, words: str) -> None:
    """Reject the whole set; raises RefusedError, StaleError."""
    _close(gateway, Act.REJECT, person, review_id, digest, words)


def send_back(gateway: Gateway, person: str, review_id: int, digest: str, words: str) -> None:
    """Ask the agent for another round; raises RefusedError, StaleError."""
    _close(gateway, Act.SEND_BACK, person, review_id, digest, words)


def withdraw_approval(gateway: Gateway, person: str, review_id: int, digest: str) -> None:
    """Take an approval back before it is promoted; raises RefusedError, StaleError."""
    asked = ask(gateway, Act.WITHDRAW, person, review_id, digest, read_now=False)

    def store(conn: Connection) -> bool:
        event = event_of(Act.WITHDRAW, asked.review.state)
        columns: dict[str, JsonValue] = {"approved_digest": None, "approved_plan": None}
        if not reviews.move(conn, asked.review, event, **columns):
            return False
        reviews.drop_approvals(conn, review_id)
        outbox.happen(conn, review_id, digest, OpEvent.WITHDRAW)
        return True

    commit(gateway, asked, store, {"digest": digest})


def promote(
    gateway: Gateway,
    person: str,
    review_id: int,
    digest: str,
    *,
    carry_on: bool = False,
    schedule: Schedule | None = None,
    typed: str = "",
) -> None:
    """Release the approved operations of that digest; raises RefusedError, StaleError.

    After a promotion that did not go through wholly, releases what is left to do. With
    ``carry_on`` one that fails stops only what depends on it; else it stops the set.
    Nothing of it is written before a ``schedule``, nor while a freeze window is on.
    ``typed`` is the number of its issues, which ``gateway.review.large`` wants for many.
    """
    how = _How(typed=typed)
    asked = ask(gateway, Act.PROMOTE, person, review_id, digest, read_now=False, how=how)
    event = event_of(Act.PROMOTE, asked.review.state)
    later = 0 if schedule is None else schedule.not_before

    def store(conn: Connection) -> bool:
        still_approved(conn, gateway, review_id, digest)
        not_open(conn, review_id, digest)
        if not reviews.move(conn, asked.review, event):
            return False
        projects = asked.sight.situation.projects
        windows.set_timing(conn, review_id, projects, schedule, asked.person.person)
        outbox.release(conn, review_id, digest, carry_on=carry_on, not_before=later)
        settle(conn, gateway, review_id, digest)
        return True

    body: dict[str, JsonValue] = {"digest": digest, "carry_on": carry_on}
    if schedule is not None:
        body |= {"verdict": "later", "not_before": later, "zone": schedule.zone}
    commit(gateway, asked, store, body)


def _approved(conn: Connection, gateway: Gateway, asked: Asked, plan: Plan) -> bool:
    """Store the last approval's work: the review moved on and every operation held."""
    event = event_of(Act.APPROVE, asked.review.state)
    moved = reviews.move(
        conn,
        asked.review,
        event,
        approved_digest=asked.shown,
        approved_plan=plan.model_dump_json(),
        lapsed="",
        decided_by=asked.person.person,
        decided_at=gateway.clock(),
    )
    if moved:
        wary = restoring.is_wary(conn, asked.review.change_set.sealed_at)
        outbox.hold(conn, asked.review.id, plan, asked.review.edition, wary=wary)
    return moved


def _close(
    gateway: Gateway, act: Act, person: str, review_id: int, digest: str, words: str
) -> None:
    asked = ask(gateway, act, person, review_id, digest, words, read_now=False)

    def store(conn: Connection) -> bool:
        moved = reviews.move(
            conn,
            asked.review,
            event_of(act, asked.review.state),
            words=words,
            decided_by=asked.person.person,
            decided_at=gateway.clock(),
            approved_digest=None,
            approved_plan=None,
        )
        if moved:
            reviews.drop_approvals(conn, review_id)
            if asked.review.approved_digest is not None:
                outbox.happen(conn, review_id, asked.review.approved_digest, OpEvent.WITHDRAW)
        return moved

    commit(gateway, asked, store, {"digest": digest, "words": words})


def ask(
    gateway: Gateway,
    act: Act,
    person_id: str,
    review_id: int,
    shown: str,
    words: str = "",
    *,
    read_now: bool = True,
    how: _How = _How(),
) -> Asked:
    """Look at everything now and ask the rules; raises RefusedError, StaleError."""
    review = _review(gateway, review_id)
    sight = see(gateway, review, read_now=read_now, viewer=person_id)
    with gateway.database.read() as conn:
        agent = reviews.is_agent(conn, person_id)
        person = None if agent else people.get(conn, person_id)
    situation = sight.situation
    if person is not None:
        approving = act is Act.APPROVE
        rights = rights_of(gateway, person, sight, wholly=approving, anew=approving)
        situation = replace(situation, rights=rights)
    judged = None if person is None else judged_as(gateway, person)
    refusal = may(act, judged, situation, shown=shown, words=words, **asdict(how))
    if refusal is not None and refusal.code == UNSEEN:
        raise UnknownReviewError(review_id)
    if refusal is not None and refusal.code == STALE:
        raise StaleError(review_id, shown, sight.situation.digest, differences(sight, shown))
    if refusal is not None or person is None:
        raise RefusedError(refusal or Refusal("nobody", "Nobody asked.", "Sign in."))
    return Asked(act, person, review, sight, shown)


def commit(
    gateway: Gateway,
    asked: Asked,
    store: Callable[[Connection], bool],
    body: dict[str, JsonValue],
    kind: str = "",
) -> None:
    """Store a decision and its audit row in one transaction, or nothing at all."""
    with gateway.database.write() as conn:
        done = store(conn)
        if done:
            audit.append(
                conn,
                at=gateway.clock(),
                actor=asked.person.person,
                kind=kind or f"review_{asked.act}",
                body={"review": asked.review.id, **body},
            )
    if not done:
        again, viewer = _review(gateway, asked.review.id), asked.person.person
        now = see(gateway, again, read_now=False, viewer=viewer)
        raise StaleError(
            asked.review.id,
            asked.shown,
            now.situation.digest,
            ("Somebody else decided about this change set in the meantime.",),
        )


def _review(gateway: Gateway, review_id: int) -> Review:
    with gateway.database.read() as conn:
        found = reviews.get(conn, review_id)
    if found is None or found.site != gateway.site:
        raise UnknownReviewError(review_id)
    return found
