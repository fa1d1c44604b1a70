"""Signed-in browsers: an opaque cookie, its hash in the database, revocable."""

import hashlib
import secrets

from gateway.identity.people import House
from gateway.review.people import Person
from gateway.store import audit, people

#: A working day: a reviewer signs in once in the morning.
LIFETIME_S = 12 * 3600


def hashed(secret: str) -> str:
    """Return what is stored of a secret. It is random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def begin(gateway: House, person: str) -> str:
    """Sign a person in and return the cookie's value."""
    secret = secrets.token_urlsafe(32)
    now = gateway.clock()
    expires_at = now + LIFETIME_S * 1_000_000
    with gateway.database.write() as conn:
        people.add_session(conn, hashed(secret), person, now=now, expires_at=expires_at)
        audit.append(conn, at=now, actor=person, kind="signed_in", body={})
    return secret


def who(gateway: House, cookie: str) -> Person | None:
    """Return who is signed in with this cookie, or None."""
    if not cookie:
        return None
    with gateway.database.read() as conn:
        return people.session_person(conn, hashed(cookie), now=gateway.clock())


def since(gateway: House, cookie: str) -> int | None:
    """Return when this browser signed in, or None."""
    with gateway.database.read() as conn:
        return people.session_since(conn, hashed(cookie))


def end(gateway: House, cookie: str) -> None:
    """Sign out."""
    with gateway.database.write() as conn:
        people.revoke_session(conn, hashed(cookie), now=gateway.clock())
