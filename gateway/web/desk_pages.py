"""Who looks after one change set, *not now* and follow-ups: none of it decides anything."""

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from gateway.operations import desk, marking
from gateway.web.dependencies import GatewayDep, PartyDep, party_of
from gateway.web.forms import AsideForm, AssignmentForm, NoteForm

router = APIRouter(prefix="/cs/{review_id}", dependencies=[Depends(party_of)])


@router.post("/assignee")
def assign(gateway: GatewayDep, person: PartyDep, review_id: int, form: AssignmentForm) -> Response:
    """Give a set to somebody, oneself included, or to nobody; it decides nothing."""
    desk.assign(gateway, person, review_id, form.to, form.seen)
    return RedirectResponse(form.back or f"/cs/{review_id}", status_code=303)


@router.post("/aside")
def set_aside(gateway: GatewayDep, person: PartyDep, review_id: int, form: AsideForm) -> Response:
    """Set a set aside for oneself alone, or take it up again."""
    marking.set_aside(gateway, person, review_id, form.pause)
    return RedirectResponse("/" if form.pause else f"/cs/{review_id}", status_code=303)


@router.post("/follow-up")
def follow_up(gateway: GatewayDep, person: PartyDep, review_id: int, form: NoteForm) -> Response:
    """Note for everybody what is still to be done about a set; an empty note: nothing."""
    marking.note_follow_up(gateway, person, review_id, form.note)
    return RedirectResponse(f"/cs/{review_id}", status_code=303)
