"""Consent: a client asks for access, a person who is signed in allows or refuses it.

The page works without any script, and its headers allow none. Nothing is remembered:
every request is asked.
"""

import re
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.agents_settings import OAuth
from gateway.identity import consent_seal
from gateway.identity.oauth import (
    Asked,
    OAuthError,
    answer_to,
    is_local,
    read_request,
    redirect_of,
)
from gateway.operations import authorizing
from gateway.operations.context import Gateway
from gateway.review.people import Person, Role, at_least
from gateway.review.refusals import RefusedError
from gateway.web.dependencies import GatewayDep, PersonDep, TongueDep, VisitorDep, secure
from gateway.web.errors import asked_wrongly, way_in
from gateway.web.forms import ConsentForm
from gateway.web.language import Tongue
from gateway.web.presenting_access import present_access, present_consent
from gateway.web.sign_in_pages import AFTERWARDS
from gateway.web.templating import page
from gateway.web.told import in_tongue
from sandbox.contract.scope import Refusal

router = APIRouter(prefix="/oauth")

AUTHORIZE = "/oauth/authorize"
#: A cookie holds no more.
_LONGEST = 3800
_PLAIN_HOST = re.compile(r"[a-z0-9.-]+")
_STALE = Refusal(
    "consent",
    "This page is not yours, or too old: nothing was allowed.",
    "Start again in the program that asked.",
)


@router.get("/authorize")
def authorize(
    request: Request, gateway: GatewayDep, person: VisitorDep, tongue: TongueDep
) -> Response:
    """Ask the person; who is not signed in does that first and comes back."""
    query = request.query_params
    try:
        oauth = authorizing.server(gateway)
        client = authorizing.client_called(gateway, query.get("client_id", ""))
        back = redirect_of(dict(query.multi_items()), client, oauth)
    except OAuthError as error:
        # Never sent to an address that nobody has vouched for.
        return asked_wrongly(request, in_tongue(error.sentence, tongue), error.status)
    try:
        asked = read_request(query.multi_items(), client, oauth)
    except OAuthError as error:
        return _answer(back, oauth, query.get("state"), error=error)
    if person is None:
        return _sign_in_first(request)
    return _page(request, gateway, person, tongue, asked)


@router.post("/consent")
def consent(
    request: Request, gateway: GatewayDep, person: PersonDep, tongue: TongueDep, form: ConsentForm
) -> Response:
    """Take the person's answer, and send it to the client."""
    key, now = gateway.settings.secret_key, gateway.clock()
    asked = consent_seal.opened(form.request, person.person, now, key)
    if asked is None or gateway.settings.oauth is None:
        raise RefusedError(_STALE)
    if form.decision != "allow":
        refused = OAuthError("access_denied", "The person refused.")
        return _answer(asked.redirect_uri, gateway.settings.oauth, asked.state, error=refused)
    try:
        code = authorizing.consent(
            gateway, person, asked, tuple(form.projects), stage=form.stage == "yes"
        )
    except RefusedError as error:
        if error.refusal.code != "project":
            raise
        told = in_tongue(str(error.refusal), tongue)
        return _page(request, gateway, person, tongue, asked, trouble=told)
    return _answer(asked.redirect_uri, gateway.settings.oauth, asked.state, code=code)


@router.get("/grants")
def grants(request: Request, gateway: GatewayDep, person: PersonDep, tongue: TongueDep) -> Response:
    """Show which programs may work for the person; an admin sees everybody's."""
    admin = at_least(person.role, Role.ADMIN)
    found = authorizing.listed(gateway, None if admin else person.person)
    shown = present_access(found, gateway, person, tongue)
    return page(request, "access.html", tongue, person, page=shown)


@router.post("/grants/{token_id}/revoke")
def revoke(
    gateway: GatewayDep, person: PersonDep, token_id: Annotated[str, Path(max_length=60)]
) -> Response:
    """Take access back, at once."""
    everybodys = at_least(person.role, Role.ADMIN)
    authorizing.revoke(gateway, token_id, person, everybodys=everybodys)
    return RedirectResponse("/oauth/grants", status_code=303)


def _page(
    request: Request,
    gateway: Gateway,
    person: Person,
    tongue: Tongue,
    asked: Asked,
    *,
    trouble: str = "",
) -> Response:
    account = authorizing.account_of(gateway, person)
    sealed = consent_seal.sealed(asked, person.person, gateway.clock(), gateway.settings.secret_key)
    shown = present_consent(asked, gateway, person, account, tongue, sealed=sealed, trouble=trouble)
    status = 400 if trouble else 200
    answer = page(request, "consent.html", tongue, person, status=status, page=shown)
    answer.headers["content-security-policy"] = _policy(asked.redirect_uri)
    return answer


def _sign_in_first(request: Request) -> Response:
    wanted = f"{request.url.path}?{request.url.query}"
    if len(wanted) > _LONGEST:
        return asked_wrongly(request, "", 400)
    answer = RedirectResponse(way_in(request), status_code=303)
    answer.set_cookie(
        AFTERWARDS,
        wanted,
        max_age=600,
        secure=secure(request),
        httponly=True,
        samesite="lax",
    )
    return answer


def _answer(
    back: str,
    oauth: OAuth,
    state: str | None,
    *,
    code: str | None = None,
    error: OAuthError | None = None,
) -> Response:
    """Send the browser to the client; ``iss`` says who answers (RFC 9207)."""
    words = {
        "code": code,
        "error": None if error is None else error.code,
        "error_description": None if error is None else _ascii(error.sentence),
        "state": state,
        "iss": oauth.issuer,
    }
    return RedirectResponse(answer_to(back, words), status_code=303)


def _policy(redirect_uri: str) -> str:
    """Return a policy without scripts, whose form may end at the client's address."""
    parts = urlsplit(redirect_uri)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    # A program's own scheme, or an IPv6 address, which policies cannot name.
    named = parts.scheme in ("http", "https") and _PLAIN_HOST.fullmatch(host)
    there = f"{parts.scheme}://{host}{port}" if named else f"{parts.scheme}:"
    if is_local(redirect_uri) and not named:
        there = "http:"
    return (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"form-action 'self' {there}; base-uri 'none'; frame-ancestors 'none'"
    )


def _ascii(sentence: str) -> str:
    """Return a sentence in the characters that RFC 6749 allows there."""
    return "".join(one for one in sentence if " " <= one <= "~" and one not in '"\\')
