"""The sandbox browser: boards and issues; in the demo, playing another person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.operations import browsing, playing
from gateway.review.people import Role, at_least, role_in
from gateway.review.refusals import RefusedError
from gateway.web.dependencies import NO_ROLE, GatewayDep, PersonDep, TongueDep
from gateway.web.presenting_sandbox import NARROW, IssuePages, address_of, present_board
from gateway.web.sandbox_values import PlayForm
from gateway.web.templating import page
from sandbox.contract.shapes import JsonObject

router = APIRouter(prefix="/sandbox")
#: Written by hand into an address, anything may stand here.
_Word = Annotated[str, Query(max_length=100)]
_Line = Annotated[str, Form(max_length=255)]
_Text = Annotated[str, Form(max_length=2000)]


@router.get("")
def board(
    request: Request,
    gateway: GatewayDep,
    person: PersonDep,
    tongue: TongueDep,
    project: _Word = "",
    key: _Word = "",
) -> Response:
    """Show the board of a project; ``key`` goes to one issue."""
    if key.strip():
        return RedirectResponse(address_of(key.strip().upper()), status_code=303)
    found = browsing.board(gateway, person, project.strip())
    stage = playing.stage_of(gateway) is not None
    shown = present_board(found, tongue, play=stage)
    return page(request, "sandbox_board.html", tongue, person, page=shown)


class _Look(BaseModel):
    """What of an issue is looked at; written by hand into an address, anything may stand here."""

    view: str = Field("", max_length=100)
    #: Whose shadow.
    workspace: str = Field("", max_length=100)
    #: Number of the change set that is laid over it; all that wait when it is none of them.
    one_set: str = Field("", max_length=100, alias="set")
    width: str = Field("", max_length=100)

    @property
    def only(self) -> int:
        """The number as one; 0: all."""
        return int(self.one_set) if self.one_set.isascii() and self.one_set.isdigit() else 0


@router.get("/{key}")
def issue(
    request: Request,
    gateway: GatewayDep,
    person: PersonDep,
    tongue: TongueDep,
    key: str,
    look: Annotated[_Look, Query()],
) -> Response:
    """Show an issue: as Jira has it, as an agent has it, as it would be."""
    found = browsing.issue(gateway, person, key, look.workspace, look.only)
    may_play = at_least(role_in(person, gateway.site, (key.rpartition("-")[0],)), Role.REVIEWER)
    form = None
    if playing.stage_of(gateway) is not None and found.now is not None and may_play:
        form = PlayForm(
            people=playing.cast(gateway),
            priorities=playing.priorities(gateway),
            summary=browsing.summary_of(found),
        )
    narrow = look.width == NARROW
    shown = IssuePages(tongue, found, look.view, look.workspace, narrow=narrow).page(form)
    return page(request, "sandbox_issue.html", tongue, person, page=shown)


def _wishes(
    summary: _Line = "",
    priority: _Line = "",
    assignee: _Line = "",
    duedate: _Line = "",
    description: _Text = "",
) -> JsonObject:
    """Return what the form fills in; what is empty stays as it is."""
    found: JsonObject = {"summary": summary, "duedate": duedate, "description": description}
    found |= {"priority": {"id": priority} if priority else ""}
    found |= {"assignee": {"id": assignee} if assignee else ""}
    return {name: value for name, value in found.items() if value}


@router.post("/{key}/play")
def play(
    gateway: GatewayDep,
    person: PersonDep,
    key: str,
    fields: Annotated[JsonObject, Depends(_wishes)],
    as_whom: Annotated[str, Form(max_length=200)] = "",
    comment: _Text = "",
) -> Response:
    """Have somebody of the demo's Jira change an issue; there is no such page elsewhere."""
    project = key.rpartition("-")[0]
    role = role_in(person, gateway.site, (project,))
    if role is not Role.NONE and not at_least(role, Role.REVIEWER):
        raise RefusedError(NO_ROLE)
    if playing.stage_of(gateway) is None:
        raise HTTPException(404)
    playing.play(gateway, person, key, as_whom, fields, comment)
    return RedirectResponse(address_of(key), status_code=303)
