"""Tables of notifications, beside ``tables.py``: what people are told, and whether it arrived."""

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field

from gateway.store.tables import GatewayTable


class NoticeRow(GatewayTable, table=True):
    """Something that people are told of; holds no word of any issue."""

    __tablename__ = "notice"

    #: Random; every message carries it, so that one that comes twice is known.
    notice: str = Field(primary_key=True, sa_type=Text)
    site: str = Field(sa_type=Text)
    #: ``notify_settings.Event``.
    event: str = Field(sa_type=Text)
    #: NULL: not about one change set.
    review_id: int | None = Field(default=None, foreign_key="review.id")
    at: int = Field(sa_type=BigInteger)
    #: People whom it is for alone, as a JSON list; empty: whom the set is for.
    people: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})


class DeliveryRow(GatewayTable, table=True):
    """One notice on its way through one channel."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_due", "state", "not_before"),)

    id: int | None = Field(default=None, primary_key=True)
    notice: str = Field(index=True, sa_type=Text, foreign_key="notice.notice")
    #: As ``notify_settings.Notify.channels`` names it, or ``person NAME``.
    channel: str = Field(sa_type=Text)
    #: ``waiting``, ``arrived`` or ``given_up``.
    state: str = Field(sa_type=Text)
    attempts: int = 0
    not_before: int = Field(sa_type=BigInteger)
    #: When it arrived or was given up.
    ended_at: int | None = Field(default=None, sa_type=BigInteger)
    #: A sentence about the last failure.
    trouble: str = Field(default="", sa_type=Text)


class NoticedRow(GatewayTable, table=True):
    """How far the audit was read for what people are to be told."""

    __tablename__ = "noticed"

    site: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(sa_type=BigInteger)
