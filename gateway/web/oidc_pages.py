"""Signing in at the company's identity provider."""

import secrets

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.identity import oidc, sessions
from gateway.identity.issuer import Issuer
from gateway.identity.oidc import CALLBACK, SignInError
from gateway.identity.people import UnknownPersonError, welcome
from gateway.operations.context import Gateway
from gateway.store import sites
from gateway.web.dependencies import GatewayDep, TongueDep, secure
from gateway.web.errors import not_let_in
from gateway.web.sign_in_pages import signed_in

router = APIRouter()

PATH = "/sign-in/oidc"
_COOKIE = "airlock-oidc"


@router.get(PATH)
def begin(request: Request, gateway: GatewayDep, tongue: TongueDep) -> Response:
    """Send a person to the identity provider."""
    attempt = oidc.new_attempt(secrets.token_urlsafe, gateway.clock())
    public_url = gateway.settings.public_url
    try:
        issuer = _issuer(request, gateway)
        there = oidc.way_there(issuer.authorization_endpoint(), issuer.oidc, attempt, public_url)
    except SignInError as error:
        return not_let_in(request, tongue, str(error))
    answer = RedirectResponse(there, status_code=303)
    answer.set_cookie(
        _COOKIE,
        oidc.sealed(attempt, gateway.settings.secret_key),
        max_age=oidc.LIFETIME_US // 1_000_000,
        path=PATH,
        secure=secure(request),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get(CALLBACK)
async def come_back(request: Request, gateway: GatewayDep, tongue: TongueDep) -> Response:
    """Take the identity provider's word, and begin a session."""
    try:
        cookie = await run_in_threadpool(_session, request, gateway)
    except SignInError as error:
        answer = not_let_in(request, tongue, str(error))
    else:
        answer = signed_in(request, cookie)
    answer.delete_cookie(_COOKIE, path=PATH, secure=secure(request), httponly=True)
    return answer


def _session(request: Request, gateway: Gateway) -> str:
    issuer = _issuer(request, gateway)
    key, now = gateway.settings.secret_key, gateway.clock()
    attempt = oidc.opened(request.cookies.get(_COOKIE, ""), key, now)
    code = oidc.check_answer(request.query_params, attempt, issuer.oidc)
    assert attempt is not None  # noqa: S101 - check_answer has refused otherwise
    claims = issuer.claims(code, attempt, gateway.settings.public_url)
    with gateway.database.read() as conn:
        metadata = sites.metadata(conn, gateway.site)
    users = () if metadata is None else metadata.users
    found = oidc.person_of(claims, issuer.oidc, users, gateway.site)
    try:
        person = welcome(gateway, found)
    except UnknownPersonError as error:
        raise SignInError(str(error)) from error
    return sessions.begin(gateway, person.person)


def _issuer(request: Request, gateway: Gateway) -> Issuer:
    """Return the issuer; it is kept, with its keys, as long as the process lives."""
    found: Issuer | None = getattr(request.app.state, "issuer", None)
    if found is None:
        if gateway.settings.oidc is None:
            raise SignInError("No identity provider is set here.")
        found = request.app.state.issuer = Issuer(gateway.settings.oidc)
    return found
