"""People's own tokens for the machine API: made once, kept as a hash, never able to approve."""

import secrets
from enum import StrEnum

from gateway.identity.people import House, UnknownPersonError
from gateway.identity.sessions import hashed
from gateway.review.people import Person
from gateway.store import audit, people, personal
from gateway.store.personal import PersonalToken

#: Says what it is; an agent's token begins otherwise.
PREFIX = "alp_"
_DAY = 86_400 * 1_000_000
#: Days that a token lives at most.
LONGEST = 366


class ApiScope(StrEnum):
    """What a personal token may be used for. There is none for approving."""

    READ = "read"
    COMMENT = "comment"
    REJECT = "reject"
    RETRY = "retry"


class NoSuchTokenError(Exception):
    """A token that cannot be made, or is not there."""


def make(
    gateway: House, person: str, name: str, scopes: tuple[ApiScope, ...], days: float, *, by: str
) -> tuple[str, PersonalToken]:
    """Return a new token, shown only now; raises UnknownPersonError, NoSuchTokenError."""
    if not 0 < days <= LONGEST:
        raise NoSuchTokenError(f"A token lives for more than 0 and at most {LONGEST} days.")
    if not name.strip() or not scopes:
        raise NoSuchTokenError("A token needs a name and at least one scope.")
    secret, now = PREFIX + secrets.token_urlsafe(32), gateway.clock()
    made = PersonalToken(
        token_id=f"{secrets.token_hex(8)}.{secret[-4:]}",
        person=person,
        name=name.strip()[:100],
        scopes=tuple(sorted({*map(str, scopes), str(ApiScope.READ)})),
        created_at=now,
        expires_at=now + round(days * _DAY),
    )
    with gateway.database.write() as conn:
        if people.get(conn, person) is None:
            raise UnknownPersonError(person)
        personal.add(conn, made, hashed(secret))
        body = {"token_id": made.token_id, "person": person, "scopes": ", ".join(made.scopes)}
        audit.append(conn, at=now, actor=by, kind="personal_token", body={**body})
    return secret, made


def revoke(gateway: House, token_id: str, *, by: str) -> None:
    """Revoke a token at once; raises NoSuchTokenError."""
    now = gateway.clock()
    with gateway.database.write() as conn:
        if not personal.revoke(conn, token_id, now=now):
            raise NoSuchTokenError(f"There is no live token '{token_id}'.")
        body = {"token_id": token_id}
        audit.append(conn, at=now, actor=by, kind="personal_token_revoked", body={**body})


def who(gateway: House, secret: str) -> tuple[Person, PersonalToken] | None:
    """Return whose token this is, as they stand now, and what it is for; None if no good."""
    if not secret.startswith(PREFIX):
        return None
    now = gateway.clock()
    with gateway.database.write() as conn:
        token = personal.live(conn, hashed(secret), now=now)
        person = None if token is None else people.get(conn, token.person)
        if token is None or person is None or person.disabled:
            return None
        if token.used_at is None or now - token.used_at > _DAY // 24:
            personal.touch(conn, token.token_id, now=now)
    return person, token
