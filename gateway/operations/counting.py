"""Asks whoever promotes to many issues for their number."""

from gateway.operations import reviewing
from gateway.operations.context import Gateway
from gateway.review.large import issues_in, not_typed
from gateway.review.refusals import RefusedError
from gateway.review.states import State


def check_number(gateway: Gateway, review_id: int, typed: str) -> None:
    """Raise RefusedError where the number of issues was to be typed, and was not.

    Whoever tries the rest again typed it when the promotion began.
    """
    view = reviewing.view(gateway, review_id, read_now=False)
    refusal = not_typed(issues_in(view.operations), typed)
    if refusal is not None and view.state is State.APPROVED:
        raise RefusedError(refusal)
