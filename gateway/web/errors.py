"""Errors as pages: what happened in one sentence, and what to do next."""

from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.identity.links import PATH
from gateway.operations import asking_rights
from gateway.review.refusals import (
    RefusedError,
    StaleError,
    UnknownIssueError,
    UnknownReviewError,
)
from gateway.web.dependencies import NotSignedInError, gateway_of, tongue_of, visitor
from gateway.web.language import N_, Lang, Tongue
from gateway.web.templating import page, page_behind
from gateway.web.told import in_tongue

_NOT_FOUND = N_("There is no such page.")
_MISSING = {
    "digest": N_("The form did not say which version of the change set you were shown."),
    "verdict": N_("The form did not say whether to keep the change or to leave it out."),
    "link": N_("The form did not carry a sign-in link."),
}
_TOO_LONG = N_("A text in the form is too long; at most 2000 characters are kept for the agent.")
_NO_ACCOUNT = N_(
    "Your Jira account is not known here, so nothing is shown to you: connect it, or ask an admin "
    "to name it."
)
_UNREADABLE = N_("The form could not be read.")
_REFUSED_STATUS = {"role": 403, "nobody": 403, "self": 403, "sign_in": 403, "jira_permission": 403}


def add_handlers(app: FastAPI) -> None:
    """Give every known failure its page."""
    app.add_exception_handler(StaleError, _stale)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(UnknownReviewError, _unknown)
    app.add_exception_handler(UnknownIssueError, _unknown)
    app.add_exception_handler(NotSignedInError, _not_signed_in)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


def link_used(request: Request, tongue: Tongue) -> Response:
    """Return the page for a sign-in link that is no longer good."""
    return _page(
        request,
        403,
        tongue.gettext("This link cannot be used"),
        tongue.gettext("It was used before, or is older than ten minutes."),
        next_step=tongue.gettext("Make a new one with “airlock login” where the gateway runs."),
    )


def not_let_in(request: Request, tongue: Tongue, sentence: str) -> Response:
    """Return the page for somebody whom the identity provider did not bring in."""
    return _page(
        request,
        403,
        tongue.gettext("You were not signed in"),
        in_tongue(sentence, tongue),
        next_step=tongue.gettext("Try again; if it stays so, ask an admin of this gateway."),
        link=(PATH, tongue.gettext("Sign in")),
    )


def asked_wrongly(request: Request, sentence: str, status: int) -> Response:
    """Return the page for a client's request that cannot be put to a person."""
    tongue = tongue_of(request)
    return _page(
        request,
        status,
        tongue.gettext("A program asked for access in a way that is not answered"),
        sentence or tongue.gettext("Its request is too long."),
        next_step=tongue.gettext("Nothing was allowed. Look at the program's own settings."),
    )


def _page(
    request: Request,
    status: int,
    title: str,
    sentence: str,
    *,
    next_step: str = "",
    changes: Iterable[str] = (),
    link: tuple[str, str] = ("", ""),
    written: str = "",
) -> Response:
    tongue = tongue_of(request)
    return page(
        request,
        "error.html",
        tongue,
        visitor(request),
        status=status,
        title=title,
        sentence=sentence,
        next_step=next_step,
        changes=tuple(changes),
        href=link[0],
        link_text=link[1],
        written=written,
    )


def _stale(request: Request, error: Exception) -> Response:
    assert isinstance(error, StaleError)  # noqa: S101 - registered for this class only
    tongue = tongue_of(request)
    return _page(
        request,
        409,
        tongue.gettext("CS-%(id)s changed while you looked", id=error.review_id),
        tongue.gettext("It is no longer what you were shown, so nothing was decided."),
        changes=[in_tongue(change, tongue) for change in error.changes],
        link=(f"/cs/{error.review_id}", tongue.gettext("Look at it again")),
    )


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - registered for this class only
    tongue = tongue_of(request)
    return _page(
        request,
        _REFUSED_STATUS.get(error.refusal.code, 409),
        tongue.gettext("This was not done"),
        in_tongue(error.refusal.sentence, tongue),
        next_step=in_tongue(error.refusal.next_step, tongue),
        link=(PATH, tongue.gettext("Sign in"))
        if error.refusal.code == "sign_in"
        else (page_behind(request.url.path), tongue.gettext("Go back")),
    )


def value_refused(request: Request, tongue: Tongue, error: RefusedError, written: str) -> Response:
    """Return the page for a value that cannot be; it holds what was written."""
    return _page(
        request,
        _REFUSED_STATUS.get(error.refusal.code, 409),
        tongue.gettext("This value was not taken"),
        in_tongue(error.refusal.sentence, tongue),
        next_step=in_tongue(error.refusal.next_step, tongue),
        link=(page_behind(request.url.path), tongue.gettext("Go back")),
        written=written,
    )


def _unknown(request: Request, error: Exception) -> Response:
    """Answer alike for what is not there and what is not theirs to see."""
    tongue, person = tongue_of(request), visitor(request)
    nobody = person is not None and asking_rights.unknown(gateway_of(request), person)
    return _page(
        request,
        404,
        tongue.gettext("Not found"),
        in_tongue(str(error), tongue),
        next_step=tongue.gettext(_NO_ACCOUNT) if nobody else "",
        link=("/jira", tongue.gettext("Connect your Jira account"))
        if nobody
        else ("/", tongue.gettext("Open the inbox")),
    )


def way_in(request: Request) -> str:
    """Return the sign-in page's address, in the language that was asked for."""
    asked = request.query_params.get("lang")
    return f"{PATH}?lang={asked}" if asked in set(Lang) else PATH


def _not_signed_in(request: Request, _error: Exception) -> Response:
    if request.method in ("GET", "HEAD"):
        return RedirectResponse(way_in(request), status_code=303)
    tongue = tongue_of(request)
    return _page(
        request,
        401,
        tongue.gettext("You are not signed in"),
        tongue.gettext("Your session has ended, so nothing was decided."),
        link=(PATH, tongue.gettext("Sign in")),
    )


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    first = error.errors()[0]
    place = tuple(str(part) for part in first["loc"])
    if place[:1] == ("path",):
        return _http(request, HTTPException(404))
    tongue = tongue_of(request)
    too_long = first["type"] == "string_too_long"
    known = _TOO_LONG if too_long else _MISSING.get(place[-1], _UNREADABLE)
    return _page(
        request,
        400,
        tongue.gettext("The form was not complete"),
        tongue.gettext(known),
        next_step=tongue.gettext("Open the page again and decide there."),
        link=(page_behind(request.url.path), tongue.gettext("Open it again")),
    )


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    tongue = tongue_of(request)
    missing = error.status_code == 404
    return _page(
        request,
        error.status_code,
        tongue.gettext("Not found") if missing else tongue.gettext("This cannot be done here"),
        tongue.gettext(_NOT_FOUND) if missing else str(error.detail),
        link=("/", tongue.gettext("Open the inbox")),
    )


def _broken(request: Request, _error: Exception) -> Response:
    """Say that it is our fault; the trace is in the server's log, not on the page."""
    tongue = tongue_of(request)
    return _page(
        request,
        500,
        tongue.gettext("Something went wrong here"),
        tongue.gettext("The fault is the gateway's; it was written to its log."),
        next_step=tongue.gettext("Look at the change set again before you decide anything."),
        link=("/", tongue.gettext("Open the inbox")),
    )
