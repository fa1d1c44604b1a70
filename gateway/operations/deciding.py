"""One decision about several changes of a set, and the way back from a decision about one.

The changes are those of an issue, alike on many, or without a flag. Each has its own verdict
afterwards, as if it had been decided about alone.
"""

from collections.abc import Callable, Collection, Sequence

from pydantic import JsonValue
from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.operations.reviewing import VERDICTS, Asked, ask, commit
from gateway.promotion.plan import KEEP
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.review.rules import Act
from gateway.review.safe import parted
from gateway.store import reviews, verdicts
from gateway.store.reviews import Decision
from sandbox.contract.scope import Refusal

_NO_VERDICT = Refusal("verdict", "A change can be kept or left out.", "Choose one of the two.")


def decide_all(  # noqa: PLR0917 - a decision is no less than these seven
    gateway: Gateway,
    person: str,
    review_id: int,
    change_ids: Collection[str],
    verdict: str,
    words: str,
    digest: str,
) -> None:
    """Keep changes or leave them out, all or none of them; raises RefusedError, StaleError."""
    asked = ask(gateway, Act.DECIDE, person, review_id, digest, words, read_now=False)
    known = [one.id for one in asked.review.change_set.changes]
    unknown = sorted(set(change_ids) - set(known))
    if unknown or not change_ids:
        raise UnknownReviewError(review_id, unknown[0] if unknown else None)
    if verdict not in VERDICTS:
        raise RefusedError(_NO_VERDICT)
    chosen = [name for name in known if name in set(change_ids)]
    kind = "review_keep_several" if verdict == KEEP else "review_leave_several"
    _decide(gateway, asked, chosen, verdict, words, kind)


def take_back(gateway: Gateway, person: str, review_id: int, change_id: str, digest: str) -> None:
    """Take back whatever was decided about one change: it is as the agent handed it in.

    Raises RefusedError, StaleError.
    """
    asked = ask(gateway, Act.DECIDE, person, review_id, digest, read_now=False)
    if change_id not in {one.id for one in asked.review.change_set.changes}:
        raise UnknownReviewError(review_id, change_id)
    if change_id not in asked.sight.decisions:
        return

    def change(conn: Connection) -> None:
        verdicts.take_back(conn, review_id, change_id)

    _commit(gateway, asked, change, {"change": change_id}, "review_undecide")


def keep_safe(
    gateway: Gateway, person: str, review_id: int, change_ids: Collection[str], digest: str
) -> None:
    """Keep those of the shown changes in which nothing is seen as Jira is now, and no other.

    What was flagged since, or decided about, is left as it is; the page says what is left.
    Raises RefusedError, StaleError.
    """
    asked = ask(gateway, Act.DECIDE, person, review_id, digest)
    safe = parted(asked.sight.shown.changes).safe
    chosen = [one.change.id for one in safe if one.change.id in set(change_ids)]
    if chosen:
        _decide(gateway, asked, chosen, KEEP, "", "review_keep_safe")


def _decide(
    gateway: Gateway, asked: Asked, chosen: Sequence[str], verdict: str, words: str, kind: str
) -> None:
    before, review_id = asked.sight.decisions, asked.review.id
    decisions = [
        Decision(
            name,
            verdict,
            words,
            asked.person.person,
            gateway.clock(),
            before[name].settled if name in before else None,
        )
        for name in chosen
    ]

    def change(conn: Connection) -> None:
        for one in decisions:
            verdicts.set_decision(conn, review_id, one)

    body: dict[str, JsonValue] = {"changes": [*chosen], "verdict": verdict, "words": words}
    _commit(gateway, asked, change, body | {"count": len(chosen)}, kind)


def _commit(
    gateway: Gateway,
    asked: Asked,
    change: Callable[[Connection], None],
    body: dict[str, JsonValue],
    kind: str,
) -> None:
    """Store what was decided, unless somebody was quicker."""

    def store(conn: Connection) -> bool:
        if not reviews.touch(conn, asked.review):
            return False
        # Approvals were of another digest; a later approver starts anew.
        reviews.drop_approvals(conn, asked.review.id)
        change(conn)
        return True

    commit(gateway, asked, store, body, kind=kind)
