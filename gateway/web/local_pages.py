"""Local accounts: signing in by name and password, setting and changing it.

No answer repeats a password, and none says whether there is an account of that name.
"""

from collections.abc import Callable

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.identity import passwords
from gateway.identity.passwords import PasswordError
from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.web.dependencies import GatewayDep, PersonDep, TongueDep, cookie_name
from gateway.web.forms import NewPasswordForm, OwnPasswordForm, PasswordForm
from gateway.web.language import Tongue
from gateway.web.sign_in_pages import sign_in_page, signed_in
from gateway.web.templating import page
from gateway.web.told import in_tongue


def _switched_on(gateway: GatewayDep) -> None:
    """Answer as for any page that there is not, unless local accounts are on."""
    if not gateway.settings.people.local_accounts:
        raise HTTPException(404)


router = APIRouter(dependencies=[Depends(_switched_on)])

SIGN_IN = "/sign-in/account"
CHANGE = "/account/password"


@router.post(SIGN_IN)
def sign_in(
    request: Request, gateway: GatewayDep, tongue: TongueDep, form: PasswordForm
) -> Response:
    """Let somebody in who knows their password; else the form again, with the name."""
    try:
        cookie = passwords.sign_in(gateway, form.name, form.password, _address(request))
    except PasswordError as error:
        told = in_tongue(str(error), tongue)
        return sign_in_page(request, gateway, tongue, typed=form.name, trouble=told)
    return signed_in(request, cookie)


@router.get(passwords.PATH)
def open_link(request: Request, tongue: TongueDep, link: str = "") -> Response:
    """Show the form; opening a link does not use it up, mail scanners open links."""
    return _form(request, None, tongue, link=link[:200])


@router.post(passwords.PATH)
def set_password(
    request: Request, gateway: GatewayDep, tongue: TongueDep, form: NewPasswordForm
) -> Response:
    """Set the password of whose link it is, and let them in."""
    return _tried(
        request,
        None,
        tongue,
        form.link,
        lambda: signed_in(
            request, passwords.set_by_link(gateway, form.link, form.password, form.again)
        ),
    )


@router.get(CHANGE)
def own(request: Request, person: PersonDep, tongue: TongueDep) -> Response:
    """Show the form to change one's own password."""
    return _form(request, person, tongue)


@router.post(CHANGE)
def change(
    request: Request,
    gateway: GatewayDep,
    person: PersonDep,
    tongue: TongueDep,
    form: OwnPasswordForm,
) -> Response:
    """Change one's own password; every other browser is signed out."""
    return _tried(request, person, tongue, "", lambda: _changed(request, gateway, person, form))


def _changed(request: Request, gateway: Gateway, person: Person, form: OwnPasswordForm) -> Response:
    cookie = request.cookies.get(cookie_name(request), "")
    new = (form.password, form.again)
    passwords.change(gateway, person.person, cookie, form.old, new, _address(request))
    return RedirectResponse("/", status_code=303)


def _tried(
    request: Request,
    person: Person | None,
    tongue: Tongue,
    link: str,
    work: Callable[[], Response],
) -> Response:
    try:
        return work()
    except PasswordError as error:
        told = in_tongue(str(error), tongue)
        return _form(request, person, tongue, link=link, trouble=told)


def _form(
    request: Request, person: Person | None, tongue: Tongue, *, link: str = "", trouble: str = ""
) -> Response:
    return page(
        request,
        "password.html",
        tongue,
        person,
        status=400 if trouble else 200,
        link=link,
        trouble=trouble,
        shortest=passwords.SHORTEST,
        action=CHANGE if person else passwords.PATH,
    )


def _address(request: Request) -> str:
    """Return where a request comes from, as the server was told by a proxy it trusts."""
    return "" if request.client is None else request.client.host
