"""Marks of what somebody has looked at: theirs alone, and no decision."""

from collections.abc import Collection

from gateway.operations import remarking, standing
from gateway.operations.context import Gateway
from gateway.review.around import elsewhere, seen_with
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


def known_of(gateway: Gateway, person: Person, view: ReviewView) -> ReviewView:
    """Return a view without issues that the set does not touch and somebody may not know of."""
    named = (*(one.issue_key for one in view.reads), *elsewhere(view))
    known = standing.known_keys(gateway, person, named)
    reads = tuple(one for one in view.reads if one.issue_key in known)
    hidden = len(view.reads) - len(reads)
    return seen_with(view, known).model_copy(update={"reads": reads, "hidden_reads": hidden})


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
