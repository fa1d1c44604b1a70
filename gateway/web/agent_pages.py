"""Agents and their tokens: who may work for whom, on what, until when."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.operations import registering, staff
from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.review.refusals import RefusedError
from gateway.web.dependencies import NO_ROLE, GatewayDep, PersonDep, TongueDep
from gateway.web.forms import TokenForm, TokenRequest
from gateway.web.language import N_, Tongue
from gateway.web.presenting_agents import LONGEST_DAYS, present_agents, present_new_token
from gateway.web.templating import page
from gateway.web.told import in_tongue
from sandbox.contract.shapes import Grant

router = APIRouter(prefix="/agents")

_DAY_S = 24 * 3600
_NO_PROJECT = N_("Tick at least one project: without one an agent sees nothing.")
_DAYS = N_("A token lives for 1 to %(most)s days. Write a number.")
#: Which field of the form a refusal is about.
_FIELDS = {"agent": "agent", "person": "person", "project": "projects", "lifetime": "days"}


@router.get("")
def agents(
    request: Request,
    gateway: GatewayDep,
    person: PersonDep,
    tongue: TongueDep,
    *,
    late: bool = False,
) -> Response:
    """Show all agents and their tokens."""
    shown = present_agents(staff.look(gateway, person), person, tongue, gateway.clock(), late=late)
    return page(request, "agents.html", tongue, person, page=shown)


@router.post("/tokens")
def make_token(
    request: Request, gateway: GatewayDep, person: PersonDep, tongue: TongueDep, form: TokenForm
) -> Response:
    """Make a token and show it this once.

    No redirect here: the token is kept nowhere, so no other page could show it.
    """
    _admin_of(gateway, person, form.projects)
    troubles = _troubles(form, tongue)
    if troubles:
        return _again(request, gateway, person, tongue, form, troubles)
    try:
        token, grant = registering.issue_token(
            gateway, form.agent.strip(), form.person, form.scope(), _seconds(form), person.person
        )
    except RefusedError as error:
        told = in_tongue(str(error.refusal), tongue)
        field = _FIELDS.get(error.refusal.code, "form")
        return _again(request, gateway, person, tongue, form, {field: told})
    names = _names(gateway, grant)
    told_sandbox = staff.tell(gateway)
    shown = present_new_token(token, grant, names, tongue, gateway.clock(), told=told_sandbox)
    return page(request, "new_token.html", tongue, person, page=shown)


@router.post("/tokens/{token_id}/revoke")
def revoke(
    gateway: GatewayDep, person: PersonDep, token_id: Annotated[str, Path(max_length=60)]
) -> Response:
    """Revoke a token at once. Doing so twice is no fault."""
    _admin_of(gateway, person, staff.projects_of(gateway, token_id))
    registering.revoke(gateway, token_id, person.person)
    told = staff.tell(gateway)
    return RedirectResponse("/agents" if told else "/agents?late=true", status_code=303)


def _admin_of(gateway: Gateway, person: Person, projects: Sequence[str]) -> None:
    """Refuse who is not an admin in all of these projects, or of the site if there are none."""
    if not staff.may_make(person, gateway.site, projects):
        raise RefusedError(NO_ROLE)


def _troubles(form: TokenRequest, tongue: Tongue) -> dict[str, str]:
    """Return what is missing before anybody is asked, by field."""
    found: dict[str, str] = {}
    if not form.projects:
        found["projects"] = tongue.gettext(_NO_PROJECT)
    if not 0 < _seconds(form) <= LONGEST_DAYS * _DAY_S:
        found["days"] = tongue.gettext(_DAYS, most=LONGEST_DAYS)
    return found


def _seconds(form: TokenRequest) -> int:
    text = form.days.strip()
    return int(text) * _DAY_S if text.isascii() and text.isdigit() else 0


def _again(
    request: Request,
    gateway: Gateway,
    person: Person,
    tongue: Tongue,
    form: TokenRequest,
    troubles: dict[str, str],
) -> Response:
    """Show the form as it was filled in, with what is wrong beside it."""
    shown = present_agents(
        staff.look(gateway, person), person, tongue, gateway.clock(), filled=form, troubles=troubles
    )
    return page(request, "agents.html", tongue, person, status=400, page=shown)


def _names(gateway: Gateway, grant: Grant) -> dict[str, str]:
    found = (
        token.person_name
        for agent in registering.agents(gateway)
        for token in agent.tokens
        if token.grant.token_id == grant.token_id
    )
    return {
        "sandbox": gateway.settings.sandbox_public_url,
        "flavour": gateway.identity.flavour,
        "person": next(found, grant.person),
    }
