"""What people have refused before and is asked for again. Pure."""

from collections.abc import Iterable, Mapping

from sandbox.contract.shapes import Change
from sandbox.contract.wishes import same_wish


def repeats(changes: Iterable[Change], refused: Mapping[int, Iterable[Change]]) -> dict[str, int]:
    """Return change id to the newest review in which the very same change was refused.

    The same: it writes the same to the same place, whatever Jira has there by now.
    """
    found: dict[str, int] = {}
    for review_id in sorted(refused, reverse=True):
        for change in changes:
            if change.id not in found and any(same_wish(change, one) for one in refused[review_id]):
                found[change.id] = review_id
    return found
