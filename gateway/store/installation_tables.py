"""Tables about the installation itself and about the machine API, beside ``tables.py``."""

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from gateway.store.tables import GatewayTable


class InstanceRow(GatewayTable, table=True):
    """Which installation this database belongs to, and whether it came out of a backup."""

    __tablename__ = "instance"

    id: int = Field(primary_key=True)
    #: Random name, also in the file outside the database.
    instance: str = Field(sa_type=Text)
    #: When it was last seen that the database is older than what the file remembers.
    restored_at: int | None = Field(default=None, sa_type=BigInteger)
    #: What was seen, as a sentence.
    finding: str = Field(default="", sa_type=Text)
    #: When and by whom it was told to go on.
    resumed_at: int | None = Field(default=None, sa_type=BigInteger)
    resumed_by: str | None = Field(default=None, sa_type=Text)


class PersonalTokenRow(GatewayTable, table=True):
    """A person's own token for the machine API: only its hash. It can never approve."""

    __tablename__ = "personal_token"

    token_id: str = Field(primary_key=True, sa_type=Text)
    token_hash: str = Field(unique=True, sa_type=Text)
    person: str = Field(index=True, sa_type=Text)
    #: What it is for, in its owner's words.
    name: str = Field(sa_type=Text)
    #: ``read``, ``comment``, ``reject``, ``retry``: comma-separated.
    scopes: str = Field(sa_type=Text)
    created_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)
    revoked_at: int | None = Field(default=None, sa_type=BigInteger)
    used_at: int | None = Field(default=None, sa_type=BigInteger)


class AnsweredRow(GatewayTable, table=True):
    """The answer that a request with an ``Idempotency-Key`` got: given again, never redone."""

    __tablename__ = "answered"

    person: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    #: Digest of method, path, digest named and body.
    request: str = Field(sa_type=Text)
    #: 0 while it is being worked on.
    status: int = 0
    body: str = Field(default="", sa_type=Text)
    at: int = Field(sa_type=BigInteger)
