"""Following a promotion: the stored progress, read again and again. Nothing is written here."""

from gateway.operations.context import Gateway
from gateway.store import progress


def mark(gateway: Gateway, review_id: int) -> str:
    """Return a text that differs whenever the progress does; empty without the review."""
    with gateway.database.read() as conn:
        return progress.mark(conn, review_id) or ""
