"""What the site calls the fields that a page names beside those of its changes. Pure."""

from collections.abc import Iterable, Iterator

from gateway.promotion.fields import Fields, fields_of
from gateway.promotion.values import Receipt
from gateway.review.values import ChangeView
from sandbox.contract.shapes import ChangeKind


def field_names(
    fields: Fields, changes: Iterable[ChangeView], receipts: Iterable[Receipt]
) -> dict[str, str]:
    """Return field id to the site's own name, of every field that is shown and known."""
    used = dict.fromkeys([*_of_changes(changes), *_of_receipts(receipts)])
    return {one: fields.name(one) for one in used if one in fields.by_id}


def _of_changes(changes: Iterable[ChangeView]) -> Iterator[str]:
    for one in changes:
        if one.change.kind is ChangeKind.CREATE and isinstance(one.wants, dict):
            yield from fields_of(one.wants) or one.wants
        if one.earlier is not None:
            yield from (other.field for other in one.earlier.also)


def _of_receipts(receipts: Iterable[Receipt]) -> Iterator[str]:
    for one in receipts:
        yield from (*one.replaced, *one.unseen)
        yield from (effect.field for effect in one.side_effects)
