"""Sign-in by OpenID Connect: what is sent, what comes back, whom it makes of somebody. Pure.

Authorization code with PKCE, state and nonce. What belongs to one attempt travels in a
cookie of its own that only this gateway can have written, so that nothing is stored.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import cast
from urllib.parse import urlencode

from pydantic import JsonValue

from gateway.identity.agents import account_id
from gateway.people_settings import EVERYBODY, Oidc
from gateway.review.people import EVERY, Person, ProjectRole, Role, at_least
from sandbox.contract.shapes import JsonObject

#: Where the issuer sends people back to, on the gateway's pages.
CALLBACK = "/sign-in/oidc/callback"
#: An attempt is good for so long, in microseconds.
LIFETIME_US = 10 * 60 * 1_000_000
_PURPOSE = b"airlock oidc attempt"


class SignInError(Exception):
    """Somebody cannot be let in; has a sentence for them."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to the issuer and back."""

    state: str
    nonce: str
    verifier: str
    expires_at: int


def new_attempt(random_text: Callable[[int], str], now: int) -> Attempt:
    """Return a fresh attempt; ``now`` in microseconds."""
    return Attempt(random_text(32), random_text(32), random_text(48), now + LIFETIME_US)


def sealed(attempt: Attempt, key: bytes) -> str:
    """Return the attempt as a cookie's value that nobody else can make."""
    body = base64.urlsafe_b64encode(json.dumps(asdict(attempt)).encode()).decode()
    return f"{body}.{_seal(body, key)}"


def opened(cookie: str, key: bytes, now: int) -> Attempt | None:
    """Return the attempt of a cookie; None when it is not ours or too old."""
    body, _, seal = cookie.partition(".")
    if not body or not hmac.compare_digest(seal.encode(), _seal(body, key).encode()):
        return None
    found = Attempt(**json.loads(base64.urlsafe_b64decode(body)))
    return found if found.expires_at > now else None


def way_there(endpoint: str, oidc: Oidc, attempt: Attempt, public_url: str) -> str:
    """Return the address at the issuer that a person is sent to."""
    digest = hashlib.sha256(attempt.verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": oidc.client_id,
        "redirect_uri": public_url + CALLBACK,
        "scope": oidc.scope,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def check_answer(query: Mapping[str, str], attempt: Attempt | None, oidc: Oidc) -> str:
    """Return the code that the issuer sent back; raises SignInError."""
    if attempt is None or not hmac.compare_digest(
        query.get("state", "").encode(), attempt.state.encode()
    ):
        raise SignInError("This answer does not belong to a sign-in that was begun here.")
    # RFC 9207: an issuer that names itself must be the one that was asked.
    if query.get("iss", oidc.issuer).rstrip("/") != oidc.issuer.rstrip("/"):
        raise SignInError("This answer does not belong to a sign-in that was begun here.")
    if not query.get("code"):
        raise SignInError("The sign-in was not completed at the identity provider.")
    return query["code"]


def person_of(claims: JsonObject, oidc: Oidc, users: Sequence[JsonObject], site: str) -> Person:
    """Return who the issuer's claims are about; raises SignInError when no role fits.

    Their groups give roles on this ``site``, in every project or in some.

    A person is (issuer, subject): names and addresses may pass to somebody else. Of the
    Jira ``users`` the one with the same verified e-mail address is theirs, if there is one.
    """
    roles = roles_of(groups_of(claims.get(oidc.groups_claim)), oidc)
    if not roles:
        raise SignInError("None of your groups has a role here.")
    subject = str(claims["sub"])
    email = str(claims.get("email") or "") if claims.get("email_verified") is True else ""
    shown = claims.get("name") or claims.get("preferred_username") or email or subject
    return Person(
        person=f"{oidc.issuer}#{subject}",
        name=str(shown),
        role=roles.pop(EVERY, Role.NONE),
        roles=tuple(
            ProjectRole(site=site, project=project, role=role)
            for project, role in sorted(roles.items())
        ),
        jira_account=_account(email, users),
    )


def groups_of(claim: JsonValue) -> frozenset[str]:
    """Return a claim's groups: a list, or one name."""
    listed = claim if isinstance(claim, list) else [claim]
    return frozenset(one for one in listed if isinstance(one, str))


def roles_of(groups: frozenset[str], oidc: Oidc) -> dict[str, Role]:
    """Return the highest role that the groups have, by project; ``EVERY``: everywhere."""
    found: dict[str, Role] = {}
    for one in oidc.roles:
        if one.group == EVERYBODY or one.group in groups:
            before = found.get(one.project, Role.NONE)
            found[one.project] = one.role if at_least(one.role, before) else before
    return found


def _account(email: str, users: Sequence[JsonObject]) -> str | None:
    if not email:
        return None
    found = [one for one in users if _same(one.get("emailAddress"), email)]
    return account_id(found[0]) if len(found) == 1 else None


def _same(value: JsonValue, email: str) -> bool:
    return isinstance(value, str) and value.casefold() == email.casefold()


def _seal(body: str, key: bytes) -> str:
    own = hmac.digest(key, _PURPOSE, "sha256")
    return hmac.new(own, body.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def object_of(value: object) -> JsonObject:
    """Return a JSON object; raises SignInError for anything else."""
    if not isinstance(value, dict):
        raise SignInError("The identity provider did not answer as one should.")
    return cast("JsonObject", value)
