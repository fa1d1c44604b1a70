"""Every error body of the Jira door, in the shape of the flavour that is played."""

from http import HTTPStatus

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sandbox.contract.shapes import Flavour, JsonObject
from sandbox.domain.errors import (
    ISSUE_MISSING_ON_SERVER,
    ISSUE_NOT_VISIBLE,
    JiraError,
    UnauthorizedError,
)

MEDIA = "application/json;charset=UTF-8"
#: What Jira says of a body that is not JSON.
NOT_JSON = "There was an error parsing JSON. Check that your request body is valid."
XSRF_FAILED = "XSRF check failed"
#: What Jira says to a person without the permission for a change to the site.
ADMIN_ONLY = "You do not have permission to perform this operation. Administer Jira is required."
UNBOUNDED_JQL = (
    "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
)
BOARD_MISSING = (
    "The requested board cannot be viewed because it either does not exist or you do not have"
    " permission to view it."
)
SPRINT_MISSING = (
    "The requested sprint cannot be viewed because it either does not exist or you do not have"
    " permission to view it."
)


def response(error: JiraError, flavour: Flavour = Flavour.CLOUD) -> Response:
    """Return the answer that says a refusal of Jira."""
    if flavour is Flavour.SERVER and isinstance(error, UnauthorizedError):
        return _plain(401, error.messages[0], {"WWW-Authenticate": 'Basic realm="Jira"'})
    messages = [_worded(one, flavour) for one in error.messages]
    body: JsonObject = {"errorMessages": list(messages), "errors": dict(error.errors)}
    headers = {"WWW-Authenticate": 'Basic realm="Jira"'} if error.status == 401 else None
    return Response(orjson.dumps(body), error.status, headers, MEDIA)


def no_route(request: Request, error: HTTPException, address: str) -> Response:
    """Return the answer for an address or a method that Jira does not have."""
    if error.status_code == 404:
        return _plain(404, f"null for uri: {address}{request.scope['path']}")
    phrase = HTTPStatus(error.status_code).phrase
    return _plain(error.status_code, f"HTTP {error.status_code} {phrase}", error.headers)


def crashed() -> Response:
    """Return the answer to a crash: it tells nothing."""
    body = {"errorMessages": ["Internal server error"], "errors": {}}
    return Response(orjson.dumps(body), 500, media_type=MEDIA)


def _plain(status: int, message: str, headers: object = None) -> Response:
    body = {"message": message, "status-code": status}
    extra = dict(headers) if isinstance(headers, dict) else None
    return Response(orjson.dumps(body), status, extra, MEDIA)


def _worded(message: str, flavour: Flavour) -> str:
    if flavour is Flavour.SERVER and message == ISSUE_NOT_VISIBLE:
        return ISSUE_MISSING_ON_SERVER
    return message
