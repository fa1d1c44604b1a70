"""How somebody stands towards one change set: their role in its projects, or no sight of it."""

from collections.abc import Iterable

from sqlalchemy import Connection

from gateway.operations import asking_rights, grounds
from gateway.operations.context import Gateway
from gateway.operations.listing import rows
from gateway.review.jira_rights import Place
from gateway.review.lines import PROJECTS, Lines
from gateway.review.people import Person, Role, sees, within
from gateway.review.refusals import UnknownReviewError
from gateway.store import baselines, people, reviews
from gateway.store.reviews import Review


def party(gateway: Gateway, person: Person, review_id: int) -> Person:
    """Return a person with their role in a set's projects.

    Raises UnknownReviewError alike when there is no such set and when it is not theirs to
    see.
    """
    with gateway.database.read() as conn:
        review = reviews.get(conn, review_id)
        if review is None or review.site != gateway.site:
            raise UnknownReviewError(review_id)
        found = stands(conn, person, review)
    if not asking_rights.rights(gateway, person, review.change_set).sees:
        raise UnknownReviewError(review_id)
    return found


def may_see(gateway: Gateway, person: Person, review_id: int) -> bool:
    """Return whether a review is there for somebody."""
    try:
        party(gateway, person, review_id)
    except UnknownReviewError:
        return False
    return True


def stands(conn: Connection, person: Person, review: Review) -> Person:
    """Return a person with their role in a review's projects; raises UnknownReviewError."""
    found = within(person, review.site, grounds.projects(conn, review.change_set))
    if found.role is Role.NONE:
        raise UnknownReviewError(review.id)
    return found


def human(conn: Connection, person_id: str, review: Review) -> Person | None:
    """Return the person of that name as they stand for a review; None for an agent or nobody.

    Raises UnknownReviewError.
    """
    person = None if reviews.is_agent(conn, person_id) else people.get(conn, person_id)
    return None if person is None else stands(conn, person, review)


def inbox(gateway: Gateway, person: Person) -> Lines:
    """Return a line for each review that a person may see, newest first."""
    own = rows(gateway).where(PROJECTS, lambda projects: sees(person, gateway.site, projects))
    if not asking_rights.applies(gateway, person):
        return own
    places = {one.id: [Place(*issue) for issue in one.issues] for one in own}
    every = tuple(dict.fromkeys(place for some in places.values() for place in some))
    hidden = asking_rights.unseen(gateway, person, every)
    return own.without([one.id for one in own if not hidden.isdisjoint(places[one.id])])


def known_keys(gateway: Gateway, person: Person, keys: Iterable[str]) -> frozenset[str]:
    """Return those of some issue keys that somebody may know of.

    They have a role in its project, and Jira shows them the issue if it is there.
    """
    mine = [
        key for key in dict.fromkeys(keys) if sees(person, gateway.site, (key.rpartition("-")[0],))
    ]
    if not asking_rights.applies(gateway, person):
        return frozenset(mine)
    with gateway.database.read() as conn:
        ids = baselines.ids(conn, gateway.site, mine)
    places = {key: Place(issue_id, key) for key, issue_id in ids.items()}
    hidden = asking_rights.unseen(gateway, person, tuple(places.values()))
    return frozenset(one for one in mine if places.get(one) not in hidden)


def everything(gateway: Gateway, person: Person) -> bool:
    """Return whether there is nothing on the site that somebody may not see."""
    return sees(person, gateway.site, ()) and not asking_rights.applies(gateway, person)
