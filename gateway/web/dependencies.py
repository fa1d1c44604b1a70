"""What route handlers ask for: the gateway, who asks, in which language."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from gateway.identity import sessions
from gateway.operations import standing
from gateway.operations.context import Gateway
from gateway.review.people import Person, Role, at_least, within
from gateway.review.refusals import RefusedError
from gateway.review.rules import not_fresh
from gateway.web.language import Lang, Tongue, choose
from sandbox.contract.scope import Refusal

#: ``__Host-``: this host only, https only, no sub-domain may set it. Browsers refuse the
#: prefix without https, so a gateway on loopback uses the plain name.
_SECURE_COOKIE = "__Host-airlock"
_PLAIN_COOKIE = "airlock"


NO_ROLE = Refusal(
    "role",
    "Your role may look, but not do this.",
    "Ask somebody who may approve, or an admin for another role.",
)


class NotSignedInError(Exception):
    """Nobody is signed in, and this page is for people."""


def gateway_of(request: Request) -> Gateway:
    """Return the running gateway."""
    found: Gateway = request.app.state.gateway
    return found


def cookie_name(request: Request) -> str:
    """Return the session cookie's name for how this browser reached us."""
    return _SECURE_COOKIE if secure(request) else _PLAIN_COOKIE


def secure(request: Request) -> bool:
    """Return whether this browser reached us by https."""
    https = gateway_of(request).settings.public_url.startswith("https:")
    return https or request.url.scheme == "https"


def visitor(request: Request) -> Person | None:
    """Return who is signed in, with their role on the whole site, or None."""
    gateway = gateway_of(request)
    found = sessions.who(gateway, request.cookies.get(cookie_name(request), ""))
    return None if found is None else within(found, gateway.site, ())


def person_of(request: Request) -> Person:
    """Return who is signed in; raises NotSignedInError."""
    found = visitor(request)
    if found is None:
        raise NotSignedInError
    return found


def _with_role(wanted: Role) -> Callable[[Request], Person]:
    """Return what asks for somebody who is signed in with at least this role."""

    def found(request: Request) -> Person:
        person = person_of(request)
        if not at_least(person.role, wanted):
            raise RefusedError(NO_ROLE)
        return person

    return found


def party_of(
    gateway: Annotated[Gateway, Depends(gateway_of)],
    person: Annotated[Person, Depends(person_of)],
    review_id: int,
) -> Person:
    """Return who is signed in, with their role in the projects of the set that is asked for.

    Raises UnknownReviewError, alike for a set that is not there and one that is not theirs.
    """
    return standing.party(gateway, person, review_id)


def fresh(request: Request, person: Annotated[Person, Depends(party_of)]) -> Person:
    """Return who is signed in, since no longer than promotion takes; raises RefusedError."""
    gateway = gateway_of(request)
    since = sessions.since(gateway, request.cookies.get(cookie_name(request), ""))
    refusal = not_fresh(since, gateway.clock())
    if refusal is not None:
        raise RefusedError(refusal)
    return person


def tongue_of(request: Request) -> Tongue:
    """Return the language of the answer."""
    accept = request.headers.get("accept-language")
    default = gateway_of(request).settings.default_language
    wanted = default if accept is None or accept == "*" else accept
    lang = choose(request.query_params, request.cookies, wanted)
    return Tongue(Lang(lang))


GatewayDep = Annotated[Gateway, Depends(gateway_of)]
#: Of what belongs to no change set; there it is ``PartyDep``.
PersonDep = Annotated[Person, Depends(person_of)]
ReviewerDep = Annotated[Person, Depends(_with_role(Role.REVIEWER))]
PartyDep = Annotated[Person, Depends(party_of)]
FreshDep = Annotated[Person, Depends(fresh)]
AdminDep = Annotated[Person, Depends(_with_role(Role.ADMIN))]
VisitorDep = Annotated[Person | None, Depends(visitor)]
TongueDep = Annotated[Tongue, Depends(tongue_of)]
