"""Access tokens (JWT) of an OAuth issuer, checked offline by the keys that the gateway pushed.

Nothing is asked of anybody: signature, issuer, audience and time decide whether a token is
genuine, the registry's grant decides what it may do, and the token's own scopes can only
narrow that. Shared secrets are no keys here.
"""

from collections.abc import Mapping
from typing import Any

import jwt

from sandbox.contract.shapes import (
    EVERY_PERSON,
    GRANT_OF,
    TOKEN_ALGORITHMS,
    Grant,
    JsonObject,
    OAuthScope,
    TrustedIssuer,
)
from sandbox.domain.errors import UnauthorizedError

_SECOND = 1_000_000
#: Clocks of two machines may differ by so many microseconds.
LEEWAY_US = 30 * _SECOND
#: Types a token may say it is: an ID token says neither of these and another audience.
_TYPES = frozenset({"at+jwt", "application/at+jwt", "jwt", ""})
#: Names a client goes by in tokens: RFC 9068, OpenID Connect, Entra.
_CLIENT_CLAIMS = ("client_id", "azp", "appid", "cid")
#: Ways a person is named, as on the site: what a claim is compared with.
_NAMES = ("accountId", "key", "name", "emailAddress")
_REQUIRED = ["iss", "aud", "exp", "sub"]

NOT_GENUINE = "This access token is not genuine, or not for this server. Sign in again."
RUN_OUT = "This access token has run out. Renew it, or sign in again."
NO_GRANT = "The access behind this token was revoked or has run out. Sign in again."
NO_PERSON = (
    "The person this token names has no account in this Jira, or more than one. Ask whoever "
    "runs the gateway which claim names people."
)
NOT_VERIFIED = (
    "This token does not say that the e-mail address in it is verified (email_verified). Verify "
    "the address where you sign in, or ask whoever runs the gateway about AIRLOCK_MCP_EMAIL."
)
NO_SCOPE = "This access token may not even read here. Sign in again and allow reading."


def looks_like_one(token: str) -> bool:
    """Return whether this has the form of a signed JWT."""
    return token.count(".") == 2 and token.startswith("eyJ")


def claims_of(token: str, issuer: TrustedIssuer, now: int) -> Mapping[str, Any]:
    """Return what a genuine token says; raises UnauthorizedError. ``now`` in microseconds."""
    try:
        head = jwt.get_unverified_header(token)
        if str(head.get("typ") or "").lower() not in _TYPES:
            raise UnauthorizedError(NOT_GENUINE)
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(issuer, str(head.get("kid") or ""), str(head.get("alg") or "")),
            algorithms=list(TOKEN_ALGORITHMS),
            audience=issuer.audience,
            issuer=issuer.issuer,
            # Times are compared below, by the sandbox's own clock.
            options={
                "require": _REQUIRED, "verify_exp": False, "verify_nbf": False, "verify_iat": False
            },
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise UnauthorizedError(NOT_GENUINE) from error
    if ends_at(claims) <= now:
        raise UnauthorizedError(RUN_OUT)
    if _moment(claims.get("nbf", 0)) > now + LEEWAY_US:
        raise UnauthorizedError(NOT_GENUINE)
    return claims


def ends_at(claims: Mapping[str, Any]) -> int:
    """Return when a token ends, in microseconds since 1970."""
    return _moment(claims.get("exp"))


def grant_name(claims: Mapping[str, Any], issuer: TrustedIssuer) -> str:
    """Return the name of the grant that a token refers to; raises UnauthorizedError."""
    if issuer.grant_claim:
        return GRANT_OF.format(grant=claims.get(issuer.grant_claim) or "")
    client = next((str(claims[one]) for one in _CLIENT_CLAIMS if claims.get(one)), "")
    found = issuer.clients.get(client)
    if found is None:
        raise UnauthorizedError(NO_GRANT)
    return found


def narrowed(
    grant: Grant, claims: Mapping[str, Any], issuer: TrustedIssuer, users: list[JsonObject]
) -> Grant:
    """Return the grant as this token may use it; raises UnauthorizedError."""
    said = scopes_of(claims, issuer)
    if not said:
        raise UnauthorizedError(NO_SCOPE)
    kinds = grant.scope.kinds if OAuthScope.STAGE in said else ()
    person = grant.person
    if person == EVERY_PERSON:
        person = _person(claims, issuer, users)
    elif claims["sub"] != person:
        raise UnauthorizedError(NOT_GENUINE)
    return grant.model_copy(
        update={
            "person": person,
            "scope": grant.scope.model_copy(update={"kinds": kinds}),
            "expires_at": min(grant.expires_at, ends_at(claims)),
        }
    )


def scopes_of(claims: Mapping[str, Any], issuer: TrustedIssuer) -> frozenset[OAuthScope]:
    """Return our scopes that a token has; who may stage may read."""
    given = claims.get("scope") or claims.get("scp") or ()
    words = set(given.split() if isinstance(given, str) else map(str, given))
    found = {one for one in OAuthScope if issuer.word(one) in words}
    return frozenset(found | {OAuthScope.READ} if found else found)


def _person(claims: Mapping[str, Any], issuer: TrustedIssuer, users: list[JsonObject]) -> str:
    named = claims.get(issuer.person_claim)
    if not isinstance(named, str) or not named:
        raise UnauthorizedError(NO_PERSON)
    if not _is_theirs(named, claims, issuer):
        raise UnauthorizedError(NOT_VERIFIED)
    for name in _NAMES:
        found = [one for one in users if _is(one.get(name), named)]
        if found:
            who = next((found[0][one] for one in _NAMES[:3] if one in found[0]), None)
            if len(found) == 1 and isinstance(who, str):
                return who
            break
    raise UnauthorizedError(NO_PERSON)


def _is_theirs(named: str, claims: Mapping[str, Any], issuer: TrustedIssuer) -> bool:
    """Return whether the issuer stands for it that a name is this person's.

    An e-mail address that the issuer has not seen to be theirs could be anybody's: people
    type it in themselves. Whatever has its form, or comes in its claim, is taken for one.
    """
    said = claims.get("email_verified")
    is_address = "@" in named or issuer.person_claim == "email"
    return said is True or (said is not False and not (is_address and issuer.email_verified))


def _is(value: object, named: str) -> bool:
    return isinstance(value, str) and value.casefold() == named.casefold()


def _key(issuer: TrustedIssuer, name: str, algorithm: str) -> jwt.PyJWK:
    """Return the public key that a token names; one alone need not be named."""
    if algorithm not in TOKEN_ALGORITHMS:
        raise UnauthorizedError(NOT_GENUINE)
    named = [one for one in issuer.keys if str(one.get("kid") or "") == name]
    fitting = named or (issuer.keys if not name and len(issuer.keys) == 1 else [])
    for one in fitting:
        # A shared secret would let whoever checks tokens make them.
        if one.get("kty") in ("RSA", "EC", "OKP"):
            return jwt.PyJWK(dict(one), algorithm)
    raise UnauthorizedError(NOT_GENUINE)


def _moment(seconds: object) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise UnauthorizedError(NOT_GENUINE)
    try:
        return int(seconds * _SECOND)
    except (OverflowError, ValueError):
        raise UnauthorizedError(NOT_GENUINE) from None
