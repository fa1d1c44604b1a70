"""Tables of local accounts: passwords by their hash, links to set one, counted guesses."""

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from gateway.store.people_tables import GatewayTable


class PasswordRow(GatewayTable, table=True):
    """The Argon2 hash of a person's password."""

    __tablename__ = "password"

    person: str = Field(primary_key=True, sa_type=Text)
    hash: str = Field(sa_type=Text)
    set_at: int = Field(sa_type=BigInteger)


class PasswordLinkRow(GatewayTable, table=True):
    """A link to set a password, by the hash of its secret; used up it is gone."""

    __tablename__ = "password_link"

    link_hash: str = Field(primary_key=True, sa_type=Text)
    person: str = Field(index=True, sa_type=Text)
    expires_at: int = Field(sa_type=BigInteger)


class GuessRow(GatewayTable, table=True):
    """How often somebody guessed a password, by account or by address, both hashed."""

    __tablename__ = "guess"

    #: ``account`` or ``address``.
    kind: str = Field(primary_key=True, sa_type=Text)
    who: str = Field(primary_key=True, sa_type=Text)
    tried: int
    #: When the last guess was.
    at: int = Field(sa_type=BigInteger)
    #: Nobody may guess before.
    until: int = Field(sa_type=BigInteger)
