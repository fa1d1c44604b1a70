"""Who calls: a token's hash against the registry that the gateway pushed, offline.

Everything unclear refuses: an unknown token, an expired one, and every token once the
registry is older than the gateway vouched for.
"""

import hashlib
from dataclasses import dataclass

from sandbox.contract.shapes import Grant
from sandbox.domain.errors import UnauthorizedError
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


def token_hash(token: str) -> str:
    """Return what the registry knows a token by."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def caller_for(
    sandbox: Sandbox, token: str, *, door: Door, task: str = "", client: str = ""
) -> Caller:
    """Return the agent that a token belongs to; raise UnauthorizedError for anything else."""
    hashed = token_hash(token)
    known = remembered(sandbox, Group.REGISTRY, hashed, lambda: _load(sandbox, hashed))
    now = sandbox.clock()
    if known is None or known.grant.expires_at <= now:
        raise UnauthorizedError
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
    )


def _load(sandbox: Sandbox, hashed: str) -> _Known | None:
    with sandbox.database.read() as conn:
        grant = grants.by_hash(conn, sandbox.site, hashed)
        site = sites.get(conn, sandbox.site)
    if grant is None or site is None:
        return None
    return _Known(grant, site.registry_valid_until)
