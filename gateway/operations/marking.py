"""Setting change sets aside for a while, and noting what is still to be done about them."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.review.jira_rights import places_of
from gateway.review.people import Person, Role, at_least
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.review.resting import FollowUp, Mark, Pause, Rest, rests, until
from gateway.review.states import TURNS, Turn
from gateway.review.values import InboxRow
from gateway.store import audit, baselines, marks, reviews
from gateway.store.reviews import Review
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import JsonObject


def resting(
    conn: Connection, gateway: Gateway, person: str, rows: Iterable[InboxRow]
) -> dict[int, Rest]:
    """Return those of some lines that somebody has set aside, as long as it holds."""
    found = marks.rests(conn, gateway.site, person)
    if not found:
        return {}
    issues = {row.id: [issue_id for issue_id, _ in row.issues] for row in rows if row.id in found}
    every = {one for some in issues.values() for one in some}
    revisions = baselines.revisions(conn, gateway.site, every)
    editions = reviews.editions(conn, gateway.site, [*issues])
    now = gateway.clock()
    return {
        review_id: found[review_id]
        for review_id, own in issues.items()
        if rests(found[review_id], _mark(editions[review_id], own, revisions), now)
    }


def set_aside(gateway: Gateway, person: Person, review_id: int, pause: Pause | None) -> None:
    """Set a change set aside for oneself alone, or take it up again (None).

    Raises RefusedError, UnknownReviewError.
    """
    with gateway.database.write() as conn:
        review = _review(conn, gateway, review_id)
        if pause is not None and TURNS[review.state] is Turn.NOBODY:
            raise RefusedError(
                Refusal(
                    "closed",
                    "Nothing is left to do about it.",
                    "Open the inbox to see what is waiting.",
                )
            )
        own = [one.id for one in places_of(review.change_set)]
        mark = _mark(review.edition, own, baselines.revisions(conn, gateway.site, own))
        rest = None if pause is None else Rest(until(pause, gateway.clock()), mark)
        marks.set_aside(conn, gateway.site, person.person, review_id, rest)


def note_follow_up(gateway: Gateway, person: Person, review_id: int, note: str) -> None:
    """Note what is still to be done about a set, for everybody; an empty one: nothing is.

    ``person`` as they stand in its projects. Raises RefusedError, UnknownReviewError.
    """
    if not at_least(person.role, Role.REVIEWER):
        raise RefusedError(
            Refusal(
                "role",
                "Your role may look, but not do this.",
                "Ask somebody who may approve, or an admin for another role.",
            )
        )
    with gateway.database.write() as conn:
        _review(conn, gateway, review_id)
        now, text = gateway.clock(), note.strip()
        given = FollowUp(text, person.person, now) if text else None
        marks.set_follow_up(conn, gateway.site, review_id, given)
        kind = "follow_up" if given else "follow_up_done"
        body: JsonObject = {"review": review_id, "words": text}
        audit.append(conn, at=now, actor=person.person, kind=kind, body=body)


def rest_of(gateway: Gateway, person: Person, review_id: int) -> Rest | None:
    """Return how somebody has set a set aside, as long as it holds."""
    with gateway.database.read() as conn:
        rest = marks.rests(conn, gateway.site, person.person).get(review_id)
        if rest is None:
            return None
        review = reviews.get(conn, review_id)
        if review is None:
            return None
        own = [one.id for one in places_of(review.change_set)]
        mark = _mark(review.edition, own, baselines.revisions(conn, gateway.site, own))
    return rest if rests(rest, mark, gateway.clock()) else None


def _mark(edition: int, own: Iterable[str], revisions: Mapping[str, int]) -> Mark:
    return Mark(edition, max((revisions.get(one, 0) for one in own), default=0))


def _review(conn: Connection, gateway: Gateway, review_id: int) -> Review:
    found = reviews.get(conn, review_id) if reviews.lock(conn, review_id) else None
    if found is None or found.site != gateway.site:
        raise UnknownReviewError(review_id)
    return found
