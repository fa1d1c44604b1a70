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


class RestRow(GatewayTable, table=True):
    """A change set that a person does not want to see now: theirs alone, no decision."""

    __tablename__ = "rest"

    person: str = Field(primary_key=True, sa_type=Text)
    review_id: int = Field(primary_key=True, foreign_key="review.id")
    site: str = Field(sa_type=Text)
    #: NULL: until something changes.
    until: int | None = Field(default=None, sa_type=BigInteger)
    #: The set's edition and the newest revision of its issues then: another one ends it.
    edition: int = Field(sa_type=BigInteger)
    revision: int = Field(sa_type=BigInteger)


class FollowUpRow(GatewayTable, table=True):
    """A note that something about a change set is still to be done, apart from any verdict."""

    __tablename__ = "follow_up"

    review_id: int = Field(primary_key=True, foreign_key="review.id")
    site: str = Field(index=True, sa_type=Text)
    note: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    at: int = Field(sa_type=BigInteger)


class SavedFilterRow(GatewayTable, table=True):
    """What somebody likes to ask their inbox for, under a name of theirs."""

    __tablename__ = "saved_filter"

    person: str = Field(primary_key=True, sa_type=Text)
    site: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    #: The inbox's address without ``/?``.
    query: str = Field(sa_type=Text)
