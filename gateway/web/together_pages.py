"""Approving several change sets at a time: what was ticked, read beside Jira, then the report."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.operations import together
from gateway.operations.together import Chosen
from gateway.review.together import MOST
from gateway.web.dependencies import GatewayDep, PersonDep, TongueDep
from gateway.web.presenting_together import present_prospect, present_report
from gateway.web.templating import page

router = APIRouter(prefix="/together")

#: A set's number and the digest that was shown, as the inbox writes them.
_Pick = Annotated[str, Query(pattern=r"^[0-9]{1,12}:[0-9a-f]{64}$")]


@router.get("")
def look(
    request: Request,
    gateway: GatewayDep,
    person: PersonDep,
    tongue: TongueDep,
    pick: Annotated[list[_Pick], Query(max_length=200)] = [],  # noqa: B006 - never changed
) -> Response:
    """Show what an approval of the sets that were ticked would approve; it decides nothing.

    More than ``MOST`` at once are too many to be read: those beyond are said to be left.
    """
    if not pick:
        return RedirectResponse("/", status_code=303)
    found = together.prospect(gateway, person, _chosen(pick))
    shown = present_prospect(found, tongue, beyond=max(0, len(pick) - MOST))
    return page(request, "together.html", tongue, person, page=shown)


@router.post("")
def approve(
    request: Request,
    gateway: GatewayDep,
    person: PersonDep,
    tongue: TongueDep,
    pick: Annotated[list[_Pick], Form(min_length=1, max_length=MOST)],
) -> Response:
    """Approve each set as it was shown, and say what was approved and what was not.

    No redirect here: the report is kept nowhere. Sent again it finds everything approved.
    """
    found = together.approve(gateway, person, _chosen(pick))
    shown = present_report(found, tongue)
    return page(request, "together_report.html", tongue, person, page=shown)


def _chosen(picks: list[str]) -> list[Chosen]:
    parts = (one.partition(":") for one in picks)
    return [Chosen(int(number), digest) for number, _, digest in parts]
