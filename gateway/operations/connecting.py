"""People connect their own Jira accounts, see that they are, and take it back.

The token itself proves whose account it is. It is stored encrypted and never shown again;
the audit says that it was connected, not what it is.
"""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from gateway.operations.accounts import OAUTH, TOKEN, Accounts
from gateway.review.people import Person
from gateway.review.refusals import RefusedError
from gateway.store import audit, connections, people
from gateway.store.connections import SERVICE, Connected, NewTokens
from gateway.upstream.introduction import Account
from gateway.upstream.oauth import Atlassian, Grant, Resource
from gateway.upstream.sealing import sealed
from gateway.upstream.tokens import secret_of
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import JsonObject

_NO_APP = Refusal(
    "no_app",
    "No OAuth app is set, so nobody can be asked for consent.",
    "Set ATLASSIAN_OAUTH_CLIENT_ID and ATLASSIAN_OAUTH_CLIENT_SECRET, or connect with a token.",
)
_BAD_STATE = Refusal(
    "state",
    "This answer of Atlassian belongs to no question of ours, or comes too late.",
    "Start again.",
)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who connects an account."""

    #: A person of this gateway, or how the audit names the command line.
    name: str
    #: True: the account is for the gateway itself.
    service: bool = False
    #: The person who signed in, if it is one.
    person: Person | None = None


def begin(accounts: Accounts, asker: Asker) -> str:
    """Return the URL at which to consent; raises RefusedError without an app."""
    state = secrets.token_urlsafe(32)
    url = _atlassian(accounts).consent_url(state)
    with accounts.database.write() as conn:
        connections.attempt(conn, accounts.site, _slot(asker), _hash(state))
    return url


def finish(
    accounts: Accounts, asker: Asker, state: str, code: str, clock: Callable[[], int]
) -> Connected:
    """Store the account that consented; raises RefusedError or UpstreamError."""
    atlassian = _atlassian(accounts)
    with accounts.database.write() as conn:
        begun_by = connections.attempted(conn, accounts.site, _hash(state))
    if begun_by != _slot(asker):
        raise RefusedError(_BAD_STATE)
    grant = atlassian.exchange(code)
    cloud_id = _site_of(accounts, atlassian.resources(grant.access_token)).cloud_id
    account = _account_of(accounts, grant, cloud_id)
    tokens = secret_of(accounts.secret_key, grant, cloud_id)
    return _store(accounts, asker, account, OAUTH, tokens, clock())


def with_token(
    accounts: Accounts, asker: Asker, token: str, username: str, clock: Callable[[], int]
) -> Connected:
    """Store a person's own token (with a user name: Cloud's); raises RefusedError."""
    if not token.strip():
        raise RefusedError(Refusal("token", "There is no token.", "Paste one."))
    credentials = accounts.with_token(token.strip(), username.strip())
    with closing(accounts.connect(credentials)) as upstream:
        account = upstream.account
    values = {"token": token.strip(), "username": username.strip()}
    tokens = NewTokens(sealed(accounts.secret_key, values), 0, "")
    return _store(accounts, asker, account, TOKEN, tokens, clock())


def revoke(accounts: Accounts, owner: str, by: str, now: int) -> bool:
    """Take a connection back and forget its tokens; False when there was none."""
    with accounts.database.write() as conn:
        done = connections.revoke(conn, accounts.site, owner, now)
        if done:
            audit.append(conn, at=now, actor=by, kind="jira_revoked", body={"account": owner})
    return done


def listed(accounts: Accounts) -> tuple[Connected, ...]:
    """Return all connected accounts, by name."""
    with accounts.database.read() as conn:
        return connections.every(conn, accounts.site)


def _store(
    accounts: Accounts, asker: Asker, account: Account, kind: str, tokens: NewTokens, now: int
) -> Connected:
    owner = SERVICE if asker.service else account.id
    person = asker.person
    if person is not None and person.jira_account not in (None, account.id):
        raise RefusedError(
            Refusal(
                "other_account",
                f"This is the Jira account of {account.name}, not yours.",
                "Sign in to Jira as yourself, or ask an admin to correct your Jira account here.",
            )
        )
    body: JsonObject = {"account": account.id, "how": kind, "service": asker.service}
    with accounts.database.write() as conn:
        connections.put(
            conn,
            accounts.site,
            owner,
            kind=kind,
            account=account.id,
            account_name=account.name,
            tokens=tokens,
            now=now,
        )
        if person is not None and person.jira_account is None:
            people.set_account(conn, person.person, account.id)
        audit.append(conn, at=now, actor=asker.name, kind="jira_connected", body=body)
        found = connections.get(conn, accounts.site, owner)
    if found is None:
        raise RefusedError(_BAD_STATE)
    return found


def _site_of(accounts: Accounts, resources: tuple[Resource, ...]) -> Resource:
    known = accounts.credentials
    wanted = known.site_url or known.url
    for one in resources:
        if one.url.casefold() == wanted.casefold() or known.url.endswith(f"/{one.cloud_id}"):
            return one
    allowed = ", ".join(one.url for one in resources) or "no site"
    raise RefusedError(
        Refusal(
            "other_site",
            f"The consent is for {allowed}, but this gateway serves {wanted}.",
            "Consent again and choose that site.",
        )
    )


def _account_of(accounts: Accounts, grant: Grant, cloud_id: str) -> Account:
    """Ask Jira whose account it is, with the new token before it is stored."""
    fresh = accounts.through(cloud_id, None)
    credentials = fresh.as_somebody(access_token=grant.access_token, url=fresh.url)
    with closing(accounts.connect(credentials)) as upstream:
        return upstream.account


def _slot(asker: Asker) -> str:
    return f"service:{asker.name}" if asker.service else f"person:{asker.name}"


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _atlassian(accounts: Accounts) -> Atlassian:
    if accounts.atlassian is None:
        raise RefusedError(_NO_APP)
    return accounts.atlassian
