"""Whose access tokens the sandbox is told to trust: our own, or an identity provider's."""

import secrets

from sqlalchemy import Connection

from gateway.agents_settings import ForeignIssuer
from gateway.identity.access_tokens import Mint, mint_of, own_issuer
from gateway.identity.foreign import IssuerKeys, foreign_issuer, grant_key
from gateway.operations.context import Gateway
from gateway.settings import Settings
from gateway.store import audit, registry
from sandbox.contract.shapes import EVERY_PERSON, Grant, Scope, TrustedIssuer

#: An identity provider's client is trusted until the settings say otherwise: the year 9999.
NEVER = 253_402_300_799_000_000
_PREFIX = "idp:"


def mint(settings: Settings) -> Mint:
    """Return what makes this installation's access tokens."""
    return mint_of(settings.signing_key or settings.secret_key)


def issuer(settings: Settings, keys: IssuerKeys, now: int) -> TrustedIssuer | None:
    """Return whose tokens are good at the sandbox; None: nobody's but the registry's."""
    if settings.foreign_issuer is not None:
        return foreign_issuer(settings.foreign_issuer, keys.of(settings.foreign_issuer, now))
    return None if settings.oauth is None else own_issuer(settings.oauth, mint(settings))


def settle_clients(gateway: Gateway, now: int) -> None:
    """Keep the registry's grants of an identity provider's clients as the settings name them.

    A client that is no longer named is revoked; one that an admin revoked stays so.
    """
    foreign = gateway.settings.foreign_issuer
    wanted = {} if foreign is None else {grant_key(foreign, one): one for one, _ in foreign.clients}
    with gateway.database.read() as conn:
        known = {
            one.grant.token_hash: one
            for one in registry.tokens(conn, gateway.site)
            if one.grant.token_hash.startswith(_PREFIX)
        }
    new = wanted.keys() - known.keys()
    gone = [one for key, one in known.items() if key not in wanted and one.revoked_at is None]
    if not new and not gone:
        return
    with gateway.database.write() as conn:
        for one in gone:
            registry.retire(conn, one.grant.token_id, now=now)
        if foreign is not None:
            for key in sorted(new):
                _add(conn, gateway, foreign, wanted[key], now)


def _add(conn: Connection, gateway: Gateway, foreign: ForeignIssuer, client: str, now: int) -> None:
    agent = dict(foreign.clients)[client]
    key = grant_key(foreign, client)
    projects = gateway.settings.projects
    grant = Grant(
        token_id=f"idp-{secrets.token_hex(8)}",
        token_hash=key,
        site=gateway.site,
        agent=agent,
        person=EVERY_PERSON,
        scope=Scope(projects=projects, mine_only=foreign.mine_only),
        expires_at=NEVER,
    )
    registry.add_agent(conn, agent, now=now, by="settings")
    registry.add_token(conn, grant, person_name=EVERY_PERSON, now=now)
    told = grant.model_dump(mode="json", exclude={"token_hash"})
    audit.append(conn, at=now, actor="gateway", kind="token issued", body=told)
