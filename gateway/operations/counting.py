"""Asks whoever promotes to many issues for their number."""

from gateway.operations import reviewing
from gateway.operations.context import Gateway
from gateway.review.large import issues_in, not_typed
from gateway.review.refusals import RefusedError


def check_number(gateway: Gateway, review_id: int, typed: str) -> None:
    """Raise RefusedError where the number of issues was to be typed, and was not."""
    view = reviewing.view(gateway, review_id, read_now=False)
    refusal = not_typed(issues_in(view.operations), typed)
    if refusal is not None:
        raise RefusedError(refusal)
