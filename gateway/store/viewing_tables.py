"""The table of what people have looked at, beside ``tables.py``."""

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from gateway.store.tables import GatewayTable


class ViewedRow(GatewayTable, table=True):
    """Something of an agent's task that a person has marked as viewed; it decides nothing."""

    __tablename__ = "viewed"

    person: str = Field(primary_key=True, sa_type=Text)
    site: str = Field(primary_key=True, sa_type=Text)
    #: The agent's workspace: later rounds of a set are of the same one.
    workspace: str = Field(primary_key=True, sa_type=Text)
    #: ``review.viewing.content``: what was looked at; anything else was not.
    content: str = Field(primary_key=True, sa_type=Text)
    at: int = Field(sa_type=BigInteger)


class OpenedRow(GatewayTable, table=True):
    """When a person last had a change set before them; rows of yesterday are deleted."""

    __tablename__ = "opened"

    review_id: int = Field(primary_key=True)
    person: str = Field(primary_key=True, sa_type=Text)
    at: int = Field(sa_type=BigInteger)
