"""The inbox."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.operations import asking_rights, standing, together
from gateway.review.states import Turn
from gateway.review.triage import Sort, Triage, triage
from gateway.web.dependencies import GatewayDep, PersonDep, TongueDep
from gateway.web.presenting_inbox import present_inbox
from gateway.web.templating import page

router = APIRouter()

#: Written by hand into an address, anything may stand here; what is unknown is left out.
_Word = Annotated[str, Query(max_length=100)]
_MOST_PAGES = 100_000


def _wanted(
    turn: _Word = "",
    project: _Word = "",
    agent: _Word = "",
    sort: _Word = "",
    page_number: Annotated[str, Query(alias="page", max_length=10)] = "",
) -> Triage:
    return Triage(
        turn=Turn(turn) if turn in list(Turn) else None,
        project=project,
        agent=agent,
        sort=Sort(sort) if sort in list(Sort) else Sort.NEWEST,
        page=_page(page_number),
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

    ``turn``, ``project`` and ``agent`` narrow it, ``sort`` is newest, oldest or risk.
    """
    found = triage(standing.inbox(gateway, person), wanted)
    lines = (row for group in found.groups for row in group.rows)
    offers = together.offered(gateway, person, lines)
    shown = present_inbox(found, tongue, gateway.clock(), wanted, offers)
    unknown = asking_rights.unknown(gateway, person)
    return page(request, "inbox.html", tongue, person, page=shown, unknown=unknown)


def _page(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 1
    return min(max(number, 1), _MOST_PAGES)
