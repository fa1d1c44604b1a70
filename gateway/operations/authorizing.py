"""The gateway as authorization server: a person consents, a client gets tokens for the sandbox.

What a person allows becomes a row of the registry, so that scope, revoking, restored
backups and the check of each change set are the same as for every other agent. Access
tokens name that row; the sandbox checks them offline.
"""

import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.agents_settings import OAuth
from gateway.identity.agents import account_id, people_called
from gateway.identity.oauth import (
    ACCESS_SECONDS,
    CODE_SECONDS,
    Asked,
    Client,
    Consent,
    OAuthError,
    challenge_fits,
    check_resource,
    registered,
    scopes_asked,
)
from gateway.identity.sessions import hashed
from gateway.operations import registering, trusting
from gateway.operations.context import Gateway
from gateway.review.people import Person, sees
from gateway.review.refusals import RefusedError
from gateway.sandbox_link import SandboxLinkError
from gateway.store import audit, oauth, people, registry, sites
from gateway.store.oauth import OAuthGrant
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import (
    AGENT_KINDS,
    GRANT_OF,
    Grant,
    JsonObject,
    OAuthScope,
    Scope,
    SiteBaseline,
)

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
#: Clients that may register themselves in an hour.
REGISTRATIONS = 100
_NO_CODE = "This code is not good (any more): codes work once, for a minute. Ask again."
_NO_REFRESH = "This refresh token is not good (any more). Ask the person again."
_NO_CLIENT = "There is no such client, or its secret is wrong. Register again."


@dataclass(frozen=True, slots=True)
class Issued:
    """What a client gets."""

    access_token: str
    refresh_token: str
    scopes: tuple[OAuthScope, ...]

    def answer(self) -> JsonObject:
        """Return it as RFC 6749 has it."""
        return {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
            "refresh_token": self.refresh_token,
            "scope": " ".join(self.scopes),
        }


def server(gateway: Gateway) -> OAuth:
    """Return the authorization server's settings; raises OAuthError where there is none."""
    if gateway.settings.oauth is None:
        raise OAuthError("not_found", "There is no authorization server here.", 404)
    return gateway.settings.oauth


def register(gateway: Gateway, body: JsonObject) -> tuple[Client, str]:
    """Register a client; returns it with its secret, empty for a public one.

    Raises OAuthError when it may not be here, or too many came in the last hour.
    """
    client = registered(body, f"mcp-{secrets.token_hex(16)}", server(gateway))
    secret = "" if client.auth_method == "none" else secrets.token_urlsafe(32)
    client = client.model_copy(update={"secret_hash": hashed(secret) if secret else ""})
    now = gateway.clock()
    with gateway.database.write() as conn:
        oauth.forget_unused(conn, now - _DAY)
        full = oauth.clients_since(conn, now - _DAY // 24) >= REGISTRATIONS
        if not full:
            oauth.add_client(conn, client, now=now)
    if full:
        raise OAuthError("temporarily_unavailable", "Too many clients registered lately.", 429)
    return client, secret


def client_called(gateway: Gateway, client_id: str) -> Client:
    """Return a client by its id, its document fetched if it has one; raises OAuthError."""
    if client_id.startswith("https://"):
        return gateway.documents.client(client_id, server(gateway), gateway.clock())
    with gateway.database.read() as conn:
        found = oauth.client(conn, client_id)
    if found is None:
        raise OAuthError("invalid_client", _NO_CLIENT, 401)
    return found


def prove(gateway: Gateway, client_id: str, secret: str) -> None:
    """Raise OAuthError unless this is that client: a public one has nothing to prove."""
    if client_id.startswith("https://") and server(gateway).documents:
        return
    known = client_called(gateway, client_id).secret_hash
    if known and not hmac.compare_digest(known, hashed(secret)):
        raise OAuthError("invalid_client", _NO_CLIENT, 401)


def account_of(gateway: Gateway, person: Person) -> JsonObject:
    """Return the person's Jira account; raises RefusedError when none is known."""
    users = people_called(_metadata(gateway), person.jira_account) if person.jira_account else []
    mine = [one for one in users if account_id(one) == person.jira_account]
    if not mine:
        raise RefusedError(
            Refusal(
                "no_account",
                "No Jira account is known for you, so no agent can work for you.",
                "Connect your Jira account, or ask an admin to name it, then try again.",
            )
        )
    return mine[0]


def projects(gateway: Gateway, person: Person) -> tuple[tuple[str, str], ...]:
    """Return key and name of the projects that a person can allow: those they may see here."""
    found = _metadata(gateway).projects
    named = tuple((str(one["key"]), str(one.get("name") or "")) for one in found)
    return tuple(one for one in named if sees(person, gateway.site, [one[0]]))


def consent(
    gateway: Gateway, person: Person, asked: Asked, ticked: tuple[str, ...], *, stage: bool
) -> str:
    """Store what a person allows; returns the code for the client. Raises RefusedError."""
    account = account_of(gateway, person)
    known = [key for key, _ in projects(gateway, person) if key in ticked]
    if not known:
        raise RefusedError(
            Refusal("project", "No project was ticked.", "Tick at least one, or refuse.")
        )
    may_stage = stage and OAuthScope.STAGE in asked.scopes
    allowed = Consent(
        asked=asked,
        person=person.person,
        account=str(person.jira_account),
        account_name=str(account.get("displayName") or person.name),
        scopes=(OAuthScope.READ, OAuthScope.STAGE) if may_stage else (OAuthScope.READ,),
        scope=Scope(
            projects=tuple(known),
            mine_only=server(gateway).mine_only,
            kinds=AGENT_KINDS if may_stage else (),
        ),
    )
    code, now = secrets.token_urlsafe(32), gateway.clock()
    with gateway.database.write() as conn:
        oauth.add_code(conn, hashed(code), allowed, expires_at=now + CODE_SECONDS * _SECOND)
        _note(conn, person.person, now, "oauth_consent", allowed)
    return code


def exchange(
    gateway: Gateway,
    client_id: str,
    code: str,
    *,
    redirect_uri: str | None,
    verifier: str,
    resource: str | None = None,
) -> Issued:
    """Return tokens for a code; raises OAuthError. A code that comes twice ends everything."""
    check_resource(resource, server(gateway))
    now, code_hash = gateway.clock(), hashed(code)
    issued, ended = None, False
    with gateway.database.write() as conn:
        used = oauth.use_code(conn, code_hash, now=now)
        if used is not None and not used.first and used.token_id:
            ended = _end(conn, gateway, used.token_id, "oauth_code_reused")
        elif used is not None and used.first:
            asked = used.consent.asked
            same = client_id == asked.client_id and redirect_uri in (None, asked.redirect_uri)
            if same and challenge_fits(verifier, asked.challenge):
                issued = _begin(conn, gateway, used.consent, now)
                oauth.came_of(conn, code_hash, issued[0])
    if issued is not None or ended:
        _tell(gateway)
    if issued is None:
        raise OAuthError("invalid_grant", _NO_CODE)
    return issued[1]


def refresh(
    gateway: Gateway,
    client_id: str,
    token: str,
    *,
    scope: str | None = None,
    resource: str | None = None,
) -> Issued:
    """Return new tokens for a refresh token, once; raises OAuthError.

    One that comes a second time was stolen, or its new ones were: everything that came of
    that consent ends.
    """
    check_resource(resource, server(gateway))
    now = gateway.clock()
    ended, issued = False, None
    with gateway.database.write() as conn:
        used = oauth.use_refresh(conn, hashed(token), now=now)
        grant = None if used is None else oauth.grant(conn, used.token_id)
        if used is not None and grant is not None and grant.live(now):
            ended = not used.first or not _is_theirs(conn, grant, client_id)
            if ended:
                _end(conn, gateway, grant.token_id, "oauth_refresh_reused")
            else:
                issued = _issue(conn, gateway, grant, _narrower(grant, scope), now)
                oauth.touch(conn, grant.token_id, now=now)
    if ended:
        _tell(gateway)
    if issued is None:
        raise OAuthError("invalid_grant", _NO_REFRESH)
    return issued


def revoke_token(gateway: Gateway, client_id: str, token: str) -> None:
    """End what a client's token came of (RFC 7009); an unknown one is no fault."""
    claimed = trusting.mint(gateway.settings).grant_in(token, server(gateway))
    with gateway.database.write() as conn:
        found = claimed or oauth.grant_of_refresh(conn, hashed(token))
        grant = None if found is None else oauth.grant(conn, found)
        mine = grant is not None and grant.client_id == client_id
        ended = grant is not None and mine and _end(conn, gateway, grant.token_id, "oauth_revoked")
    if ended:
        _tell(gateway)


def revoke(gateway: Gateway, token_id: str, person: Person, *, everybodys: bool) -> None:
    """End a person's own grant, as an admin anybody's; raises RefusedError for others'."""
    with gateway.database.write() as conn:
        grant = oauth.grant(conn, token_id)
        if grant is None or not (everybodys or grant.person == person.person):
            raise RefusedError(
                Refusal("no_grant", "There is no such access of yours.", "Look at the list again.")
            )
        if registry.revoke(conn, gateway.site, token_id, now=gateway.clock()):
            _audit(conn, person.person, gateway.clock(), "oauth_revoked", grant)
    _tell(gateway)


def listed(gateway: Gateway, person: str | None) -> tuple[OAuthGrant, ...]:
    """Return what a person allowed (None: everybody), newest first."""
    with gateway.database.read() as conn:
        return oauth.grants(conn, gateway.site, person)


def _begin(conn: Connection, gateway: Gateway, allowed: Consent, now: int) -> tuple[str, Issued]:
    """Put a consent into the registry; returns the row's id and the first tokens."""
    token_id = f"oauth-{secrets.token_hex(12)}"
    grant = Grant(
        token_id=token_id,
        token_hash=GRANT_OF.format(grant=token_id),
        site=gateway.site,
        agent=allowed.asked.agent,
        person=allowed.account,
        scope=allowed.scope,
        expires_at=now + int(server(gateway).days * _DAY),
    )
    if registry.add_agent(conn, grant.agent, now=now, by=allowed.person):
        body: JsonObject = {"agent": grant.agent}
        audit.append(conn, at=now, actor=allowed.person, kind="agent registered", body=body)
    registry.add_token(conn, grant, person_name=allowed.account_name, now=now)
    oauth.add_grant(conn, token_id, allowed)
    told = grant.model_dump(mode="json", exclude={"token_hash"})
    audit.append(conn, at=now, actor=allowed.person, kind="token issued", body=told)
    stored = oauth.grant(conn, token_id)
    assert stored is not None  # noqa: S101 - it was stored a line above
    return token_id, _issue(conn, gateway, stored, allowed.scopes, now)


def _issue(
    conn: Connection, gateway: Gateway, grant: OAuthGrant, scopes: tuple[OAuthScope, ...], now: int
) -> Issued:
    fresh = "alr_" + secrets.token_urlsafe(32)
    oauth.add_refresh(conn, hashed(fresh), grant.token_id, expires_at=grant.expires_at)
    access = trusting.mint(gateway.settings).token(
        server(gateway),
        grant=grant.token_id,
        site=grant.site,
        account=grant.account,
        client_id=grant.client_id,
        scopes=scopes,
        name=secrets.token_hex(12),
        now=now,
    )
    return Issued(access, fresh, scopes)


def _narrower(grant: OAuthGrant, scope: str | None) -> tuple[OAuthScope, ...]:
    """Return the scopes of a renewed token: what was allowed, or less of it."""
    allowed = tuple(OAuthScope(one) for one in grant.scopes)
    if not scope:
        return allowed
    return tuple(one for one in scopes_asked(scope) if one in allowed)


def _is_theirs(conn: Connection, grant: OAuthGrant, client_id: str) -> bool:
    """Return whether client and person are still who they were."""
    person = people.get(conn, grant.person)
    return (
        client_id == grant.client_id
        and person is not None
        and not person.disabled
        and person.jira_account == grant.account
    )


def _end(conn: Connection, gateway: Gateway, token_id: str, kind: str) -> bool:
    """Revoke a grant; returns False when there was none to revoke."""
    now, grant = gateway.clock(), oauth.grant(conn, token_id)
    if grant is None or not registry.revoke(conn, gateway.site, token_id, now=now):
        return False
    _audit(conn, "gateway", now, kind, grant)
    return True


def _audit(conn: Connection, actor: str, now: int, kind: str, grant: OAuthGrant) -> None:
    body: JsonObject = {
        "token_id": grant.token_id, "agent": grant.agent, "person": grant.person
    }  # fmt: skip
    audit.append(conn, at=now, actor=actor, kind=kind, body=body)


def _note(conn: Connection, actor: str, now: int, kind: str, allowed: Consent) -> None:
    body: JsonObject = {
        "agent": allowed.asked.agent,
        "client_id": allowed.asked.client_id,
        "redirect_uri": allowed.asked.redirect_uri,
        "account": allowed.account,
        "scopes": " ".join(allowed.scopes),
        "projects": ", ".join(allowed.scope.projects),
    }
    audit.append(conn, at=now, actor=actor, kind=kind, body=body)


def _tell(gateway: Gateway) -> None:
    """Tell the sandbox at once; while it is away it learns with the next push."""
    try:
        registering.push_registry(gateway)
    except SandboxLinkError:
        return


def _metadata(gateway: Gateway) -> SiteBaseline:
    with gateway.database.read() as conn:
        found = sites.metadata(conn, gateway.site)
    if found is None:
        raise RefusedError(
            Refusal(
                "no_intake", "Nothing has been taken in from Jira yet.", "Run the first intake."
            )
        )
    return found
