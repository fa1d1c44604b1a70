"""What people choose about their own pages."""

from collections.abc import Mapping

from gateway.operations.context import Gateway
from gateway.review.preferences import Preferences, known, preferences
from gateway.review.refusals import RefusedError
from gateway.store import preferences as kept
from sandbox.contract.scope import Refusal

_UNKNOWN = Refusal("choice", "This cannot be chosen.", "Open the page again and choose there.")


def preferred(gateway: Gateway, person: str) -> Preferences:
    """Return how somebody likes their pages."""
    with gateway.database.read() as conn:
        return preferences(kept.chosen(conn, person))


def prefer(gateway: Gateway, person: str, values: Mapping[str, str]) -> None:
    """Keep what somebody chose; raises RefusedError for what cannot be."""
    if not all(known(name, value) for name, value in values.items()):
        raise RefusedError(_UNKNOWN)
    with gateway.database.write() as conn:
        kept.choose(conn, person, values)
