"""What people have refused before and is asked for again. Pure."""

from collections.abc import Iterable, Mapping

from gateway.review.rounds import place, said
from sandbox.contract.compare import equal
from sandbox.contract.shapes import Change


def repeats(changes: Iterable[Change], refused: Mapping[int, Iterable[Change]]) -> dict[str, int]:
    """Return change id to the newest review in which the very same change was refused.

    The same: it writes the same to the same place, whatever Jira has there by now.
    """
    found: dict[str, int] = {}
    for review_id in sorted(refused, reverse=True):
        for change in changes:
            if change.id not in found and any(_same(change, one) for one in refused[review_id]):
                found[change.id] = review_id
    return found


def _same(one: Change, other: Change) -> bool:
    return place(one) == place(other) and equal(said(one), said(other))
