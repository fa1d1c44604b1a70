"""Notifications: which channels are set, whether they arrive, a test. For admins."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.operations import noticing
from gateway.operations.delivering import channel_states
from gateway.web.dependencies import AdminDep, GatewayDep, TongueDep
from gateway.web.presenting_notices import present_notices
from gateway.web.templating import page

router = APIRouter(prefix="/notifications")


@router.get("")
def notifications(
    request: Request,
    gateway: GatewayDep,
    person: AdminDep,
    tongue: TongueDep,
    *,
    tested: bool = False,
) -> Response:
    """Show the channels of the settings and what became of the last messages."""
    shown = present_notices(
        gateway.settings.notify, channel_states(gateway), tongue, gateway.clock(), tested=tested
    )
    return page(request, "notifications.html", tongue, person, page=shown)


@router.post("/test")
def test(gateway: GatewayDep, _person: AdminDep) -> Response:
    """Have a test message sent through every channel."""
    noticing.ask_for_test(gateway)
    return RedirectResponse("/notifications?tested=true", status_code=303)
