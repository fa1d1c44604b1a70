"""The base of the gateway's tables, and people's: they never leave ``gateway.store``."""

from sqlalchemy import BigInteger, MetaData, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class GatewayTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """Base of the gateway's tables; has its own metadata, apart from the sandbox's."""


class PersonRow(GatewayTable, table=True):
    """Somebody who may sign in."""

    __tablename__ = "person"

    person: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    #: On every site, in every project: ``none``, ``viewer``, … ``admin``.
    role: str = Field(sa_type=Text)
    #: Their Jira account, to know whether a change was made for them.
    jira_account: str | None = Field(default=None, sa_type=Text)
    created_at: int = Field(sa_type=BigInteger)
    #: When an admin took everything back, else NULL. The row stays for the history.
    disabled_at: int | None = Field(default=None, sa_type=BigInteger)


class ProjectRoleRow(GatewayTable, table=True):
    """A role that somebody has in one project."""

    __tablename__ = "project_role"

    person: str = Field(primary_key=True, sa_type=Text)
    site: str = Field(primary_key=True, sa_type=Text)
    #: Project key; ``*`` stands for all of the site.
    project: str = Field(primary_key=True, sa_type=Text)
    role: str = Field(sa_type=Text)


class SignInLinkRow(GatewayTable, table=True):
    """A one-time sign-in link, by the hash of its secret."""

    __tablename__ = "sign_in_link"

    link_hash: str = Field(primary_key=True, sa_type=Text)
    person: str = Field(sa_type=Text)
    expires_at: int = Field(sa_type=BigInteger)
    used_at: int | None = Field(default=None, sa_type=BigInteger)


class SessionRow(GatewayTable, table=True):
    """A signed-in browser, by the hash of its cookie."""

    __tablename__ = "session"

    session_hash: str = Field(primary_key=True, sa_type=Text)
    person: str = Field(index=True, sa_type=Text)
    signed_in_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)
    revoked_at: int | None = Field(default=None, sa_type=BigInteger)
