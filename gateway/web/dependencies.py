"""What route handlers ask for: the gateway, who asks, in which language."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from gateway.identity import sessions
from gateway.operations.context import Gateway
from gateway.review.people import Person, Role, at_least
from gateway.review.refusals import RefusedError
from gateway.review.rules import not_fresh
from gateway.web.language import Lang, Tongue, choose
from sandbox.contract.scope import Refusal

#: ``__Host-``: this host only, https only, no sub-domain may set it. Browsers refuse the
#: prefix without https, so a gateway on loopback uses the plain name.
_SECURE_COOKIE = "__Host-airlock"
_PLAIN_COOKIE = "airlock"


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
    """Return who is signed in, or None."""
    return sessions.who(gateway_of(request), request.cookies.get(cookie_name(request), ""))


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
            raise RefusedError(
                Refusal(
                    "role",
                    "Your role may look, but not do this.",
                    "Ask somebody who may approve, or an admin for another role.",
                )
            )
        return person

    return found


def fresh(request: Request) -> Person:
    """Return who is signed in, since no longer than promotion takes; raises RefusedError."""
    person, gateway = person_of(request), gateway_of(request)
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
PersonDep = Annotated[Person, Depends(person_of)]
ReviewerDep = Annotated[Person, Depends(_with_role(Role.REVIEWER))]
FreshDep = Annotated[Person, Depends(fresh)]
AdminDep = Annotated[Person, Depends(_with_role(Role.ADMIN))]
VisitorDep = Annotated[Person | None, Depends(visitor)]
TongueDep = Annotated[Tongue, Depends(tongue_of)]
