"""The inbox."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.operations import asking_rights, desk, filters, freezing, standing, together
from gateway.review.lines import Lines
from gateway.review.routing import SOMETIMES, Whose, chosen
from gateway.review.states import Turn
from gateway.review.triage import Level, Sort, Triage, triage, waiting
from gateway.web.dependencies import GatewayDep, PersonDep, TongueDep
from gateway.web.forms import FollowForm, ViewForm
from gateway.web.presenting_inbox import Asked, present_inbox
from gateway.web.templating import page
from sandbox.contract.shapes import ChangeKind

router = APIRouter()

#: Written by hand into an address, anything may stand here; what is unknown is left out.
_Word = Annotated[str, Query(max_length=100)]
_MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class _Fields:
    """What an address may ask for beside turn and page."""

    project: _Word = ""
    agent: _Word = ""
    person: _Word = ""
    level: _Word = ""
    kind: _Word = ""
    sort: _Word = ""
    whose: _Word = ""


def _wanted(
    asked: Annotated[_Fields, Depends()],
    turn: _Word = "",
    page_number: Annotated[str, Query(alias="page", max_length=10)] = "",
) -> Triage:
    return Triage(
        turn=Turn(turn) if turn in list(Turn) else None,
        project=asked.project,
        agent=asked.agent,
        sort=Sort(asked.sort) if asked.sort in list(Sort) else Sort.NEWEST,
        page=_page(page_number),
        whose=Whose(asked.whose) if asked.whose in list(Whose) else None,
        person=asked.person,
        level=Level(asked.level) if asked.level in list(Level) else None,
        kind=ChangeKind(asked.kind) if asked.kind in list(ChangeKind) else None,
    )


@router.get("/")
def inbox(
    request: Request,
    gateway: GatewayDep,
    person: PersonDep,
    tongue: TongueDep,
    wanted: Annotated[Triage, Depends(_wanted)],
) -> Response:
    """Show the reviews that the person may see, those that wait for a person first.

    ``whose`` is mine, projects, all, resting or follow_up; ``turn``, ``project``,
    ``agent``, ``person``, ``level`` (block, warn, calm) and ``kind`` narrow it, ``sort`` is
    newest, oldest or risk.
    """
    rows = standing.inbox(gateway, person)
    mine = desk.desk_of(gateway, person, rows)
    parts = {whose: chosen(rows, mine, whose) for whose in Whose}
    found = triage(parts[wanted.whose or mine.usual], wanted)
    shown_rows = [row for one in found.groups for row in one.rows]
    asked = Asked(
        wanted=wanted,
        offers=together.offered(gateway, person, shown_rows),
        delays=freezing.delays(gateway, shown_rows),
        desk=mine,
        waiting=_waiting(parts),
        projects=desk.offered(gateway, person),
        saved=filters.saved(gateway, person),
    )
    shown = present_inbox(found, tongue, gateway.clock(), asked)
    unknown = asking_rights.unknown(gateway, person)
    return page(request, "inbox.html", tongue, person, page=shown, unknown=unknown)


@router.post("/inbox/projects")
def follow(gateway: GatewayDep, person: PersonDep, form: FollowForm) -> Response:
    """Have the person follow exactly the projects that they ticked."""
    desk.follow(gateway, person, form.project)
    return RedirectResponse("/", status_code=303)


@router.post("/inbox/views")
def save(gateway: GatewayDep, person: PersonDep, form: ViewForm) -> Response:
    """Keep a view of the inbox under a name, for oneself alone."""
    filters.save(gateway, person, form.name, form.query)
    return RedirectResponse(f"/?{form.query}" if form.query else "/", status_code=303)


@router.post("/inbox/views/remove")
def remove(gateway: GatewayDep, person: PersonDep, form: ViewForm) -> Response:
    """Forget a view."""
    filters.remove(gateway, person, form.name)
    return RedirectResponse("/", status_code=303)


def _waiting(parts: dict[Whose, Lines]) -> dict[Whose, int]:
    """Return how many lines each part has that wait for a person; of some parts, all lines."""
    return {
        whose: len(part) if whose in SOMETIMES else waiting(part) for whose, part in parts.items()
    }


def _page(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 1
    return min(max(number, 1), _MOST_PAGES)
