"""The machine API, ``/api/v1``: what the pages do, but approving.

The same operations and rules stand behind it. Approving needs a person in a browser.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel, Field, JsonValue
from starlette.responses import Response

from gateway.operations import preflight, remarking, retrying, reviewing, standing
from gateway.operations.context import Gateway
from gateway.promotion.preflight import Preflight
from gateway.review.people import Person
from gateway.review.reasons import Reason, with_reasons
from gateway.review.states import State
from gateway.review.values import InboxRow, ReviewView
from gateway.web import api_windows
from gateway.web.api_asking import (
    CommentDep,
    KeyDep,
    ListDep,
    ReadDep,
    RejectDep,
    RetryDep,
    SeenDep,
    etag,
    once,
)
from gateway.web.api_problems import ProblemError, add_problem_handlers
from gateway.web.dependencies import GatewayDep
from gateway.web.forms import LONGEST_WORDS

PREFIX = "/api/v1"
router = APIRouter(prefix="/change-sets")


class Words(BaseModel):
    """What the agent is told."""

    words: str = Field(default="", max_length=LONGEST_WORDS)
    reasons: list[Reason] = Field(default=[], max_length=len(Reason))


class Remarked(BaseModel):
    """What somebody says about a change."""

    #: Id of the change, as the change set names it.
    change: str = Field(max_length=100)
    words: str = Field(max_length=LONGEST_WORDS)


@dataclass(frozen=True, slots=True)
class Sent:
    """A decision in words, as it was sent."""

    shown: SeenDep
    body: Words
    key: KeyDep = None


SentDep = Annotated[Sent, Depends()]
_Act = Callable[[Gateway, str, int, str, str], None]


class Listed(BaseModel):
    """A page of change sets, newest first."""

    change_sets: tuple[InboxRow, ...]
    #: ``before`` of the next page; None on the last one.
    next_before: int | None


@router.get("")
def change_sets(
    gateway: GatewayDep,
    person: ListDep,
    state: State | None = None,
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Listed:
    """Answer change sets, newest first; ``before`` is an id."""
    rows = [
        one
        for one in standing.inbox(gateway, person)
        if (state is None or one.state is state) and (before is None or one.id < before)
    ]
    more = rows[limit - 1].id if len(rows) > limit else None
    return Listed(change_sets=tuple(rows[:limit]), next_before=more)


@router.get("/{review_id}")
def change_set(
    gateway: GatewayDep, person: ReadDep, review_id: int, response: Response
) -> ReviewView:
    """Answer one change set beside Jira as it is now, with the exact requests.

    The ETag is the digest that decisions name.
    """
    view = reviewing.view(gateway, review_id, viewer=person.person)
    response.headers["etag"] = etag(view.digest)
    return view


@router.post("/{review_id}/dry-run")
def dry_run(gateway: GatewayDep, _person: ReadDep, review_id: int, response: Response) -> Preflight:
    """Check everything that promotion needs; nothing is written."""
    report = preflight.dry_run(gateway, review_id)
    response.headers["etag"] = etag(report.digest)
    return report


@router.post("/{review_id}/send-back")
def send_back(gateway: GatewayDep, person: CommentDep, review_id: int, sent: SentDep) -> Response:
    """Comment: send the change set back to the agent with words."""
    return _decide(gateway, person, review_id, sent, ("send-back", reviewing.send_back))


@router.post("/{review_id}/reject")
def reject(gateway: GatewayDep, person: RejectDep, review_id: int, sent: SentDep) -> Response:
    """Reject the whole change set, with words for the agent."""
    return _decide(gateway, person, review_id, sent, ("reject", reviewing.reject))


@router.post("/{review_id}/remarks")
def remark(
    gateway: GatewayDep, person: CommentDep, review_id: int, said: Remarked, key: KeyDep = None
) -> Response:
    """Comment: say something about one change, to colleagues and the agent; decides nothing."""

    def work() -> JsonValue:
        remarking.say(gateway, person, review_id, said.change, said.words)
        return _now(gateway, review_id)

    return once(gateway, person, key, ["remark", review_id, said.change, said.words], work)


@router.post("/{review_id}/retry")
def retry(
    gateway: GatewayDep, person: RetryDep, review_id: int, shown: SeenDep, key: KeyDep = None
) -> Response:
    """Try again what did not go through of a promotion that a person began."""

    def work() -> JsonValue:
        retrying.retry(gateway, person.person, review_id, shown)
        return _now(gateway, review_id)

    return once(gateway, person, key, ["retry", review_id, shown], work)


@router.post("/{review_id}/approve", status_code=403)
@router.post("/{review_id}/promote", status_code=403)
def only_people(gateway: GatewayDep, _person: ReadDep, review_id: int) -> Response:
    """Refuse: approving and releasing need a person in a browser, at the link given."""
    link = _page(gateway, review_id)
    raise ProblemError(
        403,
        "browser",
        "This needs a person in a browser",
        f"No token can approve or release a change set. Open {link} and decide there.",
        link=link,
    )


def api(gateway: Gateway) -> FastAPI:
    """Return the API as an application of its own, to be mounted."""
    made = FastAPI(
        title="jira-airlock",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        description="Change sets of AI agents, for machines. Approving needs a person.",
    )
    made.state.gateway = gateway
    add_problem_handlers(made)
    made.include_router(router)
    made.include_router(api_windows.router)
    return made


def _decide(
    gateway: Gateway, person: Person, review_id: int, sent: Sent, act: tuple[str, _Act]
) -> Response:
    """Do once what was asked for in words; answers where the change set stands then."""
    verb, decide = act
    words = with_reasons(sent.body.reasons, sent.body.words)

    def work() -> JsonValue:
        decide(gateway, person.person, review_id, sent.shown, words)
        return _now(gateway, review_id)

    return once(gateway, person, sent.key, [verb, review_id, sent.shown, words], work)


def _page(gateway: Gateway, review_id: int) -> str:
    reviewing.look(gateway, review_id, read_now=False)
    return f"{gateway.settings.public_url}/cs/{review_id}"


def _now(gateway: Gateway, review_id: int) -> JsonValue:
    review = reviewing.look(gateway, review_id, read_now=False)
    return {
        "id": review_id,
        "state": str(review.review.state),
        "digest": review.situation.digest,
        "link": f"{gateway.settings.public_url}/cs/{review_id}",
    }
