"""One-time sign-in links: opened by GET, consumed by POST, for ten minutes.

Mail scanners and chat previews open links; only a person presses the button. The
database keeps a hash, and no log may hold the link (see ``gateway.web.access_log``).
"""

import secrets

from gateway.identity.people import House, known
from gateway.identity.sessions import hashed
from gateway.store import people

LIFETIME_S = 10 * 60
#: Where a link leads on the gateway's pages, and the name its secret has there.
PATH = "/sign-in"
PARAMETER = "link"


def new_link(gateway: House, person: str) -> str:
    """Return a fresh one-time URL; raises UnknownPersonError.

    In an empty house the first person asked for is admitted as admin.
    """
    whose = known(gateway, person).person
    secret = secrets.token_urlsafe(32)
    expires_at = gateway.clock() + LIFETIME_S * 1_000_000
    with gateway.database.write() as conn:
        people.add_link(conn, hashed(secret), whose, expires_at=expires_at)
    return f"{gateway.settings.public_url}{PATH}?{PARAMETER}={secret}"


def consume(gateway: House, secret: str) -> str | None:
    """Use a link up and return whose it was; None if it is no longer good."""
    with gateway.database.write() as conn:
        return people.use_link(conn, hashed(secret), now=gateway.clock())
