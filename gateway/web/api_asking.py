"""Who asks the machine API, which version they saw, and whether they asked before."""

from collections.abc import Callable
from typing import Annotated

import orjson
from fastapi import Depends, Header
from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import Response

from gateway.identity import personal as tokens
from gateway.identity.personal import ApiScope
from gateway.operations import standing
from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.store import personal
from gateway.web.api_problems import ProblemError, problem, problem_of
from gateway.web.dependencies import GatewayDep
from sandbox.contract.digest import digest

#: Where nothing can be approved there is no digest; the ETag says so.
NONE = "none"
_LONGEST_KEY = 200
#: Microseconds that an answer is kept, and that unfinished work keeps its key.
_KEPT = 24 * 3600 * 1_000_000
_ABANDONED = 60 * 1_000_000


def etag(shown: str) -> str:
    """Return the ETag of a change set: the digest of what would be approved."""
    return f'"{shown or NONE}"'


def seen(if_match: Annotated[str | None, Header()] = None) -> str:
    """Return the digest that ``If-Match`` names; every decision must name one."""
    if if_match is None:
        raise ProblemError(
            428,
            "if_match",
            "Say what you saw",
            "A decision needs the header If-Match with the ETag of the change set you read.",
        )
    named = if_match.strip().removeprefix("W/").strip('"')
    return "" if named == NONE else named


def _asks(scope: ApiScope) -> Callable[[Request, Gateway], Person]:
    """Return what asks for a person whose token is for this."""

    def found(request: Request, gateway: GatewayDep) -> Person:
        return _owner(request, gateway, scope)

    return found


def _asks_of_one(scope: ApiScope) -> Callable[[Request, Gateway, int], Person]:
    """Return what asks for a person whose token is for this, and who may see the set."""

    def found(request: Request, gateway: GatewayDep, review_id: int) -> Person:
        return standing.party(gateway, _owner(request, gateway, scope), review_id)

    return found


def _owner(request: Request, gateway: Gateway, scope: ApiScope) -> Person:
    """Return whose token it is; raises ProblemError."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    known = tokens.who(gateway, secret.strip()) if kind.lower() == "bearer" else None
    if known is None:
        raise ProblemError(
            401,
            "token",
            "Who are you?",
            "The API takes a personal token as Bearer; cookies and agents' tokens count "
            "for nothing here. Make one with 'airlock token create'.",
        )
    person, token = known
    if scope not in token.scopes:
        raise ProblemError(
            403, "scope", "The token is not for this", f"It lacks the scope '{scope}'."
        )
    return person


#: Of all change sets; the others are of one, and answer 404 when it is not theirs to see.
ListDep = Annotated[Person, Depends(_asks(ApiScope.READ))]
ReadDep = Annotated[Person, Depends(_asks_of_one(ApiScope.READ))]
CommentDep = Annotated[Person, Depends(_asks_of_one(ApiScope.COMMENT))]
RejectDep = Annotated[Person, Depends(_asks_of_one(ApiScope.REJECT))]
RetryDep = Annotated[Person, Depends(_asks_of_one(ApiScope.RETRY))]
SeenDep = Annotated[str, Depends(seen)]
KeyDep = Annotated[str | None, Header(alias="Idempotency-Key", max_length=_LONGEST_KEY)]


def once(
    gateway: Gateway,
    person: Person,
    key: str | None,
    asked: JsonValue,
    work: Callable[[], JsonValue],
) -> Response:
    """Do the work, or give again the answer that the same key got before.

    ``asked`` is everything the request says: another one under the same key is refused.
    """
    if key is None:
        return _answer(200, work())
    request, now = digest(asked), gateway.clock()
    with gateway.database.write() as conn:
        personal.forget_older(conn, now - _KEPT)
        before = personal.answered(conn, person.person, key)
        if before is not None and before.status == 0 and now - before.at > _ABANDONED:
            # The process ended in the middle. Every act names a digest: redoing it is safe.
            personal.forget(conn, person.person, key)
            before = None
        if before is None and not personal.begin(conn, person.person, key, request, now=now):
            before = personal.answered(conn, person.person, key)
    if before is not None:
        return _again(before, request)
    return _first(gateway, person.person, key, work)


def _first(gateway: Gateway, person: str, key: str, work: Callable[[], JsonValue]) -> Response:
    try:
        answer = _answer(200, work())
    except Exception as error:
        known = problem_of(error)
        if known is None:
            with gateway.database.write() as conn:
                personal.forget(conn, person, key)
            raise
        answer = problem(known)
    with gateway.database.write() as conn:
        personal.finish(conn, person, key, answer.status_code, bytes(answer.body).decode())
    return answer


def _again(before: personal.Answered, request: str) -> Response:
    if before.request != request:
        raise ProblemError(
            422,
            "key_reused",
            "The key was used for another request",
            "An Idempotency-Key belongs to one request; use a new one for this.",
        )
    if before.status == 0:
        raise ProblemError(
            409, "in_progress", "It is being worked on", "Ask again in a moment, with the same key."
        )
    kind = "application/json" if before.status == 200 else "application/problem+json"
    headers = {"idempotency-replayed": "true"}
    return Response(before.body, before.status, headers, media_type=kind)


def _answer(status: int, body: JsonValue) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
