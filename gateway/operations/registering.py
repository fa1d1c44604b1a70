"""Agents: registering them, issuing and revoking their tokens, telling the sandbox.

The gateway is the authority: the sandbox knows a token only by its hash, and only as
long as the registry it was given is fresh.
"""

import secrets

from sqlalchemy import Connection

from gateway.identity.agents import (
    account_id,
    new_token,
    new_token_id,
    people_called,
    token_hash,
)
from gateway.operations import trusting
from gateway.operations.context import Gateway
from gateway.review.refusals import RefusedError
from gateway.store import audit, oauth, registry, sites
from gateway.store.registry import Agent
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import (
    Grant,
    JsonObject,
    Registry,
    Scope,
    SiteBaseline,
    TrustedIssuer,
)

_SECOND = 1_000_000
#: How long a pushed registry is good for; it is pushed three times as often.
REGISTRY_SECONDS = 60
#: Longer than this a token is not issued: a forgotten one must end by itself.
LONGEST_LIFETIME_SECONDS = 366 * 24 * 3600


def issue_token(
    gateway: Gateway, agent: str, person_ref: str, scope: Scope, lifetime_s: float, by: str
) -> tuple[str, Grant]:
    """Issue a token for an agent that works for a person; it is shown this once.

    Raises RefusedError when the person is not an account of the site, or the scope or
    lifetime cannot be.
    """
    _check(gateway, agent, scope, lifetime_s)
    person = _person(gateway, person_ref)
    token, now = new_token(secrets.token_urlsafe), gateway.clock()
    grant = Grant(
        token_id=new_token_id(secrets.token_hex, token),
        token_hash=token_hash(token),
        site=gateway.site,
        agent=agent,
        person=str(account_id(person)),
        scope=scope,
        expires_at=now + int(lifetime_s * _SECOND),
    )
    _store(gateway, grant, str(person.get("displayName") or person_ref), now, by)
    return token, grant


def revoke(gateway: Gateway, token_id: str, by: str) -> bool:
    """Revoke a token; returns False when there was none to revoke.

    Takes effect in the sandbox with the next ``push_registry``, at once if it is called.
    """
    now = gateway.clock()
    with gateway.database.write() as conn:
        done = registry.revoke(conn, gateway.site, token_id, now=now)
        if done:
            audit.append(conn, at=now, actor=by, kind="token revoked", body={"token_id": token_id})
    return done


def agents(gateway: Gateway) -> tuple[Agent, ...]:
    """Return all agents with their tokens on this site."""
    with gateway.database.read() as conn:
        return registry.agents(conn, gateway.site)


def push_registry(gateway: Gateway) -> Registry:
    """Tell the sandbox which tokens are good for the next minute; returns what was told."""
    now = gateway.clock()
    trusting.settle_clients(gateway, now)
    issuer = trusting.issuer(gateway.settings, gateway.issuer_keys, now)
    with gateway.database.read() as conn:
        told = registry_now(conn, gateway.site, issuer, now)
    gateway.sandbox.put_registry(told)
    return told


def registry_now(conn: Connection, site: str, issuer: TrustedIssuer | None, now: int) -> Registry:
    """Return everything that a sandbox is told about who may call.

    What somebody allowed who may not sign in any more counts for nothing.
    """
    gone = oauth.without_person(conn)
    return Registry(
        site=site,
        pushed_at=now,
        valid_until=now + REGISTRY_SECONDS * _SECOND,
        grants=[one for one in registry.grants(conn, site, now) if one.token_id not in gone],
        issuer=issuer,
    )


def _check(gateway: Gateway, agent: str, scope: Scope, lifetime_s: float) -> None:
    if not agent.strip() or len(agent) > 100 or not agent.isprintable():
        raise _refused("agent", "An agent needs a name of 1 to 100 characters.", "Choose one.")
    if not 0 < lifetime_s <= LONGEST_LIFETIME_SECONDS:
        raise _refused(
            "lifetime", "A token lives for more than 0 and at most 366 days.", "Choose less."
        )
    foreign = [key for key in scope.projects if key not in _projects(gateway)]
    if foreign:
        raise _refused(
            "project",
            f"Project {', '.join(foreign)} is not taken in from this site.",
            f"Choose among: {', '.join(_projects(gateway))}.",
        )


def _person(gateway: Gateway, person_ref: str) -> JsonObject:
    found = people_called(_metadata(gateway), person_ref)
    if len(found) == 1 and account_id(found[0]):
        return found[0]
    if found:
        raise _refused(
            "person", f"'{person_ref}' means {len(found)} accounts of this site.", _NAME_ONE
        )
    raise _refused("person", f"'{person_ref}' is not an account of this site.", _NAME_ONE)


_NAME_ONE = (
    "Name the person by account id, user key, user name or e-mail address as in Jira; "
    "somebody new there is known here after the next intake."
)


def _projects(gateway: Gateway) -> tuple[str, ...]:
    return tuple(str(one.get("key")) for one in _metadata(gateway).projects)


def _metadata(gateway: Gateway) -> SiteBaseline:
    with gateway.database.read() as conn:
        found = sites.metadata(conn, gateway.site)
    if found is None:
        raise _refused(
            "no_intake", "Nothing has been taken in from Jira yet.", "Run the first intake."
        )
    return found


def _store(gateway: Gateway, grant: Grant, person_name: str, now: int, by: str) -> None:
    with gateway.database.write() as conn:
        if registry.add_agent(conn, grant.agent, now=now, by=by):
            audit.append(
                conn, at=now, actor=by, kind="agent registered", body={"agent": grant.agent}
            )
        registry.add_token(conn, grant, person_name=person_name, now=now)
        told = grant.model_dump(mode="json", exclude={"token_hash"})
        audit.append(conn, at=now, actor=by, kind="token issued", body=told)


def _refused(code: str, sentence: str, next_step: str) -> RefusedError:
    return RefusedError(Refusal(code, sentence, next_step))
