"""How somebody likes their pages: kept for the person, set without a script."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.operations import preferring
from gateway.review.preferences import ADVANCE, KEYS, LOOK, SPACES
from gateway.web.dependencies import GatewayDep, PersonDep, TongueDep
from gateway.web.forms import LookForm, SettingsForm
from gateway.web.looks import setting_lines
from gateway.web.templating import page

router = APIRouter(prefix="/settings")


@router.get("")
def settings(
    request: Request, gateway: GatewayDep, person: PersonDep, tongue: TongueDep, kept: str = ""
) -> Response:
    """Show what is chosen."""
    likes = preferring.preferred(gateway, person.person)
    lines = setting_lines(likes, tongue)
    return page(request, "settings.html", tongue, person, choices=lines, saved=kept == "yes")


@router.post("")
def keep(gateway: GatewayDep, person: PersonDep, form: SettingsForm) -> Response:
    """Keep what was chosen."""
    chosen = {LOOK: form.look, SPACES: form.spaces, KEYS: form.keys, ADVANCE: form.advance}
    preferring.prefer(gateway, person.person, {name: one for name, one in chosen.items() if one})
    return RedirectResponse("/settings?kept=yes", status_code=303)


@router.post("/look")
def look(gateway: GatewayDep, person: PersonDep, form: LookForm) -> Response:
    """Keep one choice that was made on a change set's page, and lead back there."""
    chosen = {LOOK: form.look, SPACES: form.spaces}
    preferring.prefer(gateway, person.person, {name: one for name, one in chosen.items() if one})
    return RedirectResponse(form.back, status_code=303)
