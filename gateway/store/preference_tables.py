"""The table of how people like their pages, beside ``tables.py``."""

from sqlalchemy import Text
from sqlmodel import Field

from gateway.store.tables import GatewayTable


class PreferenceRow(GatewayTable, table=True):
    """One thing that somebody chose (``review.preferences``); it decides nothing."""

    __tablename__ = "preference"

    person: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    value: str = Field(sa_type=Text)
