"""The change-set page, and its decisions.

A handler parses, calls one operation and renders. Every write answers 303 to a page:
with or without JavaScript the browser ends up at the same place.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.operations import (
    deciding,
    desk,
    freezing,
    leaving,
    mailing,
    opening,
    preferring,
    preflight,
    remarking,
    reviewing,
    standing,
    viewing,
)
from gateway.promotion.plan import REJECT
from gateway.review.refusals import RefusedError
from gateway.web.change_rows import anchor
from gateway.web.dependencies import FreshDep, GatewayDep, PartyDep, TongueDep, party_of
from gateway.web.errors import value_refused
from gateway.web.forms import (
    ApprovalForm,
    ChangeForm,
    DecisionForm,
    MailsForm,
    PromoteForm,
    SafeForm,
    SeveralForm,
    ValueForm,
    ViewedForm,
    WordedForm,
    WordsForm,
)
from gateway.web.presenting import present
from gateway.web.presenting_desk import present_desk, present_opened
from gateway.web.presenting_left import present_left
from gateway.web.presenting_sheet import present_sheet
from gateway.web.templating import page

#: Whoever has no role in a set's projects gets the same answer as for a set that is not there.
router = APIRouter(prefix="/cs/{review_id}", dependencies=[Depends(party_of)])
Only = Annotated[str, Query(max_length=20)]
#: In place of a verdict: what was decided is taken back.
UNDO = "undo"


@router.get("")
def change_set(
    request: Request,
    gateway: GatewayDep,
    person: PartyDep,
    tongue: TongueDep,
    review_id: int,
    only: Only = "",
) -> Response:
    """Show a change set beside Jira as it is now; ``only=fresh`` what the last round had not."""
    view = reviewing.view(gateway, review_id, viewer=person.person)
    shown = present(
        view,
        person,
        tongue,
        gateway.clock(),
        only_fresh=only == "fresh",
        others=standing.inbox(gateway, person),
        likes=preferring.preferred(gateway, person.person),
    )
    care = present_desk(desk.care(gateway, person, review_id, view.projects), tongue)
    near = present_opened(opening.open_by(gateway, person, view), tongue, gateway.clock())
    return page(request, "change_set.html", tongue, person, page=shown, box=care, opened=near)


@router.post("/changes/{change_id}")
def decide(
    gateway: GatewayDep, person: PartyDep, review_id: int, change_id: str, form: ChangeForm
) -> Response:
    """Keep one change or leave it out, or take back what was decided about it."""
    if form.verdict == UNDO:
        deciding.take_back(gateway, person.person, review_id, change_id, form.digest)
        return _see(f"/cs/{review_id}#{anchor(change_id)}")
    words = form.said if form.verdict == REJECT else form.words
    reviewing.decide(gateway, person.person, review_id, change_id, form.verdict, words, form.digest)
    return _see(f"/cs/{review_id}#{anchor(change_id)}")


@router.post("/changes")
def decide_several(
    gateway: GatewayDep, person: PartyDep, review_id: int, form: SeveralForm
) -> Response:
    """Keep changes of an issue or of a group, or leave them out: all or none."""
    deciding.decide_all(
        gateway, person.person, review_id, form.change, form.verdict, form.said, form.digest
    )
    return _see(f"/cs/{review_id}")


@router.post("/safe")
def keep_safe(gateway: GatewayDep, person: PartyDep, review_id: int, form: SafeForm) -> Response:
    """Keep what nothing was seen in; the page says what that leaves."""
    deciding.keep_safe(gateway, person.person, review_id, form.change, form.digest)
    return _see(f"/cs/{review_id}#decide")


@router.post("/changes/{change_id}/value")
def settle(  # noqa: PLR0917 - FastAPI's way to ask for what a page needs
    request: Request,
    gateway: GatewayDep,
    person: PartyDep,
    tongue: TongueDep,
    review_id: int,
    change_id: str,
    form: ValueForm,
) -> Response:
    """Put a person's value in place of the agent's; what was written is never lost."""
    try:
        reviewing.put_value(gateway, person.person, review_id, change_id, form.wish(), form.digest)
    except RefusedError as error:
        return value_refused(request, tongue, error, form.text)
    return _see(f"/cs/{review_id}#{anchor(change_id)}")


@router.post("/changes/{change_id}/remarks")
def remark(
    gateway: GatewayDep, person: PartyDep, review_id: int, change_id: str, form: WordsForm
) -> Response:
    """Say something about a change, to colleagues and to the agent; it decides nothing."""
    remarking.say(gateway, person, review_id, change_id, form.words)
    return _see(f"/cs/{review_id}#{anchor(change_id)}")


@router.post("/viewed")
def viewed(gateway: GatewayDep, person: PartyDep, review_id: int, form: ViewedForm) -> Response:
    """Mark what was shown as viewed, or take the mark away; it decides nothing."""
    viewing.mark(gateway, person, review_id, form.content, on=form.mark == "yes")
    return _see(f"/cs/{review_id}#{anchor(form.at)}" if form.at else f"/cs/{review_id}")


@router.post("/mails")
def mails(gateway: GatewayDep, person: PartyDep, review_id: int, form: MailsForm) -> Response:
    """Choose whether Jira sends mails, where it lets itself be told."""
    quiet = form.mails == "no"
    mailing.set_quiet(gateway, person.person, review_id, form.digest, quiet=quiet)
    return _see(f"/cs/{review_id}")


@router.post("/approve")
def approve(gateway: GatewayDep, person: PartyDep, review_id: int, form: ApprovalForm) -> Response:
    """Approve exactly what was shown."""
    reviewing.approve(gateway, person.person, review_id, form.digest, form.confirmed)
    return _see(f"/cs/{review_id}/promote")


@router.post("/withdraw")
def withdraw(gateway: GatewayDep, person: PartyDep, review_id: int, form: DecisionForm) -> Response:
    """Take an approval back."""
    reviewing.withdraw_approval(gateway, person.person, review_id, form.digest)
    return _see(f"/cs/{review_id}")


@router.post("/reject")
def reject(gateway: GatewayDep, person: PartyDep, review_id: int, form: WordedForm) -> Response:
    """Reject the whole set."""
    reviewing.reject(gateway, person.person, review_id, form.digest, form.said)
    return _see("/")


@router.post("/send-back")
def send_back(gateway: GatewayDep, person: PartyDep, review_id: int, form: WordedForm) -> Response:
    """Ask the agent for another round."""
    reviewing.send_back(gateway, person.person, review_id, form.digest, form.said)
    return _see("/")


@router.get("/issue/{issue_id}/fields")
def fields(
    request: Request,
    gateway: GatewayDep,
    person: PartyDep,
    tongue: TongueDep,
    review_id: int,
    issue_id: str,
) -> Response:
    """Show the fields of an issue that the set leaves as they are."""
    found = leaving.left(gateway, person, review_id, issue_id)
    return page(request, "left.html", tongue, person, page=present_left(found, tongue))


@router.get("/dry-run")
def dry_run(
    request: Request, gateway: GatewayDep, person: PartyDep, tongue: TongueDep, review_id: int
) -> Response:
    """Show what Jira would say to all of it now, before anybody approves; nothing is written."""
    view = reviewing.view(gateway, review_id, viewer=person.person)
    if not view.operations:
        return _see(f"/cs/{review_id}")
    found = preflight.dry_run(gateway, review_id)
    sheet = present_sheet(view, found, person, tongue, gateway.clock())
    return page(request, "check.html", tongue, person, sheet=sheet)


@router.get("/promote")
def confirm(
    request: Request, gateway: GatewayDep, person: PartyDep, tongue: TongueDep, review_id: int
) -> Response:
    """Show what promotion would do, in order, before anybody says so."""
    view = reviewing.view(gateway, review_id)
    found = preflight.dry_run(gateway, review_id)
    sheet = present_sheet(view, found, person, tongue, gateway.clock())
    if sheet.page.confirmation is None:
        return _see(f"/cs/{review_id}/run" if sheet.page.ran else f"/cs/{review_id}")
    return page(request, "promote.html", tongue, person, sheet=sheet)


@router.post("/promote")
def promote(gateway: GatewayDep, person: FreshDep, review_id: int, form: PromoteForm) -> Response:
    """Release the approved operations, at once or to be written not before a time."""
    reviewing.promote(
        gateway,
        person.person,
        review_id,
        form.digest,
        carry_on=form.carry_on == "yes",
        schedule=freezing.schedule(gateway, person.person, form.after, form.zone),
        typed=form.typed,
    )
    return _see(f"/cs/{review_id}/run")


def _see(address: str) -> Response:
    return RedirectResponse(address, status_code=303)
