"""What a change set leaves of an issue as it is: looked up when somebody asks for it."""

from dataclasses import dataclass

from gateway.operations import standing
from gateway.operations.browsing import quoted_keys
from gateway.operations.context import Gateway
from gateway.operations.reviewing import look
from gateway.promotion.fields import Fields, fields_of
from gateway.review.people import Person
from gateway.review.refusals import UnknownIssueError
from gateway.review.unchanged import unchanged
from gateway.store import people
from sandbox.contract.shapes import JsonObject


@dataclass(frozen=True, slots=True)
class Left:
    """An issue's other fields, as they were when Jira was read for the change set."""

    review_id: int
    issue_id: str
    key: str
    summary: str
    fields: JsonObject
    site: Fields
    #: Keys of the issues that it names and that the reader may know of.
    known: frozenset[str]


def left(gateway: Gateway, person: Person, review_id: int, issue_id: str) -> Left:
    """Return the fields of an issue that a set does not touch; Jira is not asked.

    Raises UnknownReviewError, and UnknownIssueError for an issue that is not in the set or
    that Jira does not have yet.
    """
    sight = look(gateway, review_id, read_now=False)
    found = [one for one in sight.shown.issues if one.issue_id == issue_id and not one.new]
    doc = sight.ground.docs.get(found[0].changes[0].change.id) if found else None
    if doc is None:
        raise UnknownIssueError(issue_id)
    site = Fields.of(sight.ground.site)
    with gateway.database.read() as conn:
        reader = people.get(conn, person.person) or person
    return Left(
        review_id=review_id,
        issue_id=issue_id,
        key=found[0].key,
        summary=found[0].summary,
        fields=unchanged(fields_of(doc), (one.change for one in found[0].changes), site),
        site=site,
        known=standing.known_keys(gateway, reader, quoted_keys(fields_of(doc))),
    )
