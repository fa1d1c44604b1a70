"""The page of a promotion, the stream it follows, and the way back.

The stream holds nothing of its own: each event is the page's heart as the database has it
now, named by a mark of that. Whoever comes back with ``Last-Event-ID``, to whatever
process, gets what is new since, or nothing while there is nothing new.
"""

import time
from collections.abc import AsyncIterator
from typing import Annotated

from anyio import sleep
from fastapi import APIRouter, Depends, Header, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)

from gateway.operations import freezing, resolving, reviewing, standing, undoing, watching
from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.review.refusals import UnknownReviewError
from gateway.review.states import State
from gateway.web.dependencies import FreshDep, GatewayDep, PartyDep, TongueDep, party_of, visitor
from gateway.web.forms import DecisionForm, ResolveForm, UndoForm
from gateway.web.language import Tongue
from gateway.web.presenting_run import present_run, present_undo
from gateway.web.reporting import is_over, report
from gateway.web.run_values import RunPage
from gateway.web.templating import page, piece

#: Whoever has no role in a set's projects gets the same answer as for a set that is not there.
router = APIRouter(prefix="/cs/{review_id}", dependencies=[Depends(party_of)])

#: Seconds between two looks at the stored progress.
LOOK_EVERY = 0.4
#: Seconds after which a stream ends; browsers come back and go on where they were.
LONGEST = 300.0
#: Seconds of silence after which a line says that the stream still lives.
KEEP_ALIVE = 15.0
#: Milliseconds until a browser comes back after a cut.
_RETRY_MS = 1000


def _seen(
    last_event_id: Annotated[str, Header(max_length=100)] = "",
    seen: Annotated[str, Query(max_length=100)] = "",
) -> str:
    """Return what a browser shows already: as it says itself when it comes back, else its page."""
    return last_event_id or seen


SeenDep = Annotated[str, Depends(_seen)]
Position = Annotated[int | None, Query(ge=0)]


@router.get("/run")
def run(
    request: Request, gateway: GatewayDep, person: PartyDep, tongue: TongueDep, review_id: int
) -> Response:
    """Show what promotion has written so far."""
    shown = _run(gateway, person, tongue, review_id)
    return page(request, "run.html", tongue, person, run=shown)


@router.get("/run/events")
def events(
    request: Request,
    gateway: GatewayDep,
    tongue: TongueDep,
    review_id: int,
    seen: SeenDep,
) -> Response:
    """Follow a promotion from what the browser shows already."""
    reviewing.view(gateway, review_id, read_now=False)
    return StreamingResponse(
        _follow(request, tongue, review_id, seen),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


@router.post("/stop")
def stop(gateway: GatewayDep, person: PartyDep, review_id: int, form: DecisionForm) -> Response:
    """Begin nothing more of it; if nothing had begun, it is approved as before."""
    back = freezing.stop(gateway, person.person, review_id, form.digest)
    return RedirectResponse(f"/cs/{review_id}{'' if back else '/run'}", status_code=303)


@router.get("/report")
def as_report(gateway: GatewayDep, person: PartyDep, tongue: TongueDep, review_id: int) -> Response:
    """Answer what became of a promotion as Markdown, to be pasted elsewhere."""
    view = reviewing.view(gateway, review_id, read_now=False, viewer=person.person)
    if not is_over(view.state):
        return RedirectResponse(f"/cs/{review_id}/run", status_code=303)
    return PlainTextResponse(report(view, tongue, gateway.settings.public_url))


@router.get("/undo")
def ask_undo(
    request: Request,
    gateway: GatewayDep,
    person: PartyDep,
    tongue: TongueDep,
    review_id: int,
    position: Position = None,
) -> Response:
    """Show what an undo would put back and what it cannot, before anybody asks for it."""
    made = undoing.foresee(gateway, person.person, review_id, position)
    view = reviewing.view(gateway, review_id, read_now=False)
    shown = present_undo(view, made, tongue, position)
    return page(request, "undo.html", tongue, person, undo=shown)


@router.post("/undo")
def undo(gateway: GatewayDep, person: PartyDep, review_id: int, form: UndoForm) -> Response:
    """Make the change set that undoes it; it waits for approval like any other."""
    made = undoing.propose(gateway, person.person, review_id, form.position)
    return RedirectResponse(f"/cs/{made.review_id}", status_code=303)


@router.post("/requests/{position}")
def resolve(
    gateway: GatewayDep, person: FreshDep, review_id: int, position: int, form: ResolveForm
) -> Response:
    """Take a person's word on what became of one request."""
    resolving.resolve(
        gateway,
        person.person,
        review_id,
        position,
        form.verdict,
        form.digest,
        key=form.key.strip(),
        words=form.words,
    )
    return RedirectResponse(f"/cs/{review_id}/run#s-{position}", status_code=303)


def _run(gateway: Gateway, person: Person, tongue: Tongue, review_id: int) -> RunPage:
    # First the mark: what happens in between is then shown again, never missed.
    mark = watching.mark(gateway, review_id)
    view = reviewing.view(gateway, review_id, read_now=False)
    undone_by = undoing.undone_by(gateway, review_id)
    return present_run(view, person, tongue, gateway.clock(), mark=mark, undone_by=undone_by)


async def _follow(
    request: Request, tongue: Tongue, review_id: int, seen: str
) -> AsyncIterator[str]:
    gateway: Gateway = request.app.state.gateway
    yield f"retry: {_RETRY_MS}\n\n"
    ends, spoke = time.monotonic() + LONGEST, time.monotonic()
    while True:
        mark = await run_in_threadpool(watching.mark, gateway, review_id)
        if mark != seen:
            person = await run_in_threadpool(_party_now, request, review_id)
            if person is None:
                return  # signed out meanwhile: the browser comes back and is told so
            shown = await run_in_threadpool(_run, gateway, person, tongue, review_id)
            yield _event(shown.mark, piece(request, "_run.html", tongue, person, run=shown))
            seen, spoke = shown.mark, time.monotonic()
            if shown.page.state_id != State.PROMOTING:
                yield "event: done\ndata:\n\n"
                return
        if time.monotonic() - spoke > KEEP_ALIVE:
            spoke = time.monotonic()
            yield ":\n\n"
        if time.monotonic() > ends:
            return
        await sleep(LOOK_EVERY)


def _party_now(request: Request, review_id: int) -> Person | None:
    """Return who looks, as they stand now; None when it is not theirs to see any more."""
    person = visitor(request)
    try:
        return person and standing.party(request.app.state.gateway, person, review_id)
    except UnknownReviewError:
        return None


def _event(name: str, html: str) -> str:
    """Return one event; every line of what it carries is a line of its own."""
    lines = "".join(f"data: {line}\n" for line in html.splitlines())
    return f"id: {name}\n{lines}\n"
