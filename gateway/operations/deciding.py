"""One decision about several changes of a set: of an issue, or alike on many issues.

Each change has its own verdict afterwards, as if it had been decided about alone.
"""

from collections.abc import Collection

from pydantic import JsonValue
from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.operations.reviewing import VERDICTS, ask, commit
from gateway.promotion.plan import KEEP
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.review.rules import Act
from gateway.store import reviews
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
    before = asked.sight.decisions
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

    def store(conn: Connection) -> bool:
        if not reviews.touch(conn, asked.review):
            return False
        # Approvals were of another digest; a later approver starts anew.
        reviews.drop_approvals(conn, review_id)
        for one in decisions:
            reviews.set_decision(conn, review_id, one)
        return True

    body: dict[str, JsonValue] = {"changes": [*chosen], "verdict": verdict, "words": words}
    kind = "review_keep_several" if verdict == KEEP else "review_leave_several"
    commit(gateway, asked, store, body | {"count": len(chosen)}, kind=kind)
