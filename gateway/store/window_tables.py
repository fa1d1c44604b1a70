"""Tables of when nothing is promoted, beside ``tables.py``."""

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from gateway.store.tables import GatewayTable


class FreezeWindowRow(GatewayTable, table=True):
    """A time in which nothing is promoted; it is ended, never altered."""

    __tablename__ = "freeze_window"

    id: int | None = Field(default=None, primary_key=True)
    site: str = Field(index=True, sa_type=Text)
    #: Key; empty: every project.
    project: str = Field(sa_type=Text)
    #: Name of a time zone, such as ``Asia/Seoul``.
    zone: str = Field(sa_type=Text)
    weekly: bool
    #: Weekly: minutes of the week from Monday 00:00; else microseconds.
    begins: int = Field(sa_type=BigInteger)
    ends: int = Field(sa_type=BigInteger)
    reason: str = Field(sa_type=Text)
    made_by: str = Field(sa_type=Text)
    made_at: int = Field(sa_type=BigInteger)
    ended_by: str | None = Field(default=None, sa_type=Text)
    ended_at: int | None = Field(default=None, sa_type=BigInteger)


class TimingRow(GatewayTable, table=True):
    """How a set was released: the projects that it waits for, and from when on it may go."""

    __tablename__ = "timing"

    review_id: int = Field(primary_key=True, foreign_key="review.id")
    #: Keys with a space between and around: what windows are asked about.
    projects: str = Field(sa_type=Text)
    #: NULL: at once.
    not_before: int | None = Field(default=None, sa_type=BigInteger)
    #: In which its time was chosen.
    zone: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
