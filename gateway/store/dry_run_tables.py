"""The table of dry runs, beside ``tables.py``: what the newest one of a change set came to."""

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from gateway.store.tables import GatewayTable


class DryRunRow(GatewayTable, table=True):
    """The newest dry run of one review."""

    __tablename__ = "dry_run"

    review_id: int = Field(primary_key=True, foreign_key="review.id")
    #: Digest of what was looked at.
    digest: str = Field(sa_type=Text)
    #: What blocked it, and what to do; empty when nothing did.
    sentence: str = Field(sa_type=Text)
    next_step: str = Field(sa_type=Text)
    #: µs since 1970, UTC, by the gateway's clock.
    checked_at: int = Field(sa_type=BigInteger)
