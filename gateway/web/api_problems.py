"""What goes wrong in the machine API, as problem+json (RFC 9457)."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import JsonValue
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.review.refusals import RefusedError, StaleError, UnknownReviewError

_TYPE = "application/problem+json"
#: Refusals that are about who asks, not about the change set.
_FORBIDDEN = frozenset({"role", "nobody", "self", "four_eyes", "permission"})


class ProblemError(Exception):
    """An answer that is a problem."""

    def __init__(self, status: int, code: str, title: str, detail: str, **more: JsonValue) -> None:
        """Keep what is said; ``more`` are further members of the answer."""
        super().__init__(detail)
        self.status = status
        self.body: dict[str, JsonValue] = {
            "type": f"urn:airlock:{code}",
            "title": title,
            "status": status,
            "detail": detail,
            **more,
        }


def problem(error: ProblemError) -> Response:
    """Return the answer."""
    headers = {"www-authenticate": "Bearer"} if error.status == 401 else {}
    return JSONResponse(error.body, error.status, headers, media_type=_TYPE)


def problem_of(error: Exception) -> ProblemError | None:
    """Return the problem that an error of the rooms below is; None for a fault of ours."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, StaleError):
        return ProblemError(
            412,
            "stale",
            "The change set is another one now",
            str(error),
            changes=list(error.changes),
            digest=error.now,
        )
    if isinstance(error, RefusedError):
        refusal = error.refusal
        status = 403 if refusal.code in _FORBIDDEN else 409
        return ProblemError(
            status,
            refusal.code,
            "This was not done",
            refusal.sentence,
            next_step=refusal.next_step,
        )
    if isinstance(error, UnknownReviewError):
        return ProblemError(404, "unknown", "Not found", str(error))
    return None


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every failure of the API as a problem."""
    for kind in (ProblemError, StaleError, RefusedError, UnknownReviewError):
        app.add_exception_handler(kind, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


def _known(_request: Request, error: Exception) -> Response:
    found = problem_of(error)
    assert found is not None  # noqa: S101 - registered for known kinds only
    return problem(found)


def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    if place[:1] == ["path"]:
        return problem(ProblemError(404, "unknown", "Not found", "There is no such change set."))
    detail = f"{'.'.join(place)}: {first['msg']}."
    return problem(ProblemError(400, "request", "The request cannot be used", detail))


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    title = "Not found" if error.status_code == 404 else "This cannot be done here"
    detail = f"{error.detail}. What there is: /api/v1/openapi.json"
    return problem(ProblemError(error.status_code, "address", title, detail))


def _broken(_request: Request, _error: Exception) -> Response:
    detail = "The fault is the gateway's; it was written to its log."
    return problem(ProblemError(500, "broken", "Something went wrong here", detail))
