"""Which approvals count: those that this installation signed, and nobody else's.

A row that somebody put into the database by hand has no signature of ours, or one over
something else, and is as if it were not there.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.promotion.signing import approval_text, is_good
from gateway.store import reviews
from gateway.store.reviews import Approval


def add_approval(
    conn: Connection,
    gateway: Gateway,
    review_id: int,
    digest: str,
    person: str,
    confirmed: Iterable[str] = (),
) -> None:
    """Store a person's approval and what they confirmed beside it, signed."""
    unsigned = Approval(digest, person, gateway.clock(), " ".join(sorted(confirmed)), "")
    signature = gateway.settings.signer.sign(_text(gateway, review_id, unsigned))
    reviews.add_approval(conn, review_id, replace(unsigned, signature=signature))


def genuine(
    conn: Connection, gateway: Gateway, review_id: int, digest: str
) -> tuple[Approval, ...]:
    """Return the approvals of exactly this digest that we signed."""
    public = gateway.settings.signer.public
    return tuple(
        one
        for one in reviews.approvals(conn, review_id, digest)
        if is_good(one.signature, _text(gateway, review_id, one), public)
    )


def approvers(conn: Connection, gateway: Gateway, review_id: int, digest: str) -> tuple[str, ...]:
    """Return who approved exactly this digest, by approvals that are genuine."""
    return tuple(one.person for one in genuine(conn, gateway, review_id, digest))


def _text(gateway: Gateway, review_id: int, one: Approval) -> bytes:
    what = (review_id, one.digest, one.person, one.at, one.confirmed)
    return approval_text(gateway.identity, *what)
