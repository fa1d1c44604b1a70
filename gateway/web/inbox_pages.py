"""The inbox."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.operations import standing
from gateway.web.dependencies import GatewayDep, PersonDep, TongueDep
from gateway.web.presenting import present_inbox
from gateway.web.templating import page

router = APIRouter()


@router.get("/")
def inbox(request: Request, gateway: GatewayDep, person: PersonDep, tongue: TongueDep) -> Response:
    """Show all reviews that the person may see, those that wait for a person first."""
    shown = present_inbox(standing.inbox(gateway, person), tongue, gateway.clock())
    return page(request, "inbox.html", tongue, person, page=shown)
