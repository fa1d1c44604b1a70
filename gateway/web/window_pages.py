"""The page of freeze windows: people see those of their projects, an admin makes them."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.operations import desk, freezing
from gateway.operations.context import Gateway
from gateway.operations.freezing import Wanted
from gateway.review.people import Person
from gateway.review.refusals import RefusedError
from gateway.web.dependencies import AdminDep, GatewayDep, PersonDep, TongueDep
from gateway.web.language import Tongue
from gateway.web.presenting_windows import WindowForm, present_windows
from gateway.web.templating import page
from gateway.web.told import in_tongue

router = APIRouter(prefix="/windows")
_Form = Annotated[WindowForm, Form()]


@router.get("")
def windows(
    request: Request, gateway: GatewayDep, person: PersonDep, tongue: TongueDep
) -> Response:
    """Show the freeze windows that are on or to come."""
    return _page(request, gateway, person, tongue, WindowForm())


@router.post("")
def add(
    request: Request, gateway: GatewayDep, person: AdminDep, tongue: TongueDep, form: _Form
) -> Response:
    """Make a window; what cannot be is said on the page, and nothing written is lost."""

    def work() -> None:
        freezing.add(gateway, person.person, _of(form))

    return _done(request, gateway, person, tongue, form, work)


@router.post("/{number}/end")
def end(
    request: Request, gateway: GatewayDep, person: AdminDep, tongue: TongueDep, number: int
) -> Response:
    """End a window: what was approved and released goes on."""
    return _done(
        request,
        gateway,
        person,
        tongue,
        WindowForm(),
        lambda: freezing.end(gateway, person.person, number),
    )


def _of(form: WindowForm) -> Wanted:
    weekly = form.kind != "once"
    return Wanted(
        begins=f"{form.from_day} {form.from_time}" if weekly else form.begins,
        ends=f"{form.to_day} {form.to_time}" if weekly else form.ends,
        zone=form.zone,
        reason=form.reason,
        project=form.project,
        weekly=weekly,
    )


def _done(
    request: Request,
    gateway: Gateway,
    person: Person,
    tongue: Tongue,
    form: WindowForm,
    work: Callable[[], object],
) -> Response:
    try:
        work()
    except RefusedError as error:
        return _page(request, gateway, person, tongue, form, in_tongue(str(error), tongue))
    return RedirectResponse("/windows", status_code=303)


def _page(
    request: Request,
    gateway: Gateway,
    person: Person,
    tongue: Tongue,
    form: WindowForm,
    trouble: str = "",
) -> Response:
    manages = freezing.may_manage(person)
    shown = present_windows(
        freezing.listed(gateway, person),
        form if manages else None,
        desk.projects(gateway) if manages else (),
        tongue,
        trouble,
    )
    return page(request, "windows.html", tongue, person, status=400 if trouble else 200, page=shown)
