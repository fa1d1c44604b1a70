"""How somebody likes their pages: kept for the person, set without a script."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.operations import preferring
from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.review.preferences import ADVANCE, KEYS, LOOK, PLAIN, SPACES
from gateway.review.refusals import RefusedError
from gateway.web.dependencies import GatewayDep, PersonDep, TongueDep
from gateway.web.forms import LookForm, OwnMailForm, SettingsForm
from gateway.web.language import Tongue
from gateway.web.looks import setting_lines
from gateway.web.templating import page
from gateway.web.told import in_tongue

router = APIRouter(prefix="/settings")


@router.get("")
def settings(
    request: Request, gateway: GatewayDep, person: PersonDep, tongue: TongueDep, kept: str = ""
) -> Response:
    """Show what is chosen."""
    return _page(request, gateway, person, tongue, saved=kept == "yes")


@router.post("")
def keep(gateway: GatewayDep, person: PersonDep, form: SettingsForm) -> Response:
    """Keep what was chosen."""
    chosen = {
        LOOK: form.look,
        SPACES: form.spaces,
        KEYS: form.keys,
        ADVANCE: form.advance,
        PLAIN: form.plain,
    }
    preferring.prefer(gateway, person.person, {name: one for name, one in chosen.items() if one})
    return RedirectResponse("/settings?kept=yes", status_code=303)


@router.post("/mail")
def own_mail(
    request: Request, gateway: GatewayDep, person: PersonDep, tongue: TongueDep, form: OwnMailForm
) -> Response:
    """Have mails of one's own sent to an address, or no more."""
    try:
        preferring.set_own_mail(gateway, person.person, form.address)
    except RefusedError as error:
        return _page(
            request,
            gateway,
            person,
            tongue,
            address=form.address,
            trouble=in_tongue(str(error), tongue),
        )
    return RedirectResponse("/settings?kept=yes", status_code=303)


@router.post("/look")
def look(gateway: GatewayDep, person: PersonDep, form: LookForm) -> Response:
    """Keep one choice that was made on a change set's page, and lead back there."""
    chosen = {LOOK: form.look, SPACES: form.spaces}
    preferring.prefer(gateway, person.person, {name: one for name, one in chosen.items() if one})
    return RedirectResponse(form.back, status_code=303)


def _page(
    request: Request,
    gateway: Gateway,
    person: Person,
    tongue: Tongue,
    *,
    saved: bool = False,
    address: str | None = None,
    trouble: str = "",
) -> Response:
    likes = preferring.preferred(gateway, person.person)
    kept = preferring.own_mail(gateway, person.person)
    return page(
        request,
        "settings.html",
        tongue,
        person,
        status=400 if trouble else 200,
        choices=setting_lines(likes, tongue),
        saved=saved,
        mail=kept if address is None else address,
        domains=", ".join(sorted(gateway.settings.notify.people_at)),
        trouble=trouble,
    )
