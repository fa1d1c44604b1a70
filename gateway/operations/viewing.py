"""Marks of what somebody has looked at: theirs alone, and no decision."""

from collections.abc import Collection

from gateway.operations import remarking
from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.review.refusals import UnknownReviewError
from gateway.review.values import ReviewView
from gateway.review.viewing import content
from gateway.store import reviews, viewing


def seen_of(gateway: Gateway, person: str, workspace: str, view: ReviewView) -> ReviewView:
    """Return a view that knows what of it somebody has marked as viewed, and what was said."""
    view = remarking.threads(gateway, view)
    with gateway.database.read() as conn:
        marked = viewing.viewed(conn, person, gateway.site, workspace)
    contents = {one.change.id: content(one) for issue in view.issues for one in issue.changes}
    seen = frozenset(name for name, one in contents.items() if one in marked)
    return view.model_copy(update={"contents": contents, "viewed": seen})


def mark(
    gateway: Gateway, person: Person, review_id: int, contents: Collection[str], *, on: bool
) -> None:
    """Mark what the page showed as viewed, or take the mark away; raises UnknownReviewError.

    At most as many at once as the set has changes.
    """
    with gateway.database.write() as conn:
        review = reviews.get(conn, review_id)
        if review is None or review.site != gateway.site:
            raise UnknownReviewError(review_id)
        own = sorted(set(contents))[: len(review.change_set.changes)]
        where = person.person, review.site, review.change_set.workspace
        if on:
            viewing.mark(conn, *where, own, gateway.clock())
        else:
            viewing.unmark(conn, *where, own)
