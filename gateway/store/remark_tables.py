"""The table of what people and agents say about changes, beside ``tables.py``."""

from sqlalchemy import BigInteger, Text, UniqueConstraint
from sqlmodel import Field

from gateway.store.tables import GatewayTable


class RemarkRow(GatewayTable, table=True):
    """One remark; it decides nothing, and is never altered."""

    __tablename__ = "remark"
    __table_args__ = (UniqueConstraint("site", "answer"),)

    id: int | None = Field(default=None, primary_key=True)
    site: str = Field(sa_type=Text)
    review: int = Field(index=True)
    #: The change of the set that it is about.
    change: str = Field(sa_type=Text)
    #: A person's id; an agent's name.
    author: str = Field(sa_type=Text)
    by_agent: bool = False
    text: str = Field(sa_type=Text)
    at: int = Field(sa_type=BigInteger)
    #: The sandbox's number of an agent's answer: each is taken once.
    answer: int | None = None
    #: Whether the sandbox knows it.
    told: bool = False
