"""The Jira door as a whole: every route, every error, around one sandbox."""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import cast

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.domain.errors import ForbiddenError, InvalidError, JiraError, UnauthorizedError
from sandbox.jira_api import (
    agile,
    attachments,
    comments,
    createmeta,
    errors,
    issues,
    links,
    metadata,
    permissions,
    projects,
    properties,
    searching,
    server,
    service_desk,
    sessions,
    users,
)
from sandbox.jira_api.call import shown_at
from sandbox.jira_api.sign_in import SignIn, refused_headers
from sandbox.operations.context import Door, Role

#: What only administrators write; a shadow has none.
_ADMIN_FAMILIES = frozenset(
    (
        "application-properties",
        "applicationrole",
        "dashboard",
        "field",
        "filter",
        "group",
        "issueLinkType",
        "issuetype",
        "issuetypescheme",
        "notificationscheme",
        "permissionscheme",
        "priority",
        "project",
        "projectCategory",
        "role",
        "screens",
        "user",
        "version",
        "webhook",
        "workflow",
        "workflowscheme",
        "board",
        "sprint",
    )
)
#: The order is the order of matching: the hottest address is found first.
_ROUTERS = (
    createmeta.router,
    issues.router,
    searching.router,
    comments.router,
    links.router,
    properties.router,
    attachments.router,
    server.router,
    users.router,
    projects.router,
    metadata.router,
    permissions.router,
)

Answer = Callable[[Request, Exception], Awaitable[Response]]


def open_door(app: FastAPI, sign_in: SignIn) -> None:
    """Add the Jira door to an app; ``app.state`` must hold what handlers look up."""
    app.router.routes.extend(_every_route())
    app.add_exception_handler(JiraError, _refusal(sign_in))
    app.add_exception_handler(HTTPException, _no_route(sign_in))
    app.add_exception_handler(RequestValidationError, _bad_request)


@cache
def _every_route() -> tuple[BaseRoute, ...]:
    """Return all routes, which belong to no app: what they need hangs on the request's."""
    door = APIRouter()
    for router in _ROUTERS:
        _add_routes(door, "/rest/api/{version}", router)
    for router in (agile.router, sessions.router, attachments.pages, service_desk.router):
        _add_routes(door, "", router)
    return tuple(door.routes)


def _add_routes(door: APIRouter, prefix: str, router: APIRouter) -> None:
    """Add a router's routes one by one: routers inside routers cost more than a read."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            door.add_api_route(
                f"{prefix}{route.path}",
                route.endpoint,
                methods=list(route.methods or ()),
                name=route.name,
                response_model=None,
            )
        elif isinstance(route, Route):
            door.add_route(f"{prefix}{route.path}", route.endpoint, ["GET"])


def _refusal(sign_in: SignIn) -> Answer:
    async def answer(request: Request, error: Exception) -> Response:
        said = errors.response(cast("JiraError", error), sign_in.sandbox.flavour)
        said.headers.update(request.scope["state"].get("headers", {}))
        if isinstance(error, UnauthorizedError):
            tried = "authorization" in request.headers
            said.headers.update(refused_headers(sign_in.sandbox.flavour, tried=tried))
        return said

    return answer


async def _bad_request(_request: Request, _error: Exception) -> Response:
    return errors.response(InvalidError(("The request is not valid.",)))


def _no_route(sign_in: SignIn) -> Answer:
    async def answer(request: Request, error: Exception) -> Response:
        refused = await _refused_write(request, sign_in)
        if refused is not None:
            return await _refusal(sign_in)(request, refused)
        address = shown_at(sign_in.sandbox, request.scope["state"]["task"])
        return errors.no_route(request, cast("HTTPException", error), address.url)

    return answer


async def _refused_write(request: Request, sign_in: SignIn) -> JiraError | None:
    """Return why a write to an address that is not played is refused at a shadow."""
    path = request.scope["path"]
    if sign_in.sandbox.role is not Role.SHADOW or not path.startswith("/rest/"):
        return None
    parts = path.split("/")
    family = parts[4] if len(parts) > 4 else ""
    admin = request.method in ("POST", "PUT") and family in _ADMIN_FAMILIES
    if request.method != "DELETE" and not admin:
        return None
    try:
        await run_in_threadpool(sign_in.known, request, Door.REST2, request.scope["state"]["task"])
    except UnauthorizedError as error:
        return error
    return ForbiddenError(errors.ADMIN_ONLY)
