"""Who calls: a token's hash against the registry that the gateway pushed, offline.

Everything unclear refuses: an unknown token, an expired one, and every token once the
registry is older than the gateway vouched for.
"""

import hashlib
from dataclasses import dataclass

from sandbox.contract.shapes import Grant, OAuthScope, TrustedIssuer
from sandbox.domain.errors import NOT_AUTHENTICATED, UnauthorizedError
from sandbox.operations import access_tokens
from sandbox.operations.access import site_of
from sandbox.operations.context import Caller, Door, Sandbox
from sandbox.operations.remembered import Group, remembered
from sandbox.store import grants, sites

#: For how long after ``valid_until`` a gateway may be late, in microseconds.
GRACE_US = 60_000_000

STALE = (
    "This sandbox has not heard from its gateway for too long, so it accepts no token. "
    "Try again in a minute."
)


@dataclass(frozen=True, slots=True)
class _Known:
    grant: Grant
    valid_until: int
    read_only_token: bool = False


def token_hash(token: str) -> str:
    """Return what the registry knows a token by."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def caller_for(
    sandbox: Sandbox, token: str, *, door: Door, task: str = "", client: str = ""
) -> Caller:
    """Return the agent that a token belongs to; raise UnauthorizedError for anything else.

    Access tokens of an OAuth issuer are for the MCP door alone: that is their audience.
    """
    hashed, now = token_hash(token), sandbox.clock()
    access = door is Door.MCP and access_tokens.looks_like_one(token)
    known = remembered(
        sandbox,
        Group.REGISTRY,
        f"access:{hashed}" if access else hashed,
        lambda: _load_access(sandbox, token, now) if access else _load(sandbox, hashed),
    )
    if known is None:
        raise UnauthorizedError
    if known.grant.expires_at <= now:
        raise UnauthorizedError(access_tokens.RUN_OUT if access else NOT_AUTHENTICATED)
    if known.valid_until + GRACE_US < now:
        raise UnauthorizedError(STALE)
    grant = known.grant
    return Caller(
        person=grant.person,
        door=door,
        agent=grant.agent,
        scope=grant.scope,
        task=task,
        client=client,
        read_only_token=known.read_only_token,
    )


def trusted_issuer(sandbox: Sandbox) -> TrustedIssuer | None:
    """Return whose access tokens are good here, as the gateway last said; None: nobody's."""

    def load() -> TrustedIssuer | None:
        with sandbox.database.read() as conn:
            found = sites.vouched(conn, sandbox.site)
        return None if found is None else found.issuer

    return remembered(sandbox, Group.REGISTRY, "issuer", load)


def _load(sandbox: Sandbox, hashed: str) -> _Known | None:
    with sandbox.database.read() as conn:
        grant = grants.by_hash(conn, sandbox.site, hashed)
        found = sites.vouched(conn, sandbox.site)
    return None if grant is None or found is None else _Known(grant, found.valid_until)


def _load_access(sandbox: Sandbox, token: str, now: int) -> _Known:
    with sandbox.database.read() as conn:
        found = sites.vouched(conn, sandbox.site)
    if found is None or found.issuer is None:
        raise UnauthorizedError(access_tokens.NOT_GENUINE)
    issuer = found.issuer
    claims = access_tokens.claims_of(token, issuer, now)
    with sandbox.database.read() as conn:
        grant = grants.by_hash(conn, sandbox.site, access_tokens.grant_name(claims, issuer))
    if grant is None or grant.expires_at <= now:
        raise UnauthorizedError(access_tokens.NO_GRANT)
    users = site_of(sandbox).baseline.users
    own = access_tokens.narrowed(grant, claims, issuer, users)
    staging = OAuthScope.STAGE in access_tokens.scopes_of(claims, issuer)
    return _Known(own, found.valid_until, read_only_token=not staging)
