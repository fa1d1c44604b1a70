"""Signing in by a one-time link, and out again."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.identity import links, sessions
from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.web.dependencies import GatewayDep, TongueDep, VisitorDep, cookie_name, secure
from gateway.web.errors import link_used
from gateway.web.forms import SignInForm
from gateway.web.language import Tongue
from gateway.web.templating import page

router = APIRouter()

#: Cookie with the one kind of page that somebody may be sent on to: a client's request.
AFTERWARDS = "airlock-afterwards"
_ON_TO = "/oauth/authorize?"


@router.get(links.PATH)
def open_link(
    request: Request,
    gateway: GatewayDep,
    person: VisitorDep,
    tongue: TongueDep,
    link: str = "",
) -> Response:
    """Show the button; opening a link does not use it up, mail scanners open links."""
    return sign_in_page(request, gateway, tongue, person, link=link[:200])


def sign_in_page(
    request: Request,
    gateway: Gateway,
    tongue: Tongue,
    person: Person | None = None,
    *,
    link: str = "",
    typed: str = "",
    trouble: str = "",
) -> Response:
    """Return the page with all ways in that there are here; 403 with a trouble."""
    return page(
        request,
        "sign_in.html",
        tongue,
        person,
        status=403 if trouble else 200,
        link=link,
        elsewhere=gateway.settings.oidc is not None,
        local=gateway.settings.people.local_accounts,
        typed=typed,
        trouble=trouble,
    )


@router.post(links.PATH)
def sign_in(request: Request, gateway: GatewayDep, tongue: TongueDep, form: SignInForm) -> Response:
    """Use the link up and begin a session."""
    person = links.consume(gateway, form.link)
    if person is None:
        return link_used(request, tongue)
    return signed_in(request, sessions.begin(gateway, person))


def signed_in(request: Request, cookie: str) -> Response:
    """Answer somebody whose session began: its cookie, and the inbox or what they came for."""
    wanted = request.cookies.get(AFTERWARDS, "")
    on_to = wanted.startswith(_ON_TO) and wanted.isprintable()
    answer = RedirectResponse(wanted if on_to else "/", status_code=303)
    if wanted:
        answer.delete_cookie(AFTERWARDS, secure=secure(request), httponly=True)
    answer.set_cookie(
        cookie_name(request),
        cookie,
        max_age=sessions.LIFETIME_S,
        secure=secure(request),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/sign-out")
def sign_out(request: Request, gateway: GatewayDep) -> Response:
    """End the session."""
    sessions.end(gateway, request.cookies.get(cookie_name(request), ""))
    answer = RedirectResponse(links.PATH, status_code=303)
    answer.delete_cookie(cookie_name(request), secure=secure(request), httponly=True)
    return answer
