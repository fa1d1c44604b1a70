"""The page that drafts a setting from a change: text for an administrator, applied by hand."""

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from gateway.operations import drafting
from gateway.review.people import Role, at_least
from gateway.review.refusals import RefusedError
from gateway.web.dependencies import NO_ROLE, GatewayDep, PartyDep, TongueDep, party_of
from gateway.web.presenting_rule import present_rule
from gateway.web.templating import page

router = APIRouter(prefix="/cs/{review_id}", dependencies=[Depends(party_of)])


@router.get("/changes/{change_id}/rule")
def rule(
    request: Request,
    gateway: GatewayDep,
    person: PartyDep,
    tongue: TongueDep,
    review_id: int,
    change_id: str,
) -> Response:
    """Show an admin which setting could be other for changes like this one; changes nothing."""
    if not at_least(person.role, Role.ADMIN):
        raise RefusedError(NO_ROLE)
    found = drafting.draft(gateway, person, review_id, change_id)
    return page(request, "rule.html", tongue, person, page=present_rule(found, tongue))
