"""Going on with a promotion from a door without a browser: nothing is released there first."""

from gateway.operations import reviewing, standing
from gateway.operations.context import Gateway
from gateway.review.refusals import RefusedError
from gateway.review.rules import Act, wrong_person
from gateway.review.states import TRANSITIONS, Event
from sandbox.contract.scope import Refusal


def retry(gateway: Gateway, person: str, review_id: int, digest: str) -> None:
    """Release what is left of a promotion that a person began; raises RefusedError, StaleError."""
    sight = reviewing.look(gateway, review_id, read_now=False)
    state = sight.review.state
    with gateway.database.read() as conn:
        known = standing.human(conn, person, sight.review)
    refusal = wrong_person(Act.PROMOTE, known, sight.situation)
    if refusal is not None:
        raise RefusedError(refusal)
    if Event.RETRY not in TRANSITIONS[state]:
        raise RefusedError(
            Refusal(
                "retry",
                "Only a promotion that a person began can be tried again here.",
                "Open the change set in a browser and decide there.",
            )
        )
    reviewing.promote(gateway, person, review_id, digest)
