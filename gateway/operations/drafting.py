"""Drafts a setting from a change: counts what people decided about its like; applies nothing."""

from dataclasses import dataclass

from gateway.operations import grounds
from gateway.operations.context import Gateway
from gateway.policy.drafting import Drafted, Sort, drafted
from gateway.policy.projects import project_of
from gateway.promotion.fields import Fields
from gateway.promotion.undo import is_undo
from gateway.review.people import Person, sees
from gateway.review.refusals import UnknownReviewError
from gateway.store import decided, people, reviews


@dataclass(frozen=True, slots=True)
class Found:
    """What can be drafted from a change."""

    review_id: int
    change_id: str
    #: The field's own name on the site; empty for other kinds.
    field_name: str
    drafted: Drafted
    #: So many sets were looked back at, at most.
    most: int = decided.MOST


def draft(gateway: Gateway, person: Person, review_id: int, change_id: str) -> Found:
    """Return what can be drafted from one change of a set; raises UnknownReviewError.

    Only what happened in projects that the person may see is counted.
    """
    with gateway.database.read() as conn:
        review = reviews.get(conn, review_id)
        changes = () if review is None else review.change_set.changes
        change = next((one for one in changes if one.id == change_id), None)
        if review is None or change is None or is_undo(review.change_set.id):
            raise UnknownReviewError(review_id, change_id)
        past = decided.past(conn, gateway.site)
        site = grounds.site_of(conn, gateway.identity)
        reader = people.get(conn, person.person) or person
    field = change.field or ""
    sort = Sort(review.change_set.agent, change.kind, field, project_of(change.issue_key))
    seen = [one for one in past if sees(reader, gateway.site, (one.sort.project,))]
    made = drafted(sort, seen, grounds.policy_of(gateway), gateway.settings.projects)
    return Found(review_id, change_id, Fields.of(site).name(field) if field else "", made)
