"""Tables of who looks after which change sets, beside ``tables.py``; they decide nothing."""

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from gateway.store.tables import GatewayTable


class FollowedProjectRow(GatewayTable, table=True):
    """A project whose change sets a person wants in front of them."""

    __tablename__ = "followed_project"

    person: str = Field(primary_key=True, sa_type=Text)
    site: str = Field(primary_key=True, sa_type=Text)
    project: str = Field(primary_key=True, sa_type=Text)


class AssignmentRow(GatewayTable, table=True):
    """Who looks after a change set; everybody else may decide about it all the same."""

    __tablename__ = "assignment"

    review_id: int = Field(primary_key=True, foreign_key="review.id")
    site: str = Field(index=True, sa_type=Text)
    person: str = Field(sa_type=Text)
    #: Who gave it to them; themselves when they took it.
    by: str = Field(sa_type=Text)
    at: int = Field(sa_type=BigInteger)
