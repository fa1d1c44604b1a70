"""Whether Jira sends mails for what is written, as a reviewer chooses it."""

from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.operations.quieting import QuietOffer, offer
from gateway.operations.reviewing import ask, commit, look
from gateway.operations.seeing import see
from gateway.review.refusals import RefusedError
from gateway.review.rules import Act
from gateway.store import reviews


def quiet_offer(gateway: Gateway, person: str, review_id: int) -> QuietOffer:
    """Return whether a reviewer may choose that no mails are sent; asks Jira."""
    review = look(gateway, review_id, read_now=False).review
    sight = see(gateway, review, read_now=False, viewer=person)
    return offer(gateway, sight.plan)


def set_quiet(gateway: Gateway, person: str, review_id: int, digest: str, *, quiet: bool) -> None:
    """Choose whether mails are sent, where Jira offers it; raises RefusedError, StaleError."""
    asked = ask(gateway, Act.DECIDE, person, review_id, digest, read_now=False)
    refusal = offer(gateway, asked.sight.plan).refusal if quiet else None
    if refusal is not None:
        raise RefusedError(refusal)

    def store(conn: Connection) -> bool:
        if not reviews.touch(conn, asked.review, quiet=quiet):
            return False
        # Approvals were of requests that said otherwise.
        reviews.drop_approvals(conn, review_id)
        return True

    verdict = "quiet" if quiet else "mails"
    commit(gateway, asked, store, {"verdict": verdict}, kind="review_quiet")
