"""Grants: which token hashes may call, as the gateway pushed them."""

from sqlalchemy import Connection, delete, insert, select, update

from sandbox.contract.shapes import Grant, Registry
from sandbox.store.tables import GrantRow, SiteRow, table

_GRANT = table(GrantRow)
_SITE = table(SiteRow)


def replace_all(conn: Connection, registry: Registry) -> None:
    """Store a registry: what is missing from it is revoked. An older push is ignored."""
    fresh = conn.execute(
        update(_SITE)
        .where(_SITE.c.site == registry.site, _SITE.c.registry_pushed_at <= registry.pushed_at)
        .values(
            registry_pushed_at=registry.pushed_at,
            registry_valid_until=registry.valid_until,
            registry_issuer="" if registry.issuer is None else registry.issuer.model_dump_json(),
        )
    ).rowcount
    if not fresh:
        return
    conn.execute(delete(_GRANT).where(_GRANT.c.site == registry.site))
    rows = [
        {"token_hash": grant.token_hash, "site": registry.site, "body": grant.model_dump_json()}
        for grant in registry.grants
    ]
    if rows:
        conn.execute(insert(_GRANT), rows)


def by_hash(conn: Connection, site: str, token_hash: str) -> Grant | None:
    """Return the grant of a token by the token's hash."""
    body = conn.execute(
        select(_GRANT.c.body).where(_GRANT.c.token_hash == token_hash, _GRANT.c.site == site)
    ).scalar_one_or_none()
    return None if body is None else Grant.model_validate_json(body)
