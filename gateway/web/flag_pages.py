"""What the flags mean: one page, to which each of them leads."""

from dataclasses import dataclass

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from gateway.review.values import Flag
from gateway.web.dependencies import PersonDep, TongueDep
from gateway.web.flag_lines import flag_lines
from gateway.web.flag_words import WHY
from gateway.web.language import Tongue
from gateway.web.templating import page

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Explained:
    """One flag."""

    id: str
    #: As a change set shows it, with … for what only a change can fill in.
    sentence: Markup
    why: str


@router.get("/flags")
def flags(request: Request, person: PersonDep, tongue: TongueDep) -> Response:
    """Say of each flag what is looked at and what clears it."""
    return page(request, "flags.html", tongue, person, flags=explained(tongue))


def explained(tongue: Tongue) -> tuple[Explained, ...]:
    """Return every flag with what it means."""
    return tuple(Explained(one, _sentence(one, tongue), tongue.gettext(WHY[one])) for one in WHY)


def _sentence(flag: str, tongue: Tongue) -> Markup:
    return flag_lines([Flag(id=flag, severity="info")], tongue)[0].sentence
