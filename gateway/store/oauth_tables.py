"""Tables of the authorization server for agents' clients, beside ``tables.py``."""

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from gateway.store.tables import GatewayTable


class OAuthClientRow(GatewayTable, table=True):
    """A client that registered itself (RFC 7591)."""

    __tablename__ = "oauth_client"

    client_id: str = Field(primary_key=True, sa_type=Text)
    #: As it calls itself; nobody has checked that.
    name: str = Field(sa_type=Text)
    #: JSON list of addresses, compared exactly.
    redirect_uris: str = Field(sa_type=Text)
    #: ``none``, ``client_secret_post`` or ``client_secret_basic``.
    auth_method: str = Field(sa_type=Text)
    #: Of its secret; empty for a public client.
    secret_hash: str = Field(default="", sa_type=Text)
    registered_at: int = Field(index=True, sa_type=BigInteger)


class OAuthCodeRow(GatewayTable, table=True):
    """A person's consent, until the client exchanges its code: by the code's hash."""

    __tablename__ = "oauth_code"

    code_hash: str = Field(primary_key=True, sa_type=Text)
    #: ``identity.oauth.Consent`` as JSON.
    consent: str = Field(sa_type=Text)
    expires_at: int = Field(index=True, sa_type=BigInteger)
    used_at: int | None = Field(default=None, sa_type=BigInteger)
    #: The token row that came of it.
    token_id: str = Field(default="", sa_type=Text)


class OAuthGrantRow(GatewayTable, table=True):
    """What a person allowed a client: beside its row in ``token``, which says the scope."""

    __tablename__ = "oauth_grant"

    token_id: str = Field(primary_key=True, foreign_key="token.token_id", sa_type=Text)
    client_id: str = Field(sa_type=Text)
    client_name: str = Field(sa_type=Text)
    #: Where its answers go.
    client_host: str = Field(sa_type=Text)
    #: The person who consented, as they sign in here.
    person: str = Field(index=True, sa_type=Text)
    #: ``jira:read`` and ``jira:stage`` with spaces between.
    scopes: str = Field(sa_type=Text)
    used_at: int | None = Field(default=None, sa_type=BigInteger)


class OAuthRefreshRow(GatewayTable, table=True):
    """A refresh token, by its hash. It works once; a second use ends the whole grant."""

    __tablename__ = "oauth_refresh"

    refresh_hash: str = Field(primary_key=True, sa_type=Text)
    token_id: str = Field(index=True, foreign_key="token.token_id", sa_type=Text)
    expires_at: int = Field(sa_type=BigInteger)
    used_at: int | None = Field(default=None, sa_type=BigInteger)
