"""Who looks after one change set: take it, hand it over, let it go."""

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from gateway.operations import desk
from gateway.web.dependencies import GatewayDep, PartyDep, party_of
from gateway.web.forms import AssignmentForm

router = APIRouter(prefix="/cs/{review_id}", dependencies=[Depends(party_of)])


@router.post("/assignee")
def assign(gateway: GatewayDep, person: PartyDep, review_id: int, form: AssignmentForm) -> Response:
    """Give a set to somebody, oneself included, or to nobody; it decides nothing."""
    desk.assign(gateway, person, review_id, form.to, form.seen)
    return RedirectResponse(form.back or f"/cs/{review_id}", status_code=303)
