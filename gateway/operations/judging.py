"""What of a review is somebody's to see, and what Jira would let them do."""

from gateway.operations import asking_rights, standing, viewing
from gateway.operations.context import Gateway
from gateway.operations.seeing import Sight
from gateway.promotion.plan import REJECT
from gateway.review.jira_rights import Rights
from gateway.review.people import Person
from gateway.review.rules import cannot_in_jira, for_another
from gateway.review.states import State
from gateway.review.values import ReviewView
from gateway.store import people


def seen_by(gateway: Gateway, viewer: str, sight: Sight, found: ReviewView) -> ReviewView:
    """Return a view without what is not theirs, and with what Jira would not let them do."""
    with gateway.database.read() as conn:
        person = people.get(conn, viewer)
    if person is None:
        return found
    found = viewing.seen_of(gateway, viewer, sight.review.change_set.workspace, found)
    found = viewing.known_of(gateway, person, found)
    before = found.before
    if before is not None and not standing.may_see(gateway, person, before.review_id):
        found = found.model_copy(update={"before": None})
    if found.state is not State.REVIEW:
        return found
    lacks = rights_of(gateway, person, sight, wholly=True).lacks
    more = tuple(cannot_in_jira(one).sentence for one in lacks[:1])
    another = for_another(judged_as(gateway, person), sight.situation)
    more += () if another is None else (another.sentence,)
    return found.model_copy(update={"obstacles": (*found.obstacles, *more)})


def judged_as(gateway: Gateway, person: Person) -> Person:
    """Return a person with the Jira account by which they are judged."""
    account = asking_rights.account_of(gateway, person)
    return person.model_copy(update={"jira_account": account})


def rights_of(
    gateway: Gateway, person: Person, sight: Sight, *, wholly: bool, anew: bool = False
) -> Rights:
    """Return what Jira lets somebody do of a set, ``wholly`` or of what is kept of it.

    ``anew`` asks Jira, however lately it was asked.
    """
    left = [name for name, one in sight.decisions.items() if one.verdict == REJECT]
    change_set = sight.review.change_set
    return asking_rights.rights(
        gateway, person, change_set, wholly=wholly, anew=anew, left_out=left
    )
