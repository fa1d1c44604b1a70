"""The page of people, for admins: let in, roles, Jira accounts, projects to follow, take out.

A link to sign in is made here for somebody new alone; for people who are there it takes
the command line where the gateway runs: who could make such links here could approve
in anybody's name.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.identity import admitting, links, passwords
from gateway.identity.admitting import AdmittingError
from gateway.identity.people import UnknownPersonError
from gateway.operations import crew, desk
from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.review.refusals import RefusedError
from gateway.web.dependencies import AdminDep, GatewayDep, TongueDep
from gateway.web.language import Tongue
from gateway.web.presenting_people import NewMember, present_people
from gateway.web.templating import page
from gateway.web.told import in_tongue

router = APIRouter(prefix="/people")
_Line = Annotated[str, Form(max_length=200)]
_Roles = Annotated[str, Form(max_length=2000)]


@router.get("")
def listed(request: Request, gateway: GatewayDep, person: AdminDep, tongue: TongueDep) -> Response:
    """Show everybody with their roles."""
    return _page(request, gateway, person, tongue)


@router.post("")
def add(  # noqa: PLR0917 - FastAPI's way to ask for what a page needs
    request: Request,
    gateway: GatewayDep,
    person: AdminDep,
    tongue: TongueDep,
    name: _Line = "",
    shown: _Line = "",
    roles: _Roles = "",
    jira: _Line = "",
) -> Response:
    """Let somebody in, and show this once the link with which they come.

    No redirect here: the link is kept nowhere, so no other page could show it.
    """
    try:
        given = admitting.parsed(gateway.site, _words(roles))
        made = admitting.add(gateway, name, shown, given, jira, by=person.person)
    except AdmittingError as error:
        filled = NewMember(name, shown, roles, jira, in_tongue(str(error), tongue))
        return _page(request, gateway, person, tongue, filled=filled)
    local = gateway.settings.people.local_accounts
    link = (passwords if local else links).new_link(gateway, made.person)
    return page(request, "new_person.html", tongue, person, made=made, link=link, local=local)


@router.post("/change")
def change(  # noqa: PLR0917 - as above
    request: Request,
    gateway: GatewayDep,
    person: AdminDep,
    tongue: TongueDep,
    who: _Line = "",
    roles: _Roles = "",
    jira: _Line = "",
) -> Response:
    """Give somebody other roles and another Jira account."""

    def work() -> None:
        admitting.give(
            gateway, who, admitting.parsed(gateway.site, _words(roles)), by=person.person
        )
        known = next((one for one in crew.crew(gateway) if one.person.person == who), None)
        if known is not None and jira.strip() != (known.person.jira_account or ""):
            admitting.map_account(gateway, who, jira, by=person.person)

    return _done(request, gateway, person, tongue, work)


@router.post("/follow")
def follow(
    request: Request,
    gateway: GatewayDep,
    person: AdminDep,
    tongue: TongueDep,
    who: _Line = "",
    projects: _Roles = "",
) -> Response:
    """Have somebody follow exactly these projects."""
    return _done(
        request,
        gateway,
        person,
        tongue,
        lambda: desk.have_follow(gateway, who, _words(projects), by=person.person),
    )


@router.post("/sign-out")
def sign_out(
    request: Request, gateway: GatewayDep, person: AdminDep, tongue: TongueDep, who: _Line = ""
) -> Response:
    """End all of somebody's sessions."""
    return _done(
        request,
        gateway,
        person,
        tongue,
        lambda: crew.end_sessions(gateway, who, by=person.person),
    )


@router.post("/disable")
def disable(
    request: Request, gateway: GatewayDep, person: AdminDep, tongue: TongueDep, who: _Line = ""
) -> Response:
    """Take everything back from somebody."""
    return _done(
        request, gateway, person, tongue, lambda: admitting.disable(gateway, who, by=person.person)
    )


@router.post("/enable")
def enable(
    request: Request, gateway: GatewayDep, person: AdminDep, tongue: TongueDep, who: _Line = ""
) -> Response:
    """Let somebody in again."""
    return _done(
        request, gateway, person, tongue, lambda: admitting.enable(gateway, who, by=person.person)
    )


def _words(roles: str) -> list[str]:
    return [one.strip() for one in roles.replace(",", " ").split() if one.strip()]


def _done(
    request: Request, gateway: Gateway, person: Person, tongue: Tongue, work: Callable[[], None]
) -> Response:
    """Do it and show the page; what cannot be is said on it."""
    try:
        work()
    except (AdmittingError, RefusedError, UnknownPersonError) as error:
        return _page(request, gateway, person, tongue, trouble=in_tongue(str(error), tongue))
    return RedirectResponse("/people", status_code=303)


def _page(
    request: Request,
    gateway: Gateway,
    person: Person,
    tongue: Tongue,
    *,
    filled: NewMember | None = None,
    trouble: str = "",
) -> Response:
    shown = present_people(
        crew.crew(gateway), gateway.site, tongue, filled or NewMember(), trouble=trouble
    )
    status = 400 if trouble or (filled and filled.trouble) else 200
    return page(request, "people.html", tongue, person, status=status, page=shown)
